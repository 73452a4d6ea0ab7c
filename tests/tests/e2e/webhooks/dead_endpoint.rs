//! An endpoint that is away: the chat goes on, the metrics say so, and once it is back it is told everything.

use handsel_tests::exposition::{Exposition, until};
use handsel_tests::{Admin, Receiver, Reply, Started, feed};
use serde_json::Value;

use super::scene::{Talkers, must_be_told, taken, telling};

#[tokio::test]
async fn while_it_hangs_people_talk_and_afterwards_it_is_told_all() {
    let receiver = Receiver::that(|_| Reply::Hang).await;
    let server = telling(Started::fresh(), &receiver).start().await;
    let talkers = Talkers::on(&server, 20).await;
    let other = &talkers.others[0];
    let (mut anas, mut bobs) = (talkers.ana.opens(&talkers.key(other)).await, other.opens(&talkers.offer).await);
    talkers.all_write(&server.address, "Hello!").await;
    receiver.hears("all that may be under way", |posted| posted.len() >= 16).await;
    anas.hears_message("Hello!").await;
    bobs.hears_message("Hello!").await;
    for number in 0..50 {
        let content = format!("message {number}");
        bobs.says(&content).await;
        anas.hears_message(&content).await;
        bobs.hears_message(&content).await;
    }
    assert_eq!(receiver.heard().len(), 16, "more is not asked of it at once");
    let metrics = server.get("/metrics").await.text;
    assert!(metrics.contains("handsel_webhooks_delivered_total 0"), "{metrics}");
    receiver.answers(|_| Reply::ok());
    // What hangs is given up after a while.
    let posted = receiver.hears("every event", |posted| taken(posted).len() >= 90).await;
    must_be_told(&posted, &feed::all(&Admin::of(&server)).await);
}

#[tokio::test]
async fn while_it_fails_the_metrics_say_so_and_once_it_is_back_that_nothing_waits() {
    let receiver = Receiver::that(|_| Reply::Status(500, Value::Null)).await;
    let server = telling(Started::fresh(), &receiver).start().await;
    let talkers = Talkers::on(&server, 20).await;
    until(&server.address, "handsel_webhooks_endpoint_up", |up| up > 0.0).await;
    talkers.all_write(&server.address, "Hello!").await;
    until(&server.address, "handsel_webhooks_endpoint_up", |up| up <= 0.0).await;
    let metrics = Exposition::read(&server.address).await;
    assert!(metrics.count("handsel_webhooks_failed_total") >= 10, "no single event is to blame");
    assert!(metrics.count("handsel_webhooks_held") >= 2, "no single conversation, either");
    assert_eq!(metrics.count("handsel_webhooks_delivered_total"), 0);
    until(&server.address, "handsel_webhooks_oldest_seconds", |seconds| seconds > 0.0).await;

    receiver.answers(|_| Reply::ok());
    until(&server.address, "handsel_webhooks_endpoint_up", |up| up > 0.0).await;
    let events = feed::all(&Admin::of(&server)).await;
    let posted = receiver.hears("every event", |posted| taken(posted).len() == events.len()).await;
    must_be_told(&posted, &events);
    for nothing in ["handsel_webhooks_held", "handsel_webhooks_oldest_seconds", "handsel_webhooks_backlog"] {
        until(&server.address, nothing, |value| value <= 0.0).await;
    }
    let all = f64::from(u32::try_from(events.len()).expect("some events"));
    let delivered = until(&server.address, "handsel_webhooks_delivered_total", |delivered| delivered >= all).await;
    assert!(delivered <= all, "each is counted once, saw {delivered} of {all}");
    assert_eq!(Exposition::read(&server.address).await.count("handsel_webhooks_endpoint_up"), 1);
}
