//! What the ledger is asked, and what it is not asked.

use handsel_tests::{Admin, Receiver, Reply, Started};
use serde_json::json;

use super::scene::Scene;

#[tokio::test]
async fn each_step_that_concerns_the_ledger_is_asked_about_with_all_that_it_needs() {
    let scene = Scene::with(|_| Reply::ok()).await;
    let (key, ana, bob) = (&scene.key, scene.ana.id, scene.bob.id);
    scene.takes(&scene.ana, "approve").await.is(201);
    let asked = &scene.ledger.heard()[0];
    assert_eq!((asked.path.as_str(), asked.idempotency_key.as_ref()), ("/handsel", Some(&asked.id)));
    let timestamp = asked.json["timestamp"].as_str().expect("a time");
    assert!(timestamp.ends_with('Z') && timestamp.len() == 24, "{timestamp}");
    let expected = json!({"type": "handshake.approve", "timestamp": timestamp, "data": {
        "conversation": key, "listing": "offer_1", "uid": format!("{key}#1"),
        "owner": {"id": ana, "username": "ana", "full_name": "ana"},
        "respondent": {"id": bob, "username": "bob", "full_name": "bob"},
        "initiator_id": bob, "actor_id": ana, "step": "approve", "status": "pending", "version": 1, "completed_by": [],
        "terms": {"hours": 2, "id": 12_345_678_901_234_567_890_u64}, "note": "two hours",
        "idempotency_key": format!("{key}#1/approve/1/{ana}"),
    }});
    assert_eq!(asked.json, expected);
    scene.takes(&scene.bob, "complete").await.is(201);
    scene.takes(&scene.ana, "complete").await.is(201);
    let asked = scene.ledger.heard();
    let said: Vec<_> =
        asked.iter().map(|asked| (&asked.json["data"]["status"], &asked.json["data"]["completed_by"])).collect();
    assert_eq!(
        said,
        [(&json!("pending"), &json!([])), (&json!("approved"), &json!([])), (&json!("approved"), &json!([bob]))]
    );
    assert_eq!(scene.statuses().await, ["pending", "approved", "approved", "completed"]);
}

#[tokio::test]
async fn over_a_socket_it_is_the_same() {
    let scene = Scene::with(|_| Reply::ok()).await;
    let (mut anas, mut bobs) = (scene.ana.opens(&scene.key).await, scene.bob.opens(&scene.key).await);
    anas.sends(json!({"type": "handshake_approve"})).await;
    assert_eq!(anas.hears_handshake("approved").await, bobs.hears_handshake("approved").await);
    bobs.sends(json!({"type": "handshake_cancel"})).await;
    assert_eq!(bobs.hears_handshake("cancelled").await, anas.hears_handshake("cancelled").await);
    let key = &scene.key;
    let expected = [format!("{key}#1/approve/1/{}", scene.ana.id), format!("{key}#1/cancel/2/{}", scene.bob.id)];
    assert_eq!(scene.asked(), expected);
}

#[tokio::test]
async fn what_would_be_refused_or_repeats_is_not_asked_nor_are_messages_starts_and_declines() {
    let scene = Scene::with(|_| Reply::ok()).await;
    let stranger = scene.server.person("cleo").await;
    scene.takes(&scene.bob, "approve").await.is_problem(409, "handshake_own");
    scene.takes(&scene.ana, "complete").await.is_problem(409, "handshake_not_possible");
    scene.ana.post(&scene.path("approve"), json!({"version": 7})).await.is_problem(409, "handshake_changed");
    scene.takes(&stranger, "approve").await.is_problem(403, "not_a_participant");
    let body = json!({"content": "What about two hours?"});
    scene.ana.post(&format!("/api/conversations/{}/messages/", scene.key), body).await.is(201);
    scene.takes(&scene.ana, "decline").await.is(201);
    scene.takes(&scene.bob, "start").await.is(201);
    assert_eq!(scene.asked(), Vec::<String>::new());
    // Each once, however often it is said.
    for status in [201, 200, 200] {
        let repeat = scene.takes(&scene.ana, "approve").await.is(status)["repeat"].clone();
        assert_eq!(repeat == json!(true), status == 200);
    }
    for status in [201, 200] {
        scene.takes(&scene.ana, "complete").await.is(status);
    }
    assert_eq!(scene.asked().len(), 2, "{:?}", scene.asked());
}

#[tokio::test]
async fn a_step_that_nobody_could_take_yet_is_no_question() {
    let scene = Scene::with(|_| Reply::ok()).await;
    let need = scene.ana.needs("A ladder").await;
    for step in ["approve", "cancel", "complete"] {
        let path = format!("/api/conversations/{need}/handshake/{step}/");
        scene.bob.post(&path, json!({})).await.is_problem(409, "handshake_not_possible");
    }
    assert_eq!(scene.asked(), Vec::<String>::new());
}

#[tokio::test]
async fn where_the_other_one_is_suspended_or_erased_it_is_no_question_but_to_get_out_of_what_binds() {
    let ledger = Receiver::start().await;
    let scene = Scene::on(Started::fresh().with_admin().with_hook(&ledger).start().await, ledger).await;
    let (admin, bob) = (Admin::of(&scene.server), format!("/api/admin/users/{}/", scene.bob.id));
    let mut anas = scene.ana.opens(&scene.key).await;
    admin.patch(&bob, json!({"suspended": true})).await.is(200);
    for step in ["approve", "complete"] {
        scene.takes(&scene.ana, step).await.is_problem(403, "conversation_closed");
        anas.sends(json!({"type": format!("handshake_{step}")})).await;
        anas.hears_error("conversation_closed").await;
    }
    assert_eq!(scene.asked(), Vec::<String>::new(), "hours would be reserved for nothing");
    // What has been taken is answered all the same.
    admin.patch(&bob, json!({"suspended": false})).await.is(200);
    scene.takes(&scene.ana, "approve").await.is(201);
    admin.patch(&bob, json!({"suspended": true})).await.is(200);
    assert_eq!(scene.takes(&scene.ana, "approve").await.is(200)["repeat"], true);
    scene.takes(&scene.ana, "cancel").await.is_problem(403, "conversation_closed");
    admin.delete(&format!("{bob}?messages=keep")).await.is(200);
    scene.takes(&scene.ana, "complete").await.is_problem(403, "conversation_closed");
    assert_eq!(scene.asked().len(), 1, "{:?}", scene.asked());
    scene.takes(&scene.ana, "cancel").await.is(201);
    assert_eq!(scene.asked().len(), 2, "{:?}", scene.asked());
}
