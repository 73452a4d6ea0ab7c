//! The frames of the base protocol, field by field, as existing clients read them.

use serde_json::{Value, json};

use crate::wire::pair::{Pair, Who};

/// RFC 3339 in UTC, with milliseconds and `Z`: `2024-01-01T12:00:00.000Z`.
fn is_time(value: &Value) -> bool {
    const FORM: &[u8] = b"0000-00-00T00:00:00.000Z";
    value.as_str().is_some_and(|text| {
        let fits = |(seen, form): (u8, &u8)| if form.is_ascii_digit() { seen.is_ascii_digit() } else { seen == *form };
        text.len() == FORM.len() && text.bytes().zip(FORM).all(fits)
    })
}

fn names(object: &Value) -> Vec<&str> {
    let mut names: Vec<_> = object.as_object().expect("an object").keys().map(String::as_str).collect();
    names.sort_unstable();
    names
}

#[tokio::test]
async fn a_message_is_the_same_frame_for_both_with_every_field_of_the_base_protocol() {
    let mut pair = Pair::strangers().await;
    pair.bobs.says("Hello!").await;
    let frame = pair.both_hear().await;
    assert_eq!(names(&frame), ["message", "type"], "nothing is repeated here: {frame}");
    assert_eq!(frame["type"], "message");

    let message = &frame["message"];
    assert!(message["id"].as_i64().is_some_and(|id| (1..=1 << 53).contains(&id)), "saw {frame}");
    assert_eq!(message["sender"], json!({"id": pair.bob.id, "username": "bob", "full_name": "bob"}));
    assert_eq!(message["content"], "Hello!");
    assert!(is_time(&message["created_at"]), "saw {frame}");
    assert_eq!(message["is_read"], json!(false));
    // Beside them, for clients that know them.
    assert_eq!(message["conversation"], pair.key());
    assert_eq!(message["seq"], json!(1));
    assert_eq!(message["recipient_id"], json!(pair.ana.id));
    assert_eq!(message.get("client_message_id"), None, "there only where the sender gave one");
}

#[tokio::test]
async fn messages_have_ids_of_their_own_and_times_that_never_run_backwards() {
    let mut pair = Pair::strangers().await;
    let mut earlier = pair.says(Who::Bob, "one").await;
    for (who, content) in [(Who::Ana, "two"), (Who::Bob, "three"), (Who::Ana, "four")] {
        let message = pair.says(who, content).await;
        assert_eq!(message["seq"].as_i64(), earlier["seq"].as_i64().map(|seq| seq + 1));
        assert!(message["id"].as_i64() > earlier["id"].as_i64(), "{message} after {earlier}");
        assert!(message["created_at"].as_str() >= earlier["created_at"].as_str(), "{message} after {earlier}");
        assert_eq!(
            (&message["sender"]["id"], &message["recipient_id"]),
            (&json!(pair.id(who)), &json!(pair.id(who.other())))
        );
        earlier = message;
    }
}

#[tokio::test]
async fn a_client_message_id_comes_back_to_both() {
    let mut pair = Pair::strangers().await;
    pair.bobs.sends(json!({"type": "message", "content": "Hello!", "client_message_id": "a-1"})).await;
    assert_eq!(pair.both_hear_message("Hello!").await["client_message_id"], "a-1");
}

