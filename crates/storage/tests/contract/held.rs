//! Somebody outside keeps rows locked, a node that stalls or a person at a prompt: nobody else waits for that. Knows
//! nothing of how they are passed by.

use futures_util::future::join_all;
use handsel_domain::ids::Head;
use handsel_domain::listing::{ListingChange, ListingKind, ListingStatus};
use sea_orm::{ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, Statement, TransactionTrait};
use tokio::time::timeout;

use super::bench::Bench;
use super::clock::START;
use super::expect::{refused, seqs, text, up_to};
use super::heard::PATIENCE;
use super::seat::{Seat, message};
use super::together::at_once;

contract! {
    of postgres alone:
    a_conversation_that_somebody_holds_keeps_nobody_else_from_writing,
    a_cursor_of_a_conversation_that_somebody_holds_is_unavailable,
    a_user_that_somebody_holds_keeps_nobody_else_from_writing,
    a_listing_that_somebody_holds_keeps_only_its_own_first_messages_waiting,
    a_conversation_that_somebody_is_about_to_begin_keeps_nobody_else_from_writing,
    whoever_begins_while_the_listing_is_being_closed_is_refused,
    whoever_closes_a_listing_waits_for_those_who_begin,
    those_who_wait_to_publish_keep_nobody_else_from_writing,
    a_token_that_somebody_holds_is_swept_the_next_time,
}

/// More than there are tasks that write, so that some share theirs with the one that is held.
const OTHERS: usize = 15;

/// Ana and as many who talk to her, each about an offer of its own.
async fn talking(bench: &Bench) -> (Seat, Vec<Seat>) {
    let (ana, bob) = bench.ana_and_bob_talking().await;
    let mut others = Vec::new();
    for _ in 0..OTHERS {
        let offer = bench.offer_of(&ana.person).await;
        others.push(bench.seat(&bob.person, offer, &bob.person));
        others.last().expect("there is one").says("Hello!").await;
    }
    (bob, others)
}

async fn holds(bench: &Bench, what: &str) -> DatabaseTransaction {
    let holding = bench.outside().await.begin().await.expect("it begins");
    holding.execute_unprepared(what).await.expect("nobody else has it");
    holding
}

/// Until so many wait for locks of this database. Nothing announces that.
pub(crate) async fn waiting(outside: &DatabaseConnection, at_least: i64) {
    const WAITING: &str = "SELECT count(*) FROM pg_stat_activity \
        WHERE datname = current_database() AND wait_event_type = 'Lock'";
    let count = || async {
        let row = outside.query_one_raw(Statement::from_string(DbBackend::Postgres, WAITING)).await;
        row.expect("it can be asked").expect("a row").try_get_by_index::<i64>(0).expect("a number")
    };
    let all = async { while count().await < at_least {} };
    timeout(PATIENCE, all).await.expect("nobody waits");
}

/// Ten messages of each of the others, and as many to the one that is held, all at the same moment.
async fn all_but_one_can_write(held: &Seat, others: &[Seat]) {
    let says = |seat: &Seat| {
        let seat = seat.clone();
        async move { seat.appends(message("Still there?", None)).await }
    };
    let to_held = (0..10).map(|_| says(held)).collect::<Vec<_>>();
    let to_others = others.iter().flat_map(|seat| (0..10).map(|_| says(seat))).collect::<Vec<_>>();
    let (refusals, said) = tokio::join!(at_once(to_held), at_once(to_others));
    for refusal in refusals {
        assert_eq!(refused(refusal), "unavailable");
    }
    for said in said {
        assert!(said.is_ok(), "expected that it is said, saw {said:?}");
    }
}

async fn a_conversation_that_somebody_holds_keeps_nobody_else_from_writing(bench: Bench) {
    let (held, others) = talking(&bench).await;
    let holding = holds(&bench, "SELECT FROM conversations ORDER BY id LIMIT 1 FOR UPDATE").await;
    for _ in 0..3 {
        all_but_one_can_write(&held, &others).await;
    }
    holding.rollback().await.expect("it is let go");

    held.says("At last.").await;
    assert_eq!(held.reads_all().await.iter().map(text).collect::<Vec<_>>(), ["Hello!", "At last."]);
    for other in &others {
        assert_eq!(seqs(&other.reads_all().await), up_to(31), "{}", other.key);
    }
    assert_eq!(bench.finds().await, [""; 0]);
}

async fn a_cursor_of_a_conversation_that_somebody_holds_is_unavailable(bench: Bench) {
    let (ana, bob) = bench.ana_and_bob_talking().await;
    let holding = holds(&bench, "SELECT FROM conversations FOR UPDATE").await;
    let moves = bench.storage.conversations.move_read_cursor(ana.key, ana.id(), Head::new(1).expect("a place"));
    assert!(moves.await.is_err(), "nobody can tell how far it is moved");
    holding.rollback().await.expect("it is let go");
    assert_eq!(ana.has_read(1).await.up_to.get(), 1);
    assert_eq!(bob.says("Good.").await.seq.get(), 2);
}

async fn a_user_that_somebody_holds_keeps_nobody_else_from_writing(bench: Bench) {
    let (_, others) = talking(&bench).await;
    let cem = bench.user("cem").await;
    let writes = bench.seat(&cem, others[0].key.listing, &cem);
    writes.says("Hello!").await;
    let holding = holds(&bench, &format!("SELECT FROM users WHERE id = {} FOR UPDATE", cem.id)).await;
    for _ in 0..2 {
        all_but_one_can_write(&writes, &others).await;
    }
    holding.rollback().await.expect("it is let go");
    assert_eq!(writes.says("At last.").await.seq.get(), 2);
    assert_eq!(bench.finds().await, [""; 0]);
}

