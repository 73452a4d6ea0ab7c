//! `handsel verify` beside two servers whose people write all the time: no false alarm. Knows nothing of breaches.

use futures_util::future::join_all;
use handsel_tests::{Pair, Socket, Started};
use serde_json::{Value, json};
use tokio::task::JoinSet;

const PAIRS: usize = 4;
const ROUNDS: usize = 20;

/// Writes and takes steps as fast as it hears of its own, for as long as it is let.
async fn writes(mut socket: Socket) {
    for number in 0_u64.. {
        let content = format!("message {number}");
        socket.sends(json!({"type": "message", "content": content})).await;
        // Each is refused now and then, since the other side takes steps, too.
        for step in ["start", "approve", "complete", "cancel"] {
            socket.sends(json!({"type": format!("handshake_{step}")})).await;
        }
        while socket.hears().await["message"]["content"] != content {}
    }
}

#[tokio::test]
async fn nothing_is_found_while_two_servers_write() {
    let flags = ["--frames-per-second", "0"];
    let one = Started::fresh().with(&flags).start().await;
    let two = one.another().with(&flags).start().await;
    let pairs = Pair::meet(&one, PAIRS).await;
    let pairs: Vec<_> = pairs.iter().map(|pair| pair.at(&one.address, &two.address)).collect();
    let mut sides = JoinSet::new();
    for (owners, respondents) in join_all(pairs.iter().map(Pair::open)).await {
        sides.spawn(writes(owners));
        sides.spawn(writes(respondents));
    }

    let (mut rounds, mut entries) = (0, 0);
    // As often as that, and until each has written something.
    while rounds < ROUNDS || entries < 20 * PAIRS as u64 {
        let (status, output, errors) = one.command(&["verify", "--json"], "").await;
        assert!(status.success(), "round {rounds}: {output}{errors}");
        let report: Value = serde_json::from_str(&output).expect("JSON");
        let read = report["entries"].as_u64().expect("a number");
        assert!(read >= entries, "{read} entries, {entries} before");
        (rounds, entries) = (rounds + 1, read);
    }
    println!("verified {rounds} times beside two servers, {entries} entries at last");
    assert!(sides.try_join_next().is_none(), "all go on writing");
}
