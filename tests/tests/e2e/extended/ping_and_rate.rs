//! `ping` is answered by `pong`, and what exceeds the rate by an error that says which frame and when to try again.

use handsel_tests::Started;
use serde_json::json;

use super::scene::Scene;

#[tokio::test]
async fn a_ping_is_answered_to_that_socket_alone() {
    let scene = Scene::acquainted().await;
    let (mut anas, mut bobs) = scene.both_open().await;
    let (mut bobs_inbox, _) = scene.bob.opens_inbox().await;
    for socket in [&mut bobs, &mut bobs_inbox] {
        for _ in 0..3 {
            socket.sends(json!({"type": "ping"})).await;
            socket.hears_frame(&json!({"type": "pong"})).await;
        }
    }
    for socket in [&mut anas, &mut bobs, &mut bobs_inbox] {
        socket.has_heard_nothing().await;
    }
}

#[tokio::test]
async fn pings_are_answered_one_by_one() {
    let scene = Scene::strangers().await;
    let (mut bobs, _) = scene.bob.opens_by_v1(&scene.offer).await;
    for _ in 0..100 {
        bobs.sends(json!({"type": "ping"})).await;
    }
    for _ in 0..100 {
        bobs.hears_frame(&json!({"type": "pong"})).await;
    }
    bobs.has_heard_nothing().await;
}

#[tokio::test]
async fn a_message_beyond_the_rate_is_named_and_may_be_sent_again() {
    const SENT: usize = 20;
    let scene = Scene::on(Started::fresh().with(&["--frames-per-second", "2"]).start().await).await;
    let (mut bobs, _) = scene.bob.opens_by_v1(&scene.offer).await;
    for number in 0..SENT {
        bobs.says_as(&number.to_string(), "Hi").await;
    }
    let (mut stored, mut refused) = (Vec::new(), Vec::new());
    for _ in 0..SENT {
        let frame = bobs.hears().await;
        if frame["type"] == "message" {
            stored.push(frame["message"]["client_message_id"].clone());
            continue;
        }
        assert_eq!((&frame["type"], &frame["code"]), (&json!("error"), &json!("rate_limited")), "saw {frame}");
        let wait = frame["retry_after_ms"].as_u64().expect("when to try again");
        assert!((1..=1_000).contains(&wait), "saw {frame}");
        refused.push((frame["client_message_id"].clone(), wait));
    }
    assert!(stored.len() >= 4 && !refused.is_empty(), "{stored:?} and {refused:?}");
    let (id, _) = refused.last().expect("one was refused").clone();
    loop {
        bobs.says_as(id.as_str().expect("an id"), "Hi").await;
        let frame = bobs.hears().await;
        if frame["type"] == "message" {
            assert_eq!((&frame["message"]["client_message_id"], frame.get("repeat")), (&id, None), "it is new");
            break;
        }
        let wait = frame["retry_after_ms"].as_u64().expect("when to try again");
        tokio::time::sleep(std::time::Duration::from_millis(wait)).await;
    }
    assert_eq!(scene.entries().await, i64::try_from(stored.len() + 1).expect("few"));
}

#[tokio::test]
async fn every_kind_of_frame_counts() {
    let scene = Scene::on(Started::fresh().with(&["--frames-per-second", "1"]).start().await).await;
    super::scene::writes(&scene.bob, &scene.offer, "Hello!").await;
    let mut opened = Vec::new();
    for frame in [
        json!({"type": "ping"}),
        json!({"type": "typing"}),
        json!({"type": "read", "up_to": 1}),
        json!({"type": "auth", "token": scene.bob.token}),
    ] {
        let (mut bobs, _) = scene.bob.opens_by_v1(&scene.offer).await;
        for _ in 0..20 {
            bobs.sends(frame.clone()).await;
        }
        let refused = loop {
            let answer = bobs.hears().await;
            if answer["type"] == "error" {
                break answer;
            }
        };
        assert_eq!((&refused["code"], refused.get("client_message_id")), (&json!("rate_limited"), None), "{frame}");
        assert!(refused["retry_after_ms"].is_u64(), "saw {refused}");
        // It stays open, so that the next one is no first.
        opened.push(bobs);
    }
}
