//! `handsel user export`: what a person is given of what they said and did, beside the server that they did it on. Knows
//! nothing of how it is read.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use handsel_tests::admin::ADMIN_KEY;
use handsel_tests::{Admin, Person, Server, Started, http};
use http_body_util::Full;
use hyper::Request;
use serde_json::{Value, json};

use super::scene::{assert_same, beside, runs};

/// How the key of every test's site is named.
const ADMIN_KEY_SHOWN: &str = "806dc8e9";

/// Ana's offer, about which Bob and Cem have written.
struct Scene {
    server: Server,
    admin: Admin,
    ana: Person,
    bob: Person,
    cem: Person,
    /// Of Ana and Bob.
    key: String,
}

impl Scene {
    /// Bob has agreed on something with Ana and has a need of his own; he and Cem have blocked each other; the site has read
    /// both conversations.
    async fn open() -> Self {
        let server = Started::fresh().with_admin().start().await;
        let admin = Admin::of(&server);
        let (ana, bob, cem) = (server.person("ana").await, server.person("bob").await, server.person("cem").await);
        let offer = ana.offers("Bike repair").await;
        let scene = Self { key: format!("{offer}:{}", bob.id), server, admin, ana, bob, cem };
        scene.bob.needs("Piano lessons").await;
        let path = |what: &str| format!("/api/conversations/{}/{what}/", scene.key);
        let hello = json!({"content": "Hello \"Ana\"\n🤝", "client_message_id": "m1"});
        scene.bob.post(&path("messages"), hello).await.is(201);
        scene.ana.post(&path("messages"), json!({"content": "Hello, Bob"})).await.is(201);
        let agreed = json!({"note": "Two hours", "terms": {"hours": 2, "odd": [1.50, null]}});
        scene.bob.post(&path("handshake/start"), agreed).await.is(201);
        scene.ana.post(&path("handshake/approve"), json!({})).await.is(201);
        scene.bob.post(&path("read"), json!({"up_to": 2})).await.is(201);
        let cems = format!("{offer}:{}", scene.cem.id);
        let secret = json!({"content": "Cem's secret"});
        scene.cem.post(&format!("/api/conversations/{offer}/messages/"), secret).await.is(201);
        scene.bob.put(&format!("/api/blocks/{}/", scene.cem.id)).await.is(201);
        scene.cem.put(&format!("/api/blocks/{}/", scene.bob.id)).await.is(201);
        for key in [&scene.key, &cems] {
            scene.is_read(key).await;
        }
        scene
    }

    /// By somebody of the site's.
    async fn is_read(&self, key: &str) {
        let request = Request::get(format!("/api/admin/conversations/{key}/timeline/"))
            .header("authorization", format!("Bearer {ADMIN_KEY}"))
            .header("handsel-on-behalf-of", "moderator-mel");
        http::send(&self.admin.address, request.body(Full::default()).expect("a request")).await.is(200);
    }

    /// What is held about one person, as it comes to standard output while the server serves.
    async fn exports(&self, whom: &str) -> String {
        let ended = runs(&self.server.another(), &["user", "export", whom]).await.is(0);
        self.server.get("/healthz").await.is(200);
        ended.output
    }
}

/// The lines, each time of which is one, and no part of what is compared.
fn lines(text: &str) -> Vec<Value> {
    let line = |line: &str| {
        let mut line: Value = serde_json::from_str(line).expect("JSON");
        for (name, value) in line.as_object_mut().expect("an object") {
            if name.ends_with("_at") || name == "at" {
                let is_time = value.as_str().map(|time| humantime::parse_rfc3339(time).is_ok());
                assert_ne!(is_time, Some(false), "expected a time, saw {name}: {value}");
                *value = if is_time.is_some() { json!("a time") } else { Value::Null };
            }
        }
        line
    };
    text.lines().map(line).collect()
}

/// What stands in a field of each line of that kind.
fn of_each(text: &str, kind: &str, field: &str) -> Vec<Value> {
    let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    lines.filter(|line| line["type"] == kind).map(|line| line[field].clone()).collect()
}

