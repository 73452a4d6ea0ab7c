//! What one process commits reaches the extended sockets of another, the last of a conversation included.

use handsel_tests::people::seq;
use serde_json::json;

use super::scene::{Scene, writes};
use super::ten::Ten;

#[tokio::test]
async fn each_entry_is_heard_though_none_follows_it() {
    let scene = Scene::acquainted().await;
    let other = scene.another_process().await;
    let _there = scene.both_are_at(&other).await;
    let (mut anas, _) = scene.ana.opens_by_v1(&scene.key).await;
    let (mut bobs, _) = scene.bob.at(&other.address).opens_by_v1(&scene.offer).await;
    let (mut bobs_inbox, _) = scene.bob.at(&other.address).opens_inbox().await;
    for (number, frame) in [
        json!({"type": "message", "content": "Hi"}),
        json!({"type": "handshake_start"}),
        json!({"type": "message", "content": "Well?", "client_message_id": "one"}),
        json!({"type": "handshake_cancel"}),
    ]
    .into_iter()
    .enumerate()
    {
        // Nothing more is written until it was heard.
        anas.sends(frame).await;
        let heard = anas.hears().await;
        assert_eq!(seq(&heard), i64::try_from(number).expect("few") + 2);
        bobs.hears_frame(&heard).await;
        bobs_inbox.hears_frame(&heard).await;
    }
    for socket in [&mut anas, &mut bobs, &mut bobs_inbox] {
        socket.has_heard_nothing().await;
    }
}

#[tokio::test]
async fn what_was_written_there_is_replayed_here() {
    let scene = Scene::acquainted().await;
    let other = scene.another_process().await;
    let bob = scene.bob.at(&other.address);
    let mut due = Vec::new();
    for number in 0..250 {
        let writer = if number % 2 == 0 { &scene.ana } else { &bob };
        due.push(writes(writer, &scene.key, &format!("number {number}")).await);
    }
    for person in [&scene.bob, &bob, &scene.ana] {
        let (mut socket, _) = person.resumes(&scene.key, 1).await;
        assert_eq!(socket.hears_entries(due.len()).await, due);
    }
}

#[tokio::test]
async fn an_inbox_hears_ten_conversations_of_another_process() {
    let ten = Ten::begun().await;
    let other = ten.server.another().with(&super::scene::UNLIMITED).start().await;
    let (mut inbox, _) = ten.ana.at(&other.address).opens_inbox().await;
    let mut due = Vec::new();
    for round in 0..3 {
        for one in &ten.conversations {
            due.push(writes(&one.peer, &one.key, &format!("round {round}")).await);
        }
    }
    let mut heard = inbox.hears_entries(due.len()).await;
    // One order for each conversation; between them there is none.
    let place =
        |frame: &serde_json::Value| (frame["message"]["conversation"].as_str().expect("a key").to_owned(), seq(frame));
    let places: Vec<_> = heard.iter().map(place).collect();
    for one in &ten.conversations {
        let seqs = places.iter().filter(|(key, _)| *key == one.key).map(|(_, seq)| *seq);
        assert!(seqs.eq(2..=4), "of {}: {places:?}", one.key);
    }
    heard.sort_by_key(place);
    due.sort_by_key(place);
    assert_eq!(heard, due);
}

#[tokio::test]
async fn a_step_that_is_taken_there_is_followed_by_one_here() {
    let scene = Scene::acquainted().await;
    let other = scene.another_process().await;
    let _there = scene.both_are_at(&other).await;
    let (mut anas, _) = scene.ana.opens_by_v1(&scene.key).await;
    let (mut bobs, _) = scene.bob.at(&other.address).opens_by_v1(&scene.offer).await;
    for (by_ana, step, status) in [
        (false, "handshake_start", "pending"),
        (true, "handshake_approve", "approved"),
        (false, "handshake_complete", "approved"),
        (true, "handshake_complete", "completed"),
        (true, "handshake_start", "pending"),
        (false, "handshake_decline", "declined"),
    ] {
        let (actor, other) = if by_ana { (&mut anas, &mut bobs) } else { (&mut bobs, &mut anas) };
        actor.sends(json!({"type": step})).await;
        let frame = actor.hears_handshake(status).await;
        other.hears_frame(&frame).await;
    }
}
