//! Steps of both sides at the same moment: exactly one of two that exclude each other is taken, and the other side is
//! told so, with the state that there is now.

use handsel_tests::Socket;
use serde_json::{Value, json};

use crate::wire::pair::{Pair, Who};

/// More than once, since it is about a race.
const ROUNDS: usize = 12;

/// What one socket heard up to a marker: entries, its own errors, and states that were repeated to it.
#[derive(Debug, Default)]
struct Heard {
    entries: Vec<Value>,
    errors: Vec<String>,
    repeats: Vec<Value>,
}

impl Heard {
    /// This, and what was heard after it.
    fn and(mut self, later: Self) -> Self {
        self.entries.extend(later.entries);
        self.errors.extend(later.errors);
        self.repeats.extend(later.repeats);
        self
    }
}

async fn hears_up_to(socket: &mut Socket, marker: &str) -> Heard {
    let mut heard = Heard::default();
    loop {
        let frame = socket.hears().await;
        if frame["message"]["content"] == marker {
            return heard;
        }
        if frame["type"] == "error" {
            heard.errors.push(frame["code"].as_str().expect("a code").to_owned());
        } else if frame["repeat"] == json!(true) {
            heard.repeats.push(frame["handshake"].clone());
        } else {
            heard.entries.push(frame["handshake"].clone());
        }
    }
}

/// Both send at the same moment; returns what Ana heard, and what Bob heard, until both were answered.
async fn at_once(pair: &mut Pair, anas: Value, bobs: Value) -> (Heard, Heard) {
    let ((), ()) = tokio::join!(pair.anas.sends(anas), pair.bobs.sends(bobs));
    let (mut ana, mut bob) = (Heard::default(), Heard::default());
    // One's own marker may share a commit with one's step and then be heard before its answer; the one after it, which
    // is said when all have heard it, is not.
    for (marker, who) in [("ana is done", Who::Ana), ("bob is done", Who::Bob), ("all is quiet", Who::Ana)] {
        pair.socket(who).says(marker).await;
        ana = ana.and(hears_up_to(&mut pair.anas, marker).await);
        bob = bob.and(hears_up_to(&mut pair.bobs, marker).await);
    }
    (ana, bob)
}

/// Exactly one of the two was taken, and both have heard it alike; the other one was told with that code, and what is
/// current. Returns the step that was taken.
fn exactly_one_wins(pair: &Pair, (ana, bob): (Heard, Heard), code: &str) -> Value {
    assert_eq!(ana.entries, bob.entries, "both hear the same");
    let [taken] = ana.entries.as_slice() else { panic!("expected one step, saw {:?}", ana.entries) };
    let (winner, loser) = if taken["actor_id"] == pair.ana.id { (&ana, &bob) } else { (&bob, &ana) };
    assert!(winner.errors.is_empty() && winner.repeats.is_empty(), "the winner hears of no error: {winner:?}");
    assert_eq!(loser.errors, [code], "{loser:?}");
    assert_eq!(loser.repeats.as_slice(), std::slice::from_ref(taken), "the state follows the error");
    taken.clone()
}

fn step(kind: &str) -> Value {
    json!({"type": format!("handshake_{kind}")})
}

fn step_on(kind: &str, seen: &Value) -> Value {
    json!({"type": format!("handshake_{kind}"), "version": seen["handshake"]["version"]})
}

#[tokio::test]
async fn of_two_starts_one_wins() {
    let mut pair = Pair::acquainted().await;
    for _ in 0..ROUNDS {
        let heard = at_once(&mut pair, step("start"), step("start")).await;
        let taken = exactly_one_wins(&pair, heard, "handshake_exists");
        assert_eq!(taken["status"], "pending");
        let initiator = if taken["initiator_id"] == pair.ana.id { Who::Ana } else { Who::Bob };
        pair.takes(initiator, "handshake_cancel", "cancelled").await;
    }
}

#[tokio::test]
async fn of_an_approval_and_a_cancellation_of_the_same_version_one_wins() {
    let mut pair = Pair::acquainted().await;
    for _ in 0..ROUNDS {
        let started = pair.takes(Who::Bob, "handshake_start", "pending").await;
        let (approve, cancel) = (step_on("approve", &started), step_on("cancel", &started));
        let heard = at_once(&mut pair, approve, cancel).await;
        let taken = exactly_one_wins(&pair, heard, "handshake_changed");
        if taken["status"] == "approved" {
            pair.takes(Who::Ana, "handshake_cancel", "cancelled").await;
        }
    }
}

