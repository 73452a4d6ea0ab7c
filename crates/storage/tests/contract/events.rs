//! The feed of events: each entry once, in commit order, without a hole. Knows nothing of what waits unread, nor of what
//! is not kept.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::future::join_all;
use handsel_domain::event::EventBody;
use handsel_domain::handshake::StepAction;
use handsel_domain::ports::EventsPageError;
use sea_orm::{ConnectionTrait, TransactionTrait};

use super::bench::Bench;
use super::expect::up_to;
use super::feed::{MANY, place};
use super::held::waiting;
use super::seat::{Seat, start};
use super::together::{at_once, begun};

/// How long other tests may keep the server's oldest transaction open.
const SETTLED_WITHIN: Duration = Duration::from_mins(2);

contract! {
    what_is_committed_is_told_once_and_in_order,
    the_feed_begins_where_it_is_turned_on,
    nothing_is_recorded_where_it_was_never_turned_on,
    it_goes_on_where_it_was_turned_off,
    it_is_recorded_in_bounded_parts,
    what_an_import_brings_is_not_told,
    many_who_record_at_the_same_moment_number_each_once,
    of_many_who_begin_it_one_does,
    a_page_says_what_is_there,
    whoever_records_keeps_nobody_from_writing,
}

contract! {
    of postgres alone:
    an_entry_that_commits_behind_a_later_one_is_told,
    the_feed_begins_where_nobody_writes,
    another_servers_numbers_make_nothing_wait,
}

async fn what_is_committed_is_told_once_and_in_order(bench: Bench) {
    bench.begins_its_feed().await;
    let (ana, bob) = bench.ana_and_bob().await;
    assert_eq!(bench.records(MANY).await.events, 0);
    bob.says("Hello!").await;
    bob.takes(start()).await;
    assert_eq!(bench.records(MANY).await.events, 3);
    ana.takes(StepAction::Approve).await;
    let cem = bench.user("cem").await;
    let cem = bench.seat(&cem, bob.key.listing, &cem);
    cem.says("Me too!").await;
    bob.says("Thanks!").await;
    assert_eq!(bench.records(MANY).await.events, 4);
    for _ in 0..3 {
        assert_eq!(bench.records(MANY).await.events, 0, "each is told once");
    }
    let expected = [
        "1 started offer_1:2 about Bike repair",
        "2 offer_1:2 #1 Hello!",
        "3 offer_1:2 #2 start",
        "4 offer_1:2 #3 approve",
        "5 started offer_1:3 about Bike repair",
        "6 offer_1:3 #1 Me too!",
        "7 offer_1:2 #4 Thanks!",
    ];
    assert_eq!(bench.feed().await, expected);
    let events = bench.events().await;
    for (event, entry) in
        events.iter().filter(|event| matches!(event.body, EventBody::Entry(_))).zip(bench.heard.entries_now())
    {
        assert_eq!(event.at(), entry.at);
    }
    assert_eq!(bench.finds().await, [""; 0]);
}

async fn the_feed_begins_where_it_is_turned_on(bench: Bench) {
    let (ana, bob) = bench.ana_and_bob_talking().await;
    bench.begins_its_feed().await;
    ana.says("Hi!").await;
    bench.begins_its_feed().await;
    bench.records_all(MANY).await;
    bob.says("How are you?").await;
    bench.records_all(MANY).await;
    assert_eq!(bench.feed().await, ["1 offer_1:2 #2 Hi!", "2 offer_1:2 #3 How are you?"]);
    assert_eq!(bench.finds().await, [""; 0]);
}

async fn nothing_is_recorded_where_it_was_never_turned_on(bench: Bench) {
    bench.ana_and_bob_talking().await;
    let recorded = bench.records(MANY).await;
    assert_eq!((recorded.events, recorded.more, recorded.next_due), (0, false, None));
    assert_eq!(bench.feed().await, [""; 0]);
    let ahead = bench.page(place(1), MANY).await.map(|page| page.newest);
    assert_eq!(ahead, Err(EventsPageError::Ahead { newest: None }));
}

async fn it_goes_on_where_it_was_turned_off(bench: Bench) {
    bench.begins_its_feed().await;
    let (ana, _) = bench.ana_and_bob_talking().await;
    bench.records_all(MANY).await;
    let bench = bench.restarted().await;
    bench.seat_of(&ana).says("Hi!").await;
    let bench = bench.restarted().await;
    bench.begins_its_feed().await;
    bench.records_all(MANY).await;
    let expected = ["1 started offer_1:2 about Bike repair", "2 offer_1:2 #1 Hello!", "3 offer_1:2 #2 Hi!"];
    assert_eq!(bench.feed().await, expected);
}

