//! Conversations that begin while an inbox is open: by its user, by others, over whatever way.

use handsel_tests::Socket;
use handsel_tests::people::seq;
use serde_json::{Value, json};

use super::scene::{Scene, writes};

/// A first entry, which must be the next that comes.
async fn hears_a_first_entry(socket: &mut Socket, key: &str) -> Value {
    let frame = socket.hears_entry().await;
    let body = &frame[frame["type"].as_str().unwrap_or_default()];
    assert_eq!((&body["conversation"], seq(&frame)), (&json!(key), 1), "saw {frame}");
    frame
}

#[tokio::test]
async fn a_respondent_begins_one_by_short_form_or_key() {
    let scene = Scene::strangers().await;
    let (mut anas, _) = scene.ana.opens_inbox().await;
    let (mut bobs, hello) = scene.bob.opens_inbox().await;
    assert_eq!(hello["conversations"], json!([]));
    let need = scene.ana.needs("Plants").await;
    let about_plants = format!("{need}:{}", scene.bob.id);
    let offer = scene.ana.offers("Bread").await;
    let about_bread = format!("{offer}:{}", scene.bob.id);
    for (name, key, frame) in [
        (&scene.offer, &scene.key, json!({"type": "message", "content": "Hello!", "client_message_id": "one"})),
        (&about_plants, &about_plants, json!({"type": "message", "content": "Hello!", "client_message_id": "one"})),
        (&offer, &about_bread, json!({"type": "handshake_start", "note": "Tomorrow"})),
    ] {
        let mut frame = frame;
        frame["conversation"] = json!(name);
        bobs.sends(frame).await;
        let first = hears_a_first_entry(&mut bobs, key).await;
        assert_eq!(hears_a_first_entry(&mut anas, key).await, first);
        anas.sends(json!({"type": "message", "content": "Hi", "conversation": name.split(':').next()})).await;
        for socket in [&mut anas, &mut bobs] {
            assert_eq!(seq(&socket.hears_entry().await), 2);
        }
    }
    let (_bobs_phone, hello) = scene.bob.opens_inbox().await;
    assert_eq!(hello["conversations"].as_array().map(Vec::len), Some(3), "saw {hello}");
}

#[tokio::test]
async fn what_begins_otherwise_is_heard_from_its_first_entry() {
    let scene = Scene::strangers().await;
    let other = scene.another_process().await;
    let (mut anas, _) = scene.ana.opens_inbox().await;
    let (mut bobs, _) = scene.bob.opens_inbox().await;
    let (mut bobs_chat, _) = scene.bob.opens_by_v1(&scene.offer).await;
    // By a chat socket,
    bobs_chat.says("Hello!").await;
    let first = hears_a_first_entry(&mut bobs, &scene.key).await;
    for socket in [&mut anas, &mut bobs_chat] {
        assert_eq!(hears_a_first_entry(socket, &scene.key).await, first);
    }
    // by a request about a listing that is newer than the sockets,
    let need = scene.bob.needs("A ladder").await;
    let key = format!("{need}:{}", scene.ana.id);
    let first = writes(&scene.ana, &need, "I have one").await;
    for socket in [&mut anas, &mut bobs] {
        assert_eq!(hears_a_first_entry(socket, &key).await, first);
    }
    // and through another process.
    let offer = scene.ana.offers("Plants").await;
    let key = format!("{offer}:{}", scene.bob.id);
    let first = writes(&scene.bob.at(&other.address), &offer, "For me?").await;
    for socket in [&mut anas, &mut bobs] {
        assert_eq!(hears_a_first_entry(socket, &key).await, first);
    }
    bobs_chat.says("That was all").await;
    for socket in [&mut anas, &mut bobs, &mut bobs_chat] {
        assert_eq!(socket.hears_entry().await["message"]["content"], "That was all");
    }
}

#[tokio::test]
async fn an_owner_names_by_short_form_the_only_respondent_and_by_key_any() {
    let scene = Scene::acquainted().await;
    let (mut anas, _) = scene.ana.opens_inbox().await;
    let say = |name: &str| json!({"type": "message", "content": "Hi", "conversation": name});
    anas.sends(say(&scene.offer)).await;
    assert_eq!(anas.hears_message("Hi").await["conversation"], scene.key);

    let (cleo, with_cleo) = scene.is_asked_by("cleo").await;
    anas.hears_message("cleo is here").await;
    anas.sends(say(&scene.offer)).await;
    let error = anas.hears_error("recipient_required").await;
    assert_eq!(error["recipients"].as_array().map(Vec::len), Some(2), "saw {error}");
    for key in [&scene.key, &with_cleo] {
        anas.sends(say(key)).await;
        assert_eq!(anas.hears_message("Hi").await["conversation"], *key);
    }
    let mut to_cleo = say(&scene.offer);
    to_cleo["recipient_id"] = json!(cleo.id);
    anas.sends(to_cleo).await;
    assert_eq!(anas.hears_message("Hi").await["conversation"], with_cleo);
    let mut contradicting = say(&scene.key);
    contradicting["recipient_id"] = json!(cleo.id);
    anas.sends(contradicting).await;
    anas.hears_error("recipient_unknown").await;
    anas.has_heard_nothing().await;
}

#[tokio::test]
async fn nobody_hears_of_what_others_talk_about() {
    let scene = Scene::acquainted().await;
    let cleo = scene.server.person("cleo").await;
    let (mut cleos, _) = cleo.opens_inbox().await;
    let (mut anas, mut bobs) = scene.both_open().await;
    bobs.says("Between us").await;
    anas.hears_message("Between us").await;
    anas.reads(2).await;
    bobs.hears_message("Between us").await;
    bobs.hears_read(&scene.key, scene.ana.id, 2).await;
    bobs.types().await;
    anas.hears_typing(&scene.key, scene.bob.id).await;
    cleos.has_heard_nothing().await;
}
