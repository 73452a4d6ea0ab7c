//! Every step that the diagram has no arrow for: its code, and the current state with `repeat` behind it, to the socket
//! that erred alone.

use serde_json::{Value, json};

use crate::wire::pair::{Pair, Who};

/// One takes a step that is refused with that code; `current` is what both heard last of the handshake.
async fn is_refused(pair: &mut Pair, who: Who, step: &str, code: &str, current: &Value) {
    pair.socket(who).sends(json!({"type": step})).await;
    let error = pair.socket(who).hears_error(code).await;
    let status = current["handshake"]["status"].as_str().expect("a status");
    if code != "handshake_own" {
        let message = error["message"].as_str().expect("words");
        assert!(message.contains(status), "{step} by {who:?}: the error names the status {status}: {message}");
    }
    let state = pair.socket(who).hears().await;
    let mut expected = current.clone();
    expected["repeat"] = json!(true);
    assert_eq!(state, expected, "{step} by {who:?} is answered by the state as it was");
    pair.goes_on(who).await;
}

#[tokio::test]
async fn without_a_handshake_there_is_nothing_to_answer() {
    for mut pair in [Pair::strangers().await, Pair::acquainted().await] {
        for step in ["handshake_approve", "handshake_decline", "handshake_cancel", "handshake_complete"] {
            pair.bobs.sends(json!({"type": step})).await;
            let error = pair.bobs.hears_error("handshake_not_possible").await;
            assert!(error["message"].as_str().is_some_and(|message| message.contains("none")), "saw {error}");
        }
        // There is no state that could follow.
        pair.goes_on(Who::Bob).await;
        for step in ["handshake_approve", "handshake_decline", "handshake_cancel", "handshake_complete"] {
            pair.anas.sends(json!({"type": step})).await;
            pair.anas.hears_error("handshake_not_possible").await;
        }
        pair.goes_on(Who::Ana).await;
    }
}

#[tokio::test]
async fn while_it_is_pending_it_is_for_the_other_to_answer() {
    for initiator in [Who::Bob, Who::Ana] {
        let mut pair = Pair::acquainted().await;
        let (pending, other) = (pair.takes(initiator, "handshake_start", "pending").await, initiator.other());
        for (who, step, code) in [
            (initiator, "handshake_approve", "handshake_own"),
            (initiator, "handshake_decline", "handshake_own"),
            (initiator, "handshake_complete", "handshake_not_possible"),
            (other, "handshake_start", "handshake_exists"),
            (other, "handshake_cancel", "handshake_not_possible"),
            (other, "handshake_complete", "handshake_not_possible"),
        ] {
            is_refused(&mut pair, who, step, code, &pending).await;
        }
        pair.takes(other, "handshake_approve", "approved").await;
    }
}

#[tokio::test]
async fn a_second_start_with_something_else_in_it_is_no_repetition() {
    let (mut pair, pending) = Pair::with_a_handshake_started_by_bob().await;
    for other in [json!({"note": "two hours"}), json!({"terms": {"hours": 2}})] {
        let mut frame = other;
        frame["type"] = json!("handshake_start");
        pair.bobs.sends(frame).await;
        pair.bobs.hears_error("handshake_exists").await;
        let state = pair.bobs.hears_handshake("pending").await;
        assert_eq!((&state["handshake"], &state["repeat"]), (&pending["handshake"], &json!(true)));
        pair.goes_on(Who::Bob).await;
    }
}

#[tokio::test]
async fn what_is_approved_can_only_be_completed_or_cancelled() {
    let (mut pair, _) = Pair::with_a_handshake_started_by_bob().await;
    let approved = pair.takes(Who::Ana, "handshake_approve", "approved").await;
    for (who, step, code) in [
        (Who::Bob, "handshake_start", "handshake_exists"),
        (Who::Ana, "handshake_start", "handshake_exists"),
        (Who::Bob, "handshake_approve", "handshake_not_possible"),
        (Who::Bob, "handshake_decline", "handshake_not_possible"),
        (Who::Ana, "handshake_decline", "handshake_not_possible"),
    ] {
        is_refused(&mut pair, who, step, code, &approved).await;
    }
    let waiting = pair.takes(Who::Bob, "handshake_complete", "approved").await;
    for (who, step, code) in [
        (Who::Bob, "handshake_start", "handshake_exists"),
        (Who::Ana, "handshake_start", "handshake_exists"),
        (Who::Ana, "handshake_approve", "handshake_not_possible"),
        (Who::Bob, "handshake_approve", "handshake_not_possible"),
        (Who::Ana, "handshake_decline", "handshake_not_possible"),
        (Who::Bob, "handshake_decline", "handshake_not_possible"),
    ] {
        is_refused(&mut pair, who, step, code, &waiting).await;
    }
    pair.takes(Who::Ana, "handshake_complete", "completed").await;
}

#[tokio::test]
async fn after_each_end_nothing_but_a_start_is_possible() {
    let all = ["handshake_approve", "handshake_decline", "handshake_cancel", "handshake_complete"];
    for (path, repetitions) in [
        (vec![(Who::Ana, "handshake_decline", "declined")], vec![(Who::Ana, "handshake_decline")]),
        (vec![(Who::Bob, "handshake_cancel", "cancelled")], vec![(Who::Bob, "handshake_cancel")]),
        (
            vec![(Who::Ana, "handshake_approve", "approved"), (Who::Ana, "handshake_cancel", "cancelled")],
            vec![(Who::Ana, "handshake_cancel")],
        ),
        (
            vec![
                (Who::Ana, "handshake_approve", "approved"),
                (Who::Ana, "handshake_complete", "approved"),
                (Who::Bob, "handshake_complete", "completed"),
            ],
            vec![(Who::Ana, "handshake_complete"), (Who::Bob, "handshake_complete")],
        ),
    ] {
        let (mut pair, mut current) = Pair::with_a_handshake_started_by_bob().await;
        for (who, step, status) in path {
            current = pair.takes(who, step, status).await;
        }
        for who in [Who::Ana, Who::Bob] {
            for step in all.into_iter().filter(|step| !repetitions.contains(&(who, step))) {
                is_refused(&mut pair, who, step, "handshake_not_possible", &current).await;
            }
        }
        pair.takes(Who::Ana, "handshake_start", "pending").await;
    }
}
