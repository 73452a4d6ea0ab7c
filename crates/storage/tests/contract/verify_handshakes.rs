//! One planted breach of the handshake each: it is found where it is, and nothing else is. Knows nothing of the rest of
//! a timeline.

use super::bench::Bench;
use super::verify::talk_of_every_kind;

contract! {
    a_step_without_an_arrow,
    ones_own_start_approved,
    a_status_that_the_step_does_not_lead_to,
    a_completion_that_is_not_said,
    a_step_of_another_handshake,
    an_unknown_step,
    an_unknown_status,
    a_handshake_that_stands_elsewhere,
    a_handshake_started_by_the_other,
    a_handshake_with_another_version,
    a_handshake_with_another_time,
    an_unknown_status_of_a_handshake,
    terms_that_are_no_object,
    a_note_that_is_too_long,
    two_live_handshakes,
    a_start_without_its_handshake,
    a_handshake_without_an_entry,
    a_handshake_at_a_message,
}

contract! {
    of sqlite alone:
    a_text_for_a_version,
}

/// Changes a healthy conversation, and finds that.
async fn is_found(bench: Bench, sql: &str, expected: &[&str]) {
    talk_of_every_kind(&bench).await;
    bench.plants(sql).await;
    let expected: Vec<_> = expected.iter().map(|breach| breach.replace('#', "offer_1:2 #")).collect();
    assert_eq!(bench.finds().await, expected, "{sql}");
}

async fn a_step_without_an_arrow(bench: Bench) {
    let sql = "UPDATE entries SET step = 'decline', status = 'declined', owner_completed = FALSE, \
        respondent_completed = FALSE WHERE seq = 10; \
        UPDATE handshakes SET status = 'declined', latest = 'decline', respondent_completed = FALSE WHERE started = 7";
    is_found(bench, sql, &["step_not_possible #10"]).await;
}

async fn ones_own_start_approved(bench: Bench) {
    is_found(bench, "UPDATE entries SET actor_id = 2 WHERE seq = 8", &["step_not_possible #8"]).await;
}

async fn a_status_that_the_step_does_not_lead_to(bench: Bench) {
    is_found(bench, "UPDATE entries SET status = 'declined' WHERE seq = 8", &["step_differs #8"]).await;
}

async fn a_completion_that_is_not_said(bench: Bench) {
    is_found(bench, "UPDATE entries SET respondent_completed = FALSE WHERE seq = 9", &["step_differs #9"]).await;
}

async fn a_step_of_another_handshake(bench: Bench) {
    is_found(bench, "UPDATE entries SET handshake_started = 4 WHERE seq = 8", &["step_differs #8"]).await;
}

async fn an_unknown_step(bench: Bench) {
    is_found(bench, "UPDATE entries SET step = 'dance' WHERE seq = 8", &["row_unreadable #8"]).await;
}

async fn an_unknown_status(bench: Bench) {
    is_found(bench, "UPDATE entries SET status = 'sealed' WHERE seq = 8", &["row_unreadable #8"]).await;
}

async fn a_handshake_that_stands_elsewhere(bench: Bench) {
    is_found(bench, "UPDATE handshakes SET status = 'completed' WHERE started = 7", &["handshake_differs #7"]).await;
}

async fn a_handshake_started_by_the_other(bench: Bench) {
    is_found(bench, "UPDATE handshakes SET initiator_id = 1 WHERE started = 7", &["handshake_differs #7"]).await;
}

async fn a_handshake_with_another_version(bench: Bench) {
    is_found(bench, "UPDATE handshakes SET version = 17 WHERE started = 16", &["handshake_differs #16"]).await;
}

async fn a_handshake_with_another_time(bench: Bench) {
    is_found(bench, "UPDATE handshakes SET at = at + 1 WHERE started = 16", &["handshake_differs #16"]).await;
}

async fn an_unknown_status_of_a_handshake(bench: Bench) {
    is_found(bench, "UPDATE handshakes SET status = 'sealed' WHERE started = 7", &["row_unreadable #7"]).await;
}

async fn a_text_for_a_version(bench: Bench) {
    is_found(bench, "UPDATE handshakes SET version = 'new' WHERE started = 7", &["row_unreadable #7"]).await;
}

async fn terms_that_are_no_object(bench: Bench) {
    is_found(bench, "UPDATE handshakes SET terms = '[2]' WHERE started = 7", &["row_unreadable #7"]).await;
}

async fn a_note_that_is_too_long(bench: Bench) {
    let sql = format!("UPDATE handshakes SET note = '{}' WHERE started = 7", "x".repeat(281));
    is_found(bench, &sql, &["row_unreadable #7"]).await;
}

async fn two_live_handshakes(bench: Bench) {
    let sql = "UPDATE handshakes SET status = 'pending' WHERE started = 4";
    talk_of_every_kind(&bench).await;
    bench.plants(sql).await;
    assert_eq!(bench.finds().await, ["handshake_differs offer_1:2 #4", "two_live_handshakes offer_1:2"]);
}

async fn a_start_without_its_handshake(bench: Bench) {
    is_found(bench, "DELETE FROM handshakes WHERE started = 7", &["handshake_missing #7"]).await;
}

async fn a_handshake_without_an_entry(bench: Bench) {
    let sql = "INSERT INTO handshakes SELECT conversation_id, 99, initiator_id, note, terms, status, owner_completed, \
        respondent_completed, version, actor_id, latest, at FROM handshakes WHERE started = 7";
    is_found(bench, sql, &["handshake_without_start #99"]).await;
}

async fn a_handshake_at_a_message(bench: Bench) {
    let sql = "INSERT INTO handshakes SELECT conversation_id, 5, initiator_id, note, terms, status, owner_completed, \
        respondent_completed, version, actor_id, latest, at FROM handshakes WHERE started = 7";
    is_found(bench, sql, &["handshake_without_start #5"]).await;
}
