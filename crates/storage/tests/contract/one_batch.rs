//! What is refused never fails what was sent with it. Knows nothing of how a batch is made.

use std::sync::Arc;

use handsel_domain::conversation::ConversationKey;
use handsel_domain::handshake::StepAction;
use handsel_domain::ids::UserId;
use handsel_domain::ports::{AppendError, Appended};
use handsel_domain::user::{Person, Username};

use super::bench::Bench;
use super::expect::{new_entry, refused, seqs, text, up_to};
use super::seat::{Seat, message, start};
use super::together::{all_begun, at_once};

contract! {
    a_refused_item_does_not_fail_the_others_of_its_batch,
    an_item_that_the_database_refuses_fails_alone,
    refusals_and_messages_at_the_same_moment_leave_no_hole,
    a_batch_of_refusals_announces_nothing,
}

/// Seats from which nothing can be said, and the code of the refusal.
async fn refused_seats(bench: &Bench, bob: &Seat) -> Vec<(Seat, &'static str)> {
    let (cem, dan) = (bench.user("cem").await, bench.user("dan").await);
    let offer = bob.key.listing;
    let offer_of_cem = bench.offer_of(&cem).await;
    let nowhere: ConversationKey = "need_9:1".parse().expect("a valid key");
    vec![
        (bench.seat(&cem, offer, &bob.person), "not_a_participant"),
        (bench.seat(&bob.person, offer, &cem), "not_a_participant"),
        (bench.seat(&cem, offer_of_cem, &dan), "no_respondent"),
        (bench.seat(&cem, offer_of_cem, &cem), "not_a_participant"),
        (bob.at(nowhere), "listing_not_found"),
    ]
}

async fn a_refused_item_does_not_fail_the_others_of_its_batch(bench: Bench) {
    let (ana, bob) = bench.ana_and_bob_talking().await;
    let refusals = refused_seats(&bench, &bob).await;
    new_entry(bob.sends("taken", "Under this name").await);

    let held = bench.holds_writes().await;
    // The first may be taken alone; the others wait for it together.
    let mut waiting = all_begun([bob.appends(message("0", None))]).await;
    let mut expected = vec![Ok(3)];
    for (seq, (seat, code)) in (4..).zip(&refusals) {
        waiting
            .extend(all_begun([seat.appends(message("in vain", None)), ana.appends(message("between", None))]).await);
        expected.extend([Err(*code), Ok(seq)]);
    }
    let conflict = all_begun([bob.sends("taken", "Under the same name")]).await;
    let impossible =
        all_begun([ana.tries(StepAction::Approve), bob.tries(start()), bob.tries(StepAction::Approve)]).await;
    held.rollback().await.expect("the lock is let go");

    let mut seen = Vec::new();
    for append in waiting {
        seen.push(outcome(append.await));
    }
    for append in conflict {
        seen.push(outcome(append.await));
    }
    for step in impossible {
        seen.push(outcome(step.await));
    }
    let steps = [Err("handshake_not_possible"), Ok(9), Err("handshake_own")];
    expected.push(Err("client_message_id_conflict"));
    expected.extend(steps);
    assert_eq!(seen, expected);
    assert_eq!(seqs(&ana.reads_all().await), up_to(9));
}

/// The place of a new entry, or the code of a refusal.
fn outcome(answer: Result<Appended, AppendError>) -> Result<i64, &'static str> {
    if answer.is_ok() { Ok(new_entry(answer).seq.get()) } else { Err(refused(answer)) }
}

async fn an_item_that_the_database_refuses_fails_alone(bench: Bench) {
    let (ana, bob) = bench.ana_and_bob_talking().await;
    let id = UserId::new(4_711).expect("an id");
    let nobody = Arc::new(Person::new(id, Username::parse("nobody").expect("a valid name"), "", ""));
    let nobodys = bench.seat(&nobody, bob.key.listing, &nobody);

    let held = bench.holds_writes().await;
    let says = [(&bob, "0"), (&ana, "1"), (&nobodys, "in vain"), (&bob, "2"), (&ana, "3")];
    let waiting = all_begun(says.map(|(seat, text)| seat.appends(message(text, None)))).await;
    held.rollback().await.expect("the lock is let go");
    let mut seen = Vec::new();
    for append in waiting {
        seen.push(outcome(append.await));
    }
    assert_eq!(seen, [Ok(2), Ok(3), Err("unavailable"), Ok(4), Ok(5)]);
    assert_eq!(ana.reads_all().await.iter().map(text).collect::<Vec<_>>(), ["Hello!", "0", "1", "2", "3"]);
    bench.heard.entries(5).await;
    assert_eq!(bench.heard.seqs_by_conversation()[&bob.key], up_to(5));
    assert_eq!(nobodys.state().await, None);
}

async fn refusals_and_messages_at_the_same_moment_leave_no_hole(bench: Bench) {
    let (ana, bob) = bench.ana_and_bob_talking().await;
    let refusals = refused_seats(&bench, &bob).await;
    let appends = (0..200).map(|index| {
        let seat = match index % 4 {
            0 => refusals[index / 4 % refusals.len()].0.clone(),
            1 => ana.clone(),
            _ => bob.clone(),
        };
        async move { seat.appends(message("Hello!", None)).await.is_ok() }
    });
    let said = at_once(appends.collect::<Vec<_>>()).await;
    assert_eq!(said.iter().filter(|said| **said).count(), 150);
    bench.heard.entries(151).await;
    assert_eq!(bench.heard.seqs_by_conversation()[&bob.key], up_to(151));
    assert_eq!(seqs(&bob.reads_all().await), up_to(151));
}

async fn a_batch_of_refusals_announces_nothing(bench: Bench) {
    let (_, bob) = bench.ana_and_bob().await;
    let refusals = refused_seats(&bench, &bob).await;
    let held = bench.holds_writes().await;
    let waiting = all_begun(refusals.iter().map(|(seat, _)| seat.appends(message("in vain", None)))).await;
    held.rollback().await.expect("the lock is let go");
    for (append, (_, code)) in waiting.into_iter().zip(&refusals) {
        assert_eq!(refused(append.await), *code);
    }
    bob.says("Hello!").await;
    assert_eq!(bench.heard.entries(1).await.len(), 1);
}
