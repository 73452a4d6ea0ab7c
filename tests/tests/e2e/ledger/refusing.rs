//! What the ledger refuses is told to both, and nothing is stored.

use handsel_services::Redis;
use handsel_tests::{Receiver, Reply, Started};
use serde_json::json;

use super::scene::Scene;

/// Its reason.
const REASON: &str = "Bob has one hour left, and this takes two.";

fn refusal() -> Reply {
    Reply::Status(409, json!({"message": REASON}))
}

#[tokio::test]
async fn over_sockets_both_see_it_and_the_state_stays() {
    let scene = Scene::with(|_| refusal()).await;
    let (mut anas, _) = scene.ana.opens_by_v1(&scene.key).await;
    let (mut bobs, _) = scene.bob.opens_by_v1(&scene.key).await;
    let mut bobs_old = scene.bob.opens(&scene.key).await;
    let (mut bobs_inbox, _) = scene.bob.opens_inbox().await;
    anas.hears_presence(scene.bob.id, true).await;
    anas.sends(json!({"type": "handshake_approve"})).await;
    let error = anas.hears_error("handshake_refused").await;
    assert_eq!((&error["message"], &error["conversation"]), (&json!(REASON), &json!(scene.key)));
    let state = anas.hears_handshake("pending").await;
    assert_eq!((&state["repeat"], &state["handshake"]["version"]), (&json!(true), &json!(1)));
    let refused = json!({"conversation": scene.key, "actor_id": scene.ana.id, "step": "approve", "message": REASON});
    for socket in [&mut bobs, &mut bobs_inbox] {
        socket.hears_frame(&json!({"type": "refused", "refused": refused})).await;
    }
    // An older client hears of nothing but what is said next, and whoever was refused of it but once.
    scene.ledger.answers(|_| Reply::ok());
    anas.sends(json!({"type": "handshake_approve"})).await;
    for socket in [&mut anas, &mut bobs, &mut bobs_old, &mut bobs_inbox] {
        assert_eq!(socket.hears().await["handshake"]["status"], "approved");
    }
    assert_eq!(scene.statuses().await, ["pending", "approved"]);
    let asked = scene.asked();
    assert!(asked.len() == 2 && asked[0] == asked[1], "a step has the same name when it is tried again: {asked:?}");
}

#[tokio::test]
async fn over_http_it_is_a_conflict_with_the_reason_and_the_state() {
    let scene = Scene::with(|_| refusal()).await;
    let (mut bobs, _) = scene.bob.opens_by_v1(&scene.key).await;
    let refused = scene.takes(&scene.ana, "approve").await;
    let problem = refused.is_problem(409, "handshake_refused");
    assert_eq!((&problem["detail"], &problem["handshake"]["status"]), (&json!(REASON), &json!("pending")));
    let frame = bobs.hears().await;
    assert_eq!((&frame["type"], &frame["refused"]["message"]), (&json!("refused"), &json!(REASON)), "saw {frame}");
    assert_eq!(scene.statuses().await, ["pending"]);
}

#[tokio::test]
async fn what_is_shown_with_it_is_how_the_handshake_stands_by_then() {
    let scene = Scene::with(|_| Reply::Held(409, json!({"message": REASON}))).await;
    let mut anas = scene.ana.opens(&scene.key).await;
    let change = async {
        scene.ledger.hears_so_many(1).await;
        scene.ledger.answers(|_| Reply::ok());
        scene.takes(&scene.bob, "cancel").await.is(201);
        anas.hears_handshake("cancelled").await;
        scene.ledger.releases();
    };
    let (refused, ()) = tokio::join!(scene.takes(&scene.ana, "approve"), change);
    let problem = refused.is_problem(409, "handshake_refused");
    assert_eq!((&problem["handshake"]["status"], &problem["handshake"]["version"]), (&json!("cancelled"), &json!(2)));
}

#[tokio::test]
async fn whatever_else_it_says_people_are_told_something_that_fits() {
    let long = "é".repeat(400);
    let scene = Scene::with(|_| Reply::ok()).await;
    for (status, body, expected) in [
        (400, json!({"message": long}), "é".repeat(280)),
        (402, json!({"message": 7}), "The marketplace does not agree to this step.".to_owned()),
        (403, json!(["no"]), "The marketplace does not agree to this step.".to_owned()),
        (404, json!({"message": "  <b>no</b>\n"}), "<b>no</b>".to_owned()),
    ] {
        scene.ledger.answers(move |_| Reply::Status(status, body.clone()));
        let refused = scene.takes(&scene.ana, "approve").await;
        assert_eq!(refused.is_problem(409, "handshake_refused")["detail"], expected, "{status}");
    }
    assert_eq!(scene.statuses().await, ["pending"]);
}

#[tokio::test]
async fn a_peer_at_another_node_sees_it_by_redis() {
    let (redis, ledger) = (Redis::start(), Receiver::that(|_| refusal()).await);
    let (url, prefix) = (redis.url(), redis.fresh_prefix());
    let flags = ["--redis-url", url.as_str(), "--redis-prefix", prefix.as_str()];
    let one = Started::fresh().with(&flags).with_hook(&ledger).start().await;
    let two = one.another().with(&flags).with_hook(&ledger).start().await;
    for node in [&one, &two] {
        node.logs("Redis is used").await;
    }
    let scene = Scene::on(one, ledger).await;
    let bob = scene.bob.at(&two.address);
    let (mut bobs, _) = bob.opens_by_v1(&scene.key).await;
    scene.takes(&scene.ana, "approve").await.is_problem(409, "handshake_refused");
    let frame = bobs.hears().await;
    assert_eq!((&frame["type"], &frame["refused"]["message"]), (&json!("refused"), &json!(REASON)), "saw {frame}");
}
