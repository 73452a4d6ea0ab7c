//! What cannot be taken is reported by its line and why, and keeps nothing else from being taken. Knows nothing of what is
//! there before.

use std::fs;

use handsel_tests::{Started, in_time};
use serde_json::Value;
use tokio::io::AsyncWriteExt;

use super::file::{HEADER, block, conversation, listing, message, redaction, step, user, whole};
use super::scene::{beside, exports, found, imports, runs, summary};

/// Ana's offer and Bob.
fn people() -> Vec<String> {
    vec![user(1, "ana"), user(2, "bob"), listing("offer_1", 1)]
}

/// What is found where these lines follow Ana's offer and Bob, the first of them being line 5.
async fn finds(lines: &[String]) -> (Started, Vec<String>) {
    let over = Started::fresh();
    let (report, ended) = imports(&over, &whole(&[people(), lines.to_vec()].concat())).await;
    let found = found(&report);
    ended.is(i32::from(found.iter().any(|one| !one.contains('+'))));
    assert_eq!(summary(&report)["breaches"], 0);
    (over, found)
}

/// The `seq`s of a conversation that were taken.
async fn taken(over: &Started, key: &str) -> Vec<i64> {
    let lines = exports(over).await;
    lines.iter().filter(|line| line["conversation"] == key).filter_map(|line| line["seq"].as_i64()).collect()
}

fn talk(lines: &[String]) -> Vec<String> {
    [&[conversation("offer_1:2", 9, 9)], lines].concat()
}

#[tokio::test]
async fn a_conversation_is_taken_up_to_a_line_that_cannot_be() {
    const KEY: &str = "offer_1:2";
    let hello = || message(KEY, 1, 2, "Hello!");
    let behind = || message(KEY, 3, 1, "Behind it.");
    for (line, code) in [
        (message(KEY, 2, 2, &"x".repeat(4_001)), "content_too_long"),
        (message(KEY, 2, 2, "  "), "content_required"),
        (message(KEY, 2, 2, "a\\u0000b"), "content_invalid"),
        (message(KEY, 2, 3, "I am nobody."), "not_a_participant"),
        (message(KEY, 4, 2, "I am too far on."), "seq_hole"),
        (message(KEY, 1, 2, "I am another."), "entry_differs"),
        (message(KEY, 2, 2, "?").replace("2024-", "1969-"), "time_invalid"),
        (message(KEY, 2, 2, "?").replace("2024-", "2999-"), "time_invalid"),
        (message(KEY, 2, 2, "?").replace("null,\"redacted", "\"\",\"redacted"), "client_message_id_invalid"),
        (message(KEY, 2, 2, "?").replace("\"seq\":2", "\"seq\":9007199254740993"), "id_invalid"),
        (message(KEY, 2, 2, "?").replace("\"seq\":2", "\"seq\":2,\"mood\":\"good\""), "field_invalid"),
        (message(KEY, 2, 2, "?").replace("\"sender_id\":2", "\"sender_id\":\"2\""), "field_invalid"),
        (redaction(KEY, 2, 2), "redaction_incomplete"),
        (step(KEY, 2, 2, "approve"), "handshake_not_possible"),
        (step(KEY, 2, 2, "refuse"), "step_unknown"),
        (step(KEY, 2, 2, "start").replace("\"terms\":null", "\"terms\":[1]"), "field_invalid"),
        (
            step(KEY, 2, 2, "start").replace("\"note\":null", &format!("\"note\":\"{}\"", "x".repeat(281))),
            "note_too_long",
        ),
    ] {
        let (over, found) = finds(&talk(&[hello(), line.clone(), behind()])).await;
        // Both cursors are at 9, and there is one entry.
        let expected = [format!("7 {code}"), "8 behind_refused".to_owned(), "5 +cursor_ahead".to_owned()];
        let mut found = found;
        found.dedup_by(|one, next| one == next && one.contains("cursor_ahead"));
        found.sort_by_key(|one| (one.contains('+'), one.clone()));
        assert_eq!(found, expected, "{line}");
        assert_eq!(taken(&over, KEY).await, [1], "{line}");
    }
}

#[tokio::test]
async fn steps_go_by_the_diagram_alone() {
    const KEY: &str = "offer_1:2";
    let read = || conversation(KEY, 0, 0);
    let start = || step(KEY, 1, 2, "start");
    for (second, code) in [
        (step(KEY, 2, 2, "start"), "step_repeated"),
        (step(KEY, 2, 1, "start"), "handshake_exists"),
        (step(KEY, 2, 2, "approve"), "handshake_own"),
        (step(KEY, 2, 1, "complete"), "handshake_not_possible"),
    ] {
        let (over, found) = finds(&[read(), start(), second.clone()]).await;
        assert_eq!(found, [format!("7 {code}")], "{second}");
        assert_eq!(taken(&over, KEY).await, [1]);
    }
}

