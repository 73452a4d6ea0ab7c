//! How long events are kept. Knows nothing of what they say.

use handsel_domain::ports::EventsPageError;
use sea_orm::{ConnectionTrait, TransactionTrait};

use super::bench::{Bench, later};
use super::feed::{MANY, place};

contract! {
    of postgres alone:
    what_would_be_recorded_again_is_kept,
}

contract! {
    old_events_are_deleted_in_parts_and_from_the_beginning,
    who_comes_too_late_is_told_so,
    what_somebody_pushes_is_kept_until_it_is_there,
    numbers_go_on_where_nothing_is_kept,
}

/// Four events: two at the start, one at 100 ms and one at 50 ms, by a clock that went back.
async fn four_events(bench: &Bench) {
    bench.begins_its_feed().await;
    let (_, bob) = bench.ana_and_bob_talking().await;
    bench.records_all(MANY).await;
    for at in [100, 50] {
        bench.clock.set(at);
        bob.says("Hello?").await;
        bench.records_all(MANY).await;
    }
    bench.settles().await;
}

async fn expires(bench: &Bench, before: i64, limit: u32) -> u64 {
    bench.storage.events.expire(later(before), limit).await.expect("the storage answers")
}

async fn ids(bench: &Bench) -> Vec<i64> {
    let page = bench.page(None, MANY).await.expect("there is a page");
    page.events.iter().map(|event| event.id.get()).collect()
}

async fn old_events_are_deleted_in_parts_and_from_the_beginning(bench: Bench) {
    four_events(&bench).await;
    assert_eq!(expires(&bench, 0, MANY).await, 0);
    assert_eq!(expires(&bench, 1, 1).await, 1);
    assert_eq!(ids(&bench).await, [2, 3, 4]);
    assert_eq!(bench.finds().await, [""; 0]);
    assert_eq!(expires(&bench, 60, MANY).await, 1, "a hole is worse than an event too many");
    assert_eq!(ids(&bench).await, [3, 4]);
    assert_eq!(expires(&bench, 101, MANY).await, 2);
    assert_eq!(ids(&bench).await, [0; 0]);
    assert_eq!(bench.finds().await, [""; 0]);
}

async fn who_comes_too_late_is_told_so(bench: Bench) {
    four_events(&bench).await;
    expires(&bench, 60, MANY).await;
    let too_late = bench.page(place(1), MANY).await.map(|page| page.newest);
    assert_eq!(too_late, Err(EventsPageError::Expired { up_to: place(2).expect("an id") }));
    let in_time = bench.page(place(2), MANY).await.expect("what follows is kept");
    assert_eq!(in_time.events.len(), 2);
}

async fn what_somebody_pushes_is_kept_until_it_is_there(bench: Bench) {
    four_events(&bench).await;
    bench.operator("INSERT INTO event_cursors (name, up_to) VALUES ('one', 3), ('other', 1)").await;
    assert_eq!(expires(&bench, 1_000, MANY).await, 1);
    assert_eq!(expires(&bench, 1_000, MANY).await, 0);
    bench.operator("UPDATE event_cursors SET up_to = 4 WHERE name = 'other'").await;
    assert_eq!(expires(&bench, 1_000, MANY).await, 2);
    assert_eq!(ids(&bench).await, [4]);
}

async fn numbers_go_on_where_nothing_is_kept(bench: Bench) {
    four_events(&bench).await;
    assert_eq!(expires(&bench, 1_000, MANY).await, 4);
    let bench = bench.restarted().await;
    bench.begins_its_feed().await;
    let cem = bench.user("cem").await;
    let listing = "offer_1".parse().expect("a listing");
    bench.seat(&cem, listing, &cem).says("Hello!").await;
    bench.records_all(MANY).await;
    assert_eq!(ids(&bench).await, [5, 6]);
    assert_eq!(bench.page(place(4), MANY).await.expect("it is kept").events.len(), 2);
    assert_eq!(bench.finds().await, [""; 0]);
}

async fn what_would_be_recorded_again_is_kept(bench: Bench) {
    let outside = bench.outside().await;
    let lasting = outside.begin().await.expect("it begins");
    lasting.execute_unprepared("SELECT pg_current_xact_id()").await.expect("it has a number");
    bench.begins_its_feed().await;
    bench.ana_and_bob_talking().await;
    for _ in 0..3 {
        bench.records_all(MANY).await;
        assert_eq!(expires(&bench, 1_000, MANY).await, 0);
    }
    lasting.rollback().await.expect("it ends");
    bench.settles().await;
    assert_eq!(expires(&bench, 1_000, MANY).await, 2);
    assert_eq!(bench.records_all(MANY).await, 0);
}
