//! Somebody is blocked, suspended or erased: what a site is told of it, and what not. Knows nothing of what the two see.

use handsel_tests::{Admin, Person, Server, feed};
use serde_json::{Value, json};

use super::events::{ana_and_bob, is_seq, says, site, takes, types};

const HOUR: [&str; 2] = ["--notify-after", "1h"];

/// Bob has written to Ana and she has answered, and neither has read. Cleo, whose messages nobody keeps back, writes where
/// a test has to wait for whatever may come before them.
struct Scene {
    server: Server,
    admin: Admin,
    ana: Person,
    bob: Person,
    key: String,
    cleo: Person,
    cleos: String,
}

impl Scene {
    async fn begins() -> Self {
        let (server, admin) = site(&HOUR).await;
        let (ana, bob, key) = ana_and_bob(&server).await;
        says(&bob, &key, "Hello!").await;
        says(&ana, &key, "Hi!").await;
        let cleo = server.person("cleo").await;
        let cleos = format!("{}:{}", key.split(':').next().expect("a listing"), cleo.id);
        Self { server, admin, ana, bob, key, cleo, cleos }
    }

    /// Lets two hours pass for all that was written, and looks at once at who has not read. Returns the whole feed, once
    /// it tells of a message that Cleo wrote after the others.
    async fn two_hours_pass(&self, cleo_says: &str) -> Vec<Value> {
        let said = says(&self.cleo, &self.cleos, cleo_says).await;
        let seq = said["message"]["seq"].as_i64().expect("a place");
        let is_cleos = |event: &Value| event["data"]["conversation"] == self.cleos.as_str();
        feed::until(&self.admin, "what Cleo says", |event| is_cleos(event) && is_seq(seq)(event)).await;
        for sql in [
            "UPDATE entries SET created_at = created_at - 7200000",
            "UPDATE conversations SET last_entry_at = last_entry_at - 7200000",
            "UPDATE handshakes SET at = at - 7200000",
            "UPDATE unread_timers SET told_at = told_at - 7200000, due_at = 1",
        ] {
            self.server.database().change(sql).await;
        }
        // Cleo's timer is looked at by the same recording as those of the others.
        let (path, read) = (format!("/api/conversations/{}/read/", self.cleos), json!({"up_to": seq}));
        let events = feed::until(&self.admin, "that Ana has not read what Cleo says", |event| {
            is_cleos(event) && event["type"] == "conversation.unread" && event["data"]["first_unread_seq"] == seq
        });
        let events = events.await;
        self.ana.post(&path, read).await.is(201);
        events
    }

    /// What the feed has of Bob's conversation.
    fn of_bobs<'a>(&self, events: &'a [Value]) -> Vec<&'a Value> {
        events.iter().filter(|event| event["data"]["conversation"] == self.key.as_str()).collect()
    }

    /// Of whom the feed says that they have not read in Bob's conversation.
    fn unread(&self, events: &[Value]) -> Vec<i64> {
        let of_bobs = self.of_bobs(events).into_iter().filter(|event| event["type"] == "conversation.unread");
        of_bobs.map(|event| event["data"]["reader_id"].as_i64().expect("an id")).collect()
    }

    /// Neither can write or begin a handshake.
    async fn both_are_refused(&self, anas: &str, bobs: &str) {
        for (person, code) in [(&self.ana, anas), (&self.bob, bobs)] {
            for path in ["messages", "handshake/start"] {
                let path = format!("/api/conversations/{}/{path}/", self.key);
                person.post(&path, json!({"content": "Hello?"})).await.is_problem(403, code);
            }
        }
    }

    async fn with_content(&self) -> (Vec<Value>, String) {
        let page = self.admin.get("/api/admin/events/?include=content&limit=1000").await;
        (page.is(200)["results"].as_array().expect("a list").clone(), page.text)
    }

    /// Expects both to be told of, as it was before, now that nothing is between them any more.
    async fn is_told_afterwards(&self) {
        let mut told = self.unread(&self.two_hours_pass("And now?").await);
        told.sort_unstable();
        assert_eq!(told, [self.ana.id, self.bob.id], "what waits is told once it may be");
    }
}

const BEFORE: [&str; 3] = ["conversation.started", "message.created", "message.created"];

