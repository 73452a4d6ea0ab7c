//! Every arrow of the handshake's diagram, by either side that may take it, told to both in the same way.

use serde_json::{Value, json};

use crate::wire::pair::{Pair, Who};

const BOTH: [Who; 2] = [Who::Ana, Who::Bob];

/// A step that both have heard: what it says, who made it, and that the handshake is still the same one.
fn follows(frame: &Value, before: &Value, message: &str) {
    let (handshake, before) = (&frame["handshake"], &before["handshake"]);
    assert_eq!(handshake["message"], message);
    assert_eq!(handshake["version"], handshake["seq"], "the version is the place of the latest step");
    assert!(handshake["version"].as_i64() > before["version"].as_i64());
    for same in ["id", "uid", "initiator_id", "user1_id", "user2_id", "note", "terms", "conversation"] {
        assert_eq!(handshake[same], before[same], "{same} stays through all steps");
    }
}

/// One starts. Returns who is the other, and the frame.
async fn started(pair: &mut Pair, initiator: Who) -> (Who, Value) {
    let frame = pair.takes(initiator, "handshake_start", "pending").await;
    assert_eq!(frame["handshake"]["message"], "Handshake request sent");
    assert_eq!(frame["handshake"]["initiator_id"], pair.id(initiator));
    assert_eq!(frame["handshake"]["version"], frame["handshake"]["seq"]);
    (initiator.other(), frame)
}

async fn approved(pair: &mut Pair, initiator: Who) -> Value {
    let (other, start) = started(pair, initiator).await;
    let frame = pair.takes(other, "handshake_approve", "approved").await;
    follows(&frame, &start, "Handshake approved");
    assert_eq!(frame["handshake"]["completed_by"], json!([]));
    frame
}

async fn completed(pair: &mut Pair, initiator: Who, first: Who) -> Value {
    let approval = approved(pair, initiator).await;
    let waiting = pair.takes(first, "handshake_complete", "approved").await;
    follows(&waiting, &approval, "Waiting for the other side to complete");
    assert_eq!(waiting["handshake"]["completed_by"], json!([pair.id(first)]));
    let done = pair.takes(first.other(), "handshake_complete", "completed").await;
    follows(&done, &waiting, "Handshake completed");
    assert_eq!(done["handshake"]["completed_by"], json!([pair.ana.id, pair.bob.id]));
    done
}

#[tokio::test]
async fn either_starts_the_other_approves_and_both_complete_in_any_order() {
    let mut pair = Pair::acquainted().await;
    let mut uids = Vec::new();
    for initiator in BOTH {
        for first in BOTH {
            uids.push(completed(&mut pair, initiator, first).await["handshake"]["uid"].clone());
        }
    }
    uids.sort_by_key(ToString::to_string);
    uids.dedup();
    assert_eq!(uids.len(), 4, "each start is a handshake of its own, unique for ever: {uids:?}");
}

#[tokio::test]
async fn the_other_may_decline_and_the_initiator_may_cancel() {
    let mut pair = Pair::acquainted().await;
    for initiator in BOTH {
        let (other, start) = started(&mut pair, initiator).await;
        let declined = pair.takes(other, "handshake_decline", "declined").await;
        follows(&declined, &start, "Handshake declined");
        let (_, start) = started(&mut pair, initiator).await;
        let cancelled = pair.takes(initiator, "handshake_cancel", "cancelled").await;
        follows(&cancelled, &start, "Handshake cancelled");
    }
}

#[tokio::test]
async fn either_may_cancel_what_is_approved() {
    let mut pair = Pair::acquainted().await;
    for initiator in BOTH {
        for leaves in BOTH {
            let approval = approved(&mut pair, initiator).await;
            let cancelled = pair.takes(leaves, "handshake_cancel", "cancelled").await;
            follows(&cancelled, &approval, "Handshake cancelled");
        }
    }
}

#[tokio::test]
async fn either_may_cancel_even_after_one_has_completed() {
    let mut pair = Pair::acquainted().await;
    for completes in BOTH {
        for leaves in BOTH {
            approved(&mut pair, Who::Bob).await;
            let waiting = pair.takes(completes, "handshake_complete", "approved").await;
            let cancelled = pair.takes(leaves, "handshake_cancel", "cancelled").await;
            follows(&cancelled, &waiting, "Handshake cancelled");
            assert_eq!(cancelled["handshake"]["completed_by"], json!([pair.id(completes)]), "who had completed stays");
        }
    }
}

#[tokio::test]
async fn after_each_end_either_may_start_again() {
    let mut pair = Pair::acquainted().await;
    let mut earlier = Vec::new();
    for end in ["declined", "cancelled", "left", "completed"] {
        for again in BOTH {
            let (other, start) = started(&mut pair, again).await;
            let uid = start["handshake"]["uid"].clone();
            assert!(!earlier.contains(&uid), "{uid} is unique for ever");
            earlier.push(uid);
            assert_eq!(start["handshake"]["completed_by"], json!([]), "nothing is left of the one before");
            match end {
                "declined" => drop(pair.takes(other, "handshake_decline", "declined").await),
                "cancelled" => drop(pair.takes(again, "handshake_cancel", "cancelled").await),
                _ => {
                    pair.takes(other, "handshake_approve", "approved").await;
                    if end == "left" {
                        pair.takes(other, "handshake_cancel", "cancelled").await;
                    } else {
                        pair.takes(other, "handshake_complete", "approved").await;
                        pair.takes(again, "handshake_complete", "completed").await;
                    }
                }
            }
        }
    }
}

#[tokio::test]
async fn the_conversation_stays_open_whatever_becomes_of_the_handshake() {
    let mut pair = Pair::acquainted().await;
    for (steps, end) in [
        (vec![(Who::Bob, "handshake_start", "pending")], "handshake_decline"),
        (
            vec![(Who::Ana, "handshake_start", "pending"), (Who::Bob, "handshake_approve", "approved")],
            "handshake_cancel",
        ),
    ] {
        for (who, step, status) in steps {
            pair.takes(who, step, status).await;
            pair.says(Who::Ana, "go on").await;
        }
        pair.anas.sends(json!({"type": end})).await;
        pair.both_hear().await;
        pair.says(Who::Ana, "no hard feelings").await;
        pair.says(Who::Bob, "none").await;
    }
}

#[tokio::test]
async fn every_step_is_an_entry_of_the_timeline_in_the_same_shape() {
    let mut pair = Pair::strangers().await;
    let mut heard = vec![pair.takes(Who::Bob, "handshake_start", "pending").await];
    heard.push(pair.takes(Who::Ana, "handshake_approve", "approved").await);
    heard.push(pair.takes(Who::Bob, "handshake_complete", "approved").await);
    heard.push(pair.takes(Who::Ana, "handshake_complete", "completed").await);
    assert_eq!(pair.ana.timeline(&pair.key()).await, heard);
    assert_eq!(pair.bob.timeline(&pair.offer).await, heard);
    let seqs: Vec<_> = heard.iter().map(handsel_tests::people::seq).collect();
    assert_eq!(seqs, [1, 2, 3, 4]);
}
