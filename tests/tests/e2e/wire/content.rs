//! The content of a message: its limits, counted in characters and not in bytes, and that it is kept as sent.

use serde_json::json;

use crate::wire::pair::{Pair, Who};

/// A message as JSON text with its content as it is written there, so that escapes are the test's own.
fn written(content: &str) -> String {
    format!(r#"{{"type":"message","content":"{content}"}}"#)
}

#[tokio::test]
async fn content_is_not_empty_and_spaces_are_nothing() {
    let mut pair = Pair::acquainted().await;
    for nothing in ["", " ", "   \t\r\n", "\u{3000}\u{a0}\u{2003}", &" ".repeat(5_000)] {
        pair.bobs.sends_wrong(json!({"type": "message", "content": nothing})).await;
        assert_eq!(pair.bobs.hears_error("content_required").await["message"], "Content is required");
        pair.goes_on(Who::Bob).await;
    }
}

#[tokio::test]
async fn content_has_at_most_4000_characters() {
    let mut pair = Pair::acquainted().await;
    for character in ["a", "é", "語", "🤝"] {
        pair.says(Who::Bob, &character.repeat(4_000)).await;
        pair.bobs.says(&character.repeat(4_001)).await;
        pair.bobs.hears_error("content_too_long").await;
        pair.goes_on(Who::Bob).await;
    }
}

#[tokio::test]
async fn what_is_trimmed_is_not_counted() {
    let mut pair = Pair::acquainted().await;
    let content = "a".repeat(4_000);
    pair.bobs.says(&format!("\n  {content}\t ")).await;
    pair.both_hear_message(&content).await;
}

#[tokio::test]
async fn escapes_are_counted_as_the_characters_that_they_are() {
    let mut pair = Pair::acquainted().await;
    for (escape, character) in [(r"\u0061", "a"), (r"\u00e9", "é"), (r"\u8a9e", "語"), (r"\ud83e\udd1d", "🤝")] {
        pair.bobs.sends_text(&written(&escape.repeat(4_000))).await;
        pair.both_hear_message(&character.repeat(4_000)).await;
        pair.bobs.sends_text(&written(&escape.repeat(4_001))).await;
        pair.bobs.hears_error("content_too_long").await;
        pair.goes_on(Who::Bob).await;
    }
}

#[tokio::test]
async fn the_character_nul_is_refused_and_nothing_of_the_message_is_kept() {
    let mut pair = Pair::acquainted().await;
    for nul in [r"a\u0000b", r"\u0000", r"a\u0000", r"\u0000a"] {
        pair.bobs.sends_text(&written(nul)).await;
        pair.bobs.hears_error("content_invalid").await;
        pair.goes_on(Who::Bob).await;
    }
    let stored = pair.bob.timeline(&pair.offer).await;
    assert_eq!(stored.len(), 5, "the first message, and one after each error: {stored:?}");
}

#[tokio::test]
async fn everything_else_is_kept_as_sent() {
    let mut pair = Pair::acquainted().await;
    let controls: String = ('\u{1}'..='\u{1f}').chain('\u{7f}'..='\u{9f}').collect();
    for content in [
        format!("<{controls}>"),
        "\u{202e}gnirts\u{202c} \u{2066}isolated\u{2069} \u{200e}\u{200f}\u{61c}".to_owned(),
        "zero\u{200b}width\u{feff}\u{200d}".to_owned(),
        "Jose\u{301} is not José here".to_owned(),
        "👩‍👩‍👧‍👦 and 🇮🇸 and 𝔥𝔞𝔫𝔡𝔰𝔢𝔩".to_owned(),
        "two  spaces\n\n\tand \"quotes\" \\ </script><b>&amp; '; DROP TABLE entries; --".to_owned(),
        "\u{fffe}\u{ffff}\u{10ffff}\u{e000}".to_owned(),
        "$1 %s {} \\u0041".to_owned(),
    ] {
        pair.says(Who::Bob, &content).await;
        let stored = pair.ana.timeline(&pair.key()).await;
        let last = stored.last().expect("it was stored");
        assert_eq!(last["message"]["content"], json!(content));
    }
}