#[tokio::test]
async fn without_a_version_a_cancellation_may_follow_an_approval_but_not_the_other_way_round() {
    let mut pair = Pair::acquainted().await;
    for _ in 0..ROUNDS {
        pair.takes(Who::Bob, "handshake_start", "pending").await;
        let (ana, bob) = at_once(&mut pair, step("approve"), step("cancel")).await;
        assert_eq!(ana.entries, bob.entries, "both hear the same");
        let statuses: Vec<_> = ana.entries.iter().map(|entry| entry["status"].clone()).collect();
        if statuses == ["approved", "cancelled"] {
            assert!(ana.errors.is_empty() && bob.errors.is_empty(), "{ana:?} {bob:?}");
        } else {
            assert_eq!(statuses, ["cancelled"]);
            assert_eq!((ana.errors, ana.repeats), (vec!["handshake_not_possible".to_owned()], bob.entries));
        }
    }
}

#[tokio::test]
async fn of_a_decline_and_a_cancellation_one_wins() {
    let mut pair = Pair::acquainted().await;
    for _ in 0..ROUNDS {
        pair.takes(Who::Bob, "handshake_start", "pending").await;
        let heard = at_once(&mut pair, step("decline"), step("cancel")).await;
        exactly_one_wins(&pair, heard, "handshake_not_possible");
    }
}

#[tokio::test]
async fn of_two_approvals_only_the_other_sides_counts() {
    let mut pair = Pair::acquainted().await;
    for _ in 0..ROUNDS {
        pair.takes(Who::Bob, "handshake_start", "pending").await;
        let (ana, bob) = at_once(&mut pair, step("approve"), step("approve")).await;
        assert_eq!((&ana.entries, ana.errors.len()), (&bob.entries, 0));
        assert_eq!((ana.entries.len(), &ana.entries[0]["actor_id"]), (1, &json!(pair.ana.id)));
        // Too early it was his own, too late it was approved already.
        assert!(["handshake_own", "handshake_not_possible"].contains(&bob.errors[0].as_str()), "{bob:?}");
        assert_eq!((bob.errors.len(), bob.repeats.len()), (1, 1));
        pair.takes(Who::Bob, "handshake_cancel", "cancelled").await;
    }
}

#[tokio::test]
async fn of_two_cancellations_one_wins() {
    let mut pair = Pair::acquainted().await;
    for _ in 0..ROUNDS {
        pair.takes(Who::Bob, "handshake_start", "pending").await;
        pair.takes(Who::Ana, "handshake_approve", "approved").await;
        let heard = at_once(&mut pair, step("cancel"), step("cancel")).await;
        exactly_one_wins(&pair, heard, "handshake_not_possible");
    }
}

#[tokio::test]
async fn two_completions_commute() {
    let mut pair = Pair::acquainted().await;
    for _ in 0..ROUNDS {
        pair.takes(Who::Bob, "handshake_start", "pending").await;
        let approved = pair.takes(Who::Ana, "handshake_approve", "approved").await;
        let complete = step_on("complete", &approved);
        let (ana, bob) = at_once(&mut pair, complete.clone(), complete).await;
        assert_eq!(ana.entries, bob.entries, "both hear the same");
        let statuses: Vec<_> = ana.entries.iter().map(|entry| entry["status"].clone()).collect();
        assert_eq!(statuses, ["approved", "completed"]);
        assert!(ana.errors.is_empty() && bob.errors.is_empty(), "{ana:?} {bob:?}");
        assert!(ana.repeats.is_empty() && bob.repeats.is_empty(), "{ana:?} {bob:?}");
    }
}

#[tokio::test]
async fn the_same_step_on_two_sockets_of_one_side_is_taken_once() {
    let (mut pair, _) = Pair::with_a_handshake_started_by_bob().await;
    let mut anas_other = pair.ana.opens(&pair.offer).await;
    tokio::join!(pair.anas.sends(step("approve")), anas_other.sends(step("approve")));
    let [mut one, mut two, mut bob] = <[Heard; 3]>::default();
    for marker in ["first", "second", "third"] {
        let sender = if marker == "second" { &mut anas_other } else { &mut pair.anas };
        sender.says(marker).await;
        one = one.and(hears_up_to(&mut pair.anas, marker).await);
        two = two.and(hears_up_to(&mut anas_other, marker).await);
        bob = bob.and(hears_up_to(&mut pair.bobs, marker).await);
    }
    let approvals = |heard: &Heard| heard.entries.iter().filter(|entry| entry["status"] == "approved").count();
    assert_eq!([&one, &two, &bob].map(approvals), [1, 1, 1]);
    assert_eq!(one.repeats.len() + two.repeats.len(), 1, "one of the two was a repetition: {one:?} {two:?}");
    assert!(one.errors.is_empty() && two.errors.is_empty() && bob.repeats.is_empty());
}
