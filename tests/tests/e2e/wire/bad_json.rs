//! Text frames that are no JSON object with a known type: each gets an error with its code, and the socket stays open.

use crate::wire::pair::{Pair, Who};

/// Brackets that fill a frame up to its limit.
const DEEP: usize = 65_000;

#[tokio::test]
async fn what_is_not_json_is_said_to_be_so() {
    let mut pair = Pair::acquainted().await;
    for (text, what) in [
        (String::new(), "an empty frame"),
        (" \n ".to_owned(), "white space"),
        ("hello".to_owned(), "words"),
        ("{".to_owned(), "an object that does not end"),
        (r#"{"type":"message","content":"a"}}"#.to_owned(), "something behind the object"),
        (r#"{"type":"message","content":"a"}{"type":"message","content":"b"}"#.to_owned(), "two objects"),
        (r"{'type':'message','content':'a'}".to_owned(), "single quotes"),
        (r#"{"type":"message","content":"a",}"#.to_owned(), "a comma too many"),
        (r#"{"type":"message","content":"\ud83e"}"#.to_owned(), "half of a surrogate pair"),
        (r#"{"type":"message","content":"\ud83e\ud83e"}"#.to_owned(), "two first halves"),
        ("{\"type\":\"message\",\"content\":\"a\u{1}\"}".to_owned(), "a control character that is not escaped"),
        ("\u{feff}{\"type\":\"message\",\"content\":\"a\"}".to_owned(), "a byte order mark"),
        ("[".repeat(DEEP), "brackets that are never closed"),
        (format!("{}{}", "[".repeat(DEEP / 2), "]".repeat(DEEP / 2)), "deeply nested lists"),
        (format!(r#"{{"type":"message","content":{}"#, "[".repeat(DEEP)), "a content of brackets"),
    ] {
        pair.bobs.sends_text(&text).await;
        let error = pair.bobs.hears().await;
        assert_eq!((error["type"].as_str(), error["code"].as_str()), (Some("error"), Some("invalid_json")), "{what}");
        pair.goes_on(Who::Bob).await;
    }
}

#[tokio::test]
async fn objects_that_are_nested_deeply_are_an_error_like_any_other() {
    let mut pair = Pair::acquainted().await;
    let nested = |field: &str, depth: usize| format!("{}1{}", field.repeat(depth), "}".repeat(depth));
    for (field, code) in [(r#"{"a":"#, "type_required"), (r#"{"type":"#, "invalid_json")] {
        pair.bobs.sends_text(&nested(field, DEEP / (field.len() + 1))).await;
        pair.bobs.hears_error(code).await;
        pair.goes_on(Who::Bob).await;
    }
}

#[tokio::test]
async fn json_that_is_no_object_is_no_frame() {
    let mut pair = Pair::acquainted().await;
    for text in ["null", "true", "7", "\"message\"", "[]", r#"["message","Hello!"]"#, r#"[{"type":"message"}]"#] {
        pair.bobs.sends_text(text).await;
        let error = pair.bobs.hears().await;
        assert_eq!((error["type"].as_str(), error["code"].as_str()), (Some("error"), Some("invalid_frame")), "{text}");
        pair.goes_on(Who::Bob).await;
    }
}

#[tokio::test]
async fn a_field_that_stands_there_twice_is_not_guessed_at() {
    let mut pair = Pair::acquainted().await;
    for text in [
        r#"{"type":"message","content":"a","content":"b"}"#,
        r#"{"type":"message","type":"handshake_start","content":"a"}"#,
        r#"{"type":"message","content":"a","recipient_id":1,"recipient_id":2}"#,
        r#"{"type":"message","content":"a","content":"a"}"#,
    ] {
        pair.bobs.sends_text(text).await;
        pair.bobs.hears_error("invalid_json").await;
        pair.goes_on(Who::Bob).await;
    }
}

#[tokio::test]
async fn fields_that_nobody_knows_are_not_heeded() {
    let mut pair = Pair::acquainted().await;
    let deep = format!("{}{}", "[".repeat(DEEP / 2 - 100), "]".repeat(DEEP / 2 - 100));
    for mood in ["\"good\"", "null", "1e999", "{\"content\":\"b\"}", deep.as_str()] {
        pair.bobs.sends_text(&format!(r#"{{"type":"message","mood":{mood},"content":"a"}}"#)).await;
        pair.both_hear_message("a").await;
    }
}
