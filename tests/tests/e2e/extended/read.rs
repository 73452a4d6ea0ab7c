//! How far someone has read: who is told, and that a cursor only goes forward.

use handsel_tests::socket::Heard;
use serde_json::{Value, json};

use super::scene::{Scene, has_read, writes};

/// Bob has written three messages.
async fn three_messages() -> Scene {
    let scene = Scene::acquainted().await;
    for content in ["two", "three"] {
        writes(&scene.bob, &scene.offer, content).await;
    }
    scene
}

#[tokio::test]
async fn the_peer_and_the_readers_other_sockets_hear_of_it() {
    let scene = three_messages().await;
    let (mut anas, mut bobs) = scene.both_open().await;
    let (mut anas_phone, _) = scene.ana.opens_by_v1(&scene.offer).await;
    let (mut anas_inbox, _) = scene.ana.opens_inbox().await;
    let (mut bobs_phone, _) = scene.bob.opens_by_v1(&scene.offer).await;
    let (mut bobs_inbox, _) = scene.bob.opens_inbox().await;
    anas.reads(2).await;
    for socket in [&mut anas_phone, &mut anas_inbox, &mut bobs, &mut bobs_phone, &mut bobs_inbox] {
        socket.hears_read(&scene.key, scene.ana.id, 2).await;
    }
    bobs_inbox.sends(json!({"type": "read", "up_to": 3, "conversation": scene.key})).await;
    for socket in [&mut anas, &mut anas_phone, &mut anas_inbox, &mut bobs, &mut bobs_phone] {
        socket.hears_read(&scene.key, scene.bob.id, 3).await;
    }
    for socket in [&mut anas, &mut anas_phone, &mut anas_inbox, &mut bobs, &mut bobs_phone, &mut bobs_inbox] {
        socket.has_heard_nothing().await;
    }
}

#[tokio::test]
async fn it_goes_forward_only_at_most_to_the_head_and_a_repetition_tells_nobody() {
    let scene = three_messages().await;
    let (mut anas, mut bobs) = scene.both_open().await;
    for (up_to, stands_at) in [(2, Some(2)), (2, None), (1, None), (0, None), (99, Some(3)), (3, None), (1, None)] {
        anas.reads(up_to).await;
        if let Some(stands_at) = stands_at {
            bobs.hears_read(&scene.key, scene.ana.id, stands_at).await;
        }
    }
    // What lies past the head is not read in advance.
    anas.says("four").await;
    for socket in [&mut anas, &mut bobs] {
        socket.hears_message("four").await;
    }
    assert_eq!(scene.line_of(&scene.ana).await["read_up_to"], 3);
    anas.reads(i64::MAX).await;
    bobs.hears_read(&scene.key, scene.ana.id, 4).await;
    for socket in [&mut anas, &mut bobs] {
        socket.has_heard_nothing().await;
    }
}

#[tokio::test]
async fn cursors_come_in_ascending_order_and_the_last_of_them_comes() {
    const MESSAGES: i64 = 200;
    let scene = Scene::acquainted().await;
    handsel_tests::seeding::messages(scene.server.database(), &scene.key, MESSAGES - 1).await;
    let (mut anas, mut bobs) = scene.both_open().await;
    for up_to in 1..=MESSAGES {
        anas.reads(up_to).await;
    }
    let mut stands_at = 0;
    while stands_at < MESSAGES {
        let frame = bobs.hears().await;
        let up_to = frame["read"]["up_to"].as_i64().expect("a cursor");
        assert!(up_to > stands_at, "{up_to} after {stands_at}");
        stands_at = up_to;
    }
    bobs.has_heard_nothing().await;
}

