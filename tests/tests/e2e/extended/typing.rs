//! Typing is passed on to the peer's sockets at that moment, and is nowhere afterwards.

use serde_json::json;

use super::scene::{Scene, writes};

#[tokio::test]
async fn the_peers_sockets_hear_it_and_no_others() {
    let scene = Scene::acquainted().await;
    let (cleo, _) = scene.is_asked_by("cleo").await;
    let (mut cleos, _) = cleo.opens_by_v1(&scene.offer).await;
    let mut anas_base = scene.ana.opens(&scene.key).await;
    cleos.hears_presence(scene.ana.id, true).await;
    let (mut anas, _) = scene.ana.opens_by_v1(&scene.key).await;
    let (mut bobs, _) = scene.bob.opens_by_v1(&scene.offer).await;
    anas.hears_presence(scene.bob.id, true).await;
    let (mut anas_phone, _) = scene.ana.opens_by_v1(&scene.offer).await;
    let (mut anas_inbox, _) = scene.ana.opens_inbox().await;
    let (mut bobs_phone, _) = scene.bob.opens_inbox().await;

    bobs.types().await;
    for socket in [&mut anas, &mut anas_phone, &mut anas_inbox] {
        socket.hears_typing(&scene.key, scene.bob.id).await;
    }
    anas.types().await;
    for socket in [&mut bobs, &mut bobs_phone] {
        socket.hears_typing(&scene.key, scene.ana.id).await;
    }
    bobs_phone.sends(json!({"type": "typing", "conversation": scene.offer})).await;
    for socket in [&mut anas, &mut anas_phone, &mut anas_inbox] {
        socket.hears_typing(&scene.key, scene.bob.id).await;
    }
    bobs.says("That took a while").await;
    anas_base.hears_message("That took a while").await;
    for socket in [&mut anas, &mut anas_phone, &mut anas_inbox, &mut bobs, &mut bobs_phone] {
        socket.hears_message("That took a while").await;
    }
    for socket in [&mut anas, &mut anas_phone, &mut anas_inbox, &mut anas_base, &mut bobs, &mut bobs_phone, &mut cleos]
    {
        socket.has_heard_nothing().await;
    }
}

#[tokio::test]
async fn it_is_stored_nowhere_and_replayed_to_nobody() {
    let scene = Scene::acquainted().await;
    let (mut anas, mut bobs) = scene.both_open().await;
    for _ in 0..5 {
        bobs.types().await;
        anas.hears_typing(&scene.key, scene.bob.id).await;
    }
    let (mut again, hello) = scene.ana.resumes(&scene.key, 0).await;
    assert_eq!(hello["conversations"][0]["head"], 1);
    again.hears_message("Hello!").await;
    again.has_heard_nothing().await;
    assert_eq!(scene.entries().await, 1);
    let line = scene.line_of(&scene.ana).await;
    assert_eq!((&line["head"], &line["unread_count"]), (&json!(1), &json!(1)));
}

#[tokio::test]
async fn before_a_conversation_has_begun_nobody_hears_it() {
    let scene = Scene::strangers().await;
    let (mut anas, _) = scene.ana.opens_by_v1(&scene.offer).await;
    let (mut anas_inbox, _) = scene.ana.opens_inbox().await;
    let (mut bobs, _) = scene.bob.opens_by_v1(&scene.offer).await;
    bobs.types().await;
    bobs.has_heard_by_now().await;
    anas.types().await;
    anas.hears_error("no_respondent").await;
    bobs.has_heard_nothing().await;
    for socket in [&mut anas, &mut anas_inbox] {
        socket.has_heard_nothing().await;
    }
    assert_eq!(scene.bob.get("/api/conversations/").await.is(200)["results"], json!([]), "typing begins nothing");

    // From its first entry on it is heard, over sockets that were open before.
    writes(&scene.bob, &scene.offer, "Hello!").await;
    for socket in [&mut anas, &mut anas_inbox] {
        assert_eq!(socket.hears_entry().await["message"]["content"], "Hello!");
    }
    bobs.hears_entry().await;
    bobs.types().await;
    loop {
        let frame = anas.hears().await;
        if frame["type"] != "presence" {
            assert_eq!(frame["typing"], json!({"conversation": scene.key, "user_id": scene.bob.id}), "saw {frame}");
            break;
        }
    }
}

#[tokio::test]
async fn an_owner_with_several_respondents_names_one() {
    let scene = Scene::acquainted().await;
    let (cleo, with_cleo) = scene.is_asked_by("cleo").await;
    let (mut bobs, _) = scene.bob.opens_by_v1(&scene.offer).await;
    let (mut cleos, _) = cleo.opens_by_v1(&scene.offer).await;
    let (mut anas, _) = scene.ana.opens_by_v1(&scene.offer).await;
    bobs.hears_presence(scene.ana.id, true).await;
    cleos.hears_presence(scene.ana.id, true).await;
    anas.types().await;
    let error = anas.hears_error("recipient_required").await;
    assert_eq!(error["recipients"].as_array().map(Vec::len), Some(2), "saw {error}");
    anas.sends(json!({"type": "typing", "recipient_id": cleo.id})).await;
    cleos.hears_typing(&with_cleo, scene.ana.id).await;
    anas.sends(json!({"type": "typing", "conversation": scene.key})).await;
    bobs.hears_typing(&scene.key, scene.ana.id).await;
    for socket in [&mut anas, &mut bobs, &mut cleos] {
        socket.has_heard_nothing().await;
    }
}
