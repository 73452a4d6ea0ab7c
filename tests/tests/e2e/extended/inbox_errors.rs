//! What an inbox cannot make sense of: a frame that names no conversation, or one that is not its user's.

use handsel_tests::Socket;
use serde_json::{Value, json};

use super::scene::{Scene, writes};

/// Each kind of frame that is about a conversation, naming this one.
async fn all_are_refused(socket: &mut Socket, conversation: &Value, code: &str) {
    for frame in [
        json!({"type": "message", "content": "Hi", "client_message_id": "one", "conversation": conversation}),
        json!({"type": "handshake_start", "conversation": conversation}),
        json!({"type": "handshake_complete", "conversation": conversation}),
        json!({"type": "read", "up_to": 1, "conversation": conversation}),
        json!({"type": "typing", "conversation": conversation}),
    ] {
        // Some are names that nothing has, and some are none.
        socket.sends_text(&frame.to_string()).await;
        let error = socket.hears_error(code).await;
        assert_eq!(error.get("client_message_id"), frame.get("client_message_id"), "{frame} was answered by {error}");
    }
}

#[tokio::test]
async fn a_frame_names_its_conversation() {
    let scene = Scene::acquainted().await;
    let (mut bobs, _) = scene.bob.opens_inbox().await;
    for frame in [
        json!({"type": "message", "content": "Hi", "client_message_id": "one"}),
        json!({"type": "message", "content": "Hi", "client_message_id": "one", "recipient_id": scene.ana.id}),
        json!({"type": "handshake_start"}),
        json!({"type": "read", "up_to": 1}),
        json!({"type": "typing"}),
    ] {
        bobs.sends(frame.clone()).await;
        let error = bobs.hears_error("conversation_required").await;
        assert_eq!(error.get("client_message_id"), frame.get("client_message_id"), "{frame} was answered by {error}");
    }
    // These are about none.
    bobs.sends(json!({"type": "ping"})).await;
    bobs.hears_frame(&json!({"type": "pong"})).await;
    assert_eq!(scene.entries().await, 1);
}

#[tokio::test]
async fn a_name_is_one_of_a_conversation() {
    let scene = Scene::acquainted().await;
    let (mut bobs, _) = scene.bob.opens_inbox().await;
    for name in ["", "offer", "offer_", "offer_0", "offer_01", "offer_1:", "offer_1:0", "offer_1:2:3", "Offer_1", "x_1"]
    {
        all_are_refused(&mut bobs, &json!(name), "conversation_invalid").await;
    }
    for name in [json!(1), json!(true), json!({"conversation": scene.key})] {
        all_are_refused(&mut bobs, &name, "field_invalid").await;
    }
    assert_eq!(scene.entries().await, 1);
}

#[tokio::test]
async fn it_must_be_about_a_listing_and_ones_own() {
    let scene = Scene::acquainted().await;
    let cleo = scene.server.person("cleo").await;
    let cleos_offer = cleo.offers("Bread").await;
    writes(&scene.ana, &cleos_offer, "Two, please").await;
    let (mut bobs, _) = scene.bob.opens_inbox().await;
    for name in ["offer_99", "need_1", "offer_99:2", &format!("need_1:{}", scene.bob.id)] {
        all_are_refused(&mut bobs, &json!(name), "listing_not_found").await;
    }
    for name in [format!("{cleos_offer}:{}", scene.ana.id), format!("{}:{}", scene.offer, cleo.id)] {
        all_are_refused(&mut bobs, &json!(name), "not_a_participant").await;
    }
    assert_eq!(scene.entries().await, 2);
}

#[tokio::test]
async fn an_owner_to_whom_nobody_has_written_begins_nothing() {
    let scene = Scene::strangers().await;
    let (mut anas, _) = scene.ana.opens_inbox().await;
    anas.sends(json!({"type": "message", "content": "Anyone?", "conversation": scene.offer})).await;
    anas.hears_error("no_respondent").await;
    anas.sends(json!({"type": "handshake_start", "conversation": scene.offer})).await;
    anas.hears_error("no_respondent").await;
    assert_eq!(scene.entries().await, 0);
}

#[tokio::test]
async fn a_closed_listing_takes_no_new_conversation_here_either() {
    let scene = Scene::acquainted().await;
    let cleo = scene.server.person("cleo").await;
    let (mut cleos, _) = cleo.opens_inbox().await;
    let (mut bobs, _) = scene.bob.opens_inbox().await;
    let number = scene.offer.trim_start_matches("offer_");
    scene.ana.patch(&format!("/api/offers/{number}/"), json!({"status": "closed"})).await.is(200);
    let say = json!({"type": "message", "content": "Hi", "conversation": scene.offer});
    cleos.sends(say.clone()).await;
    cleos.hears_error("listing_closed").await;
    bobs.sends(say).await;
    bobs.hears_message("Hi").await;
}

#[tokio::test]
async fn a_refused_step_is_followed_by_the_state_of_that_conversation() {
    let scene = Scene::acquainted().await;
    let (mut bobs, _) = scene.bob.opens_inbox().await;
    let step = |kind: &str| json!({"type": kind, "conversation": scene.key});
    bobs.sends(step("handshake_approve")).await;
    bobs.hears_error("handshake_not_possible").await;
    bobs.sends(step("handshake_start")).await;
    let pending = bobs.hears_handshake("pending").await;
    bobs.sends(step("handshake_approve")).await;
    bobs.hears_error("handshake_own").await;
    bobs.hears_repeat(&pending).await;
    bobs.sends(step("handshake_start")).await;
    bobs.hears_repeat(&pending).await;
    bobs.has_heard_nothing().await;
}