#[tokio::test]
async fn a_block_shows_in_no_event_and_nobody_is_told_of_what_waits() {
    let scene = Scene::begins().await;
    scene.ana.put(&format!("/api/blocks/{}/", scene.bob.id)).await.is(201);
    scene.both_are_refused("peer_blocked", "conversation_closed").await;
    let events = scene.two_hours_pass("Hello from Cleo").await;
    let of_bobs: Vec<_> = scene.of_bobs(&events).into_iter().cloned().collect();
    assert_eq!(types(&of_bobs), BEFORE, "{of_bobs:?}");
    let (_, text) = scene.with_content().await;
    assert!(!text.contains("block") && !text.contains("closed"), "nothing tells of it: {text}");
    assert!(text.contains("Hello!") && text.contains("Hi!"), "what was written before is there: {text}");

    scene.ana.delete(&format!("/api/blocks/{}/", scene.bob.id)).await.is(204);
    scene.is_told_afterwards().await;
    says(&scene.bob, &scene.key, "Here again").await;
    let events = feed::until(&scene.admin, "what Bob writes afterwards", is_seq(3)).await;
    feed::has_each_once(&events, &feed::entries(scene.server.database()).await);
}

#[tokio::test]
async fn who_is_suspended_is_in_no_event_until_they_are_back() {
    let scene = Scene::begins().await;
    let path = format!("/api/admin/users/{}/", scene.bob.id);
    scene.admin.patch(&path, json!({"suspended": true})).await.is(200);
    scene.both_are_refused("conversation_closed", "account_suspended").await;
    let events = scene.two_hours_pass("Hello from Cleo").await;
    let of_bobs: Vec<_> = scene.of_bobs(&events).into_iter().cloned().collect();
    assert_eq!(types(&of_bobs), BEFORE, "{of_bobs:?}");

    scene.admin.patch(&path, json!({"suspended": false})).await.is(200);
    scene.is_told_afterwards().await;
    says(&scene.server.logs_in("bob").await, &scene.key, "Here again").await;
    let events = feed::until(&scene.admin, "what Bob writes afterwards", is_seq(3)).await;
    feed::has_each_once(&events, &feed::entries(scene.server.database()).await);
}

#[tokio::test]
async fn the_events_of_an_erased_person_stay_with_what_they_said_and_without_their_notes() {
    let scene = Scene::begins().await;
    let start = format!("/api/conversations/{}/handshake/start/", scene.key);
    scene.bob.post(&start, json!({"note": "Bring a bike", "terms": {"hours": 2}})).await.is(201);
    feed::until(&scene.admin, "the handshake", is_seq(3)).await;
    let (before, _) = scene.with_content().await;
    assert_eq!(before[3]["data"]["handshake"]["note"], "Bring a bike");
    scene.admin.delete(&format!("/api/admin/users/{}/?messages=keep", scene.bob.id)).await.is(200);

    let (mut after, text) = scene.with_content().await;
    assert!(!text.contains("Bring a bike"), "the note is gone: {text}");
    assert_eq!(after[3]["data"]["handshake"]["note"], Value::Null);
    after[3]["data"]["handshake"]["note"] = json!("Bring a bike");
    assert_eq!(after, before, "and nothing else, the ids and the content included");
    takes(&scene.ana, &scene.key, "decline").await;
    let events = scene.two_hours_pass("Hello from Cleo").await;
    assert_eq!(scene.unread(&events), [0; 0], "nobody is told to or about them");
    assert_eq!(scene.of_bobs(&events).last().map(|event| &event["type"]), Some(&json!("handshake.declined")));
    feed::has_each_once(&events, &feed::entries(scene.server.database()).await);
}

#[tokio::test]
async fn what_an_erased_person_said_is_empty_in_the_feed_and_an_event_says_so() {
    let scene = Scene::begins().await;
    let said = json!({"content": "My number is 555", "client_message_id": "b2"});
    scene.bob.post(&format!("/api/conversations/{}/messages/", scene.key), said).await.is(201);
    feed::until(&scene.admin, "the last message", is_seq(3)).await;
    scene.admin.delete(&format!("/api/admin/users/{}/?messages=redact", scene.bob.id)).await.is(200);
    let events = feed::until(&scene.admin, "the redaction", is_seq(4)).await;
    let redacted = events.last().expect("it is there");
    assert_eq!(
        (&redacted["type"], &redacted["data"]["redaction"]["actor_id"], &redacted["data"]["redaction"]["redacts"]),
        (&json!("message.redacted"), &json!(scene.bob.id), &json!("all_of_actor")),
        "saw {redacted}"
    );
    let (events, text) = scene.with_content().await;
    assert!(!text.contains("Hello!") && !text.contains("555") && !text.contains("b2"), "nothing is left: {text}");
    for event in [&events[1], &events[3]] {
        let message = &event["data"]["message"];
        assert_eq!((&message["content"], &message["sender_id"]), (&json!(""), &json!(scene.bob.id)), "saw {event}");
        assert!(message["redacted_at"].is_string(), "saw {event}");
    }
    assert_eq!(events[2]["data"]["message"]["content"], "Hi!", "what others said is theirs");
    let events = scene.two_hours_pass("Hello from Cleo").await;
    assert_eq!(scene.unread(&events), [0; 0], "nobody is told to or about them");
    feed::has_each_once(&events, &feed::entries(scene.server.database()).await);
}
