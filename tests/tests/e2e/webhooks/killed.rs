//! A receiver that fails half of the time, and servers that are killed: every event at least once, in order.

use std::sync::Mutex;

use handsel_tests::seed::seeded;
use handsel_tests::{Receiver, Reply, Started};
use serde_json::Value;

use super::delivered::feed;
use super::scene::{Talkers, must_be_told, taken, telling};

#[tokio::test]
async fn every_event_is_taken_at_last_and_in_order() {
    let chance = Mutex::new(seeded());
    let fails_half = move |_: &handsel_tests::Posted| {
        let fails = chance.lock().expect("whole").bool();
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
    let posted = receiver.hears("every event", |posted| taken(posted).len() >= 30).await;
    must_be_told(&posted, &feed(&server).await);
    assert!(posted.iter().any(|posted| posted.answered == 503), "it has failed now and then");
}