/// All that is held about Bob.
fn about_bob(scene: &Scene) -> Vec<Value> {
    let at = "a time";
    let key = &scene.key;
    vec![
        json!({"type": "handsel_person", "version": 1, "exported_at": at, "user_id": 2}),
        json!({"type": "user", "id": 2, "username": "bob", "first_name": "", "last_name": "", "created_at": at,
            "has_password": true, "signed_out_at": null, "suspended_at": null, "deleted_at": null}),
        json!({"type": "listing", "listing": "need_1", "owner_id": 2, "title": "Piano lessons", "description": "",
            "status": "open", "created_at": at}),
        json!({"type": "conversation", "conversation": key, "owner_read_up_to": 0, "respondent_read_up_to": 2,
            "peer": {"id": 1, "username": "ana", "full_name": "ana"}}),
        json!({"type": "message", "conversation": key, "seq": 1, "id": 1, "sender_id": 2, "created_at": at,
            "content": "Hello \"Ana\"\n🤝", "client_message_id": "m1", "redacted_at": null}),
        json!({"type": "message", "conversation": key, "seq": 2, "id": 2, "sender_id": 1, "created_at": at,
            "content": "Hello, Bob", "client_message_id": null, "redacted_at": null}),
        json!({"type": "step", "conversation": key, "seq": 3, "id": 3, "actor_id": 2, "created_at": at,
            "step": "start", "note": "Two hours", "terms": {"hours": 2, "odd": [1.5, null]}}),
        json!({"type": "step", "conversation": key, "seq": 4, "id": 4, "actor_id": 1, "created_at": at,
            "step": "approve", "note": null, "terms": null}),
        json!({"type": "block", "blocker_id": 2, "blocked_id": 3, "created_at": at}),
        json!({"type": "token", "issued_at": at, "expires_at": at, "revoked_at": null}),
        json!({"type": "audit", "id": 1, "at": at, "key": ADMIN_KEY_SHOWN, "action": "timeline_read", "conversation": key,
            "user_id": null}),
        json!({"type": "end", "lines": 12}),
    ]
}

#[tokio::test]
async fn a_person_is_given_what_they_said_and_did_and_nothing_that_is_others_alone() {
    let scene = Scene::open().await;
    let text = scene.exports("bob").await;
    assert_same(&about_bob(&scene), &lines(&text));
    // To the millisecond.
    let timeline = scene.ana.timeline(&scene.key).await;
    let said: Vec<_> = timeline
        .iter()
        .filter(|frame| frame["type"] == "message")
        .map(|frame| frame["message"]["created_at"].clone())
        .collect();
    assert_eq!(of_each(&text, "message", "created_at"), said);
    let blocks = scene.bob.get("/api/blocks/").await;
    assert_eq!(of_each(&text, "block", "created_at"), [blocks.is(200)["results"][0]["created_at"].clone()]);
    let audit = scene.admin.get("/api/admin/audit/").await;
    let read = audit.is(200)["results"].as_array().expect("a list").last().expect("the first").clone();
    assert_eq!(
        (of_each(&text, "audit", "at"), read["on_behalf_of"].as_str()),
        (vec![read["at"].clone()], Some("moderator-mel"))
    );
    let others = ["Cem's secret", "cem", "moderator-mel", "$argon2", "password_hash", "hash\""];
    let tokens = [&scene.ana, &scene.bob, &scene.cem].map(|person| person.token.as_str());
    for never in others.iter().chain(&tokens) {
        assert!(!text.contains(never), "{never:?} is in {text}");
    }
    // Cem's is there, for Cem.
    let cems = scene.exports("cem").await;
    assert_eq!(of_each(&cems, "message", "content"), ["Cem's secret"]);
    assert_eq!(of_each(&cems, "block", "blocked_id"), [2]);
    let anas = scene.exports("id:1").await;
    assert_eq!(of_each(&anas, "message", "content"), ["Hello \"Ana\"\n🤝", "Hello, Bob", "Cem's secret"]);
    assert_eq!(of_each(&anas, "block", "blocked_id"), [""; 0], "nobody is told who has blocked them");
    assert_eq!(of_each(&anas, "audit", "conversation"), [json!(scene.key), json!("offer_1:3")]);
}

