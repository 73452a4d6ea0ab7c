//! How far events were pushed, and whose turn it is. Knows nothing of who is told.

use std::collections::BTreeMap;
use std::time::Duration;

use handsel_domain::conversation::ConversationKey;
use handsel_domain::ids::EventId;
use handsel_domain::ports::{Delivered, Progress};
use handsel_domain::time::Timestamp;

use super::bench::{Bench, Process};
use super::feed::{MANY, place, words};

contract! {
    one_delivers_at_a_time_and_another_goes_on_where_it_stopped,
    delivery_begins_behind_what_was_there,
    what_is_not_delivered_does_not_expire,
    a_conversations_events_are_read_by_themselves,
    what_nobody_delivers_any_more_is_forgotten,
    of_many_who_want_to_deliver_one_does,
}

/// Longer than any of these tests takes.
const LONG: Duration = Duration::from_hours(1);

fn key(key: &str) -> ConversationKey {
    key.parse().expect("a key")
}

fn event(id: i64) -> EventId {
    EventId::new(id).expect("an id")
}

impl Process {
    async fn takes_turn(&self, holder: &str, lasts: Duration) -> Option<Delivered> {
        self.storage.deliveries.take(holder, lasts).await.expect("the storage answers")
    }

    async fn saves(&self, holder: &str, lasts: Duration, up_to: i64, held: &[(&str, Option<i64>)]) -> bool {
        let held = held.iter().map(|(conversation, id)| (key(conversation), id.map(event))).collect();
        let progress = Progress { up_to: place(up_to), held };
        self.storage.deliveries.save(holder, lasts, &progress).await.expect("the storage answers")
    }
}

