//! A database server that goes away and comes back: what is asked meanwhile is answered, and nobody has to open anything
//! again. SQLite has no server. Knows nothing of retrying, which is the callers'.

use std::collections::HashSet;
use std::sync::Arc;

use futures_util::future::join_all;
use handsel_domain::Unavailable;
use handsel_domain::ports::UserInsertError;
use handsel_services::Postgres as Server;
use handsel_storage::Storage;
use sea_orm::{ConnectionTrait, TransactionTrait};
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use super::bench::Process;
use super::clock::TestClock;
use super::expect::{refused, seqs, text, up_to};
use super::heard::{Heard, PATIENCE};
use super::seat::{Seat, message};

/// A server of the test's own, and a process over it with two people who talk.
struct Over {
    server: Server,
    url: String,
    process: Process,
    bob: Seat,
}

async fn talking() -> Over {
    let (server, url) = spawn_blocking(|| {
        let server = Server::start();
        let url = server.fresh_database();
        (server, url)
    })
    .await
    .expect("PostgreSQL starts");
    let process = open(&url).await;
    let (_, bob) = process.ana_and_bob_talking().await;
    Over { server, url, process, bob }
}

async fn open(url: &str) -> Process {
    let (clock, heard) = (Arc::new(TestClock::default()), Arc::new(Heard::default()));
    let url = url.parse().expect("a URL that is supported");
    let storage = Storage::open(&url, clock.clone(), heard.clone()).await.expect("the database opens");
    Process { storage, clock, heard }
}

/// Stops or starts the server, which takes its time.
async fn does(over: Over, what: fn(&mut Server)) -> Over {
    let Over { mut server, url, process, bob } = over;
    let server = spawn_blocking(move || {
        what(&mut server);
        server
    });
    Over { server: server.await.expect("PostgreSQL obeys"), url, process, bob }
}

/// That many wait together costs no more than that one does.
async fn everything_is_unavailable(over: &Over) {
    // Several batches for the same task.
    let says = (0..4_000).map(|_| over.bob.appends(message("in vain", None)));
    let conversations = &over.process.storage.conversations;
    let all = async {
        tokio::join!(join_all(says), conversations.ping(), conversations.changed(), over.process.registers("cem"))
    };
    let (answers, pinged, looked, registered) = timeout(PATIENCE, all).await.expect("each is answered");
    for answer in answers {
        assert_eq!(refused(answer), "unavailable");
    }
    assert_eq!((pinged, looked), (Err(Unavailable), Err(Unavailable)));
    assert_eq!(registered, Err(UserInsertError::Unavailable(Unavailable)));
}

async fn it_goes_on(over: &Over, head: usize) {
    assert_eq!(over.bob.reads_all().await.len(), head - 1);
    over.bob.says("Here again.").await;
    assert_eq!(seqs(&over.bob.reads_all().await), up_to(head));
    assert_eq!(over.process.storage.conversations.ping().await, Ok(()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_stopped_server_is_asked_is_unavailable_until_it_is_back() {
    let mut over = talking().await;
    for (stop, head) in [(Server::stop as fn(&mut Server), 2), (Server::crash, 3)] {
        over = does(over, stop).await;
        everything_is_unavailable(&over).await;
        over = does(over, Server::start_again).await;
        it_goes_on(&over, head).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_was_away_unnoticed_is_used_as_before() {
    let over = does(talking().await, Server::stop).await;
    let over = does(over, Server::start_again).await;
    it_goes_on(&over, 2).await;
}

/// Who writes to what somebody held is behind those who wait for the server, and is told the same.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_held_when_the_server_went_is_unavailable_as_everything_is() {
    let over = talking().await;
    // So many that some share a task with him.
    let mut others = Vec::new();
    for number in 0..16 {
        let other = over.process.user(&format!("other{number}")).await;
        others.push(over.process.seat(&other, over.bob.key.listing, &other));
        others[number].says("Hello!").await;
    }
    let outside = sea_orm::Database::connect(&over.url).await.expect("the database opens");
    let holding = outside.begin().await.expect("it begins");
    holding.execute_unprepared("SELECT FROM conversations ORDER BY id LIMIT 1 FOR UPDATE").await.expect("it is free");
    assert_eq!(refused(over.bob.appends(message("in vain", None)).await), "unavailable");
    let over = does(over, Server::stop).await;
    for _ in 0..2 {
        let says = std::iter::once(&over.bob).chain(&others).map(|seat| seat.appends(message("in vain", None)));
        for answer in timeout(PATIENCE, join_all(says)).await.expect("each is answered") {
            assert_eq!(refused(answer), "unavailable");
        }
    }
    let over = does(over, Server::start_again).await;
    it_goes_on(&over, 2).await;
}

/// On a server that nobody else uses; what it does by itself may pass for a change now and then.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_where_nothing_was_committed_has_not_changed() {
    let over = talking().await;
    let other = open(&over.url).await;
    let changed = || async { other.storage.conversations.changed().await.expect("the storage answers") };
    let quiet = async { while changed().await {} };
    timeout(PATIENCE, quiet).await.expect("nothing is committed, and yet each look finds a change");
    over.bob.says("Hello?").await;
    assert!(changed().await, "expected that what another process commits is a change");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_breaks_off_in_the_middle_was_not_stored_or_is_not_known() {
    let over = talking().await;
    let says: Vec<_> = (0..200)
        .map(|index| {
            let (bob, text) = (over.bob.clone(), index.to_string());
            tokio::spawn(async move { (bob.appends(message(&text, None)).await, text) })
        })
        .collect();
    over.process.heard.entries(20).await;
    let over = does(over, Server::crash).await;
    let (mut stored, mut not_stored) = (vec!["Hello!".to_owned()], Vec::new());
    for said in says {
        match timeout(PATIENCE, said).await.expect("each is answered").expect("it does not panic") {
            (Ok(_), text) => stored.push(text),
            (Err(error), text) if error.code() == "unavailable" => not_stored.push(text),
            (Err(error), _) => assert_eq!(error.code(), "outcome_unknown"),
        }
    }
    let over = does(over, Server::start_again).await;
    let entries = over.bob.reads_all().await;
    let texts: HashSet<_> = entries.iter().map(text).collect();
    for stored in stored {
        assert!(texts.contains(&*stored), "{stored} was acknowledged, and is not among {texts:?}");
    }
    for not_stored in not_stored {
        assert!(!texts.contains(&*not_stored), "{not_stored} was unavailable, and is among {texts:?}");
    }
    assert_eq!(seqs(&entries), up_to(entries.len()));
    it_goes_on(&over, entries.len() + 1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_not_there_is_named_without_its_password() {
    let over = does(talking().await, Server::stop).await;
    let url = over.url.parse().expect("a URL that is supported");
    let opened = Storage::open(&url, Arc::new(TestClock::default()), Arc::new(Heard::default())).await;
    let error = opened.err().expect("nobody is there").to_string();
    assert!(error.contains(&format!("postgres://127.0.0.1:{}/", over.server.port())), "{error}");
    assert!(error.contains("host and port"), "{error}");
    assert!(!error.contains("pass"), "{error}");
}