#[tokio::test]
async fn a_second_redaction_of_somebody_is_refused_by_its_line() {
    const KEY: &str = "offer_1:2";
    let gone = message(KEY, 1, 2, "").replace("\"redacted_at\":null", "\"redacted_at\":\"2024-06-01T12:00:00Z\"");
    let lines = [conversation(KEY, 0, 0), gone, redaction(KEY, 2, 2), redaction(KEY, 3, 2), user(3, "cem")];
    let (over, found) = finds(&lines).await;
    assert_eq!(found, ["8 redaction_repeated"]);
    assert_eq!(taken(&over, KEY).await, [1, 2]);
    assert!(exports(&over).await.iter().any(|line| line["username"] == "cem"), "what lies behind it was taken");
}

#[tokio::test]
async fn a_block_is_between_two_who_are_here() {
    let lines = [
        user(3, "cem d"),
        user(4, "dan").replace("\"deleted_at\":null", "\"deleted_at\":\"2024-06-01T00:00:00.000Z\""),
        block(1, 2),
        block(2, 2),
        block(1, 77),
        block(3, 1),
        block(1, 4),
        block(2, 1).replace("2024-", "2999-"),
        block(2, 0),
        block(2, 1).replace("\"blocker_id\":2,", ""),
    ];
    let over = Started::fresh();
    let (report, ended) = imports(&over, &whole(&[people(), lines.to_vec()].concat())).await;
    let ended = ended.is(1);
    let mut found = found(&report);
    // Lines that cannot be read are found as they are read, in front of those that cannot be taken.
    found.sort_by_key(|one| one.split(' ').next().and_then(|line| line.parse::<u64>().ok()));
    let expected = [
        "5 username_invalid",
        "8 block_self",
        "9 user_unknown",
        "10 user_unknown",
        "11 user_deleted",
        "12 time_invalid",
        "13 id_invalid",
        "14 field_invalid",
    ];
    assert_eq!(found, expected);
    let sum = summary(&report);
    assert_eq!(sum["blocks"], serde_json::json!({"new": 1, "there": 0, "refused": 7}), "{sum}");
    assert!(ended.output.contains("blocks: 1 new, 0 there already, 7 not taken"), "{}", ended.output);
    let exported = exports(&over).await;
    let blocks: Vec<_> = exported.iter().filter(|line| line["type"] == "block").map(Value::to_string).collect();
    assert_eq!(blocks.len(), 1, "{blocks:?}");
    assert_eq!(exported.iter().find(|line| line["type"] == "block"), serde_json::from_str(&block(1, 2)).ok().as_ref());
}

#[tokio::test]
async fn what_rests_on_a_refused_line_is_refused_with_it() {
    let lines = [
        user(3, "cem d"),
        user(4, "ANA"),
        user(9, "dan").replace("\"id\":9", "\"id\":0"),
        "{\"type\":".to_owned(),
        "{\"type\":\"shop\"}".to_owned(),
        listing("offer_2", 3),
        listing("offer_3", 4),
        listing("need_1", 77),
        listing("offer_007", 1),
        listing("need_2", 1).replace("Bike repair", " "),
        listing("need_3", 1).replace("open", "sold"),
        conversation("offer_2:2", 0, 0),
        message("offer_2:2", 1, 2, "Hello!"),
        conversation("offer_1:3", 0, 0),
        message("offer_1:3", 1, 3, "Hello!"),
        conversation("offer_1:1", 0, 0),
        conversation("offer_1:88", 0, 0),
        conversation("offer_1", 0, 0),
        message("offer_1:2", 1, 2, "My conversation does not stand in front of me."),
        conversation("offer_1:2", 0, 0),
        message("offer_1:2", 1, 1, "I am the owner."),
        conversation("offer_1:2", 0, 0),
    ];
    let (over, found) = finds(&lines).await;
    let expected = [
        "5 username_invalid",
        "6 username_taken",
        "7 id_invalid",
        "8 not_json",
        "9 type_unknown",
        "10 user_unknown",
        "11 user_unknown",
        "12 user_unknown",
        "13 listing_invalid",
        "14 title_required",
        "15 status_unknown",
        "16 listing_unknown",
        "17 behind_refused",
        "18 user_unknown",
        "19 behind_refused",
        "20 owner_is_respondent",
        "21 user_unknown",
        "22 conversation_invalid",
        "23 conversation_elsewhere",
        "24 conversation_empty",
        "25 begun_by_owner",
        "26 conversation_empty",
    ];
    let mut found = found;
    found.sort_by_key(|one| one.split(' ').next().and_then(|line| line.parse::<u32>().ok()));
    assert_eq!(found, expected);
    let kinds: Vec<_> =
        exports(&over).await.iter().map(|line| line["type"].as_str().expect("a type").to_owned()).collect();
    assert_eq!(kinds, ["handsel_export", "user", "user", "listing", "end"]);
}

