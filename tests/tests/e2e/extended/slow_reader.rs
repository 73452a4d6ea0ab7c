//! A reader that stops reading while 20,000 messages are sent: it costs at most its queue, is closed, comes back and
//! has them all; the other side notices nothing.

use handsel_tests::people::seq;
use handsel_tests::seen::{self, kept};
use handsel_tests::socket::Heard;
use handsel_tests::{Seen, Server, Socket, in_time};
use serde_json::Value;

use super::scene::Scene;

const MESSAGES: usize = 20_000;
const BATCH: usize = 200;
/// So long that all of them are far more than what may be kept for one socket.
const CHARACTERS: usize = 3_000;
/// What one socket may cost beside its queue of 256 frames, which is less than a mebibyte of these: allocators, caches
/// and buffers have their share of it. All the messages together are 60 MB.
const COSTS_AT_MOST: u64 = 24 * 1024 * 1024;

/// Sends them all, and hears each of them in its turn.
async fn sends_all(socket: &mut Socket) {
    let filling = "x".repeat(CHARACTERS);
    let mut due = 1;
    for batch in 0..MESSAGES / BATCH {
        for number in 0..BATCH {
            socket.says(&format!("{batch}.{number} {filling}")).await;
        }
        for number in 0..BATCH {
            let seen = Seen::in_frame(&socket.hears_entry().await);
            due += 1;
            assert_eq!(seen.seq, due, "the sender's own frames have no hole");
            assert!(seen.content.starts_with(&format!("{batch}.{number} ")), "and are in order");
        }
    }
}

async fn was_closed(server: &Server) -> bool {
    let metrics = server.get("/metrics").await.text;
    metrics.contains("handsel_socket_closes_total{code=\"4008\"} 1")
}

/// All that comes until the connection ends, and how it ends.
async fn hears_to_the_end(socket: &mut Socket) -> (Vec<Value>, Heard) {
    let mut heard = Vec::new();
    loop {
        match socket.next().await {
            Heard::Frame(frame) if frame["type"] == "message" => heard.push(frame),
            Heard::Frame(frame) => assert!(frame["type"] != "error" && frame["type"] != "handshake", "saw {frame}"),
            end => return (heard, end),
        }
    }
}

#[tokio::test]
async fn it_costs_at_most_its_queue_and_resumes_with_all_of_them() {
    let scene = Scene::acquainted().await;
    let path = format!("/ws/chat/{}/", scene.key);
    let connecting = scene.ana.connecting_by_v1(&path).receive_buffer(4 * 1024);
    let mut anas = connecting.open().await.expect("she is let in");
    let (mut bobs, _) = scene.bob.opens_by_v1(&scene.offer).await;
    let before = scene.server.resident_bytes_max();

    sends_all(&mut bobs).await;
    let after = scene.server.resident_bytes_max();
    println!("{before} bytes before, {after} after");
    assert!(after.saturating_sub(before) <= COSTS_AT_MOST, "{before} bytes before, {after} after");
    in_time("the socket that does not read to be closed", async { while !was_closed(&scene.server).await {} }).await;

    let (heard, end) = hears_to_the_end(&mut anas).await;
    assert!(end == Heard::Closed(4008, "too_slow".to_owned()) || end == Heard::Broke, "saw {end:?}");
    let mut heard = seen::in_frames(&heard);
    kept(seen::without_a_hole("ana", &heard, 2));
    let last = heard.last().map_or(1, |seen| seen.seq);
    println!("heard up to {last} before the end");
    let (mut anas, hello) = scene.ana.resumes(&scene.key, last).await;
    assert_ne!(hello["reset"], true, "saw {hello}");
    while heard.len() < MESSAGES {
        let frame = anas.hears_entry().await;
        assert_eq!(seq(&frame), 2 + i64::try_from(heard.len()).expect("a place"), "it goes on where it stopped");
        heard.push(Seen::in_frame(&frame));
    }
    bobs.says("Better now?").await;
    assert_eq!(seq(&anas.hears_entry().await), 2 + i64::try_from(MESSAGES).expect("a place"));
    let again = scene.server.resident_bytes_max();
    println!("{again} bytes after the replay");
    assert!(again.saturating_sub(after) <= COSTS_AT_MOST, "{after} bytes before the replay, {again} after it");
}