async fn it_is_recorded_in_bounded_parts(bench: Bench) {
    bench.begins_its_feed().await;
    let (ana, bob) = bench.ana_and_bob().await;
    for round in 1..=6 {
        bob.says(&format!("{round}")).await;
        ana.says(&format!("{round}!")).await;
    }
    let first = bench.records(5).await;
    assert_eq!((first.events, first.more), (6, true), "the conversation's beginning and five entries");
    assert_eq!(bench.records(5).await.events, 5);
    let last = bench.records(5).await;
    assert_eq!((last.events, last.more), (2, false));
    let seqs: Vec<_> = bench
        .events()
        .await
        .iter()
        .filter_map(|event| match &event.body {
            EventBody::Entry(entry) => Some(entry.seq.get()),
            EventBody::Started { .. } | EventBody::Unread(_) => None,
        })
        .collect();
    assert_eq!(seqs, up_to(12));
    assert_eq!(bench.finds().await, [""; 0]);
}

async fn what_an_import_brings_is_not_told(bench: Bench) {
    bench.begins_its_feed().await;
    let (ana, bob) = bench.ana_and_bob().await;
    for said in ["long", "ago"] {
        bob.says(said).await;
    }
    bench.operator("UPDATE conversations SET announced = head").await;
    assert_eq!(bench.records_all(MANY).await, 0);
    ana.says("Today.").await;
    bench.records_all(MANY).await;
    assert_eq!(bench.feed().await, ["1 offer_1:2 #3 Today."]);
    assert_eq!(bench.finds().await, [""; 0]);
}

async fn many_who_record_at_the_same_moment_number_each_once(bench: Bench) {
    const PROCESSES: usize = 4;
    const CONVERSATIONS: usize = 3;
    const ROUNDS: usize = 15;
    bench.begins_its_feed().await;
    let processes: Vec<_> = join_all((0..PROCESSES).map(|_| bench.another_process())).await;
    let (ana, bob) = (bench.user("ana").await, bench.user("bob").await);
    let mut seats: Vec<Seat> = Vec::new();
    for _ in 0..CONVERSATIONS {
        seats.push(bench.seat(&bob, bench.offer_of(&ana).await, &bob));
    }
    let written = Arc::new(AtomicBool::new(false));
    let recorders = processes.iter().map(|process| {
        let (events, written) = (Arc::clone(&process.storage.events), Arc::clone(&written));
        async move {
            loop {
                let last = written.load(Ordering::SeqCst);
                let recorded = events.record(super::clock::START, super::feed::NOTIFY_AFTER, 4).await;
                if last && !recorded.expect("the storage answers").more {
                    return;
                }
            }
        }
    });
    let recorders = tokio::spawn(at_once(recorders.collect::<Vec<_>>()));
    let says = processes.iter().flat_map(|process| seats.iter().map(|seat| process.seat_of(seat)));
    let says = says.map(|seat| async move {
        for round in 0..ROUNDS {
            seat.says(&format!("{round}")).await;
        }
    });
    at_once(says.collect::<Vec<_>>()).await;
    written.store(true, Ordering::SeqCst);
    recorders.await.expect("nobody panics");

    let events = bench.events().await;
    let ids: Vec<_> = events.iter().map(|event| event.id.get()).collect();
    assert_eq!(ids, up_to(CONVERSATIONS * (1 + PROCESSES * ROUNDS)));
    let mut told: HashMap<_, Vec<i64>> = HashMap::new();
    for event in &events {
        let seqs = told.entry(event.conversation.key()).or_default();
        match &event.body {
            EventBody::Started { .. } => assert!(seqs.is_empty(), "{event:?}"),
            EventBody::Entry(entry) => seqs.push(entry.seq.get()),
            EventBody::Unread(_) => panic!("nothing waits for so long: {event:?}"),
        }
    }
    for (key, seqs) in told {
        assert_eq!(seqs, up_to(PROCESSES * ROUNDS), "{key}");
    }
    assert_eq!(bench.finds().await, [""; 0]);
    let subject = Arc::clone(&bench.subject);
    bench.ends().await;
    join_all(processes.into_iter().map(|process| process.storage.close())).await;
    assert_eq!(subject.deadlocks().await, 0, "some waited for each other");
}

async fn of_many_who_begin_it_one_does(bench: Bench) {
    bench.ana_and_bob_talking().await;
    let processes: Vec<_> = join_all((0..4).map(|_| bench.another_process())).await;
    let begins = processes.iter().map(|process| {
        let events = Arc::clone(&process.storage.events);
        async move { events.begin().await.expect("the storage answers") }
    });
    at_once(begins.collect::<Vec<_>>()).await;
    assert_eq!(bench.records_all(MANY).await, 0, "what is older is not told");
}

