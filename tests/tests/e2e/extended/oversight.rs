//! Somebody is suspended or erased, or read by those who run the site: what either of the two sees, over sockets of both
//! kinds and over HTTP.

use handsel_tests::{Admin, Started, http};
use serde_json::{Value, json};

use super::scene::{Scene, UNLIMITED, writes};

/// Bob has said hello, and a site has a key.
async fn acquainted() -> (Scene, Admin) {
    let scene = Scene::on(Started::fresh().with(&UNLIMITED).with_admin().start().await).await;
    writes(&scene.bob, &scene.offer, "Hello!").await;
    let admin = Admin::of(&scene.server);
    (scene, admin)
}

async fn logs_in(scene: &Scene, name: &str, password: &str) -> handsel_tests::Answer {
    let body = json!({"username": name, "password": password});
    http::request(&scene.server.address, "POST", "/api/auth/login/", None, Some(body)).await
}

#[tokio::test]
async fn who_is_suspended_is_closed_out_at_every_process_and_comes_back_as_they_were() {
    let (scene, admin) = acquainted().await;
    let other = scene.another_process().await;
    let (mut anas, mut bobs) = scene.both_open().await;
    let mut bobs_base = scene.bob.opens(&scene.offer).await;
    let (mut elsewhere, _) = scene.bob.at(&other.address).opens_by_v1(&scene.offer).await;
    let path = format!("/api/admin/users/{}/", scene.bob.id);
    assert_eq!(admin.patch(&path, json!({"suspended": true})).await.is(200)["suspended"], true);
    for socket in [&mut bobs, &mut bobs_base, &mut elsewhere] {
        socket.hears_close(4003, "account_suspended").await;
    }
    anas.hears_presence(scene.bob.id, false).await;
    anas.says("Bob?").await;
    anas.hears_error("conversation_closed").await;
    let mut anas_base = scene.ana.opens(&scene.key).await;
    anas_base.says("Bob?").await;
    anas_base.hears_error("conversation_closed").await;
    let messages = format!("/api/conversations/{}/messages/", scene.key);
    scene.ana.post(&messages, json!({"content": "Bob?"})).await.is_problem(403, "conversation_closed");
    assert_eq!(scene.line_of(&scene.ana).await["peer"]["username"], "bob", "nothing is taken away");

    scene.bob.get("/api/conversations/").await.is_problem(403, "account_suspended");
    let refusal = scene.bob.is_refused(&scene.offer).await;
    assert_eq!((refusal.status, refusal.problem["code"].as_str()), (403, Some("account_suspended")));
    logs_in(&scene, "bob", "bob's password").await.is_problem(403, "account_suspended");
    logs_in(&scene, "bob", "not bob's password").await.is_problem(401, "credentials_invalid");

    assert_eq!(admin.patch(&path, json!({"suspended": false})).await.is(200)["suspended"], false);
    scene.bob.get("/api/conversations/").await.is_problem(401, "token_revoked");
    let token = logs_in(&scene, "bob", "bob's password").await.is(200)["token"].as_str().expect("a token").to_owned();
    let bob = handsel_tests::Person { token, ..scene.bob.clone() };
    let said = writes(&bob, &scene.offer, "Here I am").await;
    anas.hears_frame(&said).await;
}

#[tokio::test]
async fn a_wish_that_is_none_changes_nothing() {
    let (scene, admin) = acquainted().await;
    let path = format!("/api/admin/users/{}/", scene.bob.id);
    for body in [json!({}), json!({"suspended": "yes"}), json!({"suspended": null})] {
        admin.patch(&path, body).await.is_problem(422, "invalid");
    }
    for path in [path.clone(), format!("{path}?messages=all")] {
        admin.delete(&path).await.is_problem(422, "messages_required");
    }
    admin.patch("/api/admin/users/4000/", json!({"suspended": true})).await.is_problem(404, "user_not_found");
    admin.delete("/api/admin/users/4000/?messages=keep").await.is_problem(404, "user_not_found");
    writes(&scene.bob, &scene.offer, "Still here").await;
}

#[tokio::test]
async fn who_is_erased_leaves_what_they_said_by_nobody() {
    let (scene, admin) = acquainted().await;
    let (mut anas, mut bobs) = scene.both_open().await;
    let path = format!("/api/admin/users/{}/?messages=keep", scene.bob.id);
    let erased = json!({"id": scene.bob.id, "messages": "keep", "redacted": 0, "conversations": 1});
    assert_eq!(*admin.delete(&path).await.is(200), erased);
    assert_eq!(*admin.delete(&path).await.is(200), erased, "again is no error");
    bobs.hears_close(4001, "token_revoked").await;
    anas.hears_presence(scene.bob.id, false).await;
    anas.says("Bob?").await;
    anas.hears_error("conversation_closed").await;
    anas.has_heard_nothing().await;
    let line = scene.line_of(&scene.ana).await;
    let nobody =
        json!({"id": scene.bob.id, "username": format!("deleted-{}", scene.bob.id), "full_name": "Deleted user"});
    assert_eq!(line["peer"], nobody);
    let entries = scene.ana.timeline(&scene.key).await;
    assert_eq!((&entries[0]["message"]["content"], &entries[0]["message"]["sender"]), (&json!("Hello!"), &nobody));
    scene.bob.get("/api/conversations/").await.is_problem(401, "token_revoked");
    logs_in(&scene, "bob", "bob's password").await.is_problem(401, "credentials_invalid");
    assert_ne!(scene.server.person("bob").await.id, scene.bob.id, "the name is anybody's");
}