#[tokio::test]
async fn the_lists_over_http_and_the_next_hello_agree_with_it() {
    let scene = three_messages().await;
    let (mut anas, mut bobs) = scene.both_open().await;
    for (up_to, unread, your_turn) in [(1, 2, true), (3, 0, false)] {
        anas.reads(up_to).await;
        bobs.hears_read(&scene.key, scene.ana.id, up_to).await;
        let line = scene.line_of(&scene.ana).await;
        let seen = (&line["read_up_to"], &line["unread_count"], &line["your_turn"]);
        assert_eq!(seen, (&json!(up_to), &json!(unread), &json!(your_turn)), "saw {line}");
        let (_anas_phone, hello) = scene.ana.opens_by_v1(&scene.key).await;
        assert_eq!(hello["conversations"][0]["read_up_to"], up_to);
        let (_bobs_phone, hello) = scene.bob.opens_by_v1(&scene.key).await;
        let line = &hello["conversations"][0];
        assert_eq!((&line["read_up_to"], &line["peer_read_up_to"]), (&json!(0), &json!(up_to)));
    }
}

fn read_flags(frames: &[Value]) -> Vec<Option<bool>> {
    frames.iter().map(|frame| frame["message"]["is_read"].as_bool()).collect()
}

#[tokio::test]
async fn a_replay_shows_what_the_recipient_has_read() {
    let scene = three_messages().await;
    let (mut anas, mut bobs) = scene.both_open().await;
    anas.says("four").await;
    anas.sends(json!({"type": "handshake_start"})).await;
    anas.hears_entries(2).await;
    anas.reads(2).await;
    let [yes, no] = [Some(true), Some(false)];
    bobs.hears_entries(2).await;
    bobs.hears_read(&scene.key, scene.ana.id, 2).await;
    for (bob_reads, expected) in [(None, [yes, yes, no, no, None]), (Some(4), [yes, yes, no, yes, None])] {
        if let Some(up_to) = bob_reads {
            bobs.reads(up_to).await;
            anas.hears_read(&scene.key, scene.bob.id, up_to).await;
        }
        for person in [&scene.ana, &scene.bob] {
            let (mut socket, _) = person.resumes(&scene.key, 0).await;
            assert_eq!(read_flags(&socket.hears_entries(5).await), expected, "for {}", person.username);
        }
    }
}

#[tokio::test]
async fn what_was_never_begun_cannot_be_read() {
    let scene = Scene::strangers().await;
    let (mut bobs, _) = scene.bob.opens_by_v1(&scene.offer).await;
    let (mut bobs_phone, _) = scene.bob.opens_by_v1(&scene.offer).await;
    let (mut anas, _) = scene.ana.opens_by_v1(&scene.offer).await;
    bobs.reads(1).await;
    anas.reads(1).await;
    anas.hears_error("no_respondent").await;
    bobs.says("Hello!").await;
    for socket in [&mut bobs, &mut bobs_phone, &mut anas] {
        assert_eq!(socket.hears_entry().await["message"]["content"], "Hello!");
        assert!(!is_cursor_among(&socket.has_heard_by_now().await));
    }
    assert_eq!(scene.line_of(&scene.bob).await["read_up_to"], 0);
}

fn is_cursor_among(heard: &[Heard]) -> bool {
    heard.iter().any(|heard| matches!(heard, Heard::Frame(frame) if frame["type"] == "read"))
}

#[tokio::test]
async fn reading_by_request_reaches_the_sockets_of_both() {
    let scene = three_messages().await;
    let (mut anas, mut bobs) = scene.both_open().await;
    has_read(&scene.ana, &scene.key, 2).await;
    anas.hears_read(&scene.key, scene.ana.id, 2).await;
    bobs.hears_read(&scene.key, scene.ana.id, 2).await;
    for up_to in [2, 1] {
        has_read(&scene.ana, &scene.key, up_to).await;
    }
    has_read(&scene.bob, &scene.offer, 99).await;
    for socket in [&mut anas, &mut bobs] {
        socket.hears_read(&scene.key, scene.bob.id, 3).await;
        socket.has_heard_nothing().await;
    }
}
