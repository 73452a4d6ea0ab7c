//! A socket that does not read is closed with 4008, and delays nobody.

use handsel_tests::Server;
use handsel_tests::people::seq;
use handsel_tests::socket::Heard;

use crate::wire::pair::{Pair, Who};

const BATCHES: usize = 80;
const BATCH: usize = 16;
/// A socket that happens to be reading from the database when it stops has no queue that could fill up: it is not
/// closed, and misses nothing. Rare as that is, another one is tried then.
const ATTEMPTS: usize = 6;

#[tokio::test]
async fn a_socket_that_does_not_read_is_closed_and_the_others_hear_everything() {
    let mut pair = Pair::strangers().await;
    for _ in 0..ATTEMPTS {
        let sent_before = pair.bob.timeline(&pair.offer).await.len();
        let connecting = pair.ana.connecting(&pair.offer).receive_buffer(4 * 1024);
        let mut anas_phone = connecting.open().await.expect("she is let in");
        for batch in 1..=BATCHES {
            a_batch_is_heard_by_those_who_read(&mut pair).await;
            if batch % 10 == 0 && one_was_too_slow(&pair.server).await {
                break;
            }
        }
        let closed = one_was_too_slow(&pair.server).await;

        // What it was sent is in order and without a hole. Whether it still hears the close depends on when it begins
        // to read.
        pair.says(Who::Bob, "the end").await;
        let sent = pair.bob.timeline(&pair.offer).await.len();
        let mut heard = sent_before;
        let end = loop {
            match anas_phone.next().await {
                Heard::Frame(frame) => {
                    heard += 1;
                    assert_eq!(seq(&frame), i64::try_from(heard).expect("a small number"));
                    if frame["message"]["content"] == "the end" {
                        break Heard::Frame(frame);
                    }
                }
                end => break end,
            }
        };
        if closed {
            assert!(end == Heard::Closed(4008, "too_slow".to_owned()) || end == Heard::Broke, "saw {end:?}");
            assert!(heard < sent, "it has not heard everything");
            // It comes back and goes on.
            let mut again = pair.ana.opens(&pair.offer).await;
            pair.says(Who::Bob, "better now?").await;
            again.hears_message("better now?").await;
            return;
        }
        assert_eq!(heard, sent, "it was not closed, so it misses nothing; saw {end:?}");
    }
    panic!("none of {ATTEMPTS} sockets that did not read was closed");
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
