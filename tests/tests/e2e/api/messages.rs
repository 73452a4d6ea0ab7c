//! Writing a message over HTTP: what comes back, who hears it, and what is no message. Knows nothing of repetitions.

use serde_json::json;

use super::support::{Market, ask, finds_wrong, has_exactly, page};

#[tokio::test]
async fn a_message_is_returned_as_the_frame_that_both_sockets_hear() {
    let Market { server: _server, ana, bob, offer, key } = Market::open().await;
    let mut sockets = [ana.opens(&offer).await, bob.opens(&offer).await];
    let path = format!("/api/conversations/{offer}/messages/");
    let written = bob.post(&path, json!({"content": " Hello!\n", "client_message_id": "one"})).await;
    let frame = written.is(201);
    has_exactly(frame, &[("type", "text"), ("message", "object")]);
    has_exactly(
        &frame["message"],
        &[
            ("id", "number"),
            ("sender", "person"),
            ("content", "text"),
            ("created_at", "time"),
            ("is_read", "boolean"),
            ("conversation", "text"),
            ("seq", "number"),
            ("recipient_id", "number"),
            ("client_message_id", "text"),
        ],
    );
    let message = &frame["message"];
    assert_eq!((&frame["type"], &message["content"]), (&json!("message"), &json!("Hello!")));
    assert_eq!(message["sender"], json!({"id": bob.id, "username": "bob", "full_name": "bob"}));
    assert_eq!((&message["conversation"], &message["recipient_id"]), (&json!(key), &json!(ana.id)));
    assert_eq!((&message["seq"], &message["is_read"]), (&json!(1), &json!(false)));
    assert_eq!(message["client_message_id"], "one");
    for socket in &mut sockets {
        assert_eq!(socket.hears().await, *frame);
    }

    let answered = ana.post(&format!("/api/conversations/{key}/messages/"), json!({"content": "Hi"})).await;
    assert_eq!(answered.is(201)["message"]["seq"], 2);
    assert!(answered.json["message"].get("client_message_id").is_none(), "nobody named this one");
    for socket in &mut sockets {
        assert_eq!(socket.hears().await, answered.json);
    }
}

#[tokio::test]
async fn what_is_wrong_with_it_is_named() {
    let Market { server: _server, ana, bob, offer, .. } = Market::talking().await;
    let path = format!("/api/conversations/{offer}/messages/");
    for (body, expected) in [
        (json!({}), [("/content", "content_required")].as_slice()),
        (json!({"content": null}), &[("/content", "content_required")]),
        (json!({"content": ""}), &[("/content", "content_required")]),
        (json!({"content": " \n\u{3000}"}), &[("/content", "content_required")]),
        (json!({"content": "é".repeat(4_001)}), &[("/content", "content_too_long")]),
        (json!({"content": "a\u{0}b"}), &[("/content", "content_invalid")]),
        (json!({"content": 7}), &[("/content", "field_invalid")]),
        (json!({"content": ["a"]}), &[("/content", "field_invalid")]),
        (json!({"content": "a", "client_message_id": ""}), &[("/client_message_id", "client_message_id_invalid")]),
        (
            json!({"content": "a", "client_message_id": "x".repeat(65)}),
            &[("/client_message_id", "client_message_id_invalid")],
        ),
        (json!({"content": "a", "client_message_id": 1}), &[("/client_message_id", "field_invalid")]),
        (json!({"content": "a", "recipient_id": "1"}), &[("/recipient_id", "field_invalid")]),
        (json!({"content": "a", "recipient_id": 0}), &[("/recipient_id", "field_invalid")]),
        (
            json!({"content": "", "recipient_id": 1.5}),
            &[("/recipient_id", "field_invalid"), ("/content", "content_required")],
        ),
    ] {
        finds_wrong(&bob.post(&path, body).await, expected);
    }
    assert_eq!(page(&ana, &offer, "").await["head"], 1, "nothing was written");
}

#[tokio::test]
async fn content_is_counted_in_characters_and_kept_as_sent() {
    let Market { server, bob, offer, .. } = Market::open().await;
    let path = format!("/api/conversations/{offer}/messages/");
    for content in ["🤝".repeat(4_000), "\u{202e}abc\u{7}\n\tdef\u{200b}".to_owned(), "<script>&amp;'\"".to_owned()] {
        assert_eq!(bob.post(&path, json!({"content": content})).await.is(201)["message"]["content"], content);
    }
    let token = format!("Bearer {}", bob.token);
    let headers = [("authorization", token.as_str()), ("content-type", "application/json")];
    let escaped = format!("{{\"content\": \"{}\"}}", "\\u00e9".repeat(4_000));
    let written = ask(&server.address, "POST", &path, &headers, escaped.as_bytes()).await;
    assert_eq!(written.is(201)["message"]["content"], "é".repeat(4_000));
}

#[tokio::test]
async fn a_respondent_may_name_the_owner_and_nobody_else() {
    let Market { server, ana, bob, offer, .. } = Market::open().await;
    let cyd = server.person("cyd").await;
    let path = format!("/api/conversations/{offer}/messages/");
    bob.post(&path, json!({"content": "Hi", "recipient_id": ana.id})).await.is(201);
    for other in [bob.id, cyd.id, 99] {
        let refused = bob.post(&path, json!({"content": "Hi", "recipient_id": other})).await;
        refused.is_problem(422, "recipient_unknown");
    }
}
