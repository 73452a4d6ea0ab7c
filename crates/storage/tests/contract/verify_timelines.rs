//! One planted breach of a timeline each: it is found where it is, and nothing else is. Knows nothing of the handshake.

use super::bench::Bench;
use super::verify::talk_of_every_kind;

contract! {
    a_hole,
    a_hole_at_the_beginning,
    a_repeated_place,
    an_impossible_place,
    a_head_ahead,
    a_head_behind,
    an_empty_conversation,
    a_time_that_runs_backwards,
    a_wrong_time_of_the_last_entry,
    an_entry_by_a_stranger,
    an_entry_by_nobody,
    a_first_entry_by_the_owner,
    an_empty_message,
    a_message_that_is_too_long,
    a_redacted_message_that_still_speaks,
    a_redaction_of_nothing,
    an_unknown_kind,
    an_id_beyond_all_ids,
    a_client_message_id_that_is_none,
    a_repeated_client_message_id,
    a_cursor_ahead,
    a_cursor_that_is_none,
    many_breaches_are_listed_up_to_a_bound,
    several_breaches_are_all_found,
}

contract! {
    of sqlite alone:
    a_text_for_a_time,
    a_text_for_a_place,
    no_text_for_a_content,
}

/// Changes a healthy conversation, and finds that.
async fn is_found(bench: Bench, sql: &str, expected: &[&str]) {
    talk_of_every_kind(&bench).await;
    bench.plants(sql).await;
    assert_eq!(bench.finds().await, expected, "{sql}");
}

async fn a_hole(bench: Bench) {
    is_found(bench, "DELETE FROM entries WHERE seq = 5", &["seq_hole offer_1:2 #5"]).await;
}

async fn a_hole_at_the_beginning(bench: Bench) {
    is_found(bench, "DELETE FROM entries WHERE seq = 1", &["seq_hole offer_1:2 #1"]).await;
}

async fn a_repeated_place(bench: Bench) {
    let copy = "INSERT INTO entries SELECT id + 100, conversation_id, seq, actor_id, kind, created_at, content, NULL, \
        redacted_at, redacts_seq, handshake_started, step, status, owner_completed, respondent_completed \
        FROM entries WHERE seq IN (5, 8)";
    is_found(bench, copy, &["seq_repeated offer_1:2 #5", "seq_repeated offer_1:2 #8"]).await;
}

async fn an_impossible_place(bench: Bench) {
    let both = ["row_unreadable offer_1:2 #0", "seq_hole offer_1:2 #5"];
    is_found(bench, "UPDATE entries SET seq = 0 WHERE seq = 5", &both).await;
}

async fn a_head_ahead(bench: Bench) {
    is_found(bench, "UPDATE conversations SET head = 18", &["head_wrong offer_1:2"]).await;
}

async fn a_head_behind(bench: Bench) {
    is_found(bench, "UPDATE conversations SET head = 16", &["head_wrong offer_1:2"]).await;
}

async fn an_empty_conversation(bench: Bench) {
    let empty = "DELETE FROM entries; DELETE FROM handshakes; \
        UPDATE conversations SET head = 0, owner_read_up_to = 0, respondent_read_up_to = 0";
    is_found(bench, empty, &["conversation_empty offer_1:2"]).await;
}

async fn a_time_that_runs_backwards(bench: Bench) {
    let sql = "UPDATE entries SET created_at = created_at - 1 WHERE seq = 5";
    is_found(bench, sql, &["time_backwards offer_1:2 #5"]).await;
}

async fn a_wrong_time_of_the_last_entry(bench: Bench) {
    let sql = "UPDATE conversations SET last_entry_at = last_entry_at - 1";
    is_found(bench, sql, &["last_entry_at_wrong offer_1:2"]).await;
}

async fn an_entry_by_a_stranger(bench: Bench) {
    bench.user("cem").await;
    let sql = "UPDATE entries SET actor_id = (SELECT id FROM users WHERE username = 'cem') WHERE seq = 5";
    talk_of_every_kind(&bench).await;
    bench.plants(sql).await;
    assert_eq!(bench.finds().await, ["not_a_participant offer_1:3 #5"]);
}

async fn an_entry_by_nobody(bench: Bench) {
    is_found(bench, "UPDATE entries SET actor_id = 99 WHERE seq = 5", &["not_a_participant offer_1:2 #5"]).await;
}

async fn a_first_entry_by_the_owner(bench: Bench) {
    is_found(bench, "UPDATE entries SET actor_id = 1 WHERE seq = 1", &["begun_by_owner offer_1:2 #1"]).await;
}

