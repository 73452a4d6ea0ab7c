//! A repeated send is one message: a `client_message_id` is unique per conversation and sender. Knows nothing of steps.

use handsel_domain::ports::Appended;
use handsel_domain::timeline::EntryBody;

use super::bench::Bench;
use super::expect::{assert_same, new_entry, refused, repeated_message, text};
use super::seat::Seat;
use super::together::{all_begun, at_once};

contract! {
    a_repeated_send_answers_with_the_stored_message,
    a_repetition_is_recognised_after_a_restart,
    a_repetition_of_a_message_that_was_read_says_so,
    other_content_under_the_same_id_is_a_conflict,
    the_other_side_may_use_the_same_id,
    another_conversation_may_use_the_same_id,
    ids_are_compared_to_the_letter,
    messages_without_an_id_never_repeat,
    fifty_sends_at_the_same_moment_store_one,
    fifty_sends_in_one_batch_store_one,
    a_conflict_within_one_batch_is_recognised,
}

async fn a_repeated_send_answers_with_the_stored_message(bench: Bench) {
    let (ana, bob) = bench.ana_and_bob().await;
    let first = new_entry(bob.sends("m-1", "Hello!").await);
    let EntryBody::Message { client_message_id, .. } = &first.body else { panic!("expected a message: {first:#?}") };
    assert_eq!(client_message_id.as_ref().map(|id| id.as_str()), Some("m-1"));
    ana.says("Hi!").await;
    bench.clock.set(5_000);
    assert_same(&first, &repeated_message(bob.sends("m-1", " Hello! ").await));
    assert_eq!(bob.head().await, 2);
    assert_eq!(bench.heard.entries_now().len(), 2, "a repetition is announced to nobody");
}

async fn a_repetition_is_recognised_after_a_restart(bench: Bench) {
    let (_, bob) = bench.ana_and_bob().await;
    let first = new_entry(bob.sends("m-1", "Hello!").await);
    let bench = bench.restarted().await;
    assert_same(&first, &repeated_message(bench.seat_of(&bob).sends("m-1", "Hello!").await));
}

async fn a_repetition_of_a_message_that_was_read_says_so(bench: Bench) {
    let (ana, bob) = bench.ana_and_bob().await;
    bob.sends("m-1", "Hello!").await.expect("it is said");
    ana.has_read(1).await;
    let again = repeated_message(bob.sends("m-1", "Hello!").await);
    assert!(matches!(again.body, EntryBody::Message { is_read: true, .. }), "{again:#?}");
}

async fn other_content_under_the_same_id_is_a_conflict(bench: Bench) {
    let (_, bob) = bench.ana_and_bob().await;
    bob.sends("m-1", "Hello!").await.expect("it is said");
    for other in ["Hello?", "hello!", "Hello"] {
        assert_eq!(refused(bob.sends("m-1", other).await), "client_message_id_conflict", "{other:?}");
    }
    assert_eq!(bob.head().await, 1);
}

async fn the_other_side_may_use_the_same_id(bench: Bench) {
    let (ana, bob) = bench.ana_and_bob().await;
    new_entry(bob.sends("m-1", "Hello!").await);
    assert_eq!(new_entry(ana.sends("m-1", "Hello!").await).seq.get(), 2);
    assert_eq!(repeated_message(bob.sends("m-1", "Hello!").await).actor.id, bob.id());
    assert_eq!(repeated_message(ana.sends("m-1", "Hello!").await).actor.id, ana.id());
}

async fn another_conversation_may_use_the_same_id(bench: Bench) {
    let (ana, bob) = bench.ana_and_bob().await;
    let second = bench.offer_of(&ana.person).await;
    let elsewhere = bench.seat(&bob.person, second, &bob.person);
    new_entry(bob.sends("m-1", "Hello!").await);
    assert_eq!(new_entry(elsewhere.sends("m-1", "Hello again!").await).seq.get(), 1);
    assert_eq!(text(&repeated_message(bob.sends("m-1", "Hello!").await)), "Hello!");
}

async fn ids_are_compared_to_the_letter(bench: Bench) {
    let (_, bob) = bench.ana_and_bob().await;
    let ids = ["m", "M", "m ", " m", "1", "1.0", "01", "é", "e\u{301}", "\"m\"", "null", "%", "\u{1f91d}", "'; --"];
    for id in ids {
        new_entry(bob.sends(id, id.trim()).await);
    }
    for (id, seq) in ids.into_iter().zip(1..) {
        assert_eq!(repeated_message(bob.sends(id, id.trim()).await).seq.get(), seq, "{id:?}");
    }
}

async fn messages_without_an_id_never_repeat(bench: Bench) {
    let (_, bob) = bench.ana_and_bob().await;
    for seq in 1..=3 {
        assert_eq!(bob.says("Hello!").await.seq.get(), seq);
    }
}

/// One is new, and all others are told of that one.
async fn assert_one_is_stored(bob: &Seat, answers: Vec<Appended>) {
    let mut new = Vec::new();
    let mut repeated = Vec::new();
    for answer in answers {
        match answer {
            Appended::New(entry) => new.push(entry),
            Appended::RepeatedMessage(entry) => repeated.push(entry),
            Appended::RepeatedStep(..) => panic!("expected messages, saw {answer:#?}"),
        }
    }
    assert_eq!((new.len(), repeated.len()), (1, 49));
    for entry in &repeated {
        assert_eq!((entry.id, entry.seq), (new[0].id, new[0].seq));
    }
    assert_eq!(bob.reads_all().await.len(), 1);
}

async fn fifty_sends_at_the_same_moment_store_one(bench: Bench) {
    let other = bench.another_process().await;
    let (_, bob) = bench.ana_and_bob().await;
    let sends = (0..50).map(|index| {
        let bob = if index % 2 == 0 { bob.clone() } else { other.seat_of(&bob) };
        async move { bob.sends("m-1", "Hello!").await.expect("it is said once") }
    });
    assert_one_is_stored(&bob, at_once(sends.collect::<Vec<_>>()).await).await;
    assert_eq!(bench.heard.entries_now().len() + other.heard.entries_now().len(), 1);
}

async fn fifty_sends_in_one_batch_store_one(bench: Bench) {
    let (_, bob) = bench.ana_and_bob().await;
    let held = bench.holds_writes().await;
    let waiting = all_begun((0..50).map(|_| bob.sends("m-1", "Hello!"))).await;
    held.rollback().await.expect("the lock is let go");
    let mut answers = Vec::new();
    for send in waiting {
        answers.push(send.await.expect("it is said once"));
    }
    assert_one_is_stored(&bob, answers).await;
}

async fn a_conflict_within_one_batch_is_recognised(bench: Bench) {
    let (_, bob) = bench.ana_and_bob_talking().await;
    let held = bench.holds_writes().await;
    // The first may be taken alone; the others wait for it together.
    let texts = ["zero", "one", "two", "one"];
    let waiting = all_begun(texts.map(|text| bob.sends(if text == "zero" { "m-0" } else { "m-1" }, text))).await;
    held.rollback().await.expect("the lock is let go");
    let mut answers = Vec::new();
    for send in waiting {
        answers.push(send.await);
    }
    let [zero, one, two, again] = <[_; 4]>::try_from(answers).expect("four answers");
    assert_eq!(new_entry(zero).seq.get(), 2);
    let one = new_entry(one);
    assert_eq!(refused(two), "client_message_id_conflict");
    assert_same(&one, &repeated_message(again));
    assert_eq!(bob.head().await, 3);
}
