//! A broker that drops everything: nothing is lost by it, the last entry of a conversation included, since the process
//! finds by comparing what it was not told. Serves for real, on port 0 over a fresh database.

use std::sync::Arc;

use handsel_domain::conversation::{Account, ReadCursor};
use handsel_domain::ids::{TokenId, UserId};
use handsel_domain::ports::Committed;
use handsel_domain::timeline::Entry;
use handsel_server::config::{Config, Loaded, Settings, Surface};
use handsel_server::serve::{self, Listeners};
use handsel_tests::people::seq;
use handsel_tests::{Person, Socket, VerifiedDatabase};
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// Tells nobody of anything.
struct Silence;

impl Committed for Silence {
    fn entries(&self, _: &[Arc<Entry>]) {}

    fn cursor_moved(&self, _: ReadCursor) {}

    fn revoked(&self, _: &[TokenId]) {}

    fn shut_out(&self, _: UserId, _: Account) {}

    fn barred(&self, _: [UserId; 2], _: bool) {}
}

struct Serving {
    address: String,
    stop: oneshot::Sender<()>,
    ended: JoinHandle<anyhow::Result<()>>,
    /// Let go at the test's end, when nobody serves any more.
    _database: VerifiedDatabase,
}

async fn serve_in_silence() -> Serving {
    let database = VerifiedDatabase::fresh();
    let database_url = database.database().url().to_owned();
    let settings = Settings { database_url, ..Settings::default() };
    let surface = Surface { http_api: true, websocket: true };
    let config = Config::new(&Loaded { settings, sources: Vec::new() }, surface).expect("a valid configuration");
    let public = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = public.local_addr().expect("an address").to_string();
    let (stop, stopped) = oneshot::channel();
    let asked_to_end = async {
        // Dropped without a word where the test fails.
        let _ = stopped.await;
    };
    let broker = |_| -> Arc<dyn Committed> { Arc::new(Silence) };
    let ended = tokio::spawn(serve::run(Listeners { public, admin: None }, config, false, broker, asked_to_end));
    Serving { address, stop, ended, _database: database }
}

/// All entries of a conversation that has just begun; that the peer is there may be told in between.
async fn hears_up_to(socket: &mut Socket, last: i64) {
    let mut heard = 0;
    while heard < last {
        let frame = socket.hears().await;
        if frame["type"] != "presence" {
            heard += 1;
            assert_eq!(seq(&frame), heard);
        }
    }
}

#[tokio::test]
async fn what_nobody_is_told_of_arrives_all_the_same() {
    let serving = serve_in_silence().await;
    let ana = Person::registers(&serving.address, "ana").await;
    let bob = Person::registers(&serving.address, "bob").await;
    let offer = ana.offers("Bike repair").await;
    let (mut anas, mut bobs) = (ana.opens(&offer).await, bob.opens(&offer).await);
    let (mut anas_inbox, _) = ana.opens_inbox().await;
    for number in 1..=20 {
        bobs.says(&format!("number {number}")).await;
    }
    hears_up_to(&mut anas, 20).await;
    hears_up_to(&mut bobs, 20).await;
    hears_up_to(&mut anas_inbox, 20).await;

    // One more, with nothing after it that would show that it is missing; then how far it was read.
    anas.says("the last").await;
    bobs.hears_message("the last").await;
    let (mut bobs_phone, _) = bob.opens_by_v1(&offer).await;
    let read = ana.post(&format!("/api/conversations/{offer}:{}/read/", bob.id), json!({"up_to": 21})).await;
    read.is(201);
    let heard = bobs_phone.hears().await;
    assert_eq!(heard["read"], json!({"conversation": format!("{offer}:{}", bob.id), "reader_id": ana.id, "up_to": 21}));

    // A revoked token, too.
    bob.post("/api/auth/logout/", json!({})).await.is(200);
    bobs.hears_close(4001, "token_revoked").await;

    serving.stop.send(()).expect("it serves still");
    drop((anas, anas_inbox, bobs, bobs_phone));
    serving.ended.await.expect("it does not panic").expect("it ends in order");
}
