//! A receiver that fails half of the time, and servers that are killed: every event at least once, in order.

use std::collections::HashMap;
use std::sync::Mutex;

use handsel_tests::seed::seeded;
use handsel_tests::{Admin, Receiver, Reply, Started, feed};
use serde_json::Value;

use super::scene::{Talkers, must_be_told, taken, telling};

/// Each failure of an event makes it wait twice as long for the next try: with this many it stays within the tests' patience.
const IN_A_ROW_MAX: u32 = 3;

#[tokio::test]
async fn every_event_is_taken_at_last_and_in_order() {
    let chance = Mutex::new((seeded(), HashMap::<String, u32>::new()));
    let fails_half = move |posted: &handsel_tests::Posted| {
        let (chance, failed) = &mut *chance.lock().expect("whole");
        let in_a_row = failed.entry(posted.id.clone()).or_default();
        let fails = *in_a_row < IN_A_ROW_MAX && chance.bool();
        *in_a_row = if fails { *in_a_row + 1 } else { 0 };
        Reply::Status(if fails { 503 } else { 200 }, Value::Null)
    };
    let receiver = Receiver::that(fails_half).await;
    let mut server = telling(Started::fresh(), &receiver).start().await;
    let talkers = Talkers::on(&server, 6).await;
    for content in ["one", "two", "three"] {
        talkers.all_write(&server.address, content).await;
        let before = receiver.heard().len();
        receiver.hears("something", |posted| posted.len() > before + 3).await;
        let left = server.kill().await;
        server = telling(left, &receiver).start().await;
    }
    talkers.all_write(&server.address, "four").await;
    // A beginning and four messages each.
    let mut posted = receiver.heard();
    while taken(&posted).len() < 30 {
        let before = taken(&posted).len();
        posted = receiver.hears("one event more", |posted| taken(posted).len() > before).await;
    }
    must_be_told(&posted, &feed::all(&Admin::of(&server)).await);
    assert!(posted.iter().any(|posted| posted.answered == 503), "it has failed now and then");
}
