//! One commit of more entries than a socket's queue holds: whoever reads gets them all and keeps the connection.

use handsel_tests::{Server, Started, in_time};
use serde_json::json;

/// More than the 256 frames of a queue, and fewer than the 512 entries of a commit.
const BURST: i64 = 450;

#[tokio::test]
async fn a_burst_closes_nobody_who_reads() {
    let server: Server = Started::fresh().with(&["--frames-per-second", "0"]).start().await;
    let (ana, bob) = (server.person("ana").await, server.person("bob").await);
    let offer = ana.offers("Bike repair").await;
    let mut anas = ana.opens(&offer).await;

    // While the lock is held everything queues up for one commit.
    let lock = server.database().holds_writes().await;
    let path = format!("/api/conversations/{offer}/messages/");
    let mut posting = tokio::task::JoinSet::new();
    for number in 0..BURST {
        let (bob, path) = (bob.clone(), path.clone());
        posting.spawn(async move { bob.post(&path, json!({"content": format!("number {number}")})).await });
    }
    // The requests are under way once the server has taken their connections; an answer to another one shows it.
    in_time("the server to answer beside them", server.get("/healthz")).await.is(200);
    lock.release().await;

    for expected in 1..=BURST {
        assert_eq!(anas.hears().await["message"]["seq"], expected);
    }
    while let Some(posted) = posting.join_next().await {
        posted.expect("no panic").is(201);
    }
    anas.says("That was a lot.").await;
    anas.hears_message("That was a lot.").await;
}