#[tokio::test]
async fn whoever_was_suspended_and_then_erased_is_given_what_is_left() {
    let scene = Scene::open().await;
    let path = format!("/api/admin/users/{}/", scene.bob.id);
    scene.admin.patch(&path, json!({"suspended": true})).await.is(200);
    let text = scene.exports("bob").await;
    let mut expected = about_bob(&scene);
    for field in ["suspended_at", "signed_out_at"] {
        expected[1][field] = json!("a time");
    }
    expected[9]["revoked_at"] = json!("a time");
    let suspended = json!({"type": "audit", "id": 3, "at": "a time", "key": ADMIN_KEY_SHOWN, "action": "user_suspended",
        "conversation": null, "user_id": 2});
    expected.insert(10, suspended);
    expected[12]["lines"] = json!(13);
    assert_same(&expected, &lines(&text));

    scene.admin.delete(&format!("{path}?messages=redact")).await.is(200);
    let nobody = runs(&scene.server.another(), &["user", "export", "bob", "bob.ndjson"]).await.is(1);
    assert!(nobody.errors.contains("there is no user \"bob\"") && nobody.output.is_empty(), "{}", nobody.errors);
    let text = scene.exports("id:2").await;
    assert_eq!(of_each(&text, "user", "username"), ["deleted-2"]);
    assert_eq!(of_each(&text, "user", "has_password"), [false]);
    assert_eq!(of_each(&text, "message", "content"), ["", "Hello, Bob"], "what was written to them is not gone");
    assert_eq!(of_each(&text, "redaction", "actor_id"), [2]);
    assert_eq!(of_each(&text, "audit", "action"), ["user_suspended", "user_erased_redact", "timeline_read"]);
    for gone in ["Piano", "Two hours", "bob", "block"] {
        assert!(!text.contains(gone), "{gone:?} is in {text}");
    }
}

#[tokio::test]
async fn it_comes_to_a_file_that_is_its_owners_alone_and_nothing_is_made_where_there_is_nobody() {
    let scene = Scene::open().await;
    let over = scene.server.another();
    let ended = runs(&over, &["user", "export", "bob", "bob.ndjson"]).await.is(0);
    assert_eq!(ended.output, "Exported what is held about bob to bob.ndjson: 12 lines.\n");
    let file = beside(&over, "bob.ndjson");
    assert_eq!(fs::metadata(&file).expect("it is there").permissions().mode() & 0o777, 0o600);
    let text = fs::read_to_string(&file).expect("it is there");
    assert_same(&about_bob(&scene), &lines(&text));
    for (arguments, says) in [
        (["bob", "bob.ndjson"], "bob.ndjson is there already"),
        (["nobody", "nobody.ndjson"], "there is no user \"nobody\""),
        (["id:4000", "nobody.ndjson"], "there is no user \"id:4000\""),
        (["4000", "nobody.ndjson"], "by the id it is id:4000"),
        (["id:bob", "nobody.ndjson"], "id"),
        (["bob", "nowhere/bob.ndjson"], "nowhere/bob.ndjson cannot be written"),
    ] {
        let ended = runs(&over, &[["user", "export"], arguments].concat()).await.is(1);
        assert!(ended.errors.contains(says) && ended.output.is_empty(), "{}{}", ended.output, ended.errors);
    }
    assert_eq!(fs::read_to_string(&file).expect("it is there"), text);
    let files = fs::read_dir(over.directory()).expect("it is there");
    let names = files.map(|file| file.expect("it is there").file_name().to_string_lossy().into_owned());
    let made: Vec<_> = names.filter(|name| name.contains("ndjson") || name.contains("part")).collect();
    assert_eq!(made, ["bob.ndjson"]);
}

#[tokio::test]
async fn where_there_is_no_database_none_is_made() {
    let over = Started::fresh_file();
    let ended = runs(&over, &["user", "export", "bob"]).await.is(1);
    assert!(ended.errors.contains("there is no such file; name Handsel's with --database-url"), "{}", ended.errors);
    assert_eq!(fs::read_dir(over.directory()).expect("it is there").count(), 0);
}
