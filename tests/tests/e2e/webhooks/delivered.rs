//! What is told, how, and to whom it is told next.

use std::collections::BTreeSet;

use handsel_tests::{Admin, Posted, Receiver, Reply, Started, feed};
use serde_json::{Value, json};

use super::scene::{Talkers, must_be_told, number, taken, telling, writes};

fn all(events: usize) -> impl Fn(&[Posted]) -> bool {
    move |posted| taken(posted).len() >= events
}

#[tokio::test]
async fn each_event_is_told_signed_and_without_content() {
    let receiver = Receiver::start().await;
    let server = telling(Started::fresh(), &receiver).start().await;
    let talkers = Talkers::on(&server, 1).await;
    let bob = &talkers.others[0];
    let key = talkers.key(bob);
    writes(bob, &key, "Hello!").await;
    bob.post(&format!("/api/conversations/{key}/handshake/start/"), json!({"note": "at ten"})).await.is(201);
    let posted = receiver.hears("three events", all(3)).await;
    let kinds: Vec<_> = posted.iter().map(|posted| posted.json["type"].as_str().unwrap_or_default()).collect();
    assert_eq!(kinds, ["conversation.started", "message.created", "handshake.started"]);
    assert_eq!(posted[1].json["data"]["message"].get("content"), None, "saw {}", posted[1].json);
    assert_eq!(posted[2].json["data"]["handshake"]["note"], Value::Null, "it is what somebody wrote");
    must_be_told(&posted, &feed::all(&Admin::of(&server)).await);
}

#[tokio::test]
async fn content_is_told_where_that_is_asked_for() {
    let receiver = Receiver::start().await;
    let server = telling(Started::fresh(), &receiver).with(&["--webhook-content"]).start().await;
    let talkers = Talkers::on(&server, 1).await;
    let bob = &talkers.others[0];
    let key = talkers.key(bob);
    writes(bob, &key, "Hello!").await;
    bob.post(&format!("/api/conversations/{key}/handshake/start/"), json!({"note": "at ten"})).await.is(201);
    let posted = receiver.hears("three events", all(3)).await;
    assert_eq!(posted[1].json["data"]["message"]["content"], "Hello!");
    assert_eq!(posted[2].json["data"]["handshake"]["note"], "at ten");
}

#[tokio::test]
async fn it_begins_with_what_comes_after_it_was_turned_on() {
    let server = Started::fresh().with_admin().start().await;
    let talkers = Talkers::on(&server, 1).await;
    talkers.all_write(&server.address, "before").await;
    feed::until(&Admin::of(&server), "what was written before", |event| feed::id(event) == 2).await;
    let receiver = Receiver::start().await;
    let telling = telling(server.another(), &receiver).start().await;
    telling.logs("events are delivered from here").await;
    talkers.all_write(&telling.address, "after").await;
    let posted = receiver.hears("an event", |posted| !posted.is_empty()).await;
    assert_eq!((number(&posted[0]), &posted[0].json["data"]["seq"]), (3, &json!(2)));
}

#[tokio::test]
async fn a_conversation_whose_event_fails_holds_back_itself_alone() {
    let receiver = Receiver::start().await;
    let server = telling(Started::fresh(), &receiver).start().await;
    let talkers = Talkers::on(&server, 4).await;
    let unlucky = talkers.key(&talkers.others[0]);
    let refused = unlucky.clone();
    receiver.answers(move |posted| {
        let status = if posted.json["data"]["conversation"] == refused.as_str() { 500 } else { 200 };
        Reply::Status(status, Value::Null)
    });
    for content in ["one", "two", "three"] {
        talkers.all_write(&server.address, content).await;
    }
    // Three others have a beginning and three messages each.
    let posted = receiver.hears("what is not refused", all(12)).await;
    let tried: BTreeSet<_> = posted
        .iter()
        .filter(|posted| posted.json["data"]["conversation"] == unlucky.as_str())
        .map(|posted| posted.json["type"].as_str().unwrap_or_default().to_owned())
        .collect();
    assert!(tried.iter().all(|kind| kind == "conversation.started"), "only the first of them was tried: {tried:?}");
    receiver.answers(|_| Reply::ok());
    let posted = receiver.hears("the rest", all(16)).await;
    must_be_told(&posted, &feed::all(&Admin::of(&server)).await);
}

#[tokio::test]
async fn a_redirect_is_neither_followed_nor_taken() {
    let (receiver, elsewhere) = (Receiver::start().await, Receiver::start().await);
    let url = elsewhere.url.clone();
    receiver.answers(move |_| Reply::Redirect(url.clone()));
    let server = telling(Started::fresh(), &receiver).start().await;
    let talkers = Talkers::on(&server, 1).await;
    talkers.all_write(&server.address, "Hello!").await;
    let posted = receiver.hears("the first one again", |posted| posted.len() >= 2).await;
    assert_eq!(posted.iter().map(number).collect::<Vec<_>>(), [1, 1], "it was not taken");
    receiver.answers(|_| Reply::ok());
    let posted = receiver.hears("both", all(2)).await;
    must_be_told(&posted, &feed::all(&Admin::of(&server)).await);
    assert!(elsewhere.heard().is_empty(), "it was followed: {:?}", elsewhere.heard());
}

#[tokio::test]
async fn of_two_nodes_one_tells_and_the_other_takes_over() {
    let receiver = Receiver::start().await;
    let one = telling(Started::fresh(), &receiver).start().await;
    one.logs("events are delivered from here").await;
    let two = telling(one.another(), &receiver).start().await;
    let talkers = Talkers::on(&one, 3).await;
    talkers.all_write(&one.address, "one").await;
    talkers.all_write(&two.address, "two").await;
    let posted = receiver.hears("all of both", all(9)).await;
    assert_eq!(posted.len(), 9, "each once, since nobody was killed");
    one.kill().await;
    talkers.all_write(&two.address, "three").await;
    let posted = receiver.hears("what the other one has", all(12)).await;
    two.logs("events are delivered from here").await;
    must_be_told(&posted, &feed::all(&Admin::of(&two)).await);
}
