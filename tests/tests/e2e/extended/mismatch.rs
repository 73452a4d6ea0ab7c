//! A chat socket's frames may name their conversation: the socket's own, or none.

use serde_json::json;

use super::scene::{Scene, writes};

#[tokio::test]
async fn the_own_conversation_may_be_named_by_key_or_short_form() {
    let scene = Scene::acquainted().await;
    let (mut anas, mut bobs) = scene.both_open().await;
    for name in [&scene.key, &scene.offer] {
        for socket in [&mut anas, &mut bobs] {
            socket.sends(json!({"type": "message", "content": name, "conversation": name})).await;
        }
        for socket in [&mut anas, &mut bobs] {
            socket.hears_message(name).await;
            socket.hears_message(name).await;
        }
    }
    bobs.sends(json!({"type": "handshake_start", "conversation": scene.key})).await;
    for socket in [&mut anas, &mut bobs] {
        socket.hears_handshake("pending").await;
    }
    anas.sends(json!({"type": "handshake_approve", "conversation": scene.key})).await;
    for socket in [&mut anas, &mut bobs] {
        socket.hears_handshake("approved").await;
    }
    anas.sends(json!({"type": "read", "up_to": 2, "conversation": scene.key})).await;
    bobs.hears_read(&scene.key, scene.ana.id, 2).await;
    anas.sends(json!({"type": "typing", "conversation": scene.offer})).await;
    bobs.hears_typing(&scene.key, scene.ana.id).await;
}

#[tokio::test]
async fn before_it_has_begun_a_respondent_may_name_it_too() {
    let scene = Scene::strangers().await;
    let (mut bobs, _) = scene.bob.opens_by_v1(&scene.offer).await;
    for (due, name) in [(1, &scene.key), (2, &scene.offer)] {
        bobs.sends(json!({"type": "message", "content": "Hi", "conversation": name})).await;
        assert_eq!(bobs.hears_message("Hi").await["seq"], due);
    }
}

#[tokio::test]
async fn any_other_is_a_mismatch_and_nothing_becomes_of_it() {
    let scene = Scene::acquainted().await;
    let need = scene.bob.needs("A ladder").await;
    writes(&scene.ana, &need, "I have one").await;
    let (_, with_cleo) = scene.is_asked_by("cleo").await;
    let before = scene.entries().await;
    let (mut anas, mut bobs) = scene.both_open().await;
    for name in [&need, &format!("{need}:{}", scene.ana.id), &with_cleo, "offer_99", "need_99:5"] {
        for frame in [
            json!({"type": "message", "content": "Hi", "conversation": name, "client_message_id": "one"}),
            json!({"type": "handshake_start", "conversation": name}),
            json!({"type": "read", "up_to": 1, "conversation": name}),
            json!({"type": "typing", "conversation": name}),
        ] {
            for socket in [&mut anas, &mut bobs] {
                socket.sends(frame.clone()).await;
                let error = socket.hears_error("conversation_mismatch").await;
                assert_eq!(error.get("client_message_id"), frame.get("client_message_id"), "saw {error}");
            }
        }
    }
    for socket in [&mut anas, &mut bobs] {
        socket.has_heard_nothing().await;
    }
    assert_eq!(scene.entries().await, before);
}

#[tokio::test]
async fn an_owners_short_form_has_all_conversations_about_the_listing() {
    let scene = Scene::acquainted().await;
    let (cleo, with_cleo) = scene.is_asked_by("cleo").await;
    let other_offer = scene.ana.offers("Plants").await;
    writes(&cleo, &other_offer, "And the plants?").await;
    let (mut anas, _) = scene.ana.opens_by_v1(&scene.offer).await;
    for name in [&scene.key, &with_cleo] {
        anas.sends(json!({"type": "message", "content": "Hi", "conversation": name})).await;
        assert_eq!(anas.hears_message("Hi").await["conversation"], *name);
    }
    anas.sends(json!({"type": "message", "content": "Hi", "conversation": scene.offer})).await;
    anas.hears_error("recipient_required").await;
    anas.sends(json!({"type": "message", "content": "Hi", "conversation": scene.key, "recipient_id": cleo.id})).await;
    anas.hears_error("recipient_unknown").await;
    for name in [&other_offer, &format!("{other_offer}:{}", cleo.id)] {
        anas.sends(json!({"type": "message", "content": "Hi", "conversation": name})).await;
        anas.hears_error("conversation_mismatch").await;
    }
    anas.has_heard_nothing().await;
}

#[tokio::test]
async fn what_is_no_name_is_invalid() {
    let scene = Scene::acquainted().await;
    let (mut bobs, _) = scene.bob.opens_by_v1(&scene.offer).await;
    for name in ["", "offer", "offer_0", "offer_1:0", "offer_1:x", "offer_1:2:3", "Offer_1", " offer_1", "room_1"] {
        bobs.sends_wrong(json!({"type": "message", "content": "Hi", "conversation": name})).await;
        bobs.hears_error("conversation_invalid").await;
    }
    for name in [json!(1), json!(true), json!(["offer_1"])] {
        bobs.sends_wrong(json!({"type": "message", "content": "Hi", "conversation": name})).await;
        assert_eq!(bobs.hears_error("field_invalid").await["field"], "conversation", "{name}");
    }
    assert_eq!(scene.entries().await, 1);
}
