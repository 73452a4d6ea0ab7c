//! One node that does not reach the database while the other one does: what is committed there meanwhile arrives here,
//! once and in order.

use std::time::Duration;

use handsel_tests::people::seq;
use handsel_tests::proxy::{Ending, Fault, Moment, Proxy, Way, Weather, Whom};
use serde_json::json;
use tokio::net::TcpListener;

use super::scene::{Scene, hears, is_passing, says_until_stored};

const MEANWHILE: usize = 120;

/// The line between Ana's node and the database.
pub(super) struct Line {
    proxy: Proxy,
    database: String,
}

impl Line {
    /// A scene in which Ana's node reaches the database over it.
    pub(super) async fn of_anas_node() -> (Scene, Self) {
        let mut line = None;
        let scene = Scene::over(async |url| {
            let (to, through) = Self::to(url).await;
            line = Some(to);
            through
        });
        (scene.await, line.expect("it was drawn"))
    }

    /// Up to the database at that URL; returns the URL at its other end.
    async fn to(url: &str) -> (Self, String) {
        let (before, at) = url.rsplit_once('@').expect("a URL with a password");
        let (database, path) = at.split_once('/').expect("a URL with a database");
        let proxy = Proxy::to(database, Weather::calm()).await;
        let through = format!("{before}@{}/{path}", proxy.address);
        (Self { proxy, database: database.to_owned() }, through)
    }

    /// Its connections end, and others are refused.
    pub(super) async fn is_cut(&self) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let refusing = listener.local_addr().expect("it has an address").to_string();
        drop(listener);
        self.proxy.leads_to(&refusing);
        self.proxy.does(Fault::End(Ending::Reset, Moment::Now), Whom::All);
    }

    fn is_mended(&self) {
        self.proxy.leads_to(&self.database);
        self.proxy.does(Fault::Calm, Whom::All);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_whose_connections_are_refused_heals() {
    what_is_committed_meanwhile_arrives(Line::is_cut).await;
}

/// As when a network swallows everything: nobody is told that a connection is gone.
#[tokio::test(flavor = "multi_thread")]
async fn a_node_whose_database_is_silent_heals() {
    let silent = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    let address = silent.local_addr().expect("it has an address").to_string();
    let broken = async |line: &Line| {
        line.proxy.leads_to(&address);
        line.proxy.does(Fault::Stall(Way::Both, Duration::from_hours(1)), Whom::All);
    };
    what_is_committed_meanwhile_arrives(broken).await;
}

async fn what_is_committed_meanwhile_arrives(broken: impl AsyncFnOnce(&Line)) {
    let (scene, line) = Line::of_anas_node().await;
    let (mut anas, mut bobs) = scene.both_open().await;

    broken(&line).await;
    anas.says_as("cut off", "Does anyone hear me?").await;
    let told = hears(&mut anas).await;
    is_passing(&told, "cut off");
    scene.ana.get("/api/conversations/").await.is_problem(503, "unavailable");
    scene.anas_node.get("/readyz").await.is_problem(503, "not_ready");
    scene.bobs_node.get("/readyz").await.is(200);

    for number in 0..MEANWHILE {
        bobs.says_as(&format!("{number}"), &format!("number {number}")).await;
    }
    let committed = bobs.hears_entries(MEANWHILE).await;
    anas.sends(json!({"type": "ping"})).await;

    line.is_mended();
    // With Redis they may have come all the while.
    let (mut heard, mut pongs) = (Vec::new(), 0);
    while heard.len() < MEANWHILE || pongs == 0 {
        let frame = hears(&mut anas).await;
        if frame["type"] == "message" {
            heard.push(frame);
        } else {
            assert_eq!(frame, json!({"type": "pong"}), "the socket is as it was");
            pongs += 1;
        }
    }
    assert_eq!(heard, committed, "each once, in order");
    let stored = says_until_stored(&mut anas, "cut off", "Does anyone hear me?").await;
    assert_eq!(hears(&mut bobs).await, stored);
    assert_eq!(seq(&stored), i64::try_from(MEANWHILE).expect("few") + 2, "the first attempt was not stored");
    scene.anas_node.get("/readyz").await.is(200);
}
