//! A socket without the subprotocol meets no frame that it does not know, whatever others do with `handsel.v1`.

use serde_json::json;

use super::scene::{Scene, has_read};

#[tokio::test]
async fn it_is_sent_no_hello_and_nothing_of_reading_typing_and_presence() {
    let scene = Scene::acquainted().await;
    let mut anas = scene.ana.opens(&scene.key).await;
    let mut anas_too = scene.ana.opens(&scene.offer).await;
    let mut bobs_base = scene.bob.opens(&scene.offer).await;
    let (mut bobs, _) = scene.bob.opens_by_v1(&scene.offer).await;
    bobs.types().await;
    bobs.reads(1).await;
    has_read(&scene.ana, &scene.key, 1).await;
    bobs.hears_read(&scene.key, scene.ana.id, 1).await;
    let (bobs_inbox, _) = scene.bob.opens_inbox().await;
    bobs_inbox.leaves().await;

    bobs.says("That is all").await;
    for socket in [&mut anas, &mut anas_too, &mut bobs_base, &mut bobs] {
        socket.hears_message("That is all").await;
        socket.has_heard_nothing().await;
    }
    bobs.leaves().await;
    for socket in [&mut anas, &mut anas_too, &mut bobs_base] {
        socket.has_heard_nothing().await;
    }
}

#[tokio::test]
async fn what_the_extended_protocol_adds_is_an_unknown_type_to_it() {
    let scene = Scene::acquainted().await;
    let mut bobs = scene.bob.opens(&scene.offer).await;
    let (mut anas, _) = scene.ana.opens_by_v1(&scene.key).await;
    let token = scene.server.logs_in("bob").await.token;
    for frame in [
        json!({"type": "read", "up_to": 1}),
        json!({"type": "typing"}),
        json!({"type": "auth", "token": token}),
        json!({"type": "ping"}),
        json!({"type": "hello"}),
    ] {
        bobs.sends_wrong(frame.clone()).await;
        bobs.hears_error("unknown_type").await;
    }
    anas.has_heard_nothing().await;
    assert_eq!(scene.line_of(&scene.bob).await["read_up_to"], 0);
    bobs.says("Still here").await;
    bobs.hears_message("Still here").await;
    anas.hears_message("Still here").await;
}

#[tokio::test]
async fn it_knows_no_field_named_conversation() {
    let scene = Scene::acquainted().await;
    let mut bobs = scene.bob.opens(&scene.offer).await;
    for conversation in [json!("offer_99"), json!(scene.key), json!("nonsense"), json!(5), json!(null)] {
        bobs.sends(json!({"type": "message", "content": "Hi", "conversation": conversation})).await;
        assert_eq!(bobs.hears_message("Hi").await["conversation"], scene.key, "with {conversation}");
    }
}

#[tokio::test]
async fn to_the_extended_protocol_other_types_are_unknown_still() {
    let scene = Scene::acquainted().await;
    let (mut bobs, _) = scene.bob.opens_by_v1(&scene.offer).await;
    for kind in ["hello", "pong", "presence", "shout", "Read", ""] {
        bobs.sends_wrong(json!({"type": kind})).await;
        bobs.hears_error("unknown_type").await;
    }
    bobs.sends_wrong(json!({"up_to": 1})).await;
    bobs.hears_error("type_required").await;
    bobs.sends_text("[]").await;
    bobs.hears_error("invalid_frame").await;
    bobs.sends_text(r#"{"type": "read", "up_to": 1, "up_to": 1}"#).await;
    bobs.hears_error("invalid_json").await;
}