async fn a_page_says_what_is_there(bench: Bench) {
    bench.begins_its_feed().await;
    let (_, bob) = bench.ana_and_bob_talking().await;
    bob.says("Are you there?").await;
    bench.records_all(MANY).await;
    for (after, limit, expected) in [
        (None, MANY, &[1, 2, 3][..]),
        (None, 2, &[1, 2]),
        (place(1), 1, &[2]),
        (place(2), MANY, &[3]),
        (place(3), MANY, &[]),
    ] {
        let page = bench.page(after, limit).await.expect("there is a page");
        let ids: Vec<_> = page.events.iter().map(|event| event.id.get()).collect();
        assert_eq!((&ids[..], page.newest), (expected, place(3)), "after {after:?}");
    }
    let ahead = bench.page(place(4), MANY).await.map(|page| page.newest);
    assert_eq!(ahead, Err(EventsPageError::Ahead { newest: place(3) }), "it is of another database");
}

async fn whoever_records_keeps_nobody_from_writing(bench: Bench) {
    bench.begins_its_feed().await;
    let (_, bob) = bench.ana_and_bob_talking().await;
    let held = bench.holds_writes().await;
    let records = begun(bench.records(MANY)).await;
    held.rollback().await.expect("the lock is let go");
    assert_eq!(records.await.events, 2);
    // On PostgreSQL somebody who has stopped in the middle of a recording holds the feed and nothing else.
    let outside = bench.outside().await;
    if outside.get_database_backend() == sea_orm::DbBackend::Postgres {
        let stopped = outside.begin().await.expect("it begins");
        stopped.execute_unprepared("UPDATE event_feed SET last_event = last_event").await.expect("it is held");
        bob.says("Are you there?").await;
        let records = begun(bench.records(MANY)).await;
        bob.says("Hello?").await;
        stopped.rollback().await.expect("it is let go");
        records.await;
        bench.records_all(MANY).await;
        assert_eq!(bench.feed().await.len(), 4);
    }
}

/// Somebody writes to a conversation by hand, and does not commit yet.
const WRITES: &str = "UPDATE conversations SET head = 2 WHERE respondent_id = 2; \
    INSERT INTO entries (conversation_id, seq, actor_id, kind, created_at, content, owner_completed, respondent_completed) \
    SELECT id, 2, 2, 'message', last_entry_at, 'slow', false, false FROM conversations WHERE respondent_id = 2";

async fn an_entry_that_commits_behind_a_later_one_is_told(bench: Bench) {
    bench.begins_its_feed().await;
    let (_, bob) = bench.ana_and_bob_talking().await;
    let cem = bench.user("cem").await;
    let cem = bench.seat(&cem, bob.key.listing, &cem);
    bench.records_all(MANY).await;
    let outside = bench.outside().await;
    let slow = outside.begin().await.expect("it begins");
    slow.execute_unprepared(WRITES).await.expect("it is written");
    for said in ["one", "two", "three"] {
        cem.says(said).await;
        bench.records_all(MANY).await;
    }
    assert_eq!(bench.feed().await.len(), 6, "nobody waits for it");
    slow.commit().await.expect("it is committed");
    assert_eq!(bench.records_all(MANY).await, 1);
    cem.says("four").await;
    bench.records_all(MANY).await;
    let feed = bench.feed().await;
    assert_eq!(feed[5..], ["6 offer_1:3 #3 three", "7 offer_1:2 #2 slow", "8 offer_1:3 #4 four"]);
    assert_eq!(bench.finds().await, [""; 0]);
}

async fn the_feed_begins_where_nobody_writes(bench: Bench) {
    let (_, bob) = bench.ana_and_bob_talking().await;
    let outside = bench.outside().await;
    let slow = outside.begin().await.expect("it begins");
    slow.execute_unprepared(WRITES).await.expect("it is written");
    let mut begins = Box::pin(bench.begins_its_feed());
    let looking = bench.outside().await;
    tokio::select! {
        () = &mut begins => panic!("expected that it waits for who writes, but it has begun"),
        () = waiting(&looking, 1) => slow.commit().await.expect("it is committed"),
    }
    begins.await;
    bob.says("three").await;
    bench.records_all(MANY).await;
    assert_eq!(bench.feed().await, ["1 offer_1:2 #3 three"], "what is in front of it is not told");
}

async fn another_servers_numbers_make_nothing_wait(bench: Bench) {
    bench.begins_its_feed().await;
    let (_, bob) = bench.ana_and_bob_talking().await;
    bench.records_all(MANY).await;
    // As a dump of a server that had counted far brings it to one that has not.
    bench.operator("UPDATE event_feed SET horizon = 9007199254740992").await;
    for said in ["one", "two", "three"] {
        bob.says(said).await;
        bench.records_all(MANY).await;
    }
    assert_eq!(bench.feed().await.len(), 5);
    let settled = tokio::time::timeout(SETTLED_WITHIN, bench.settles());
    settled.await.expect("the window grows for ever");
    let outside = bench.outside().await;
    let window = "SELECT 1 FROM event_feed WHERE horizon < 9007199254740992 AND recorded_up_to >= 2";
    let window = sea_orm::Statement::from_string(outside.get_database_backend(), window);
    assert!(outside.query_one_raw(window).await.expect("it answers").is_some(), "another server's number stays");
}
