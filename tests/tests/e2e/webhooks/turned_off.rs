//! Webhooks that are turned off for a moment: what was not delivered by then is delivered afterwards.

use handsel_tests::{Admin, Receiver, Reply, Started, feed};
use serde_json::Value;

use super::scene::{Talkers, must_be_told, taken, telling};

#[tokio::test]
async fn what_was_not_delivered_comes_once_they_are_turned_on_again() {
    let receiver = Receiver::that(|_| Reply::Status(503, Value::Null)).await;
    let server = telling(Started::fresh(), &receiver).start().await;
    let talkers = Talkers::on(&server, 2).await;
    talkers.all_write(&server.address, "before").await;
    receiver.hears("both", |posted| posted.len() >= 2).await;
    let without = server.another().with_admin();
    server.terminate().await;
    assert!(server.ended().await.success());

    let server = without.start().await;
    talkers.all_write(&server.address, "meanwhile").await;
    let admin = Admin::of(&server);
    // It has begun all that it does by itself, and has had the time to do it.
    feed::until(&admin, "what comes meanwhile", |event| event["data"]["seq"] == 2).await;
    let log = server.log();
    assert!(!log.contains("is forgotten"), "{log}");
    let with = telling(server.another(), &receiver);
    server.terminate().await;
    assert!(server.ended().await.success());

    receiver.answers(|_| Reply::ok());
    let server = with.start().await;
    talkers.all_write(&server.address, "after").await;
    let posted = receiver.hears("a beginning and three messages each", |posted| taken(posted).len() >= 8).await;
    must_be_told(&posted, &feed::all(&Admin::of(&server)).await);
}
