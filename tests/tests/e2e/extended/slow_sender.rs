//! A client that asks and does not listen: its connection slows it down, and what it is owed is not piled up.

use futures_util::{SinkExt, StreamExt};
use handsel_tests::{Pair, in_time, seeding};
use tokio_tungstenite::tungstenite::Message;

use super::scene::Scene;

/// Each is answered by an error that lists a hundred respondents: 5 KB, 11 MB in all.
const QUESTIONS: usize = 2_000;
const COSTS_AT_MOST: u64 = 6 * 1024 * 1024;
const ROUNDS: usize = 40;

#[tokio::test]
async fn it_costs_little_delays_nobody_and_gets_all_its_answers() {
    let scene = Scene::acquainted().await;
    seeding::respondents(scene.server.database(), &scene.offer, 100).await;
    let (mut owners, mut respondents) = Pair::meets(&scene.server, "pair").await.open().await;
    let path = format!("/ws/chat/{}/", scene.offer);
    let connecting = scene.ana.connecting_by_v1(&path).receive_buffer(4 * 1024);
    let (mut questions, mut answers) = connecting.open().await.expect("she is let in").into_stream().split();
    let before = scene.server.resident_bytes_max();
    let asking = tokio::spawn(async move {
        for _ in 0..QUESTIONS {
            let sent = questions.send(Message::text(r#"{"type":"typing"}"#));
            in_time("a question to be taken", sent).await.expect("the connection holds");
        }
        questions
    });
    for _ in 0..ROUNDS {
        owners.says("and then?").await;
        owners.hears_message("and then?").await;
        respondents.hears_message("and then?").await;
    }

    let mut answered = 0;
    while answered < QUESTIONS {
        let answer = in_time("an answer", answers.next()).await.expect("it is open").expect("the connection holds");
        let Message::Text(text) = answer else { continue };
        answered += usize::from(text.contains("recipient_required"));
    }
    drop(asking.await.expect("all was taken"));
    let after = scene.server.resident_bytes_max();
    println!("{before} bytes before, {after} after");
    assert!(after.saturating_sub(before) <= COSTS_AT_MOST, "{before} bytes before, {after} after");
}

#[tokio::test]
async fn a_flood_of_typing_costs_the_reader_neither_its_socket_nor_a_message() {
    const TYPED: usize = 50_000;
    let scene = Scene::acquainted().await;
    let path = format!("/ws/chat/{}/", scene.key);
    let mut anas = scene.ana.connecting_by_v1(&path).receive_buffer(4 * 1024).open().await.expect("she is let in");
    let (mut bobs, _) = scene.bob.opens_by_v1(&scene.offer).await;
    for _ in 0..TYPED {
        bobs.types().await;
    }
    bobs.says("At last").await;
    bobs.hears_message("At last").await;
    let mut typed = 0;
    loop {
        let frame = anas.hears().await;
        typed += usize::from(frame["type"] == "typing");
        if frame["type"] == "message" {
            assert_eq!(frame["message"]["content"], "At last");
            break;
        }
    }
    println!("{typed} of {TYPED} were passed on");
    assert!((1..=TYPED).contains(&typed), "some were, and none twice: {typed}");
    anas.says("Yes?").await;
    bobs.hears_message("Yes?").await;
}
