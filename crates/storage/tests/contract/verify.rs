//! In a healthy database nothing is found, whatever was done in it. Knows nothing of breaches.

use futures_util::future::join_all;
use handsel_domain::handshake::{Note, Step, StepAction, Terms};
use handsel_domain::listing::ListingKind;
use handsel_domain::timeline::Draft;
use handsel_storage::Verified;

use super::bench::{Bench, Process, later};
use super::clock::START;
use super::expect::{new_entry, up_to};
use super::seat::{Seat, message, start};
use super::together::all_begun;

contract! {
    nothing_is_found_where_there_is_nothing,
    nothing_is_found_after_every_kind_of_step,
    nothing_is_found_where_a_message_was_redacted,
    nothing_is_found_where_people_left,
    nothing_is_found_where_a_clock_was_set_back,
    verifying_reads_page_after_page,
}

/// Ana's offer, and what she and Bob say about it: every arrow of the diagram, with messages between. 17 entries, 5
/// handshakes, started at 2, 4, 7, 11 and 16; the first, fifth, fourteenth and seventeenth are messages.
pub(super) async fn talk_of_every_kind(process: &Process) -> (Seat, Seat) {
    use StepAction::{Approve, Cancel, Complete, Decline};
    let (ana, bob) = process.ana_and_bob_talking().await;
    let agreed = || StepAction::Start {
        note: Note::parse("Two hours, 'today'").expect("a valid note"),
        terms: Some(Terms::from_compact_object(r#"{"hours":2,"odd":[1e999,null]}"#.to_owned()).expect("valid terms")),
    };
    let step = |action| Draft::Step(Step::new(action));
    let said = [
        (&bob, step(agreed())),
        (&ana, step(Decline)),
        (&ana, step(start())),
        (&bob, message("Wait …", Some("m-1"))),
        (&ana, step(Cancel)),
        (&bob, step(agreed())),
        (&ana, step(Approve)),
        (&bob, step(Complete)),
        (&ana, step(Cancel)),
        (&ana, step(agreed())),
        (&bob, step(Approve)),
        (&ana, step(Complete)),
        (&ana, message("Thank you!", Some("m-1"))),
        (&bob, step(Complete)),
        (&bob, step(start())),
        (&bob, message("Next week?", Some("m-2"))),
    ];
    // Begun one after the other, and committed together.
    let said = join_all(said.map(|(seat, draft)| seat.appends(draft))).await;
    assert_eq!(said.into_iter().map(new_entry).map(|entry| entry.seq.get()).collect::<Vec<_>>(), up_to(17)[1..]);
    ana.has_read(17).await;
    bob.has_read(3).await;
    (ana, bob)
}

async fn nothing_is_found_where_there_is_nothing(bench: Bench) {
    assert_eq!(bench.verifies().await, (Verified::default(), vec![]));
    let ana = bench.user("ana").await;
    bench.publishes(ana.id, ListingKind::Need, "Piano lessons").await;
    assert_eq!(bench.verifies().await, (Verified::default(), vec![]));
}

async fn nothing_is_found_after_every_kind_of_step(bench: Bench) {
    let (_, bob) = talk_of_every_kind(&bench).await;
    let token = bench.storage.tokens.issue(bob.id(), START, later(60_000)).await.expect("the storage answers");
    assert!(bench.storage.tokens.find(&token).await.is_ok_and(|found| found.is_some()));
    let cem = bench.user("cem").await;
    bench.seat(&cem, bob.key.listing, &cem).takes(start()).await;
    let read = Verified { conversations: 2, entries: 18, handshakes: 6, breaches: 0 };
    assert_eq!(bench.verifies().await, (read, vec![]));
    assert_eq!(bench.verifies().await, (read, vec![]), "and nothing has changed by it");
}

async fn nothing_is_found_where_a_message_was_redacted(bench: Bench) {
    talk_of_every_kind(&bench).await;
    bench.operator("UPDATE entries SET content = NULL, redacted_at = 1 WHERE seq = 1").await;
    bench
        .operator("UPDATE entries SET content = '', client_message_id = NULL, redacted_at = 1 WHERE seq IN (5, 17)")
        .await;
    assert_eq!(bench.finds().await, [""; 0]);
}

async fn nothing_is_found_where_people_left(bench: Bench) {
    let (ana, bob) = talk_of_every_kind(&bench).await;
    bench.suspend(ana.id()).await;
    bench.delete(bob.id()).await;
    bench.operator("UPDATE users SET username = '' WHERE deleted_at IS NOT NULL").await;
    bench.operator("UPDATE listings SET status = 'closed'").await;
    assert_eq!(bench.finds().await, [""; 0]);
}

async fn nothing_is_found_where_a_clock_was_set_back(bench: Bench) {
    let (ana, bob) = bench.ana_and_bob_talking().await;
    for millis in [5_000, 10, -5_000, 4_000] {
        bench.clock.set(millis);
        ana.says("What time is it?").await;
        bob.takes(start()).await;
        bob.takes(StepAction::Cancel).await;
    }
    assert_eq!(bench.finds().await, [""; 0]);
}

async fn verifying_reads_page_after_page(bench: Bench) {
    let (ana, bob) = bench.ana_and_bob_talking().await;
    // More entries than one page has; then more conversations, users and listings than one.
    let held = bench.holds_writes().await;
    let steps = (0..520).map(|step| if step % 2 == 0 { (&bob, start()) } else { (&ana, StepAction::Decline) });
    let waiting = all_begun(steps.map(|(seat, action)| seat.takes(action))).await;
    held.rollback().await.expect("the lock is let go");
    join_all(waiting).await;
    bench
        .operator(
            "WITH RECURSIVE n (n) AS (SELECT 10 UNION ALL SELECT n + 1 FROM n WHERE n < 1200) INSERT INTO users \
             (id, username, username_key, first_name, last_name, created_at) SELECT n, 'u' || n, 'u' || n, '', '', 1 FROM n",
        )
        .await;
    bench
        .operator(
            "INSERT INTO listings (kind, id, owner_id, title, description, status, created_at) \
             SELECT 'need', id, id, 'Help', '', 'open', 1 FROM users WHERE id >= 10",
        )
        .await;
    bench
        .operator(
            "INSERT INTO conversations (id, listing_kind, listing_id, owner_id, respondent_id, head, last_entry_at, \
             owner_read_up_to, respondent_read_up_to) SELECT id, 'need', id, id, 1, 1, 1, 0, 1 FROM users WHERE id >= 10",
        )
        .await;
    bench
        .operator(
            "INSERT INTO entries (conversation_id, seq, actor_id, kind, created_at, content, owner_completed, \
             respondent_completed) SELECT id, 1, 1, 'message', 1, 'Hello!', FALSE, FALSE FROM users WHERE id >= 10",
        )
        .await;
    let read = Verified { conversations: 1 + 1_191, entries: 521 + 1_191, handshakes: 260, breaches: 0 };
    assert_eq!(bench.verifies().await, (read, vec![]));
    // And what stands at the end is found as what stands at the beginning.
    bench.plants("UPDATE entries SET status = 'approved' WHERE seq = 521; UPDATE listings SET status = 'sold' WHERE id = 1200; \
        UPDATE users SET username_key = 'x' WHERE id = 1200; UPDATE conversations SET head = 2 WHERE id = 1200").await;
    let found = [
        "username_key_wrong users 1200",
        "row_unreadable listings need_1200",
        "step_differs offer_1:2 #521",
        "head_wrong need_1200:1",
    ];
    assert_eq!(bench.finds().await, found);
}
