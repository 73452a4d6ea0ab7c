//! Note and terms of a start: their limits, and that they are frozen with it and come with every later step.

use serde_json::{Value, json};

use crate::wire::pair::{Pair, Who};

/// An object whose compact JSON has so many bytes.
fn terms_of_bytes(bytes: usize, filling: &str) -> Value {
    let empty = json!({"text": ""}).to_string().len();
    json!({"text": filling.repeat((bytes - empty) / filling.len()) + "x".repeat((bytes - empty) % filling.len()).as_str()})
}

/// Bob's start is refused with that code about that field, and he goes on.
async fn is_refused(pair: &mut Pair, start: Value, code: &str, field: &str) {
    pair.bobs.sends(start).await;
    assert_eq!(pair.bobs.hears_error(code).await["field"], field);
    pair.goes_on(Who::Bob).await;
}

#[tokio::test]
async fn note_and_terms_come_with_every_later_step() {
    let mut pair = Pair::acquainted().await;
    let terms = json!({"hours": 2, "price": {"amount": "10.00", "currency": "EUR"}, "tools": ["pump", null, true]});
    let start = json!({"type": "handshake_start", "note": "  Two hours, on Friday \n", "terms": terms});
    let mut frames = vec![pair.sends(Who::Bob, start, "pending").await];
    // What later steps carry of their own makes no difference.
    let approve = json!({"type": "handshake_approve", "note": "another note", "terms": {"hours": 9}});
    frames.push(pair.sends(Who::Ana, approve, "approved").await);
    frames.push(pair.takes(Who::Ana, "handshake_complete", "approved").await);
    frames.push(pair.takes(Who::Bob, "handshake_complete", "completed").await);
    for frame in &frames {
        assert_eq!(frame["handshake"]["note"], "Two hours, on Friday", "trimmed");
        assert_eq!(frame["handshake"]["terms"], terms);
    }
    assert_eq!(pair.bob.timeline(&pair.offer).await[1..], frames);

    let plain = pair.takes(Who::Ana, "handshake_start", "pending").await;
    assert_eq!((&plain["handshake"]["note"], &plain["handshake"]["terms"]), (&Value::Null, &Value::Null));
}

#[tokio::test]
async fn a_note_has_at_most_280_characters() {
    let mut pair = Pair::acquainted().await;
    for character in ["a", "é", "🤝"] {
        let note = |count| json!({"type": "handshake_start", "note": character.repeat(count)});
        is_refused(&mut pair, note(281), "note_too_long", "note").await;
        let started = pair.sends(Who::Bob, note(280), "pending").await;
        assert_eq!(started["handshake"]["note"], character.repeat(280));
        pair.takes(Who::Ana, "handshake_decline", "declined").await;
    }
    let spacious = json!({"type": "handshake_start", "note": format!("   {}\n", "a".repeat(280))});
    assert_eq!(pair.sends(Who::Bob, spacious, "pending").await["handshake"]["note"], "a".repeat(280));
}

#[tokio::test]
async fn a_note_is_kept_as_sent_but_for_nul_and_a_note_of_spaces_is_none() {
    let mut pair = Pair::acquainted().await;
    is_refused(&mut pair, json!({"type": "handshake_start", "note": "a\0b"}), "note_invalid", "note").await;
    for (note, kept) in [
        ("\u{202e}gnirts\u{202c} \u{7} <b>", json!("\u{202e}gnirts\u{202c} \u{7} <b>")),
        ("", Value::Null),
        ("  \n", Value::Null),
    ] {
        let started = pair.sends(Who::Bob, json!({"type": "handshake_start", "note": note}), "pending").await;
        assert_eq!(started["handshake"]["note"], kept);
        pair.takes(Who::Bob, "handshake_cancel", "cancelled").await;
    }
}

#[tokio::test]
async fn terms_have_at_most_1024_bytes_of_compact_json() {
    let mut pair = Pair::acquainted().await;
    for filling in ["x", "🤝"] {
        let (fits, exceeds) = (terms_of_bytes(1_024, filling), terms_of_bytes(1_025, filling));
        assert_eq!((fits.to_string().len(), exceeds.to_string().len()), (1_024, 1_025));
        is_refused(&mut pair, json!({"type": "handshake_start", "terms": exceeds}), "terms_too_long", "terms").await;
        let started = pair.sends(Who::Bob, json!({"type": "handshake_start", "terms": fits}), "pending").await;
        assert_eq!(started["handshake"]["terms"], fits);
        pair.takes(Who::Ana, "handshake_decline", "declined").await;
    }
}

#[tokio::test]
async fn white_space_in_terms_is_not_counted() {
    let mut pair = Pair::acquainted().await;
    let wide = format!("{{ \"hours\" {} : 2 }}", " \n\t".repeat(2_000));
    pair.bobs.sends_text(&format!(r#"{{"type":"handshake_start","terms":{wide}}}"#)).await;
    assert_eq!(pair.both_hear_handshake("pending").await["handshake"]["terms"], json!({"hours": 2}));
}

#[tokio::test]
async fn terms_keep_the_order_of_their_fields_and_may_be_empty() {
    let mut pair = Pair::acquainted().await;
    for text in [r#"{"z":1,"a":{"y":2,"b":3},"m":[]}"#, "{}"] {
        pair.bobs.sends_text(&format!(r#"{{"type":"handshake_start","terms":{text}}}"#)).await;
        let started = pair.both_hear_handshake("pending").await;
        assert_eq!(started["handshake"]["terms"].to_string(), text);
        pair.takes(Who::Ana, "handshake_decline", "declined").await;
    }
}

#[tokio::test]
async fn numbers_in_terms_keep_their_value() {
    let mut pair = Pair::acquainted().await;
    let terms =
        json!({"hours": 1.5, "price": 0.1, "id": 9_007_199_254_740_993_i64, "max": u64::MAX, "less": -3, "e": 1e300});
    let started = pair.sends(Who::Bob, json!({"type": "handshake_start", "terms": terms}), "pending").await;
    assert_eq!(started["handshake"]["terms"], terms);
}

#[tokio::test]
async fn terms_that_are_nested_deeply_are_refused() {
    let mut pair = Pair::acquainted().await;
    for depth in [500, 30_000] {
        let deep = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        pair.bobs.sends_text(&format!(r#"{{"type":"handshake_start","terms":{{"a":{deep}}}}}"#)).await;
        let error = pair.bobs.hears().await;
        assert_eq!(error["type"], "error", "saw {error}");
        pair.goes_on(Who::Bob).await;
    }
}
