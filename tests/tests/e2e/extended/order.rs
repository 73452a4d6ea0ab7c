//! Many frames at once over one inbox, for different conversations: they are done in the order of sending, and each is
//! answered once.

use handsel_tests::Socket;
use handsel_tests::seed::seeded;
use serde_json::{Value, json};

use super::scene::Scene;
use super::ten::Ten;

const FRAMES: usize = 200;

/// Which of the frames it answers, by the id that the client gave it.
fn answered(frame: &Value) -> usize {
    let id = frame["message"]["client_message_id"].as_str().or_else(|| frame["client_message_id"].as_str());
    id.and_then(|id| id.parse().ok()).unwrap_or_else(|| panic!("expected an answer, saw {frame}"))
}

/// The answers to all of them, each in the place of its frame; how they came is checked by conversation.
async fn are_answered_once_each(inbox: &mut Socket, frames: &[Value]) -> Vec<Value> {
    for frame in frames {
        inbox.sends_text(&frame.to_string()).await;
    }
    let mut answers = vec![Value::Null; frames.len()];
    let mut entries: Vec<(String, usize)> = Vec::new();
    for _ in 0..frames.len() {
        let answer = inbox.hears().await;
        let number = answered(&answer);
        assert_eq!(answers[number], Value::Null, "answered twice, the second time by {answer}");
        if answer["type"] == "message" && answer.get("repeat").is_none() {
            let key = answer["message"]["conversation"].as_str().expect("a key").to_owned();
            let earlier = entries.iter().rev().find(|(earlier, _)| *earlier == key);
            assert!(earlier.is_none_or(|(_, earlier)| *earlier < number), "{key}: {number} after {earlier:?}");
            entries.push((key, number));
        }
        answers[number] = answer;
    }
    inbox.has_heard_nothing().await;
    answers
}

#[tokio::test]
async fn each_frame_is_answered_once_and_entries_keep_the_order_of_sending() {
    let mut random = seeded();
    let ten = Ten::begun().await;
    let (mut inbox, _) = ten.ana.opens_inbox().await;
    let frames: Vec<_> = (0..FRAMES)
        .map(|number| {
            let id = number.to_string();
            let one = &ten.conversations[random.usize(0..10)];
            let (content, conversation) = match random.u8(0..4) {
                0 => ("", &*one.key),
                1 => ("Hi", "offer_99"),
                _ => ("Hi", &*one.short),
            };
            json!({"type": "message", "content": content, "client_message_id": id, "conversation": conversation})
        })
        .collect();
    let first = are_answered_once_each(&mut inbox, &frames).await;
    for (frame, answer) in frames.iter().zip(&first) {
        let code = match (frame["content"].as_str(), frame["conversation"].as_str()) {
            (Some(""), _) => json!("content_required"),
            (_, Some("offer_99")) => json!("listing_not_found"),
            _ => Value::Null,
        };
        assert_eq!(answer["code"], code, "{frame} was answered by {answer}");
    }

    // Once more, as a client does that had no answers: the same errors, and the same messages as repetitions.
    let second = are_answered_once_each(&mut inbox, &frames).await;
    for (first, second) in first.into_iter().zip(second) {
        let mut expected = first;
        if expected["type"] == "message" {
            expected["repeat"] = json!(true);
        }
        assert_eq!(second, expected);
    }
}

#[tokio::test]
async fn within_one_conversation_messages_and_steps_keep_their_order() {
    let ten = Ten::begun().await;
    let (mut inbox, _) = ten.ana.opens_inbox().await;
    for one in &ten.conversations {
        for frame in [
            json!({"type": "message", "content": "first", "conversation": one.key}),
            json!({"type": "handshake_start", "conversation": one.short}),
            json!({"type": "message", "content": "second", "conversation": one.short}),
            json!({"type": "handshake_cancel", "conversation": one.key}),
            json!({"type": "message", "content": "third", "conversation": one.key}),
        ] {
            inbox.sends(frame).await;
        }
    }
    let mut heard = vec![Vec::new(); 10];
    for _ in 0..50 {
        let frame = inbox.hears_entry().await;
        let body = &frame[frame["type"].as_str().unwrap_or_default()];
        let said =
            body["content"].as_str().or_else(|| body["status"].as_str()).expect("a content or a status").to_owned();
        heard[ten.place(body["conversation"].as_str().expect("a key"))].push(said);
    }
    for heard in heard {
        assert_eq!(heard, ["first", "pending", "second", "cancelled", "third"]);
    }
}

#[tokio::test]
async fn a_cursor_does_not_cover_what_was_said_behind_it() {
    const ROUNDS: i64 = 60;
    let scene = Scene::acquainted().await;
    let (mut bobs, _) = scene.bob.opens_by_v1(&scene.offer).await;
    for round in 1..=ROUNDS {
        // At most to the head, as it is at this moment.
        bobs.reads(i64::MAX).await;
        bobs.says("And?").await;
        assert_eq!(bobs.hears_message("And?").await["seq"], 1 + round);
        let stands_at = scene.line_of(&scene.bob).await["read_up_to"].as_i64().expect("a cursor");
        assert!(stands_at <= round, "read up to {stands_at} by what was sent before {}", 1 + round);
    }
}