async fn an_empty_message(bench: Bench) {
    let sql = "UPDATE entries SET content = ' ' WHERE seq = 5; UPDATE entries SET content = NULL WHERE seq = 14";
    is_found(bench, sql, &["content_missing offer_1:2 #5", "content_missing offer_1:2 #14"]).await;
}

async fn a_message_that_is_too_long(bench: Bench) {
    let sql = format!("UPDATE entries SET content = '{}' WHERE seq = 5", "x".repeat(4_001));
    is_found(bench, &sql, &["content_invalid offer_1:2 #5"]).await;
}

async fn a_redacted_message_that_still_speaks(bench: Bench) {
    is_found(bench, "UPDATE entries SET redacted_at = 1 WHERE seq = 5", &["redacted_content_kept offer_1:2 #5"]).await;
}

async fn a_redaction_of_nothing(bench: Bench) {
    is_found(bench, "UPDATE entries SET redacts_seq = 9 WHERE seq = 5", &["redacts_nothing offer_1:2 #5"]).await;
}

async fn an_unknown_kind(bench: Bench) {
    is_found(bench, "UPDATE entries SET kind = 'dance' WHERE seq = 5", &["row_unreadable offer_1:2 #5"]).await;
}

async fn a_text_for_a_time(bench: Bench) {
    let sql = "UPDATE entries SET created_at = 'noon' WHERE seq = 5";
    is_found(bench, sql, &["row_unreadable offer_1:2 #5"]).await;
}

async fn a_text_for_a_place(bench: Bench) {
    for (place, row) in [("'five'", "entries 5"), ("5.5", "entries 5")] {
        let bench = Bench::fresh_of_the_kind_of(&bench).await;
        let sql = format!("UPDATE entries SET seq = {place} WHERE seq = 5");
        is_found(bench, &sql, &[&format!("row_unreadable {row}"), "seq_hole offer_1:2 #5"]).await;
    }
}

async fn no_text_for_a_content(bench: Bench) {
    is_found(bench, "UPDATE entries SET content = x'ff00' WHERE seq = 5", &["row_unreadable offer_1:2 #5"]).await;
}

async fn an_id_beyond_all_ids(bench: Bench) {
    let sql = "UPDATE entries SET id = 9007199254740993 WHERE seq = 5";
    is_found(bench, sql, &["row_unreadable offer_1:2 #5"]).await;
}

async fn a_client_message_id_that_is_none(bench: Bench) {
    let sql = "UPDATE entries SET client_message_id = '' WHERE seq = 5";
    is_found(bench, sql, &["row_unreadable offer_1:2 #5"]).await;
}

async fn a_repeated_client_message_id(bench: Bench) {
    let sql = "UPDATE entries SET client_message_id = 'm-1' WHERE seq = 17";
    is_found(bench, sql, &["client_message_id_repeated offer_1:2 #17"]).await;
}

async fn a_cursor_ahead(bench: Bench) {
    let sql = "UPDATE conversations SET owner_read_up_to = 18, respondent_read_up_to = 99";
    is_found(bench, sql, &["cursor_ahead offer_1:2", "cursor_ahead offer_1:2"]).await;
}

async fn a_cursor_that_is_none(bench: Bench) {
    let sql = "UPDATE conversations SET owner_read_up_to = -1";
    is_found(bench, sql, &["row_unreadable offer_1:2"]).await;
}

async fn many_breaches_are_listed_up_to_a_bound(bench: Bench) {
    let (_, bob) = bench.ana_and_bob_talking().await;
    for _ in 0..149 {
        bob.says("Hello?").await;
    }
    bench.plants("UPDATE entries SET content = ''").await;
    let (verified, found) = bench.verifies().await;
    assert_eq!((verified.entries, verified.breaches), (150, 101));
    assert_eq!(found[99], "content_missing offer_1:2 #100");
    assert_eq!(found[100], "more_breaches offer_1:2");
}

async fn several_breaches_are_all_found(bench: Bench) {
    talk_of_every_kind(&bench).await;
    let cem = bench.user("cem").await;
    bench.seat(&cem, "offer_1".parse().expect("a listing"), &cem).says("Hello!").await;
    bench
        .plants(
            "UPDATE entries SET kind = 'dance' WHERE seq = 5; DELETE FROM entries WHERE seq = 14; \
             UPDATE handshakes SET status = 'sealed' WHERE started = 4; UPDATE conversations SET owner_read_up_to = 44",
        )
        .await;
    let found = [
        "row_unreadable offer_1:2 #4",
        "row_unreadable offer_1:2 #5",
        "seq_hole offer_1:2 #14",
        "cursor_ahead offer_1:2",
        "cursor_ahead offer_1:3",
    ];
    assert_eq!(bench.finds().await, found);
}
