//! What is wrong with the feed of events is found. Knows nothing of timelines.

use super::bench::Bench;
use super::feed::MANY;

contract! {
    events_that_are_missing,
    an_entry_that_was_passed_over,
    events_in_the_wrong_order,
    an_event_of_nothing,
    what_expired_is_not_missed,
}

async fn four_entries_told(bench: &Bench) {
    bench.begins_its_feed().await;
    let (ana, bob) = bench.ana_and_bob_talking().await;
    ana.says("Hi!").await;
    bob.says("How are you?").await;
    ana.says("Fine.").await;
    bench.settles().await;
    assert_eq!(bench.finds().await, [""; 0]);
}

async fn events_that_are_missing(bench: Bench) {
    four_entries_told(&bench).await;
    bench.operator("DELETE FROM events WHERE kind = 'started'").await;
    assert_eq!(bench.finds().await, ["event_hole events 1"]);
    bench.operator("UPDATE event_feed SET last_event = 7").await;
    assert_eq!(bench.finds().await, ["event_hole events 1", "event_hole events 6"]);
}

async fn an_entry_that_was_passed_over(bench: Bench) {
    four_entries_told(&bench).await;
    bench.operator("DELETE FROM events WHERE id = 5; UPDATE event_feed SET last_event = 4").await;
    assert_eq!(bench.finds().await, ["event_missing entries 4"]);
}

async fn events_in_the_wrong_order(bench: Bench) {
    four_entries_told(&bench).await;
    bench
        .operator("UPDATE events SET id = id + 10 WHERE id IN (3, 4); UPDATE events SET id = 17 - id WHERE id > 10")
        .await;
    assert_eq!(bench.finds().await, ["event_misplaced events 3"]);
}

async fn an_event_of_nothing(bench: Bench) {
    four_entries_told(&bench).await;
    bench.operator("UPDATE events SET seq = 9 WHERE id = 5").await;
    assert_eq!(bench.finds().await, ["event_of_nothing events 5", "event_missing entries 4"]);
}

async fn what_expired_is_not_missed(bench: Bench) {
    four_entries_told(&bench).await;
    let later = super::bench::later(1);
    assert_eq!(bench.storage.events.expire(later, 3).await, Ok(3));
    assert_eq!(bench.finds().await, [""; 0]);
    assert_eq!(bench.storage.events.expire(later, MANY).await, Ok(2));
    assert_eq!(bench.finds().await, [""; 0]);
}