#[tokio::test]
async fn a_handshake_is_the_same_frame_for_both_with_every_field_of_the_base_protocol() {
    let mut pair = Pair::acquainted().await;
    pair.bobs.sends(json!({"type": "handshake_start"})).await;
    let frame = pair.both_hear().await;
    assert_eq!(names(&frame), ["handshake", "type"], "nothing is repeated here: {frame}");
    assert_eq!(frame["type"], "handshake");

    let handshake = &frame["handshake"];
    assert_eq!(handshake["id"], format!("handshake_{}_{}", pair.ana.id, pair.bob.id), "owner, then respondent");
    assert_eq!(handshake["status"], "pending");
    assert_eq!(handshake["user1_id"], json!(pair.ana.id), "user1 is the owner");
    assert_eq!(handshake["user2_id"], json!(pair.bob.id), "user2 is the respondent");
    assert_eq!(handshake["initiator_id"], json!(pair.bob.id));
    assert_eq!(handshake["message"], "Handshake request sent");
    // Beside them, for clients that know them.
    assert_eq!(handshake["conversation"], pair.key());
    assert_eq!((&handshake["seq"], &handshake["version"]), (&json!(2), &json!(2)));
    assert!(handshake["uid"].as_str().is_some_and(|uid| !uid.is_empty()), "saw {frame}");
    assert_eq!(handshake["actor_id"], json!(pair.bob.id));
    assert_eq!((&handshake["note"], &handshake["terms"]), (&Value::Null, &Value::Null));
    assert_eq!(handshake["completed_by"], json!([]));

    pair.anas.sends(json!({"type": "handshake_approve"})).await;
    let handshake = pair.both_hear_handshake("approved").await["handshake"].clone();
    assert_eq!(handshake["message"], "Handshake approved");
    assert_eq!(handshake["initiator_id"], json!(pair.bob.id), "it stays the one who started");
    assert_eq!(handshake["actor_id"], json!(pair.ana.id));
    assert_eq!((&handshake["seq"], &handshake["version"]), (&json!(3), &json!(3)));
}

#[tokio::test]
async fn the_ids_of_a_handshake_are_owner_and_respondent_whoever_starts() {
    let mut pair = Pair::acquainted().await;
    let handshake = pair.takes(Who::Ana, "handshake_start", "pending").await["handshake"].clone();
    assert_eq!(handshake["id"], format!("handshake_{}_{}", pair.ana.id, pair.bob.id));
    assert_eq!((&handshake["user1_id"], &handshake["user2_id"]), (&json!(pair.ana.id), &json!(pair.bob.id)));
    assert_eq!(handshake["initiator_id"], json!(pair.ana.id));
}

#[tokio::test]
async fn an_error_has_its_code_and_words_and_goes_to_the_one_who_erred_alone() {
    let mut pair = Pair::acquainted().await;
    for who in [Who::Bob, Who::Ana] {
        pair.socket(who).sends_wrong(json!({"type": "message", "content": ""})).await;
        let error = pair.socket(who).hears().await;
        assert_eq!(
            (&error["type"], &error["code"], &error["message"]),
            (&json!("error"), &json!("content_required"), &json!("Content is required"))
        );
        pair.goes_on(who).await;
    }
}

#[tokio::test]
async fn an_error_goes_to_the_one_socket_of_several() {
    let mut pair = Pair::acquainted().await;
    let mut bobs_other = pair.bob.opens(&pair.offer).await;
    pair.bobs.sends_wrong(json!({"type": "message", "content": " "})).await;
    pair.bobs.hears_error("content_required").await;
    pair.goes_on(Who::Bob).await;
    bobs_other.hears_message("where were we?").await;
}

#[tokio::test]
async fn every_socket_of_both_hears_the_same_frame() {
    let mut pair = Pair::strangers().await;
    let mut others = [
        pair.ana.opens(&pair.key()).await,
        pair.bob.opens(&pair.key()).await,
        pair.bob.connecting(&pair.offer).header("sec-websocket-protocol", "handsel.v1").open().await.expect("let in"),
    ];
    // A client of handsel.v1 may be greeted first.
    pair.bobs.says("Hello!").await;
    let frame = pair.both_hear().await;
    let [anas, bobs, extended] = &mut others;
    assert_eq!(anas.hears().await, frame);
    assert_eq!(bobs.hears().await, frame);
    let mut seen = extended.hears().await;
    while seen["type"] != "message" {
        seen = extended.hears().await;
    }
    assert_eq!(seen, frame);
}
