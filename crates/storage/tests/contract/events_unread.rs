//! Messages that wait unread: the site is told once, and again after the reader has read on. Knows nothing of other events.

use handsel_domain::ports::Clock;

use super::bench::{Bench, later};
use super::clock::START;
use super::feed::MANY;
use super::seat::start;

contract! {
    who_does_not_read_in_time_is_told_of,
    who_reads_in_time_is_not,
    it_is_told_once_until_the_reader_has_read_on,
    what_is_left_after_reading_on_is_told,
    both_sides_wait_for_themselves,
    a_step_does_not_wait_to_be_read,
    what_was_redacted_waits_for_nobody,
    nobody_is_told_of_who_was_erased,
    nobody_is_told_what_who_was_erased_has_said,
    while_one_has_blocked_the_other_nobody_is_told,
    while_one_is_suspended_nobody_is_told,
    it_survives_a_restart,
    of_two_who_look_at_the_same_moment_one_tells,
    nothing_is_told_where_it_is_turned_off,
    a_cursor_that_was_set_back_by_hand_stops_nothing,
}

fn minutes(minutes: i64) -> i64 {
    minutes * 60_000
}

/// What is told of unread messages, recorded at that minute.
async fn told(bench: &Bench, minute: i64) -> Vec<String> {
    bench.clock.set(minutes(minute));
    bench.records_all(MANY).await;
    let told = bench.feed().await.into_iter().filter(|event| event.contains("has not read"));
    told.map(|event| event.split_once(' ').map(|(_, what)| what.to_owned()).expect("words")).collect()
}

async fn who_does_not_read_in_time_is_told_of(bench: Bench) {
    bench.begins_its_feed().await;
    let (_, bob) = bench.ana_and_bob_talking().await;
    assert_eq!(told(&bench, 0).await, [""; 0]);
    assert_eq!(bench.records(MANY).await.next_due, Some(later(minutes(5))));
    bench.clock.set(minutes(2));
    bob.says("Are you there?").await;
    assert_eq!(told(&bench, 2).await, [""; 0]);
    bench.clock.set(minutes(5) - 1);
    assert_eq!(bench.records(MANY).await.events, 0);
    assert_eq!(told(&bench, 5).await, ["offer_1:2 Owner has not read 2 from #1 at 300000"]);
    let events = bench.events().await;
    let told = events.last().expect("there is one");
    assert_eq!(told.at(), bench.clock.now(), "it happened when the time was up");
    let handsel_domain::event::EventBody::Unread(unread) = &told.body else { panic!("{told:?}") };
    assert_eq!(unread.since, later(0));
    assert_eq!(bench.finds().await, [""; 0]);
}

async fn who_reads_in_time_is_not(bench: Bench) {
    bench.begins_its_feed().await;
    let (ana, bob) = bench.ana_and_bob_talking().await;
    assert_eq!(told(&bench, 0).await, [""; 0]);
    bench.clock.set(minutes(3));
    bob.says("Are you there?").await;
    ana.has_read(1).await;
    assert_eq!(told(&bench, 5).await, [""; 0]);
    assert_eq!(bench.records(MANY).await.next_due, Some(later(minutes(8))), "the second message waits for itself");
    ana.has_read(2).await;
    assert_eq!(told(&bench, 60).await, [""; 0]);
    assert_eq!(bench.records(MANY).await.next_due, None);
}

async fn it_is_told_once_until_the_reader_has_read_on(bench: Bench) {
    bench.begins_its_feed().await;
    let (ana, bob) = bench.ana_and_bob_talking().await;
    let first = "offer_1:2 Owner has not read 1 from #1 at 300000";
    bench.records_all(MANY).await;
    assert_eq!(told(&bench, 5).await, [first]);
    for minute in 6..30 {
        bob.says("Hello?").await;
        assert_eq!(told(&bench, minute).await, [first], "minute {minute}");
    }
    assert_eq!(told(&bench, 10_000).await, [first]);
    ana.has_read(25).await;
    assert_eq!(told(&bench, 50_000).await, [first]);
    bob.says("Fine, then.").await;
    assert_eq!(told(&bench, 50_004).await, [first]);
    let second = "offer_1:2 Owner has not read 1 from #26 at 3000300000";
    assert_eq!(told(&bench, 50_005).await, [first, second]);
    assert_eq!(bench.finds().await, [""; 0]);
}

