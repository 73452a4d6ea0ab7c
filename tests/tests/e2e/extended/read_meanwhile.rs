//! One writes and the other reads at once, again and again: entries come whole, cursors in ascending order, and the
//! last of both comes. A cursor may come before the entries that it covers, as it does in `hello`.

use handsel_tests::people::seq;
use handsel_tests::{Server, Socket};

use super::scene::Scene;

const MESSAGES: i64 = 150;

async fn writes(mut socket: Socket) {
    for number in 0..MESSAGES {
        let content = format!("number {number}");
        socket.says(&content).await;
        socket.hears_message(&content).await;
    }
}

/// Reads each message at once.
async fn reads(mut socket: Socket) {
    for _ in 0..MESSAGES {
        let message = socket.hears_entry().await;
        socket.reads(seq(&message)).await;
    }
    socket.has_heard_by_now().await;
}

/// Hears both to their end; who is done stays, so that nobody hears of anyone's going.
async fn listens(mut socket: Socket, reader: i64) -> Socket {
    let (mut last, mut stands_at) = (1, 0);
    while stands_at < 1 + MESSAGES || last < 1 + MESSAGES {
        let frame = socket.hears().await;
        if frame["type"] == "read" {
            let up_to = frame["read"]["up_to"].as_i64().expect("a cursor");
            assert!(frame["read"]["reader_id"] == reader && up_to > stands_at, "{frame} after {stands_at}");
            stands_at = up_to;
        } else if frame["type"] != "presence" {
            assert_eq!((&frame["type"], seq(&frame)), (&serde_json::json!("message"), last + 1), "saw {frame}");
            last += 1;
        }
    }
    assert_eq!((last, stands_at), (1 + MESSAGES, 1 + MESSAGES));
    socket.has_heard_nothing().await;
    socket
}

async fn both_come_whole(listeners: &Server, scene: &Scene) {
    let (ana, bob) = (scene.ana.at(&listeners.address), scene.bob.at(&listeners.address));
    let bobs = scene.bob.opens(&scene.offer).await;
    let (anas, _) = scene.ana.opens_by_v1(&scene.key).await;
    let (anas_inbox, _) = ana.opens_inbox().await;
    let (bobs_phone, _) = bob.opens_by_v1(&scene.offer).await;
    let (bobs_inbox, _) = bob.opens_inbox().await;
    tokio::join!(
        writes(bobs),
        reads(anas),
        listens(bobs_phone, ana.id),
        listens(bobs_inbox, ana.id),
        listens(anas_inbox, ana.id)
    );
}

#[tokio::test]
async fn entries_and_cursors_come_whole() {
    let scene = Scene::acquainted().await;
    both_come_whole(&scene.server, &scene).await;
}

#[tokio::test]
async fn so_they_do_in_another_process() {
    let scene = Scene::acquainted().await;
    let other = scene.another_process().await;
    both_come_whole(&other, &scene).await;
}
