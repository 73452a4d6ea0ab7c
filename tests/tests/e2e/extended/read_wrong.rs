//! Cursors that cannot be: the one who erred is told what is wrong, and nothing moves.

use serde_json::json;

use super::scene::Scene;

#[tokio::test]
async fn an_up_to_that_is_no_seq_is_named_as_wrong() {
    let scene = Scene::acquainted().await;
    let (mut anas, mut bobs) = scene.both_open().await;
    for frame in [
        json!({"type": "read"}),
        json!({"type": "read", "up_to": null}),
        json!({"type": "read", "up_to": "1"}),
        json!({"type": "read", "up_to": -1}),
        json!({"type": "read", "up_to": 1.5}),
        json!({"type": "read", "up_to": true}),
        json!({"type": "read", "up_to": [1]}),
        json!({"type": "read", "seq": 1}),
    ] {
        anas.sends_wrong(frame.clone()).await;
        let error = anas.hears_error("field_invalid").await;
        assert_eq!(error["field"], "up_to", "{frame} was answered by {error}");
    }
    anas.has_heard_nothing().await;
    bobs.has_heard_nothing().await;
    assert_eq!(scene.line_of(&scene.ana).await["read_up_to"], 0);
    anas.reads(1).await;
    bobs.hears_read(&scene.key, scene.ana.id, 1).await;
}

#[tokio::test]
async fn on_an_owners_short_form_with_several_respondents_a_cursor_names_one() {
    let scene = Scene::acquainted().await;
    let (cleo, with_cleo) = scene.is_asked_by("cleo").await;
    let (mut anas, _) = scene.ana.opens_by_v1(&scene.offer).await;
    let (mut bobs, _) = scene.bob.opens_by_v1(&scene.offer).await;
    let (mut cleos, _) = cleo.opens_by_v1(&scene.offer).await;
    anas.hears_presence(scene.bob.id, true).await;
    anas.hears_presence(cleo.id, true).await;
    anas.reads(1).await;
    let error = anas.hears_error("recipient_required").await;
    assert_eq!(error["recipients"].as_array().map(Vec::len), Some(2), "saw {error}");
    anas.sends(json!({"type": "read", "up_to": 1, "recipient_id": 1_000_000})).await;
    anas.hears_error("recipient_unknown").await;
    bobs.has_heard_nothing().await;
    cleos.has_heard_nothing().await;

    anas.sends(json!({"type": "read", "up_to": 1, "recipient_id": scene.bob.id})).await;
    bobs.hears_read(&scene.key, scene.ana.id, 1).await;
    anas.sends(json!({"type": "read", "up_to": 1, "conversation": with_cleo})).await;
    cleos.hears_read(&with_cleo, scene.ana.id, 1).await;
    for socket in [&mut anas, &mut bobs, &mut cleos] {
        socket.has_heard_nothing().await;
    }
}
