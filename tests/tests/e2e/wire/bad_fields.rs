//! Frames whose fields are missing, null or of the wrong type: each gets an error with its code and, where it is one,
//! the field; the socket stays open.

use serde_json::{Value, json};

use crate::wire::pair::{Pair, Who};

/// Bob sends it, and only he hears of an error with that code about that field.
async fn errs(pair: &mut Pair, frame: Value, code: &str, field: Option<&str>) {
    pair.bobs.sends_wrong(frame.clone()).await;
    let error = pair.bobs.hears().await;
    assert_eq!(
        (error["type"].as_str(), error["code"].as_str(), error["field"].as_str()),
        (Some("error"), Some(code), field),
        "{frame} was answered by {error}"
    );
    pair.goes_on(Who::Bob).await;
}

#[tokio::test]
async fn a_frame_has_a_type_that_there_is() {
    let mut pair = Pair::acquainted().await;
    errs(&mut pair, json!({}), "type_required", None).await;
    errs(&mut pair, json!({"content": "Hello!"}), "type_required", None).await;
    errs(&mut pair, json!({"type": null, "content": "Hello!"}), "type_required", None).await;
    for wrong in [json!(7), json!(true), json!([]), json!({}), json!(["message"])] {
        errs(&mut pair, json!({"type": wrong, "content": "Hello!"}), "field_invalid", Some("type")).await;
    }
    for unknown in ["", "shout", "Message", " message", "handshake", "handshake_", "error", "handshake_dance"] {
        errs(&mut pair, json!({"type": unknown, "content": "Hello!"}), "unknown_type", None).await;
    }
    errs(&mut pair, json!({"type": "x".repeat(60_000)}), "unknown_type", None).await;
}

#[tokio::test]
async fn a_message_has_a_content_that_is_text() {
    let mut pair = Pair::acquainted().await;
    errs(&mut pair, json!({"type": "message"}), "content_required", Some("content")).await;
    errs(&mut pair, json!({"type": "message", "content": null}), "content_required", Some("content")).await;
    errs(&mut pair, json!({"type": "message", "Content": "Hello!"}), "content_required", Some("content")).await;
    for wrong in [json!(7), json!(false), json!(["Hello!"]), json!({"text": "Hello!"})] {
        errs(&mut pair, json!({"type": "message", "content": wrong}), "field_invalid", Some("content")).await;
    }
}

#[tokio::test]
async fn a_recipient_is_the_id_of_a_user() {
    let mut pair = Pair::acquainted().await;
    let to = |recipient: Value| json!({"type": "message", "content": "Hello!", "recipient_id": recipient});
    for wrong in [
        json!("1"),
        json!(1.5),
        json!(1e99),
        json!(u64::MAX),
        json!((1_i64 << 53) + 1),
        json!(true),
        json!([1]),
        json!({"id": 1}),
        json!(0),
        json!(-1),
    ] {
        errs(&mut pair, to(wrong), "field_invalid", Some("recipient_id")).await;
    }
    pair.bobs.sends(to(Value::Null)).await;
    pair.both_hear_message("Hello!").await;
}

#[tokio::test]
async fn a_version_is_a_whole_number() {
    let (mut pair, started) = Pair::with_a_handshake_started_by_bob().await;
    for wrong in [json!("2"), json!(2.5), json!(1e99), json!(u64::MAX), json!(true), json!([2]), json!({})] {
        errs(&mut pair, json!({"type": "handshake_cancel", "version": wrong}), "field_invalid", Some("version")).await;
    }
    let cancelled = pair.sends(Who::Bob, json!({"type": "handshake_cancel", "version": null}), "cancelled").await;
    assert_eq!(cancelled["handshake"]["uid"], started["handshake"]["uid"], "none of them has changed anything");
}

#[tokio::test]
async fn a_note_is_text_and_terms_are_an_object() {
    let mut pair = Pair::acquainted().await;
    for wrong in [json!(7), json!(true), json!(["two hours"]), json!({"text": "two hours"})] {
        errs(&mut pair, json!({"type": "handshake_start", "note": wrong}), "field_invalid", Some("note")).await;
    }
    for wrong in [json!(7), json!("two hours"), json!(true), json!([]), json!([{"hours": 2}])] {
        errs(&mut pair, json!({"type": "handshake_start", "terms": wrong}), "field_invalid", Some("terms")).await;
    }
    let started = json!({"type": "handshake_start", "note": null, "terms": null});
    let handshake = pair.sends(Who::Bob, started, "pending").await["handshake"].clone();
    assert_eq!((&handshake["note"], &handshake["terms"]), (&Value::Null, &Value::Null));
}

#[tokio::test]
async fn a_client_message_id_has_1_to_64_characters() {
    let mut pair = Pair::acquainted().await;
    let named = |id: Value| json!({"type": "message", "content": "Hello!", "client_message_id": id});
    for wrong in [json!(7), json!([]), json!({})] {
        errs(&mut pair, named(wrong), "field_invalid", Some("client_message_id")).await;
    }
    for wrong in [String::new(), "é".repeat(65), "a\0".to_owned()] {
        errs(&mut pair, named(json!(wrong)), "client_message_id_invalid", Some("client_message_id")).await;
    }
    pair.bobs.sends(named(json!("é".repeat(64)))).await;
    pair.both_hear_message("Hello!").await;
}
