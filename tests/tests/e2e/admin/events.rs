//! The feed of events, as a site reads it. Knows nothing of what happens when a process is killed.

use handsel_tests::{Admin, Person, Server, Started, feed};
use serde_json::{Value, json};

use crate::api::has_exactly;

const EVENTS: &str = "/api/admin/events/";

pub(super) async fn site(flags: &[&str]) -> (Server, Admin) {
    let server = Started::fresh().with_admin().with(flags).start().await;
    let admin = Admin::of(&server);
    (server, admin)
}

/// Ana with an offer, Bob, and the key of their conversation, which has not begun.
pub(super) async fn ana_and_bob(server: &Server) -> (Person, Person, String) {
    let (ana, bob) = (server.person("ana").await, server.person("bob").await);
    let key = format!("{}:{}", ana.offers("Bike repair").await, bob.id);
    (ana, bob, key)
}

pub(super) async fn says(person: &Person, key: &str, content: &str) -> Value {
    let said = person.post(&format!("/api/conversations/{key}/messages/"), json!({"content": content})).await;
    said.is(201).clone()
}

pub(super) async fn takes(person: &Person, key: &str, step: &str) {
    person.post(&format!("/api/conversations/{key}/handshake/{step}/"), json!({})).await.is(201);
}

pub(super) fn is_seq(seq: i64) -> impl Fn(&Value) -> bool {
    move |event| event["data"]["seq"] == seq
}

pub(super) fn types(events: &[Value]) -> Vec<&str> {
    events.iter().map(|event| event["type"].as_str().expect("a type")).collect()
}

#[tokio::test]
async fn a_site_is_told_what_happens() {
    let (server, admin) = site(&[]).await;
    let (ana, bob, key) = ana_and_bob(&server).await;
    let said = says(&bob, &key, "Hello!").await;
    takes(&bob, &key, "start").await;
    for (person, step) in
        [(&ana, "approve"), (&ana, "complete"), (&bob, "complete"), (&ana, "start"), (&bob, "decline")]
    {
        takes(person, &key, step).await;
    }
    let events = feed::until(&admin, "the last step", is_seq(7)).await;
    assert_eq!(
        types(&events),
        [
            "conversation.started",
            "message.created",
            "handshake.started",
            "handshake.approved",
            "handshake.confirmed",
            "handshake.completed",
            "handshake.started",
            "handshake.declined",
        ]
    );
    feed::has_each_once(&events, &feed::entries(server.database()).await);
    for event in &events {
        has_exactly(event, &[("id", "number"), ("type", "text"), ("timestamp", "time"), ("data", "object")]);
        let data = &event["data"];
        assert_eq!((&data["conversation"], &data["listing"]), (&json!(key), &json!(key.split(':').next())), "{event}");
        assert_eq!((&data["owner_id"], &data["respondent_id"]), (&json!(ana.id), &json!(bob.id)), "{event}");
    }
    assert_eq!(events[0]["data"]["listing_title"], "Bike repair");
    let (message, said) = (&events[1]["data"]["message"], &said["message"]);
    assert_eq!(
        message,
        &json!({"id": said["id"], "sender_id": bob.id, "recipient_id": ana.id, "created_at": said["created_at"]})
    );
    assert_eq!(events[1]["timestamp"], said["created_at"]);
    let timeline = ana.timeline(&key).await;
    for (event, frame) in events[2..].iter().zip(&timeline[1..]) {
        assert_eq!(event["data"]["handshake"], frame["handshake"], "what the frame has, without a note");
    }
}

#[tokio::test]
async fn what_people_wrote_is_told_only_where_it_is_asked_for() {
    let (server, admin) = site(&[]).await;
    let (_, bob, key) = ana_and_bob(&server).await;
    says(&bob, &key, "Hello!").await;
    bob.post(&format!("/api/conversations/{key}/handshake/start/"), json!({"note": "at ten"})).await.is(201);
    feed::until(&admin, "the handshake", is_seq(2)).await;
    let plain = admin.get(EVENTS).await;
    assert_eq!(plain.is(200)["results"][2]["data"]["handshake"]["note"], Value::Null);
    assert!(!plain.text.contains("Hello!") && !plain.text.contains("at ten"), "{}", plain.text);
    let with = admin.get(&format!("{EVENTS}?include=content")).await;
    assert_eq!(with.is(200)["results"][1]["data"]["message"]["content"], "Hello!");
    assert_eq!(with.is(200)["results"][2]["data"]["handshake"]["note"], "at ten");
    server.database().change("UPDATE entries SET content = '', redacted_at = 1704110400000 WHERE seq = 1").await;
    let redacted = admin.get(&format!("{EVENTS}?include=content")).await;
    let message = &redacted.is(200)["results"][1]["data"]["message"];
    assert_eq!((&message["content"], &message["redacted_at"]), (&json!(""), &json!("2024-01-01T12:00:00.000Z")));
    admin.get(&format!("{EVENTS}?include=passwords")).await.is_problem(400, "query_invalid");
}

