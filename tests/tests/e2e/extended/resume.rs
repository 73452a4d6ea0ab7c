//! `?after=`: what was missed comes as it came to those who were there, messages and steps alike.

use handsel_tests::people::seq;
use handsel_tests::{Person, Socket};
use serde_json::{Value, json};

use super::scene::{Scene, writes};

/// A conversation in which everything has happened once, as those heard it who were there.
struct Story {
    scene: Scene,
    heard: Vec<Value>,
}

impl Story {
    async fn told() -> Self {
        let scene = Scene::strangers().await;
        let mut heard = vec![writes(&scene.bob, &scene.offer, "Hello!").await];
        let (mut anas, mut bobs) = scene.both_open().await;
        for (by_ana, frame) in [
            (true, json!({"type": "message", "content": "Hi 🤝", "client_message_id": "a-1"})),
            (false, json!({"type": "handshake_start", "note": "two hours", "terms": {"hours": 2, "x": [1.50]}})),
            (true, json!({"type": "message", "content": "Let me think"})),
            (true, json!({"type": "handshake_decline"})),
            (true, json!({"type": "handshake_start"})),
            (true, json!({"type": "handshake_cancel"})),
            (true, json!({"type": "handshake_start", "note": "three hours"})),
            (false, json!({"type": "handshake_approve"})),
            (false, json!({"type": "handshake_complete"})),
            (true, json!({"type": "handshake_complete"})),
            (false, json!({"type": "message", "content": "Thank you!", "client_message_id": "a-1"})),
        ] {
            if by_ana { &mut anas } else { &mut bobs }.sends(frame).await;
            let frame = anas.hears().await;
            bobs.hears_frame(&frame).await;
            heard.push(frame);
        }
        anas.leaves().await;
        bobs.leaves().await;
        Self { scene, heard }
    }

    /// Someone comes back behind each of the entries, and behind none.
    async fn is_resumed_anywhere_by(&self, person: &Person, conversation: &str) {
        for after in 0..=self.heard.len() {
            let (mut socket, hello) = person.resumes(conversation, i64::try_from(after).expect("few")).await;
            assert_ne!(hello["reset"], true, "after {after}: {hello}");
            assert_eq!(hello["conversations"][0]["head"], json!(self.heard.len()));
            assert_eq!(socket.hears_entries(self.heard.len() - after).await, self.heard[after..], "after {after}");
            hears_no_entry_more(&mut socket).await;
            socket.leaves().await;
        }
    }
}

/// Sockets that were here a moment ago may still be found to have gone.
async fn hears_no_entry_more(socket: &mut Socket) {
    let heard = format!("{:?}", socket.has_heard_by_now().await);
    assert!(!heard.contains("seq"), "an entry too many: {heard}");
}

#[tokio::test]
async fn behind_each_entry_the_others_come_as_they_came_live() {
    let story = Story::told().await;
    let scene = &story.scene;
    assert!(story.heard.iter().map(seq).eq(1..=12), "{:?}", story.heard);
    story.is_resumed_anywhere_by(&scene.bob, &scene.offer).await;
    story.is_resumed_anywhere_by(&scene.bob, &scene.key).await;
    story.is_resumed_anywhere_by(&scene.ana, &scene.key).await;
}

#[tokio::test]
async fn another_process_and_the_next_one_replay_the_same() {
    let story = Story::told().await;
    let scene = &story.scene;
    let other = scene.another_process().await;
    story.is_resumed_anywhere_by(&scene.bob.at(&other.address), &scene.offer).await;
    other.terminate().await;
    other.ended().await;

    let Story { scene, heard } = story;
    let Scene { server, ana, bob, offer, key } = scene;
    server.terminate().await;
    let again = server.another();
    server.ended().await;
    let server = again.with(&super::scene::UNLIMITED).start().await;
    let (ana, bob) = (ana.at(&server.address), bob.at(&server.address));
    let story = Story { scene: Scene { server, ana, bob, offer, key }, heard };
    story.is_resumed_anywhere_by(&story.scene.ana, &story.scene.key).await;
}

#[tokio::test]
async fn it_goes_on_live_and_goes_away_again() {
    let scene = Scene::acquainted().await;
    let mut due = 1;
    for round in 0..5 {
        for number in 0..3 {
            writes(&scene.ana, &scene.key, &format!("missed {round}.{number}")).await;
        }
        let (mut bobs, hello) = scene.bob.resumes(&scene.offer, due).await;
        assert_eq!(hello["conversations"][0]["head"], json!(due + 3));
        for number in 0..3 {
            bobs.hears_message(&format!("missed {round}.{number}")).await;
        }
        bobs.says(&format!("live {round}")).await;
        let live = bobs.hears_message(&format!("live {round}")).await;
        due += 4;
        assert_eq!(live["seq"], due);
        bobs.leaves().await;
    }
}

#[tokio::test]
async fn whoever_does_not_ask_for_what_was_missed_does_not_get_it() {
    let scene = Scene::acquainted().await;
    writes(&scene.ana, &scene.key, "Hi").await;
    let (mut bobs, hello) = scene.bob.opens_by_v1(&scene.offer).await;
    assert_eq!(hello["conversations"][0]["head"], 2);
    bobs.has_heard_nothing().await;
}

#[tokio::test]
async fn each_socket_resumes_for_itself() {
    let scene = Scene::acquainted().await;
    for content in ["two", "three", "four"] {
        writes(&scene.ana, &scene.key, content).await;
    }
    let (mut from_1, _) = scene.bob.resumes(&scene.offer, 1).await;
    let (mut from_3, _) = scene.bob.resumes(&scene.key, 3).await;
    let live = writes(&scene.ana, &scene.key, "five").await;
    for (socket, missed) in [(&mut from_1, &["two", "three", "four"][..]), (&mut from_3, &["four"][..])] {
        for content in missed {
            socket.hears_message(content).await;
        }
        socket.hears_frame(&live).await;
        socket.has_heard_nothing().await;
    }
}
