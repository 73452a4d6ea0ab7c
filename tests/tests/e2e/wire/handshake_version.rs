//! A step may carry the version that its user saw: where it is no longer current, nothing changes.

use serde_json::{Value, json};

use crate::wire::pair::{Pair, Who};

fn version(frame: &Value) -> i64 {
    frame["handshake"]["version"].as_i64().expect("a handshake has a version")
}

fn seen(step: &str, version: i64) -> Value {
    json!({"type": step, "version": version})
}

/// One sends that frame and is told that the handshake has changed since, and to what.
async fn is_stale(pair: &mut Pair, who: Who, frame: Value, current: &Value) {
    pair.socket(who).sends(frame.clone()).await;
    pair.socket(who).hears_error("handshake_changed").await;
    let mut expected = current.clone();
    expected["repeat"] = json!(true);
    assert_eq!(pair.socket(who).hears().await, expected, "{frame} by {who:?}");
    pair.goes_on(who).await;
}

#[tokio::test]
async fn a_step_on_the_version_that_is_current_is_taken() {
    let (mut pair, started) = Pair::with_a_handshake_started_by_bob().await;
    // What is written in between does not change the handshake.
    pair.says(Who::Ana, "let me see").await;
    let approved = pair.sends(Who::Ana, seen("handshake_approve", version(&started)), "approved").await;
    pair.sends(Who::Bob, seen("handshake_cancel", version(&approved)), "cancelled").await;
}

#[tokio::test]
async fn a_step_on_any_other_version_changes_nothing() {
    let (mut pair, started) = Pair::with_a_handshake_started_by_bob().await;
    for other in [version(&started) - 1, version(&started) + 1, 0, -1, i64::MAX, i64::MIN] {
        for step in ["handshake_approve", "handshake_decline"] {
            is_stale(&mut pair, Who::Ana, seen(step, other), &started).await;
        }
        is_stale(&mut pair, Who::Bob, seen("handshake_cancel", other), &started).await;
    }
    let approved = pair.takes(Who::Ana, "handshake_approve", "approved").await;
    is_stale(&mut pair, Who::Bob, seen("handshake_cancel", version(&started)), &approved).await;
    pair.sends(Who::Bob, seen("handshake_cancel", version(&approved)), "cancelled").await;
}

#[tokio::test]
async fn an_answer_to_an_old_proposal_does_not_answer_the_new_one() {
    let mut pair = Pair::acquainted().await;
    let cheap = json!({"type": "handshake_start", "terms": {"price": 10}});
    let first = pair.sends(Who::Bob, cheap, "pending").await;
    pair.takes(Who::Bob, "handshake_cancel", "cancelled").await;
    let dear = json!({"type": "handshake_start", "terms": {"price": 1_000}});
    let second = pair.sends(Who::Bob, dear, "pending").await;
    is_stale(&mut pair, Who::Ana, seen("handshake_approve", version(&first)), &second).await;
    pair.sends(Who::Ana, seen("handshake_approve", version(&second)), "approved").await;
}

#[tokio::test]
async fn a_start_may_say_after_which_end_it_comes() {
    let (mut pair, started) = Pair::with_a_handshake_started_by_bob().await;
    let declined = pair.takes(Who::Ana, "handshake_decline", "declined").await;
    is_stale(&mut pair, Who::Bob, seen("handshake_start", version(&started)), &declined).await;
    pair.sends(Who::Bob, seen("handshake_start", version(&declined)), "pending").await;
}

#[tokio::test]
async fn a_version_where_there_is_no_handshake_is_stale() {
    let mut pair = Pair::acquainted().await;
    pair.bobs.sends(seen("handshake_start", 7)).await;
    pair.bobs.hears_error("handshake_changed").await;
    pair.goes_on(Who::Bob).await;
}

#[tokio::test]
async fn completions_commute_whatever_version_was_seen() {
    let (mut pair, _) = Pair::with_a_handshake_started_by_bob().await;
    let approved = pair.takes(Who::Ana, "handshake_approve", "approved").await;
    // Both have seen the approval, and neither the other's completion.
    pair.sends(Who::Ana, seen("handshake_complete", version(&approved)), "approved").await;
    pair.sends(Who::Bob, seen("handshake_complete", version(&approved)), "completed").await;
}

#[tokio::test]
async fn without_a_version_a_step_applies_to_what_is_current() {
    let (mut pair, _) = Pair::with_a_handshake_started_by_bob().await;
    pair.takes(Who::Bob, "handshake_cancel", "cancelled").await;
    pair.takes(Who::Bob, "handshake_start", "pending").await;
    pair.takes(Who::Ana, "handshake_approve", "approved").await;
}
