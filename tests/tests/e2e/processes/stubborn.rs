//! Nobody keeps a server from ending: not a client that is silent, nor one that does not read, nor another process.

use std::time::{Duration, Instant};

use handsel_tests::{Pair, Person, Server, Started};

/// How long sockets are given by default.
const DRAIN: Duration = Duration::from_secs(8);
/// What a busy machine may take besides.
const SLACK: Duration = Duration::from_secs(4);

async fn ends_within(server: Server, time: Duration) {
    let asked_at = Instant::now();
    server.terminate().await;
    assert!(server.ended().await.success());
    let took = asked_at.elapsed();
    println!("it took {took:?}");
    assert!(took < time, "it took {took:?}");
}

async fn ana_and_bob(server: &Server) -> (Person, Person, String) {
    let (ana, bob) = tokio::join!(server.person("ana"), server.person("bob"));
    let offer = ana.offers("Bike repair").await;
    (ana, bob, offer)
}

#[tokio::test]
async fn a_client_that_never_answers_the_close_does_not_keep_it() {
    let server = Server::start().await;
    let (_, bob, offer) = ana_and_bob(&server).await;
    let _silent = bob.opens(&offer).await;
    ends_within(server, DRAIN).await;
}

#[tokio::test]
async fn a_client_that_does_not_read_does_not_keep_it() {
    let server = Started::fresh().with(&["--frames-per-second", "0"]).start().await;
    let (ana, bob, offer) = ana_and_bob(&server).await;
    let _deaf = ana.connecting(&offer).receive_buffer(4_096).open().await.expect("it opens");
    let mut bobs = bob.opens(&offer).await;
    // More than the system keeps for a reader, fewer than the queue holds.
    let long = "\u{1f91d}".repeat(4_000);
    for _ in 0..250 {
        bobs.says(&long).await;
        bobs.hears_message(&long).await;
    }
    drop(bobs);
    ends_within(server, DRAIN).await;
}

#[tokio::test]
async fn the_drain_time_is_what_was_set() {
    let server = Started::fresh().with(&["--drain-seconds", "1"]).start().await;
    let (_, bob, offer) = ana_and_bob(&server).await;
    let _silent = bob.opens(&offer).await;
    ends_within(server, Duration::from_secs(1) + SLACK).await;
}

#[tokio::test]
async fn another_process_that_holds_the_database_does_not_keep_it() {
    let server = Started::fresh().with(&["--drain-seconds", "3"]).start().await;
    let pair = Pair::meets(&server, "pair").await;
    let (_, mut respondents) = pair.open().await;
    let (lock, again) = (server.database().holds_writes().await, server.another());
    respondents.says("It was never acknowledged").await;
    respondents.has_heard_nothing().await;
    drop(respondents);
    ends_within(server, Duration::from_secs(3) + SLACK).await;
    lock.release().await;

    let again = again.start().await;
    let timeline = pair.owner.at(&again.address).timeline(&pair.key).await;
    assert_eq!(timeline.len(), 1, "nobody was told of it, and nothing of it is left");
}