async fn one_delivers_at_a_time_and_another_goes_on_where_it_stopped(bench: Bench) {
    assert_eq!(bench.takes_turn("one", LONG).await, None, "no feed was begun");
    bench.begins_its_feed().await;
    let nothing = Delivered { up_to: None, held: BTreeMap::new() };
    assert_eq!(bench.takes_turn("one", LONG).await, Some(nothing.clone()));
    assert_eq!(bench.takes_turn("one", LONG).await, Some(nothing), "it is still its turn");
    let other = bench.restarted().await;
    assert_eq!(other.takes_turn("two", LONG).await, None);
    assert!(!other.saves("two", LONG, 9, &[]).await, "who may not deliver says nothing of it");
    assert!(other.saves("one", LONG, 7, &[("offer_1:2", Some(3)), ("offer_1:3", Some(5))]).await);
    assert!(other.saves("one", LONG, 8, &[("offer_1:2", Some(4)), ("offer_1:3", None)]).await);
    let held = BTreeMap::from([(key("offer_1:2"), event(4))]);
    let delivered = Some(Delivered { up_to: place(8), held });
    // It has left, and somebody else may at once.
    other.storage.deliveries.leave("two").await.expect("the storage answers");
    assert_eq!(other.takes_turn("two", LONG).await, None, "whose turn it is not cannot end it");
    other.storage.deliveries.leave("one").await.expect("the storage answers");
    assert_eq!(other.takes_turn("two", Duration::ZERO).await, delivered);
    // It has died: its turn is over by itself.
    while other.takes_turn("three", LONG).await != delivered {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    assert!(!other.saves("two", LONG, 9, &[]).await);
    assert!(other.saves("three", LONG, 9, &[]).await);
}

async fn delivery_begins_behind_what_was_there(bench: Bench) {
    bench.begins_its_feed().await;
    let (ana, _) = bench.ana_and_bob_talking().await;
    assert_eq!(bench.records_all(MANY).await, 2);
    assert_eq!(bench.takes_turn("one", LONG).await.map(|delivered| delivered.up_to), Some(place(2)));
    ana.says("Hi!").await;
    bench.records_all(MANY).await;
    assert_eq!(bench.takes_turn("one", LONG).await.map(|delivered| delivered.up_to), Some(place(2)));
}

async fn what_is_not_delivered_does_not_expire(bench: Bench) {
    bench.begins_its_feed().await;
    bench.takes_turn("one", LONG).await.expect("it is its turn");
    let (ana, bob) = bench.ana_and_bob_talking().await;
    for seat in [&ana, &bob, &ana] {
        seat.says("And then?").await;
    }
    assert_eq!(bench.records_all(MANY).await, 5);
    // What somebody else of the same server might still commit in front of is kept.
    bench.settles().await;
    let late = Timestamp::from_millis(i64::MAX);
    let expires = async || bench.storage.events.expire(late, MANY).await.expect("the storage answers");
    assert_eq!(expires().await, 0);
    assert!(bench.saves("one", LONG, 4, &[("offer_1:2", Some(3))]).await);
    assert_eq!(expires().await, 2, "what is held is needed from there on");
    assert!(bench.saves("one", LONG, 4, &[("offer_1:2", None)]).await);
    assert_eq!(expires().await, 2);
    assert!(bench.saves("one", LONG, 5, &[]).await);
    assert_eq!(expires().await, 1);
}

async fn a_conversations_events_are_read_by_themselves(bench: Bench) {
    bench.begins_its_feed().await;
    let (ana, bob) = bench.ana_and_bob_talking().await;
    let cem = bench.user("cem").await;
    let cem = bench.seat(&cem, bob.key.listing, &cem);
    cem.says("Me too!").await;
    for content in ["one", "two", "three"] {
        ana.says(content).await;
    }
    bench.records_all(MANY).await;
    let reads = async |from, up_to, limit| {
        let found = bench.storage.deliveries.of_conversation(bob.key, event(from), event(up_to), limit).await;
        found.expect("the storage answers").iter().map(words).collect::<Vec<_>>()
    };
    let all = [
        "1 started offer_1:2 about Bike repair",
        "2 offer_1:2 #1 Hello!",
        "5 offer_1:2 #2 one",
        "6 offer_1:2 #3 two",
        "7 offer_1:2 #4 three",
    ];
    assert_eq!(reads(1, 100, MANY).await, all);
    assert_eq!(reads(2, 6, MANY).await, all[1..4]);
    assert_eq!(reads(3, 7, 2).await, all[2..4]);
    assert_eq!(reads(8, 100, MANY).await, [""; 0]);
}

async fn what_nobody_delivers_any_more_is_forgotten(bench: Bench) {
    bench.begins_its_feed().await;
    bench.takes_turn("one", LONG).await.expect("it is its turn");
    bench.saves("one", LONG, 1, &[("offer_1:2", Some(1))]).await;
    let forget = async |idle| bench.storage.deliveries.forget(idle).await.expect("the storage answers");
    assert!(!forget(Duration::ZERO).await, "somebody delivers");
    bench.storage.deliveries.leave("one").await.expect("the storage answers");
    assert!(!forget(LONG).await, "it has not been that long, however it was left");
    // It is idle from then on, by the database's clock.
    while !forget(Duration::from_millis(1)).await {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let (ana, _) = bench.ana_and_bob_talking().await;
    ana.says("Hi!").await;
    bench.settles().await;
    let late = Timestamp::from_millis(i64::MAX);
    assert_eq!(bench.storage.events.expire(late, MANY).await, Ok(3));
    let anew = Some(Delivered { up_to: place(3), held: BTreeMap::new() });
    assert_eq!(bench.takes_turn("two", LONG).await, anew, "where it is turned on again, it begins anew");
}

async fn of_many_who_want_to_deliver_one_does(bench: Bench) {
    bench.begins_its_feed().await;
    let names: Vec<_> = (0..20).map(|number| format!("process {number}")).collect();
    let all = names.iter().map(|name| bench.takes_turn(name, LONG));
    let taken = futures_util::future::join_all(all).await;
    assert_eq!(taken.iter().filter(|delivered| delivered.is_some()).count(), 1, "{taken:?}");
}
