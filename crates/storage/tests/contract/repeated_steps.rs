//! Doing again what one has just done is no error and no entry. Knows nothing of messages.

use handsel_domain::handshake::{Note, Refusal, StepAction};

use super::bench::Bench;
use super::expect::{handshake, new_entry, refused_step, repeated_step};
use super::seat::start;
use super::together::all_begun;

contract! {
    each_step_taken_again_answers_with_the_state,
    a_step_is_recognised_after_messages_and_a_restart,
    a_start_with_other_content_is_another_start,
    a_step_that_was_answered_is_not_repeated,
    a_repeated_step_heeds_no_version,
    ones_own_completion_is_recognised_after_the_others,
    a_step_repeated_within_one_batch_is_one_entry,
}

async fn each_step_taken_again_answers_with_the_state(bench: Bench) {
    let (ana, bob) = bench.ana_and_bob_talking().await;
    let walk = [
        (&bob, start()),
        (&ana, StepAction::Approve),
        (&bob, StepAction::Complete),
        (&ana, StepAction::Complete),
        (&ana, start()),
        (&bob, StepAction::Decline),
        (&bob, start()),
        (&bob, StepAction::Cancel),
    ];
    for (seq, (seat, action)) in (2..).zip(walk) {
        let taken = seat.takes(action.clone()).await;
        bench.clock.set(seq);
        for _ in 0..2 {
            assert_eq!(&repeated_step(seat.tries(action.clone()).await), handshake(&taken));
        }
        assert_eq!(seat.head().await, seq, "after {action:?}");
    }
    assert_eq!(bench.heard.entries_now().len(), 9, "a repetition is announced to nobody");
}

async fn a_step_is_recognised_after_messages_and_a_restart(bench: Bench) {
    let (ana, bob) = bench.ana_and_bob_talking().await;
    let taken = bob.takes(start()).await;
    ana.says("Let me think.").await;
    let bench = bench.restarted().await;
    assert_eq!(&repeated_step(bench.seat_of(&bob).tries(start()).await), handshake(&taken));
}

async fn a_start_with_other_content_is_another_start(bench: Bench) {
    let (_, bob) = bench.ana_and_bob_talking().await;
    let taken = bob.takes(start()).await;
    let noted = StepAction::Start { note: Note::parse("Two hours").expect("a valid note"), terms: None };
    let expected = (Refusal::Exists { status: "pending" }, Some(handshake(&taken).clone()));
    assert_eq!(refused_step(bob.tries(noted).await), expected);
}

async fn a_step_that_was_answered_is_not_repeated(bench: Bench) {
    let (ana, bob) = bench.ana_and_bob_talking().await;
    bob.takes(start()).await;
    ana.takes(StepAction::Approve).await;
    let (reason, _) = refused_step(bob.tries(start()).await);
    assert_eq!(reason, Refusal::Exists { status: "approved" });
}

async fn a_repeated_step_heeds_no_version(bench: Bench) {
    let (ana, bob) = bench.ana_and_bob_talking().await;
    bob.takes(start()).await;
    let taken = ana.tries_seeing(2, StepAction::Approve).await.expect("2 is current");
    let again = repeated_step(ana.tries_seeing(2, StepAction::Approve).await);
    assert_eq!(again.version.get(), 3, "the answer to {taken:?} was lost, and the step sent again");
}

async fn ones_own_completion_is_recognised_after_the_others(bench: Bench) {
    let (ana, bob) = bench.ana_and_bob_talking().await;
    bob.takes(start()).await;
    ana.takes(StepAction::Approve).await;
    ana.takes(StepAction::Complete).await;
    let completed = bob.takes(StepAction::Complete).await;
    for seat in [&ana, &bob] {
        assert_eq!(&repeated_step(seat.tries(StepAction::Complete).await), handshake(&completed));
    }
}

async fn a_step_repeated_within_one_batch_is_one_entry(bench: Bench) {
    let (ana, bob) = bench.ana_and_bob_talking().await;
    bob.takes(start()).await;
    let held = bench.holds_writes().await;
    let waiting = all_begun((0..5).map(|_| ana.tries(StepAction::Approve))).await;
    held.rollback().await.expect("the lock is let go");
    let mut answers = Vec::new();
    for step in waiting {
        answers.push(step.await);
    }
    let mut answers = answers.into_iter();
    let taken = new_entry(answers.next().expect("five answers"));
    for again in answers {
        assert_eq!(&repeated_step(again), handshake(&taken));
    }
    assert_eq!(ana.head().await, 3);
}
