//! A socket that does not read is closed with 4008, and delays nobody.

use handsel_tests::people::seq;
use handsel_tests::socket::Heard;
use handsel_tests::{Server, in_time};

use crate::wire::pair::{Pair, Who};

const BATCHES: usize = 80;
const BATCH: usize = 16;

#[tokio::test]
async fn a_socket_that_does_not_read_is_closed_and_the_others_hear_everything() {
    let mut pair = Pair::strangers().await;
    let connecting = pair.ana.connecting(&pair.offer).receive_buffer(4 * 1024);
    let mut anas_phone = connecting.open().await.expect("she is let in");
    for _ in 0..BATCHES {
        a_batch_is_heard_by_those_who_read(&mut pair).await;
    }
    in_time("the socket that does not read to be closed", async { while !one_was_too_slow(&pair.server).await {} })
        .await;

    // What it was sent is in order and without a hole. Whether it still hears the close depends on when it begins to
    // read.
    let mut heard = 0;
    let end = loop {
        match anas_phone.next().await {
            Heard::Frame(frame) => {
                heard += 1;
                assert_eq!(seq(&frame), heard);
            }
            end => break end,
        }
    };
    assert!(end == Heard::Closed(4008, "too_slow".to_owned()) || end == Heard::Broke, "saw {end:?}");
    assert!(heard < i64::try_from(BATCHES * BATCH).expect("a small number"), "it has not heard everything");
    // It comes back and goes on.
    let mut again = pair.ana.opens(&pair.offer).await;
    pair.says(Who::Bob, "better now?").await;
    again.hears_message("better now?").await;
}

async fn a_batch_is_heard_by_those_who_read(pair: &mut Pair) {
    let large = "🤝".repeat(4_000);
    for _ in 0..BATCH {
        pair.bobs.says(&large).await;
    }
    for _ in 0..BATCH {
        pair.both_hear_message(&large).await;
    }
}

async fn one_was_too_slow(server: &Server) -> bool {
    server.get("/metrics").await.text.contains("handsel_socket_closes_total{code=\"4008\"} 1")
}

#[tokio::test]
async fn a_socket_that_reads_late_but_not_too_late_misses_nothing() {
    let mut pair = Pair::strangers().await;
    let connecting = pair.ana.connecting(&pair.offer).receive_buffer(4 * 1024);
    let mut anas_phone = connecting.open().await.expect("she is let in");
    for number in 0..200 {
        pair.bobs.says(&format!("{number} {}", "x".repeat(2_000))).await;
    }
    for number in 0..200 {
        pair.both_hear_message(&format!("{number} {}", "x".repeat(2_000))).await;
    }
    for expected in 1..=200 {
        assert_eq!(seq(&anas_phone.hears().await), expected);
    }
}
