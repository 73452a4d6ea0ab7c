//! Pings and closes of a client are answered, as RFC 6455 says.

use handsel_tests::socket::Heard;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

use crate::wire::pair::{Pair, Who};

#[tokio::test]
async fn a_ping_is_answered_with_its_own_payload() {
    let mut pair = Pair::acquainted().await;
    for payload in [&b""[..], b"are you there?", &[0xff; 125]] {
        pair.bobs.sends_raw(Message::Ping(payload.to_vec().into())).await;
        pair.bobs.hears_pong(payload).await;
        pair.goes_on(Who::Bob).await;
    }
}

#[tokio::test]
async fn a_pong_that_nobody_asked_for_is_no_mistake() {
    let mut pair = Pair::acquainted().await;
    pair.bobs.sends_raw(Message::Pong("I am here".into())).await;
    pair.goes_on(Who::Bob).await;
}

#[tokio::test]
async fn a_close_is_answered_and_disturbs_nobody() {
    let mut pair = Pair::acquainted().await;
    let close = CloseFrame { code: CloseCode::Away, reason: "another page".into() };
    pair.bobs.sends_raw(Message::Close(Some(close))).await;
    assert_eq!(pair.bobs.next().await, Heard::Closed(1001, "another page".to_owned()));
    pair.anas.says("are you there?").await;
    pair.anas.hears_message("are you there?").await;
}

#[tokio::test]
async fn what_was_said_right_before_a_close_is_kept() {
    let mut pair = Pair::acquainted().await;
    // More than once, since it is about a race.
    for _ in 0..10 {
        let mut bobs_phone = pair.bob.opens(&pair.offer).await;
        bobs_phone.says("one").await;
        bobs_phone.says("and goodbye").await;
        bobs_phone.leaves().await;
        for content in ["one", "and goodbye"] {
            pair.both_hear_message(content).await;
        }
    }
}