#[tokio::test]
async fn what_is_taken_otherwise_is_noted() {
    const KEY: &str = "offer_1:2";
    let with_id =
        |seq: u64, id: u64| message(KEY, seq, 2, "?").replace("\"sender_id\"", &format!("\"id\":{id},\"sender_id\""));
    let lines = [
        user(3, "c").replace("\"password_hash\":null", "\"password_hash\":\"pbkdf2_sha256$1$salt$hash\""),
        conversation(KEY, 7, 1),
        with_id(1, 50),
        with_id(2, 49),
        message(KEY, 3, 1, "Early.").replace("2024-01-01", "2023-01-01"),
    ];
    let (over, mut found) = finds(&lines).await;
    found.sort();
    assert_eq!(found, ["5 +password_unknown", "6 +cursor_ahead", "8 +id_replaced", "9 +time_moved"]);
    assert_eq!(taken(&over, KEY).await, [1, 2, 3]);
    let lines = exports(&over).await;
    let line = |seq: u64| lines.iter().find(|line| line["seq"] == seq).expect("it was taken");
    assert_eq!(
        (&line(1)["id"], &line(2)["id"], &line(3)["id"]),
        (&Value::from(50), &Value::from(51), &Value::from(52))
    );
    assert_eq!(line(3)["created_at"], line(2)["created_at"]);
}

#[tokio::test]
async fn a_file_that_was_cut_off_or_goes_on_is_noticed() {
    let all = whole(&people());
    let cut = all.lines().take(4).collect::<Vec<_>>().join("\n") + "\n";
    for (text, expected) in [
        (cut.clone(), "5 end_missing"),
        (format!("{cut}{{\"type\":\"end\",\"lines\":9}}"), "5 end_differs"),
        (format!("{all}{}", user(3, "cem")), "6 behind_end"),
        (cut.replace("Bike", &"x".repeat(600_000)) + "{\"type\":\"end\",\"lines\":5}", "4 line_too_long"),
    ] {
        let over = Started::fresh();
        let (report, ended) = imports(&over, &text).await;
        ended.is(1);
        assert_eq!(found(&report), [expected]);
        assert_eq!(summary(&report)["users"]["new"], 2);
    }
    // Empty lines and other ends of lines are nobody's fault.
    let over = Started::fresh();
    imports(&over, &format!("{}\r\n\n", whole(&people()).trim_end().replace('\n', "\r\n"))).await.1.is(0);
}

#[tokio::test]
async fn what_is_no_such_file_is_not_begun() {
    let over = Started::fresh_file();
    let newer = HEADER.replace("\"version\":1", "\"version\":2");
    for (text, word) in [
        ("", "does not begin with"),
        ("Dear Bob,\n", "does not begin with"),
        ("{\"type\":\"end\",\"lines\":1}", "docs/moving.md"),
        (newer.as_str(), "version 2"),
    ] {
        let (report, ended) = imports(&over, text).await;
        let ended = ended.is(2);
        assert!(report.is_empty() && ended.errors.contains(word) && ended.output.is_empty(), "{}", ended.errors);
    }
    let ended = runs(&over, &["import", "nowhere.ndjson"]).await.is(2);
    assert!(ended.errors.contains("nowhere.ndjson cannot be read"), "{}", ended.errors);
    assert!(!beside(&over, "handsel.db").exists(), "no database was made");
    fs::write(beside(&over, "in.ndjson"), whole(&people())).expect("it is written");
    let ended = runs(&over, &["import", "in.ndjson", "--database-url", "mysql://localhost/x"]).await.is(2);
    assert!(ended.errors.contains("--database-url"), "{}", ended.errors);
    let ended = runs(&over, &["import", "in.ndjson", "--report", "nowhere/report.ndjson"]).await.is(2);
    assert!(ended.errors.contains("nowhere/report.ndjson"), "{}", ended.errors);
}

#[tokio::test]
async fn a_file_comes_by_standard_input_too() {
    let over = Started::fresh();
    let mut process = over.process(&["import", "-"]).stdin(std::process::Stdio::piped()).spawn().expect("it starts");
    let mut input = process.stdin.take().expect("it is piped");
    input.write_all(whole(&people()).as_bytes()).await.expect("it reads");
    drop(input);
    let ended = in_time("the import to end", process.wait_with_output()).await.expect("it runs");
    let output = String::from_utf8_lossy(&ended.stdout);
    assert!(ended.status.success() && output.contains("users: 2 new"), "{output}");
}
