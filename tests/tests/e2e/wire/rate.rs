//! How fast one socket may send: what exceeds the rate is refused and not stored, and who goes on is closed with 4029.

use handsel_tests::socket::Heard;
use handsel_tests::{Socket, Started};
use serde_json::{Value, json};

use crate::wire::pair::{Pair, Who};

async fn slow_pair() -> Pair {
    Pair::on(Started::fresh().with(&["--frames-per-second", "1"]).start().await).await
}

async fn floods(socket: &mut Socket, frames: usize) {
    for number in 0..frames {
        let frame = json!({"type": "message", "content": "x", "client_message_id": number.to_string()});
        // It may be closed before the last of them.
        if !socket.tries_to_send(frame).await {
            return;
        }
    }
}

/// All frames up to the close, and the close.
async fn hears_to_the_end(socket: &mut Socket) -> (Vec<Value>, Heard) {
    let mut frames = Vec::new();
    loop {
        match socket.next().await {
            Heard::Frame(frame) => frames.push(frame),
            end => return (frames, end),
        }
    }
}

#[tokio::test]
async fn what_exceeds_the_rate_is_refused_says_when_to_retry_and_is_not_stored() {
    const SENT: usize = 30;
    let mut pair = slow_pair().await;
    floods(&mut pair.bobs, SENT).await;
    let (mut stored, mut refused) = (Vec::new(), Vec::new());
    for _ in 0..SENT {
        let frame = pair.bobs.hears().await;
        if frame["type"] == "message" {
            stored.push(frame["message"]["client_message_id"].clone());
        } else {
            assert_eq!((&frame["type"], &frame["code"]), (&json!("error"), &json!("rate_limited")), "saw {frame}");
            let wait = frame["retry_after_ms"].as_u64();
            assert!(wait.is_some_and(|wait| (1..=1_000).contains(&wait)), "saw {frame}");
            refused.push(frame["client_message_id"].clone());
        }
    }
    assert!(stored.len() >= 2, "a burst is twice the rate: {stored:?}");
    assert!(!refused.is_empty(), "30 frames at once are more than 1 a second");
    let timeline = pair.bob.timeline(&pair.offer).await;
    let in_timeline: Vec<_> = timeline.iter().map(|entry| entry["message"]["client_message_id"].clone()).collect();
    assert_eq!(in_timeline, stored);
    assert!(refused.iter().all(|id| id.is_string() && !stored.contains(id)), "{refused:?} and {stored:?}");
    for id in stored {
        assert_eq!(pair.anas.hears_message("x").await["client_message_id"], id);
    }
    // Whoever waits as long as is asked goes on.
    loop {
        pair.bobs.says("slower now").await;
        let frame = pair.bobs.hears().await;
        if frame["type"] == "message" {
            break;
        }
        let wait = frame["retry_after_ms"].as_u64().expect("when to retry");
        tokio::time::sleep(std::time::Duration::from_millis(wait)).await;
    }
    pair.anas.hears_message("slower now").await;
}

#[tokio::test]
async fn whoever_goes_on_and_on_is_closed() {
    let mut pair = slow_pair().await;
    let mut bobs_other = pair.bob.opens(&pair.offer).await;
    floods(&mut pair.bobs, 1_000).await;
    let (frames, end) = hears_to_the_end(&mut pair.bobs).await;
    assert_eq!(end, Heard::Closed(4029, "rate_limited".to_owned()));
    let refused = frames.iter().filter(|frame| frame["code"] == "rate_limited").count();
    assert!(refused >= 100, "it is told often enough before: {refused}");
    assert!(
        frames.iter().all(|frame| frame["type"] == "message" || frame["client_message_id"].is_string()),
        "each answers one frame: {:?}",
        frames.last()
    );
    // The rate is a socket's, not a user's; and what was taken before the close is kept: at least a burst.
    bobs_other.says("that was me").await;
    let heard_by_ana = hears_up_to(&mut pair.anas, "that was me").await;
    let ids: Vec<_> = heard_by_ana.iter().map(|frame| frame["message"]["client_message_id"].clone()).collect();
    assert!(ids.starts_with(&[json!("0"), json!("1")]), "{ids:?}");
    assert_eq!(hears_up_to(&mut bobs_other, "that was me").await, heard_by_ana);
    assert_eq!(pair.bob.timeline(&pair.offer).await, heard_by_ana);
    let heard_by_bob = frames.iter().filter(|frame| frame["type"] == "message");
    assert!(heard_by_bob.clone().eq(heard_by_ana.iter().take(heard_by_bob.clone().count())), "in the same order");
}

/// All frames up to that message.
async fn hears_up_to(socket: &mut Socket, content: &str) -> Vec<Value> {
    let mut frames = vec![socket.hears().await];
    while frames.last().is_some_and(|frame| frame["message"]["content"] != content) {
        frames.push(socket.hears().await);
    }
    frames
}

#[tokio::test]
async fn on_handsel_v1_an_error_with_when_to_retry_precedes_the_close() {
    let pair = slow_pair().await;
    let connecting = pair.bob.connecting(&pair.offer).header("sec-websocket-protocol", "handsel.v1");
    let mut bobs = connecting.open().await.expect("he is let in");
    floods(&mut bobs, 1_000).await;
    let (frames, end) = hears_to_the_end(&mut bobs).await;
    assert_eq!(end, Heard::Closed(4029, "rate_limited".to_owned()));
    let last = frames.last().expect("something precedes the close");
    assert_eq!((&last["type"], &last["code"]), (&json!("error"), &json!("rate_limited")), "saw {last}");
    assert!(last["retry_after_ms"].as_u64().is_some_and(|wait| wait > 0), "saw {last}");
    assert_eq!(last.get("client_message_id"), None, "it answers no single frame: {last}");
}

#[tokio::test]
async fn frames_that_are_refused_for_something_else_count_too() {
    let mut pair = slow_pair().await;
    for _ in 0..1_000 {
        if !pair.bobs.tries_to_send_text(r#"{"type": "shout"}"#).await {
            break;
        }
    }
    let (frames, end) = hears_to_the_end(&mut pair.bobs).await;
    assert_eq!(end, Heard::Closed(4029, "rate_limited".to_owned()));
    assert_eq!(frames.first().map(|frame| frame["code"].clone()), Some(json!("unknown_type")));
}

#[tokio::test]
async fn by_default_40_frames_fit_in_at_once() {
    let mut pair = Pair::on(Started::fresh().start().await).await;
    floods(&mut pair.bobs, 40).await;
    for number in 0..40 {
        assert_eq!(pair.both_hear_message("x").await["client_message_id"], number.to_string());
    }
}

#[tokio::test]
async fn a_rate_of_0_is_off() {
    let mut pair = Pair::strangers().await;
    for _ in 0..3 {
        for number in 0..100 {
            pair.bobs.says(&format!("number {number}")).await;
        }
        for number in 0..100 {
            pair.both_hear_message(&format!("number {number}")).await;
        }
    }
    pair.goes_on(Who::Bob).await;
}