async fn what_is_left_after_reading_on_is_told(bench: Bench) {
    bench.begins_its_feed().await;
    let (ana, bob) = bench.ana_and_bob_talking().await;
    let first = "offer_1:2 Owner has not read 1 from #1 at 300000";
    bench.records_all(MANY).await;
    assert_eq!(told(&bench, 5).await, [first]);
    bench.clock.set(minutes(6));
    bob.says("Are you there?").await;
    bench.records_all(MANY).await;
    ana.has_read(1).await;
    assert_eq!(told(&bench, 10).await, [first]);
    assert_eq!(told(&bench, 11).await, [first, "offer_1:2 Owner has not read 1 from #2 at 660000"]);
}

async fn both_sides_wait_for_themselves(bench: Bench) {
    bench.begins_its_feed().await;
    let (ana, _) = bench.ana_and_bob_talking().await;
    bench.clock.set(minutes(1));
    ana.says("Hi!").await;
    ana.says("Who is there?").await;
    bench.records_all(MANY).await;
    let owner = "offer_1:2 Owner has not read 1 from #1 at 300000";
    assert_eq!(told(&bench, 5).await, [owner], "an answer is not a sign of having read");
    assert_eq!(told(&bench, 6).await, [owner, "offer_1:2 Respondent has not read 2 from #2 at 360000"]);
}

async fn a_step_does_not_wait_to_be_read(bench: Bench) {
    bench.begins_its_feed().await;
    let (_, bob) = bench.ana_and_bob().await;
    bob.takes(start()).await;
    assert_eq!(told(&bench, 0).await, [""; 0]);
    assert_eq!(told(&bench, 60).await, [""; 0]);
}

async fn what_was_redacted_waits_for_nobody(bench: Bench) {
    bench.begins_its_feed().await;
    let (_, bob) = bench.ana_and_bob_talking().await;
    bob.says("Are you there?").await;
    bench.records_all(MANY).await;
    bench.operator("UPDATE entries SET content = '', redacted_at = 1 WHERE seq = 1").await;
    assert_eq!(told(&bench, 5).await, ["offer_1:2 Owner has not read 1 from #2 at 300000"]);
}

async fn nobody_is_told_of_who_was_erased(bench: Bench) {
    bench.begins_its_feed().await;
    let (ana, _) = bench.ana_and_bob_talking().await;
    bench.records_all(MANY).await;
    bench.delete(ana.id()).await;
    assert_eq!(told(&bench, 5).await, [""; 0]);
    assert_eq!(bench.records(MANY).await.next_due, None);
}

async fn nobody_is_told_what_who_was_erased_has_said(bench: Bench) {
    bench.begins_its_feed().await;
    let (_, bob) = bench.ana_and_bob_talking().await;
    bench.records_all(MANY).await;
    bench.delete(bob.id()).await;
    assert_eq!(told(&bench, 5).await, [""; 0]);
    assert_eq!(bench.records(MANY).await.next_due, None);
}