#[tokio::test]
async fn what_an_erased_person_said_goes_and_only_extended_sockets_hear_of_it() {
    let (scene, admin) = acquainted().await;
    writes(&scene.ana, &scene.key, "Hello, Bob").await;
    let (mut anas, _) = scene.ana.opens_by_v1(&scene.key).await;
    let (mut anas_inbox, _) = scene.ana.opens_inbox().await;
    let mut anas_base = scene.ana.opens(&scene.key).await;
    let path = format!("/api/admin/users/{}/?messages=redact", scene.bob.id);
    assert_eq!(admin.delete(&path).await.is(200)["redacted"], 1);
    let frame = anas.hears().await;
    let at = frame["redaction"]["created_at"].clone();
    let redaction = json!({"conversation": scene.key, "seq": 3, "actor_id": scene.bob.id, "created_at": at, "redacts": "all_of_actor"});
    assert_eq!(frame, json!({"type": "redaction", "redaction": redaction}));
    anas_inbox.hears_frame(&frame).await;
    anas_base.has_heard_nothing().await;

    let entries = scene.ana.timeline(&scene.key).await;
    let message = &entries[0]["message"];
    assert_eq!((&message["content"], message["redacted_at"].is_string()), (&json!(""), true), "saw {message}");
    assert_eq!((&entries[1]["message"]["content"], &entries[2]), (&json!("Hello, Bob"), &frame));
    let (mut resumed, _) = scene.ana.resumes(&scene.key, 0).await;
    let seqs = [resumed.hears().await, resumed.hears().await, resumed.hears().await];
    assert_eq!(seqs, [entries[0].clone(), entries[1].clone(), entries[2].clone()]);
    assert_eq!(scene.line_of(&scene.ana).await["last_entry"], frame);
}

#[tokio::test]
async fn to_leave_a_handshake_is_all_that_is_left_with_an_erased_person() {
    let (scene, admin) = acquainted().await;
    let step = |step| format!("/api/conversations/{}/handshake/{step}/", scene.key);
    scene.bob.post(&step("start"), json!({"note": "Bring a bike"})).await.is(201);
    admin.delete(&format!("/api/admin/users/{}/?messages=keep", scene.bob.id)).await.is(200);
    scene.ana.post(&step("approve"), json!({})).await.is_problem(403, "conversation_closed");
    let declined = scene.ana.post(&step("decline"), json!({})).await;
    let handshake = &declined.is(201)["handshake"];
    assert_eq!((&handshake["status"], &handshake["note"]), (&json!("declined"), &Value::Null));
}

#[tokio::test]
async fn whoever_reads_what_others_wrote_is_written_down_first() {
    let (scene, admin) = acquainted().await;
    let path = format!("/api/admin/conversations/{}/timeline/", scene.key);
    let page = admin.get(&path).await;
    assert_eq!(*page.is(200), *scene.ana.get(&format!("/api/conversations/{}/timeline/", scene.key)).await.is(200));
    admin.get("/api/admin/conversations/offer_1/timeline/").await.is_problem(400, "conversation_invalid");
    admin.get(&format!("{path}?limit=0")).await.is_problem(400, "query_invalid");
    admin.patch(&format!("/api/admin/users/{}/", scene.bob.id), json!({"suspended": true})).await.is(200);
    let log = admin.get("/api/admin/audit/").await;
    let lines = log.is(200)["results"].as_array().expect("a list").clone();
    let seen: Vec<_> = lines
        .iter()
        .map(|line| (line["action"].clone(), line["conversation"].clone(), line["user_id"].clone()))
        .collect();
    let expected = [
        (json!("user_suspended"), json!(null), json!(scene.bob.id)),
        (json!("timeline_read"), json!(scene.key), json!(null)),
    ];
    assert_eq!(seen, expected, "what was refused was not read: {lines:?}");
    assert!(lines.iter().all(|line| line["key"].as_str().is_some_and(|key| key.len() == 8)), "{lines:?}");
    // Where it cannot be written down, nothing is shown.
    scene.server.database().change("ALTER TABLE audit_log RENAME TO audit_log_away").await;
    admin.get(&path).await.is_problem(503, "unavailable");
}
