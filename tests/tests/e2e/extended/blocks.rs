//! Someone has blocked the other one: what either of the two sees, over sockets of both kinds and over HTTP.

use handsel_tests::Person;
use serde_json::{Value, json};

use super::scene::{Scene, has_read, writes};

impl Scene {
    /// Ana has blocked Bob.
    async fn is_blocked(&self) {
        self.ana.put(&format!("/api/blocks/{}/", self.bob.id)).await.is(201);
    }

    async fn is_unblocked(&self) {
        self.ana.delete(&format!("/api/blocks/{}/", self.bob.id)).await.is(204);
    }
}

/// What is answered to whoever writes there over HTTP.
async fn is_refused(person: &Person, conversation: &str, code: &str) {
    for path in ["messages", "handshake/start"] {
        let path = format!("/api/conversations/{conversation}/{path}/");
        person.post(&path, json!({"content": "Hello?"})).await.is_problem(403, code);
    }
}

#[tokio::test]
async fn each_is_told_of_the_own_block_and_of_nobody_elses() {
    let scene = Scene::acquainted().await;
    let (cleo, cleos) = scene.is_asked_by("cleo").await;
    scene.is_blocked().await;
    scene.ana.put(&format!("/api/blocks/{}/", scene.bob.id)).await.is(200);
    is_refused(&scene.ana, &scene.key, "peer_blocked").await;
    is_refused(&scene.bob, &scene.offer, "conversation_closed").await;
    is_refused(&scene.bob, &scene.key, "conversation_closed").await;

    let blocks = scene.ana.get("/api/blocks/").await;
    let blocks = blocks.is(200)["results"].as_array().expect("a list").clone();
    assert_eq!((blocks.len(), &blocks[0]["user"]["id"]), (1, &json!(scene.bob.id)), "{blocks:?}");
    assert_eq!(scene.bob.get("/api/blocks/").await.is(200)["results"], json!([]));
    assert_eq!(scene.line_of(&scene.ana).await["blocked"], true);
    assert_eq!(scene.line_of(&scene.bob).await["blocked"], false);
    // What was written stays, for both, and can be read on.
    has_read(&scene.ana, &scene.key, 1).await;
    assert_eq!(scene.ana.timeline(&scene.key).await.len(), 1);
    assert_eq!(scene.bob.timeline(&scene.key).await.len(), 1);
    // Nobody else is kept from anything.
    writes(&cleo, &cleos, "And me?").await;
    writes(&scene.ana, &cleos, "You are fine").await;

    scene.is_unblocked().await;
    scene.is_unblocked().await;
    writes(&scene.bob, &scene.offer, "Hello again").await;
    writes(&scene.ana, &scene.key, "Hello").await;
}

#[tokio::test]
async fn only_somebody_else_who_is_there_can_be_blocked() {
    let scene = Scene::strangers().await;
    for id in ["4000", "0", "x", "-1"] {
        scene.ana.put(&format!("/api/blocks/{id}/")).await.is_problem(404, "user_not_found");
    }
    scene.ana.delete("/api/blocks/4000/").await.is(204);
    scene.ana.delete("/api/blocks/x/").await.is_problem(404, "user_not_found");
    scene.ana.put(&format!("/api/blocks/{}/", scene.ana.id)).await.is_problem(422, "block_self");
    scene.is_blocked().await;
    // A new conversation cannot begin either way.
    is_refused(&scene.bob, &scene.offer, "conversation_closed").await;
    let need = scene.bob.needs("Bikes").await;
    is_refused(&scene.ana, &need, "peer_blocked").await;
}

#[tokio::test]
async fn over_sockets_of_either_kind_the_refusal_is_the_same() {
    let scene = Scene::acquainted().await;
    scene.is_blocked().await;
    let (mut anas, hello) = scene.ana.opens_by_v1(&scene.key).await;
    assert_eq!(hello["conversations"][0]["online"], false, "saw {hello}");
    let mut anas_base = scene.ana.opens(&scene.key).await;
    let (mut bobs, hello) = scene.bob.opens_by_v1(&scene.key).await;
    assert_eq!(hello["conversations"][0]["online"], false, "Ana looks as if she were away: {hello}");
    let mut bobs_base = scene.bob.opens(&scene.offer).await;
    for (socket, code) in [
        (&mut anas, "peer_blocked"),
        (&mut anas_base, "peer_blocked"),
        (&mut bobs, "conversation_closed"),
        (&mut bobs_base, "conversation_closed"),
    ] {
        socket.says("Hello?").await;
        socket.hears_error(code).await;
        socket.sends(json!({"type": "handshake_start"})).await;
        socket.hears_error(code).await;
    }
    // What either does beside it shows to nobody.
    has_read(&scene.ana, &scene.key, 1).await;
    anas.hears_read(&scene.key, scene.ana.id, 1).await;
    anas.types().await;
    bobs.types().await;
    for socket in [&mut anas, &mut anas_base, &mut bobs, &mut bobs_base] {
        socket.has_heard_nothing().await;
    }
    assert_eq!(scene.entries().await, 1);
}