/// Whoever of the two it was. It is told afterwards: what waits has not been read.
async fn while_one_has_blocked_the_other_nobody_is_told(bench: Bench) {
    bench.begins_its_feed().await;
    let (ana, bob) = bench.ana_and_bob_talking().await;
    ana.says("Hi!").await;
    bench.records_all(MANY).await;
    for (round, (one, other)) in (0..).zip([(&ana, &bob), (&bob, &ana)]) {
        bench.storage.blocks.block(one.id(), other.id(), START).await.expect("there is such a user");
        assert_eq!(told(&bench, 5 * (round + 1)).await, [""; 0], "round {round}");
        bench.storage.blocks.unblock(one.id(), other.id()).await.expect("the storage answers");
    }
    assert_eq!(bench.records(MANY).await.next_due, Some(later(minutes(20))), "after as long again");
    let both = ["offer_1:2 Owner has not read 1 from #1", "offer_1:2 Respondent has not read 1 from #2"];
    let mut told = told(&bench, 20).await;
    told.sort();
    assert_eq!(told, both.map(|told| format!("{told} at 1200000")));
    assert_eq!(bench.finds().await, [""; 0]);
}

async fn while_one_is_suspended_nobody_is_told(bench: Bench) {
    for is_reader in [true, false] {
        let bench = Bench::fresh_of_the_kind_of(&bench).await;
        bench.begins_its_feed().await;
        let (ana, bob) = bench.ana_and_bob_talking().await;
        let stopped = if is_reader { ana.id() } else { bob.id() };
        bench.records_all(MANY).await;
        bench.suspend(stopped).await;
        assert_eq!(told(&bench, 5).await, [""; 0]);
        assert_eq!(told(&bench, 5_000).await, [""; 0]);
        let due = bench.records(MANY).await.next_due;
        assert_eq!(due, Some(later(minutes(5_000 + 24 * 60))), "it is looked at again within a day");
        bench.operator("UPDATE users SET suspended_at = NULL").await;
        assert_eq!(told(&bench, 5_000 + 24 * 60).await, ["offer_1:2 Owner has not read 1 from #1 at 386400000"]);
    }
}

async fn it_survives_a_restart(bench: Bench) {
    bench.begins_its_feed().await;
    let (_, bob) = bench.ana_and_bob_talking().await;
    bench.records_all(MANY).await;
    let bench = bench.restarted().await;
    let first = "offer_1:2 Owner has not read 1 from #1 at 300000";
    assert_eq!(told(&bench, 5).await, [first]);
    let bench = bench.restarted().await;
    bench.seat_of(&bob).says("Are you there?").await;
    assert_eq!(told(&bench, 100).await, [first]);
}

async fn of_two_who_look_at_the_same_moment_one_tells(bench: Bench) {
    bench.begins_its_feed().await;
    bench.ana_and_bob_talking().await;
    bench.records_all(MANY).await;
    let other = bench.another_process().await;
    let due = later(minutes(5));
    let (here, there) = tokio::join!(bench.records_at(due, MANY), other.records_at(due, MANY));
    assert_eq!(here.events + there.events, 1);
    assert_eq!(told(&bench, 5).await.len(), 1);
}

async fn nothing_is_told_where_it_is_turned_off(bench: Bench) {
    bench.begins_its_feed().await;
    bench.ana_and_bob_talking().await;
    let now = later(minutes(60));
    for _ in 0..3 {
        let off = bench.storage.events.record(now, std::time::Duration::ZERO, MANY).await.expect("the storage answers");
        assert_eq!(off.next_due, None);
    }
    assert_eq!(told(&bench, 120).await, [""; 0]);
}

async fn a_cursor_that_was_set_back_by_hand_stops_nothing(bench: Bench) {
    bench.begins_its_feed().await;
    let (ana, bob) = bench.ana_and_bob_talking().await;
    bench.records_all(MANY).await;
    let first = "offer_1:2 Owner has not read 1 from #1 at 300000";
    assert_eq!(told(&bench, 5).await, [first]);
    ana.has_read(1).await;
    assert_eq!(told(&bench, 10).await, [first]);
    bench.operator("UPDATE conversations SET owner_read_up_to = 0").await;
    bob.says("Are you there?").await;
    let again = "offer_1:2 Owner has not read 2 from #1 at 900000";
    assert_eq!(told(&bench, 15).await, [first, again]);
}
