//! Reading, typing and presence are as private as what is said: a third one hears nothing of them.

use handsel_tests::socket::Heard;
use serde_json::json;

use super::scene::{Scene, has_read, writes};

#[tokio::test]
async fn two_respondents_of_one_offer_hear_nothing_of_each_other() {
    let scene = Scene::acquainted().await;
    let (cleo, with_cleo) = scene.is_asked_by("cleo").await;
    let (mut anas, _) = scene.ana.opens_by_v1(&scene.offer).await;
    let (mut bobs, _) = scene.bob.opens_by_v1(&scene.offer).await;
    let (mut bobs_inbox, _) = scene.bob.opens_inbox().await;
    anas.hears_presence(scene.bob.id, true).await;

    let (mut cleos, _) = cleo.opens_by_v1(&scene.offer).await;
    anas.hears_presence(cleo.id, true).await;
    cleos.types().await;
    anas.hears_typing(&with_cleo, cleo.id).await;
    cleos.reads(1).await;
    anas.hears_read(&with_cleo, cleo.id, 1).await;
    anas.sends(json!({"type": "read", "up_to": 1, "recipient_id": cleo.id})).await;
    cleos.hears_read(&with_cleo, scene.ana.id, 1).await;
    anas.sends(json!({"type": "typing", "recipient_id": cleo.id})).await;
    cleos.hears_typing(&with_cleo, scene.ana.id).await;
    has_read(&cleo, &with_cleo, 1).await;
    cleos.leaves().await;
    anas.hears_presence(cleo.id, false).await;
    for socket in [&mut anas, &mut bobs, &mut bobs_inbox] {
        socket.has_heard_nothing().await;
    }
}

#[tokio::test]
async fn nor_can_one_be_made_to_hear_by_naming_the_other() {
    let scene = Scene::acquainted().await;
    let (cleo, with_cleo) = scene.is_asked_by("cleo").await;
    let (mut bobs, _) = scene.bob.opens_by_v1(&scene.offer).await;
    let (mut cleos, _) = cleo.opens_by_v1(&scene.offer).await;
    let (mut cleos_inbox, _) = cleo.opens_inbox().await;
    for kind in ["typing", "read", "message", "handshake_start"] {
        let frame = json!({"type": kind, "content": "Psst", "up_to": 1, "recipient_id": scene.bob.id});
        cleos.sends(frame.clone()).await;
        cleos.hears_error("recipient_unknown").await;
        let mut frame = frame;
        frame["conversation"] = json!(with_cleo);
        cleos_inbox.sends(frame).await;
        cleos_inbox.hears_error("recipient_unknown").await;
        let frame = json!({"type": kind, "content": "Psst", "up_to": 1, "conversation": scene.key});
        cleos.sends(frame.clone()).await;
        cleos.hears_error("conversation_mismatch").await;
        cleos_inbox.sends(frame).await;
        cleos_inbox.hears_error("not_a_participant").await;
    }
    for socket in [&mut bobs, &mut cleos, &mut cleos_inbox] {
        socket.has_heard_nothing().await;
    }
}

#[tokio::test]
async fn whoever_has_a_socket_open_and_has_written_nothing_hears_nothing() {
    let scene = Scene::acquainted().await;
    let eve = scene.server.person("eve").await;
    let (mut eves, _) = eve.opens_by_v1(&scene.offer).await;
    let (mut eves_inbox, _) = eve.opens_inbox().await;
    let (mut anas, mut bobs) = scene.both_open().await;
    writes(&scene.bob, &scene.offer, "Are you there?").await;
    for socket in [&mut anas, &mut bobs] {
        socket.hears_message("Are you there?").await;
    }
    anas.reads(2).await;
    bobs.hears_read(&scene.key, scene.ana.id, 2).await;
    bobs.types().await;
    anas.hears_typing(&scene.key, scene.bob.id).await;
    // Eve reads and types, too, where nothing has begun: nobody is told.
    eves.reads(1).await;
    eves.types().await;
    let told = eves.has_heard_by_now().await;
    let only_errors = |heard: &Heard| matches!(heard, Heard::Frame(frame) if frame["type"] == "error");
    assert!(told.iter().all(only_errors), "saw {told:?}");
    bobs.leaves().await;
    anas.hears_presence(scene.bob.id, false).await;
    for socket in [&mut anas, &mut eves, &mut eves_inbox] {
        socket.has_heard_nothing().await;
    }
}
