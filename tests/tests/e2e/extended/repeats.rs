//! A repeated send is one message: the answer is the stored one, to the socket that repeated alone.

use bytes::Bytes;
use handsel_tests::{Answer, Person, http};
use http_body_util::Full;
use hyper::Request;
use serde_json::json;

use super::scene::{Scene, writes};

/// Posts a message as clients of the HTTP API do that try again.
async fn posts_as(person: &Person, conversation: &str, id: &str, content: &str) -> Answer {
    let body = json!({"content": content}).to_string();
    let request = Request::post(format!("/api/conversations/{conversation}/messages/"))
        .header("authorization", format!("Bearer {}", person.token))
        .header("content-type", "application/json")
        .header("idempotency-key", id)
        .body(Full::new(Bytes::from(body)));
    http::send(&person.address, request.expect("a valid request")).await
}

#[tokio::test]
async fn a_retry_is_answered_with_the_stored_message_to_that_socket_alone() {
    let scene = Scene::acquainted().await;
    let (mut anas, mut bobs) = scene.both_open().await;
    let (mut bobs_phone, _) = scene.bob.opens_by_v1(&scene.offer).await;
    bobs.says_as("one", "Are you there?").await;
    let first = bobs.hears().await;
    assert_eq!((&first["message"]["client_message_id"], first.get("repeat")), (&json!("one"), None));
    anas.hears_frame(&first).await;
    bobs_phone.hears_frame(&first).await;

    for socket in [&mut bobs, &mut bobs_phone] {
        // What is the same after trimming is the same.
        for content in ["Are you there?", "  Are you there?\n"] {
            socket.says_as("one", content).await;
            socket.hears_repeat(&first).await;
        }
    }
    for socket in [&mut anas, &mut bobs, &mut bobs_phone] {
        socket.has_heard_nothing().await;
    }
    assert_eq!(scene.entries().await, 2);
}

#[tokio::test]
async fn other_content_under_the_same_id_is_a_conflict() {
    let scene = Scene::acquainted().await;
    let (mut anas, mut bobs) = scene.both_open().await;
    bobs.says_as("one", "Yes").await;
    let first = bobs.hears().await;
    anas.hears_frame(&first).await;
    for other in ["No", "yes", "Yes."] {
        bobs.says_as("one", other).await;
        assert_eq!(bobs.hears_error("client_message_id_conflict").await["client_message_id"], "one");
    }
    bobs.says_as("one", "Yes").await;
    bobs.hears_repeat(&first).await;
    anas.has_heard_nothing().await;
    assert_eq!(scene.entries().await, 2);
}

#[tokio::test]
async fn the_same_id_from_the_other_side_or_elsewhere_is_another_message() {
    let scene = Scene::acquainted().await;
    let (mut anas, mut bobs) = scene.both_open().await;
    for (socket, expected) in [(&mut bobs, 2), (&mut anas, 3)] {
        socket.says_as("one", "Hi").await;
        let own = loop {
            let frame = socket.hears_message("Hi").await;
            if frame["seq"] == expected {
                break frame;
            }
        };
        assert_eq!(own["client_message_id"], "one");
    }
    let need = scene.ana.needs("Plants").await;
    let (mut elsewhere, _) = scene.bob.opens_by_v1(&need).await;
    elsewhere.says_as("one", "Hi").await;
    let first = elsewhere.hears().await;
    assert_eq!((&first["message"]["seq"], first.get("repeat")), (&json!(1), None), "saw {first}");
}

#[tokio::test]
async fn what_was_posted_first_is_repeated_to_a_socket_and_the_other_way_round() {
    let scene = Scene::acquainted().await;
    let (mut anas, mut bobs) = scene.both_open().await;
    let posted = posts_as(&scene.bob, &scene.offer, "one", "By post").await.is(201).clone();
    anas.hears_frame(&posted).await;
    bobs.hears_frame(&posted).await;
    bobs.says_as("one", "By post").await;
    bobs.hears_repeat(&posted).await;
    bobs.says_as("one", "Otherwise").await;
    bobs.hears_error("client_message_id_conflict").await;

    bobs.says_as("two", "By socket").await;
    let said = bobs.hears().await;
    anas.hears_frame(&said).await;
    let again = posts_as(&scene.bob, &scene.offer, "two", "By socket").await;
    assert_eq!((&again.is(200)["message"], &again.json["repeat"]), (&said["message"], &json!(true)));
    posts_as(&scene.bob, &scene.offer, "two", "Otherwise").await.is_problem(409, "client_message_id_conflict");
    anas.has_heard_nothing().await;
    bobs.has_heard_nothing().await;
}

#[tokio::test]
async fn a_retry_over_another_socket_in_another_process_after_a_resume_is_one_too() {
    let scene = Scene::acquainted().await;
    let other = scene.another_process().await;
    let (mut bobs, _) = scene.bob.opens_by_v1(&scene.offer).await;
    bobs.says_as("one", "Did you get it?").await;
    let first = bobs.hears().await;
    drop(bobs);
    let (mut again, _) = scene.bob.at(&other.address).resumes(&scene.offer, 1).await;
    again.hears_frame(&first).await;
    again.says_as("one", "Did you get it?").await;
    again.hears_repeat(&first).await;
    again.has_heard_nothing().await;
    assert_eq!(scene.entries().await, 2);
}

#[tokio::test]
async fn an_id_has_1_to_64_characters_and_an_error_names_what_it_answers() {
    let scene = Scene::acquainted().await;
    let (mut bobs, _) = scene.bob.opens_by_v1(&scene.offer).await;
    for id in [String::new(), "x".repeat(65), "🤝".repeat(65)] {
        bobs.sends_wrong(json!({"type": "message", "content": "Hi", "client_message_id": id})).await;
        bobs.hears_error("client_message_id_invalid").await;
    }
    for id in ["x".repeat(64), "🤝".repeat(64)] {
        bobs.says_as(&id, "Hi").await;
        assert_eq!(bobs.hears_message("Hi").await["client_message_id"], id);
    }
    for (content, code) in [("", "content_required"), (&*"x".repeat(4_001), "content_too_long")] {
        let frame = json!({"type": "message", "content": content, "client_message_id": "wrong"});
        bobs.sends_text(&frame.to_string()).await;
        assert_eq!(bobs.hears_error(code).await["client_message_id"], "wrong");
    }
    // What was refused has not used the id up.
    bobs.says_as("wrong", "right").await;
    assert_eq!(bobs.hears_message("right").await["client_message_id"], "wrong");
}

#[tokio::test]
async fn a_message_without_an_id_is_a_new_one_each_time() {
    let scene = Scene::strangers().await;
    writes(&scene.bob, &scene.offer, "again").await;
    let (mut bobs, _) = scene.bob.opens_by_v1(&scene.offer).await;
    for due in 2..5 {
        bobs.says("again").await;
        assert_eq!(bobs.hears_message("again").await["seq"], due);
    }
}