async fn a_listing_that_somebody_holds_keeps_only_its_own_first_messages_waiting(bench: Bench) {
    let (talked_about, mut others) = talking(&bench).await;
    let cem = bench.user("cem").await;
    let begins = bench.seat(&cem, talked_about.key.listing, &cem);
    let holding = holds(&bench, "UPDATE listings SET status = 'closed' WHERE id = 1").await;
    // Who talks about it already is asked nothing about the listing, and others may begin with others.
    let elsewhere = others.iter().map(|other| bench.seat(&cem, other.key.listing, &cem)).collect::<Vec<_>>();
    others.push(talked_about);
    others.extend(elsewhere);
    all_but_one_can_write(&begins, &others).await;
    holding.commit().await.expect("it is closed");
    assert_eq!(refused(begins.appends(message("Hello!", None)).await), "listing_closed");
    assert_eq!(bench.finds().await, [""; 0]);
}

async fn a_conversation_that_somebody_is_about_to_begin_keeps_nobody_else_from_writing(bench: Bench) {
    let (bob, mut others) = talking(&bench).await;
    let offer = bench.publishes(bob.id(), ListingKind::Need, "A bicycle").await.listing;
    let cem = bench.user("cem").await;
    let begins = bench.seat(&cem, offer, &cem);
    let about_to = format!(
        "INSERT INTO conversations (listing_kind, listing_id, owner_id, respondent_id, head, last_entry_at, \
         owner_read_up_to, respondent_read_up_to) VALUES ('need', {}, {}, {}, 0, 0, 0, 0)",
        offer.number, bob.person.id, cem.id
    );
    let holding = holds(&bench, &about_to).await;
    // Others begin at the same moment.
    let cems: Vec<_> = others.iter().map(|other| bench.seat(&cem, other.key.listing, &cem)).collect();
    others.extend(cems);
    for _ in 0..2 {
        all_but_one_can_write(&begins, &others).await;
    }
    holding.rollback().await.expect("it comes to nothing");
    assert_eq!(begins.says("Hello!").await.seq.get(), 1);
    assert_eq!(bench.finds().await, [""; 0]);
}

async fn whoever_begins_while_the_listing_is_being_closed_is_refused(bench: Bench) {
    let (_, bob) = bench.ana_and_bob().await;
    let outside = bench.outside().await;
    let closing = holds(&bench, "UPDATE listings SET status = 'closed'").await;
    let closes = async {
        waiting(&outside, 1).await;
        closing.commit().await.expect("it stays closed");
    };
    let (answer, ()) = tokio::join!(bob.appends(message("Hello!", None)), closes);
    assert_eq!(refused(answer), "listing_closed");
    assert_eq!(bob.state().await, None);
}

async fn whoever_closes_a_listing_waits_for_those_who_begin(bench: Bench) {
    let (ana, bob) = bench.ana_and_bob().await;
    // Whoever begins has locked the listing by then.
    let outside = bench.outside().await;
    let holding = holds(&bench, "LOCK TABLE entries IN EXCLUSIVE MODE").await;
    let closes = async {
        waiting(&outside, 1).await;
        let change = ListingChange { status: Some(ListingStatus::Closed), ..ListingChange::default() };
        let update = bench.storage.listings.update(ana.key.listing, ana.id(), change);
        let lets_go = async {
            waiting(&outside, 2).await;
            holding.rollback().await.expect("it is let go");
        };
        tokio::join!(update, lets_go).0.expect("it is hers")
    };
    let (said, listing) = tokio::join!(bob.says("Hello!"), closes);
    assert_eq!((said.seq.get(), listing.status), (1, ListingStatus::Closed));
    assert_eq!(bench.finds().await, [""; 0]);
}

async fn those_who_wait_to_publish_keep_nobody_else_from_writing(bench: Bench) {
    let (ana, bob) = bench.ana_and_bob_talking().await;
    let holding = holds(&bench, "LOCK TABLE listings IN EXCLUSIVE MODE").await;
    // More than there are connections that write.
    let publishes = (0..20).map(|_| bench.offer_of(&ana.person));
    let meanwhile = async {
        bob.says("Still there?").await;
        bench.registers("cem").await.expect("the name is free");
        bench.storage.tokens.issue(bob.id(), START, START).await.expect("it is issued");
        holding.rollback().await.expect("it is let go");
    };
    let all = async { tokio::join!(join_all(publishes), meanwhile).0 };
    let listings = timeout(PATIENCE, all).await.expect("nobody waits for somebody who waits");
    let mut numbers: Vec<_> = listings.iter().map(|listing| listing.number.get()).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, up_to(21)[1..]);
}

async fn a_token_that_somebody_holds_is_swept_the_next_time(bench: Bench) {
    let (ana, _) = bench.ana_and_bob().await;
    for _ in 0..3 {
        bench.storage.tokens.issue(ana.id(), START, START).await.expect("it is issued");
    }
    let after = super::bench::later(1);
    let holding = holds(&bench, "SELECT FROM tokens ORDER BY id LIMIT 1 FOR UPDATE").await;
    assert_eq!(bench.storage.tokens.sweep(after).await, Ok(2));
    holding.rollback().await.expect("it is let go");
    assert_eq!(bench.storage.tokens.sweep(after).await, Ok(1));
}