#[tokio::test]
async fn a_site_reads_page_after_page() {
    let (server, admin) = site(&[]).await;
    assert_eq!(admin.get(EVENTS).await.is(200), &json!({"results": [], "next": null}));
    let (_, bob, key) = ana_and_bob(&server).await;
    for number in 1..=4 {
        says(&bob, &key, &format!("{number}")).await;
    }
    feed::until(&admin, "the last message", is_seq(4)).await;
    let mut path = format!("{EVENTS}?limit=2&include=content");
    let mut ids = Vec::new();
    for _ in 0..3 {
        let page = admin.get(&path).await.is(200).clone();
        ids.extend(page["results"].as_array().expect("a list").iter().map(feed::id));
        match page["next"].as_str() {
            Some(next) => {
                assert!(next.contains("include=content") && next.contains("limit=2"), "{next}");
                next.clone_into(&mut path);
            }
            None => break,
        }
    }
    assert_eq!(ids, [1, 2, 3, 4, 5]);
    for (query, expected) in [("?after=5", 0), ("?after=4", 1), ("?after=0", 5), ("?limit=1000", 5), ("?limit=1", 1)] {
        let page = admin.get(&format!("{EVENTS}{query}")).await;
        assert_eq!(page.is(200)["results"].as_array().map(Vec::len), Some(expected), "{query}");
    }
    for query in ["?after=-1", "?after=x", "?after=6", "?after=9007199254740993", "?limit=0", "?limit=1001"] {
        admin.get(&format!("{EVENTS}{query}")).await.is_problem(400, "query_invalid");
    }
    admin.post(EVENTS, json!({})).await.is_problem(405, "method_not_allowed");
}

#[tokio::test]
async fn the_feed_begins_where_a_site_has_a_key_for_the_first_time() {
    let server = Started::fresh().start().await;
    let (ana, bob, key) = ana_and_bob(&server).await;
    says(&bob, &key, "Before.").await;
    assert_eq!(server.database().number("SELECT COUNT(*) FROM event_feed").await, 0, "nothing is recorded");
    let server = server.kill().await.with_admin().start().await;
    says(&ana.at(&server.address), &key, "After.").await;
    let events = feed::until(&Admin::of(&server), "the message", is_seq(2)).await;
    assert_eq!(types(&events), ["message.created"]);
    // Without a key for a while, and with one again.
    let server = server.kill().await.start().await;
    says(&bob.at(&server.address), &key, "Meanwhile.").await;
    let server = server.kill().await.with_admin().start().await;
    let events = feed::until(&Admin::of(&server), "what came meanwhile", is_seq(3)).await;
    assert_eq!(events.iter().map(feed::id).collect::<Vec<_>>(), [1, 2]);
}

#[tokio::test]
async fn a_site_is_told_of_messages_that_wait() {
    let (server, admin) = site(&["--notify-after", "1s"]).await;
    let (ana, bob, key) = ana_and_bob(&server).await;
    says(&bob, &key, "Hello!").await;
    let is_unread = |first: i64| {
        move |event: &Value| event["type"] == "conversation.unread" && event["data"]["first_unread_seq"] == first
    };
    let events = feed::until(&admin, "that a message waits", is_unread(1)).await;
    let told = events.last().expect("it is there");
    assert_eq!(
        told["data"],
        json!({"conversation": key, "listing": "offer_1", "owner_id": ana.id, "respondent_id": bob.id,
            "reader_id": ana.id, "unread_count": 1, "first_unread_seq": 1, "since": events[1]["timestamp"]})
    );
    let read = ana.post(&format!("/api/conversations/{key}/read/"), json!({"up_to": 1})).await;
    assert!(read.status < 300, "{}", read.text);
    says(&bob, &key, "Are you there?").await;
    says(&ana, &key, "Yes!").await;
    let events = feed::until(&admin, "that the next one waits", is_unread(2)).await;
    let unread =
        events.iter().filter(|event| event["type"] == "conversation.unread" && event["data"]["reader_id"] == ana.id);
    assert_eq!(unread.count(), 2, "one for each time: {events:?}");
}

#[tokio::test]
async fn whoever_comes_too_late_is_told_so() {
    let (server, admin) = site(&["--events-kept", "1s"]).await;
    let (_, bob, key) = ana_and_bob(&server).await;
    says(&bob, &key, "Hello!").await;
    let expired = async {
        loop {
            let page = admin.get(&format!("{EVENTS}?after=1")).await;
            match page.status {
                200 | 400 => tokio::time::sleep(std::time::Duration::from_millis(50)).await,
                _ => return page,
            }
        }
    };
    let problem = handsel_tests::in_time("the events to expire", expired).await;
    assert_eq!(problem.is_problem(410, "events_expired")["expired_up_to"], 2);
    assert_eq!(admin.get(EVENTS).await.is(200), &json!({"results": [], "next": null}));
    assert_eq!(admin.get(&format!("{EVENTS}?after=2")).await.is(200), &json!({"results": [], "next": null}));
}

#[tokio::test]
async fn the_metrics_say_how_far_the_feed_is() {
    let (server, admin) = site(&[]).await;
    let (_, bob, key) = ana_and_bob(&server).await;
    says(&bob, &key, "Hello!").await;
    feed::until(&admin, "the message", is_seq(1)).await;
    let counted = async {
        loop {
            let text = server.get("/metrics").await.text;
            if text.contains("handsel_events_recorded_total 2") && text.contains("handsel_events_lag_seconds 0") {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    handsel_tests::in_time("two events counted, and none to come", counted).await;
}

#[tokio::test]
async fn durations_that_are_none_are_refused() {
    for (flag, value, expected) in [
        ("--notify-after", "soon", "notify_after (--notify-after): \"soon\" is no duration"),
        ("--events-kept", "0s", "events_kept (--events-kept): at least one second"),
        ("--events-kept", "1000years", "at most 100 years"),
    ] {
        let (status, _, errors) = Started::fresh().with(&[flag, value]).ends_by_itself().await;
        assert_eq!(status.code(), Some(1), "{errors}");
        assert!(errors.contains(expected), "expected {expected:?}, saw {errors}");
    }
}