#[tokio::test]
async fn at_the_moment_of_it_each_sees_the_other_leave_and_afterwards_come_back() {
    let scene = Scene::acquainted().await;
    let (mut anas, mut bobs) = scene.both_open().await;
    let mut bobs_base = scene.bob.opens(&scene.offer).await;
    let (mut bobs_inbox, _) = scene.bob.opens_inbox().await;
    scene.is_blocked().await;
    anas.hears_presence(scene.bob.id, false).await;
    bobs.hears_presence(scene.ana.id, false).await;
    bobs_inbox.hears_presence(scene.ana.id, false).await;
    has_read(&scene.ana, &scene.key, 1).await;
    anas.hears_read(&scene.key, scene.ana.id, 1).await;
    anas.types().await;
    bobs.types().await;
    // Ana goes and comes, which is nobody's business.
    anas.leaves().await;
    let (mut anas, _) = scene.ana.opens_by_v1(&scene.key).await;
    for socket in [&mut anas, &mut bobs, &mut bobs_base, &mut bobs_inbox] {
        socket.has_heard_nothing().await;
    }

    scene.is_unblocked().await;
    anas.hears_presence(scene.bob.id, true).await;
    bobs.hears_presence(scene.ana.id, true).await;
    bobs_inbox.hears_presence(scene.ana.id, true).await;
    anas.types().await;
    bobs.hears_typing(&scene.key, scene.ana.id).await;
}

#[tokio::test]
async fn what_was_stored_before_is_answered_to_whoever_sends_it_again() {
    let scene = Scene::acquainted().await;
    let (mut bobs, _) = scene.bob.opens_by_v1(&scene.key).await;
    bobs.says_as("m1", "Are you there?").await;
    let stored = bobs.hears_entry().await;
    scene.is_blocked().await;
    bobs.says_as("m1", "Are you there?").await;
    bobs.hears_repeat(&stored).await;
    bobs.says_as("m2", "Are you there?").await;
    let error = bobs.hears_error("conversation_closed").await;
    assert_eq!(error["client_message_id"], "m2", "saw {error}");
    assert_eq!(error.get("retry_after_ms"), None::<&Value>, "to wait helps nobody: {error}");
}

#[tokio::test]
async fn it_holds_at_another_process_at_once_and_shows_there_soon() {
    let scene = Scene::acquainted().await;
    let other = scene.another_process().await;
    let (mut bobs, _) = scene.bob.at(&other.address).opens_by_v1(&scene.key).await;
    let (mut anas, _) = scene.ana.at(&other.address).opens_by_v1(&scene.key).await;
    bobs.hears_presence(scene.ana.id, true).await;
    scene.is_blocked().await;
    bobs.says("Hello?").await;
    // Whichever comes first.
    let (mut refused, mut away) = (false, false);
    while !(refused && away) {
        let frame = bobs.hears().await;
        match frame["type"].as_str() {
            Some("error") => refused = frame["code"] == "conversation_closed",
            Some("presence") => away = frame["presence"]["online"] == false,
            _ => panic!("expected the refusal and that Ana has left, saw {frame}"),
        }
    }
    anas.hears_presence(scene.bob.id, false).await;
    scene.is_unblocked().await;
    bobs.hears_presence(scene.ana.id, true).await;
    anas.hears_presence(scene.bob.id, true).await;
    assert_eq!(scene.entries().await, 1);
}

#[tokio::test]
async fn a_day_takes_so_many_new_conversations_and_the_next_one_is_told_when() {
    let flags = ["--conversations-started-per-day", "2"];
    let scene = Scene::on(handsel_tests::Started::fresh().with(&flags).start().await).await;
    let mut listings = vec![scene.offer.clone()];
    for title in ["Plants", "Walls"] {
        listings.push(scene.ana.needs(title).await);
    }
    writes(&scene.bob, &listings[0], "One").await;
    writes(&scene.bob, &listings[1], "Two").await;
    let path = format!("/api/conversations/{}/messages/", listings[2]);
    let third = scene.bob.post(&path, json!({"content": "Three"})).await;
    third.is_problem(429, "conversations_per_day");
    let wait: u64 = third.header("retry-after").parse().expect("seconds");
    assert!((86_000..=86_400).contains(&wait), "saw {wait}");
    let (mut bobs, _) = scene.bob.opens_by_v1(&listings[2]).await;
    bobs.says("Three").await;
    let error = bobs.hears_error("conversations_per_day").await;
    assert!(error["retry_after_ms"].as_u64().is_some_and(|wait| wait > 86_000_000), "saw {error}");
    // Those that it has go on.
    writes(&scene.bob, &listings[0], "And more").await;
}
