//! Both sides take a step at the same moment, also through two processes. Knows nothing of who should win.

use handsel_domain::handshake::{Handshake, Note, Refusal, State, StepAction};
use handsel_domain::ids::Head;
use handsel_domain::ports::{AppendError, Appended};
use handsel_domain::timeline::TimelineRange;

use super::bench::Bench;
use super::expect::{assert_same, handshake, new_entry, refused_step, seqs, up_to};
use super::seat::{Seat, start};
use super::together::{all_begun, at_once};

contract! {
    of_two_starts_at_the_same_moment_one_wins,
    of_two_starts_through_two_processes_one_wins,
    of_two_starts_in_one_batch_the_first_wins,
    a_whole_handshake_fits_in_one_batch,
    of_a_decline_and_a_cancel_one_wins,
    both_completions_count,
    after_an_approval_and_a_cancel_nothing_binds,
}

const ROUNDS: usize = 20;

fn noted(note: &str) -> StepAction {
    StepAction::Start { note: Note::parse(note).expect("a valid note"), terms: None }
}

async fn current(seat: &Seat) -> Handshake {
    let page = seat.reads(TimelineRange::after(Head::NONE)).await.expect("it is written in");
    page.handshake.expect("there is one")
}

type Answer = Result<Appended, AppendError>;

/// Both take their step in a task of their own, now one first and now the other.
async fn both(round: usize, ana: (&Seat, StepAction), bob: (&Seat, StepAction)) -> [Answer; 2] {
    let step = |(seat, action): (&Seat, StepAction)| {
        let seat = seat.clone();
        async move { seat.tries(action).await }
    };
    let steps = if round.is_multiple_of(2) { vec![step(ana), step(bob)] } else { vec![step(bob), step(ana)] };
    let mut answers = at_once(steps).await;
    if !round.is_multiple_of(2) {
        answers.reverse();
    }
    <[_; 2]>::try_from(answers).expect("two answers")
}

async fn starts_from_both_sides(ana: &Seat, bob: &Seat) {
    for round in 0..ROUNDS {
        let [hers, his] = both(round, (ana, noted("Ana's")), (bob, noted("Bob's"))).await;
        let (winner, (won, lost)) = if hers.is_ok() { (ana, (hers, his)) } else { (bob, (his, hers)) };
        let won = new_entry(won);
        let expected = (Refusal::Exists { status: "pending" }, Some(handshake(&won).clone()));
        assert_eq!(refused_step(lost), expected, "round {round}");
        assert_eq!(&current(ana).await, handshake(&won), "round {round}");
        winner.takes(StepAction::Cancel).await;
    }
    let steps = ana.reads_all().await;
    assert_eq!(seqs(&steps), up_to(1 + 2 * ROUNDS));
}

async fn of_two_starts_at_the_same_moment_one_wins(bench: Bench) {
    let (ana, bob) = bench.ana_and_bob_talking().await;
    starts_from_both_sides(&ana, &bob).await;
}

async fn of_two_starts_through_two_processes_one_wins(bench: Bench) {
    let (ana, bob) = bench.ana_and_bob_talking().await;
    let other = bench.another_process().await;
    starts_from_both_sides(&ana, &other.seat_of(&bob)).await;
}

async fn of_two_starts_in_one_batch_the_first_wins(bench: Bench) {
    let (ana, bob) = bench.ana_and_bob_talking().await;
    let held = bench.holds_writes().await;
    let waiting = all_begun([ana.tries(noted("Ana's")), bob.tries(noted("Bob's"))]).await;
    held.rollback().await.expect("the lock is let go");
    let [hers, his] = <[_; 2]>::try_from(waiting).unwrap_or_else(|_| panic!("two answers"));
    let won = new_entry(hers.await);
    let expected = (Refusal::Exists { status: "pending" }, Some(handshake(&won).clone()));
    assert_eq!(refused_step(his.await), expected);
}

async fn a_whole_handshake_fits_in_one_batch(bench: Bench) {
    let (ana, bob) = bench.ana_and_bob_talking().await;
    let held = bench.holds_writes().await;
    let steps = [
        (&bob, noted("first")),
        (&ana, StepAction::Approve),
        (&bob, StepAction::Complete),
        (&ana, StepAction::Complete),
        (&ana, noted("second")),
        (&bob, StepAction::Approve),
        (&bob, StepAction::Cancel),
        (&bob, noted("third")),
    ];
    let waiting = all_begun(steps.into_iter().map(|(seat, action)| seat.tries(action))).await;
    held.rollback().await.expect("the lock is let go");
    let mut taken = Vec::new();
    for step in waiting {
        taken.push(new_entry(step.await));
    }
    let states: Vec<_> = taken.iter().map(|entry| handshake(entry).state.name()).collect();
    let expected =
        ["pending", "approved", "approved", "completed", "pending", "approved", "cancelled", "pending"].to_vec();
    assert_eq!(states, expected);
    assert_eq!(&current(&ana).await, handshake(&taken[7]));
    let read = ana.reads_all().await;
    for (taken, read) in taken.iter().zip(&read[1..]) {
        assert_same(taken, read);
    }
}

async fn of_a_decline_and_a_cancel_one_wins(bench: Bench) {
    let (ana, bob) = bench.ana_and_bob_talking().await;
    for round in 0..ROUNDS {
        bob.takes(start()).await;
        let [declined, cancelled] = both(round, (&ana, StepAction::Decline), (&bob, StepAction::Cancel)).await;
        let (won, lost) = if declined.is_ok() { (declined, cancelled) } else { (cancelled, declined) };
        let won = new_entry(won);
        let (reason, seen) = refused_step(lost);
        assert!(matches!(reason, Refusal::NotPossible { .. }), "round {round}: {reason:?}");
        assert_eq!(seen.as_ref(), Some(handshake(&won)), "round {round}");
    }
}

async fn both_completions_count(bench: Bench) {
    let (ana, bob) = bench.ana_and_bob_talking().await;
    for round in 0..ROUNDS {
        bob.takes(start()).await;
        ana.takes(StepAction::Approve).await;
        let answers = both(round, (&ana, StepAction::Complete), (&bob, StepAction::Complete)).await;
        let mut versions = answers.map(|answer| handshake(&new_entry(answer)).version);
        versions.sort_unstable();
        let latest = current(&bob).await;
        assert_eq!((latest.state, latest.version), (State::Completed, versions[1]), "round {round}");
    }
}

async fn after_an_approval_and_a_cancel_nothing_binds(bench: Bench) {
    let (ana, bob) = bench.ana_and_bob_talking().await;
    for round in 0..ROUNDS {
        bob.takes(start()).await;
        let [approved, cancelled] = both(round, (&ana, StepAction::Approve), (&bob, StepAction::Cancel)).await;
        new_entry(cancelled);
        // Either the approval came first, or there was nothing left to approve.
        if approved.is_err() {
            let (reason, _) = refused_step(approved);
            assert_eq!(reason, Refusal::NotPossible { step: "approve", status: "cancelled" }, "round {round}");
        }
        assert!(matches!(current(&ana).await.state, State::Cancelled { .. }), "round {round}");
    }
}
