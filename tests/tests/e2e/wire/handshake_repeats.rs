//! Doing again what one has just done is no error: the current state with `repeat`, to that socket alone.

use serde_json::{Value, json};

use crate::wire::pair::{Pair, Who};

/// One sends that frame once more; `current` is what both heard last of the handshake.
async fn is_repeated(pair: &mut Pair, who: Who, frame: Value, current: &Value) {
    let mut bobs_other = pair.bob.opens(&pair.offer).await;
    let mut expected = current.clone();
    expected["repeat"] = json!(true);
    for _ in 0..2 {
        pair.socket(who).sends(frame.clone()).await;
        assert_eq!(pair.socket(who).hears().await, expected, "{frame} by {who:?}");
    }
    pair.goes_on(who).await;
    bobs_other.hears_message("where were we?").await;
}

async fn step_is_repeated(pair: &mut Pair, who: Who, step: &str, current: &Value) {
    is_repeated(pair, who, json!({"type": step}), current).await;
}

#[tokio::test]
async fn a_start_an_approval_and_both_completions_may_be_repeated() {
    let (mut pair, started) = Pair::with_a_handshake_started_by_bob().await;
    step_is_repeated(&mut pair, Who::Bob, "handshake_start", &started).await;
    let approved = pair.takes(Who::Ana, "handshake_approve", "approved").await;
    step_is_repeated(&mut pair, Who::Ana, "handshake_approve", &approved).await;
    let waiting = pair.takes(Who::Bob, "handshake_complete", "approved").await;
    step_is_repeated(&mut pair, Who::Bob, "handshake_complete", &waiting).await;
    let completed = pair.takes(Who::Ana, "handshake_complete", "completed").await;
    step_is_repeated(&mut pair, Who::Ana, "handshake_complete", &completed).await;
    // One's own completion counts even after the other's.
    step_is_repeated(&mut pair, Who::Bob, "handshake_complete", &completed).await;
}

#[tokio::test]
async fn every_way_out_may_be_repeated() {
    for (path, who, step, status) in [
        (vec![], Who::Ana, "handshake_decline", "declined"),
        (vec![], Who::Bob, "handshake_cancel", "cancelled"),
        (vec![(Who::Ana, "handshake_approve", "approved")], Who::Ana, "handshake_cancel", "cancelled"),
        (vec![(Who::Ana, "handshake_approve", "approved")], Who::Bob, "handshake_cancel", "cancelled"),
    ] {
        let (mut pair, _) = Pair::with_a_handshake_started_by_bob().await;
        for (who, step, status) in path {
            pair.takes(who, step, status).await;
        }
        let ended = pair.takes(who, step, status).await;
        step_is_repeated(&mut pair, who, step, &ended).await;
    }
}

#[tokio::test]
async fn a_start_is_repeated_with_the_same_note_and_terms() {
    let mut pair = Pair::acquainted().await;
    let start =
        json!({"type": "handshake_start", "note": "two hours", "terms": {"hours": 2, "price": {"kind": "free"}}});
    let started = pair.sends(Who::Bob, start.clone(), "pending").await;
    is_repeated(&mut pair, Who::Bob, start, &started).await;
}

#[tokio::test]
async fn a_repetition_with_the_version_that_was_seen_first_is_one_still() {
    let (mut pair, started) = Pair::with_a_handshake_started_by_bob().await;
    let approve = json!({"type": "handshake_approve", "version": started["handshake"]["version"]});
    let approved = pair.sends(Who::Ana, approve.clone(), "approved").await;
    is_repeated(&mut pair, Who::Ana, approve, &approved).await;
}

#[tokio::test]
async fn nothing_is_stored_for_a_repetition() {
    let (mut pair, started) = Pair::with_a_handshake_started_by_bob().await;
    for _ in 0..5 {
        pair.bobs.sends(json!({"type": "handshake_start"})).await;
        assert_eq!(pair.bobs.hears_handshake("pending").await["repeat"], json!(true));
    }
    let timeline = pair.ana.timeline(&pair.key()).await;
    assert_eq!(timeline.len(), 2, "a message and a start: {timeline:?}");
    assert_eq!(timeline[1], started);
}
