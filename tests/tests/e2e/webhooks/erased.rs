//! What was erased while it waited to be told is told no more. Knows nothing of how it is erased.

use handsel_tests::{Admin, Posted, Receiver, Reply, Server, Started, in_time};
use serde_json::{Value, json};

use super::scene::{Talkers, taken, telling, writes};

/// What Bob has written, as a message and as a note.
const WORDS: [&str; 2] = ["I live at 7 Mill Lane.", "Ring twice, the bell is broken."];

struct Scene {
    receiver: Receiver,
    server: Server,
    talkers: Talkers,
}

impl Scene {
    /// Bob has written while the receiver answers like that, which it does once it is released where that is held.
    async fn with(answers: impl Fn(&Posted) -> Reply + Send + Sync + 'static) -> Self {
        let receiver = Receiver::that(answers).await;
        let server = telling(Started::fresh(), &receiver).with(&["--webhook-content"]).start().await;
        let talkers = Talkers::on(&server, 1).await;
        let bob = &talkers.others[0];
        let key = talkers.key(bob);
        writes(bob, &key, WORDS[0]).await;
        bob.post(&format!("/api/conversations/{key}/handshake/start/"), json!({"note": WORDS[1]})).await.is(201);
        Self { receiver, server, talkers }
    }

    /// Erases Bob while a request is held, and no other is under way; returns what is told after that.
    async fn told_after_bob_was_erased(&self) -> Vec<Posted> {
        let before = self.receiver.heard().len();
        let bob = format!("/api/admin/users/{}/?messages=redact", self.talkers.others[0].id);
        Admin::of(&self.server).delete(&bob).await.is(200);
        self.receiver.answers(|_| Reply::ok());
        self.receiver.releases();
        let all = |posted: &[Posted]| posted.iter().any(|posted| posted.json["type"] == "message.redacted");
        self.receiver.hears("that he was erased", all).await.split_off(before)
    }
}

fn must_not_have_his_words(posted: &[Posted]) {
    let kinds: Vec<_> = posted.iter().map(|posted| posted.json["type"].as_str().unwrap_or_default()).collect();
    assert!(kinds.contains(&"message.created") && kinds.contains(&"handshake.started"), "saw {kinds:?}");
    for posted in posted {
        let told = posted.json.to_string();
        assert!(!WORDS.iter().any(|words| told.contains(words)), "it was told after it was erased: {told}");
    }
}

#[tokio::test]
async fn what_was_not_taken_before_is_told_without_it() {
    // The message fails, and once more: nothing of it is kept for the next try.
    let scene = Scene::with(|posted| match (posted.json["type"].as_str(), posted.repeated) {
        (Some("message.created"), 0) => Reply::Status(500, Value::Null),
        (Some("message.created"), _) => Reply::Held(500, Value::Null),
        _ => Reply::ok(),
    })
    .await;
    let posted =
        scene.receiver.hears("the second try", |posted| posted.iter().any(|posted| posted.repeated == 1)).await;
    assert!(posted.iter().any(|posted| posted.json["data"]["message"]["content"] == WORDS[0]), "with content");
    let posted = scene.told_after_bob_was_erased().await;
    must_not_have_his_words(&posted);
    assert!(taken(&posted).len() >= 3, "{posted:?}");
}

#[tokio::test]
async fn what_waits_behind_another_one_is_told_without_it() {
    let scene = Scene::with(|posted| match posted.json["type"].as_str() {
        Some("conversation.started") => Reply::Held(200, Value::Null),
        _ => Reply::ok(),
    })
    .await;
    scene.receiver.hears_so_many(1).await;
    // What follows is known by then.
    let shown = |metrics: &str| metrics.contains("handsel_webhooks_backlog 3");
    let known = async {
        while !shown(&scene.server.get("/metrics").await.text) {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    in_time("a backlog of three", known).await;
    must_not_have_his_words(&scene.told_after_bob_was_erased().await);
}

#[tokio::test]
async fn what_is_told_instead_says_that_it_was_erased() {
    let receiver = Receiver::that(|_| Reply::Status(503, Value::Null)).await;
    let server = telling(Started::fresh(), &receiver).with(&["--webhook-content"]).start().await;
    let talkers = Talkers::on(&server, 1).await;
    let (bob, admin) = (&talkers.others[0], Admin::of(&server));
    let key = talkers.key(bob);
    writes(bob, &key, "My number is 555").await;
    bob.post(&format!("/api/conversations/{key}/handshake/start/"), json!({"note": "at ten"})).await.is(201);
    receiver.hears("a try", |posted| !posted.is_empty()).await;
    admin.delete(&format!("/api/admin/users/{}/?messages=redact", bob.id)).await.is(200);
    receiver.answers(|_| Reply::ok());
    // A beginning, a message, a step, and that they were erased.
    let posted = receiver.hears("all four", |posted| taken(posted).len() >= 4).await;
    assert!(posted.iter().all(|posted| !posted.json.to_string().contains("555")), "saw {posted:?}");
    let told: Vec<_> = posted.iter().filter(|posted| posted.answered == 200).map(|posted| &posted.json).collect();
    assert_eq!((&told[1]["type"], &told[3]["type"]), (&json!("message.created"), &json!("message.redacted")));
    let message = &told[1]["data"]["message"];
    assert_eq!((&message["content"], message["redacted_at"].is_string()), (&json!(""), true), "saw {message}");
    assert_eq!(told[2]["data"]["handshake"]["note"], Value::Null);
    assert_eq!(told[3]["data"]["redaction"]["actor_id"], bob.id);
}
