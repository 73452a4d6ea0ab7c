//! One planted breach of what points where, and of what is there once: it is found, and nothing else is. Knows nothing
//! of what is said in conversations.

use handsel_domain::listing::ListingKind;

use super::bench::{Bench, later};
use super::clock::START;
use super::verify::talk_of_every_kind;

contract! {
    a_conversation_about_nothing,
    a_conversation_of_another_owner,
    a_conversation_with_oneself,
    a_conversation_twice,
    a_conversation_of_an_unknown_kind,
    people_who_are_not_there,
    entries_of_no_conversation,
    handshakes_of_no_conversation,
    a_token_of_nobody,
    a_token_twice,
    a_listing_of_nobody,
    a_listing_of_an_unknown_status,
    a_listing_of_an_unknown_kind,
    a_username_twice,
    a_username_that_is_not_found,
    an_id_that_is_none,
    many_of_a_kind_are_listed_up_to_a_bound,
}

contract! {
    of sqlite alone:
    a_conversation_that_cannot_be_read,
    what_points_at_a_text,
    a_listing_without_a_number,
    a_user_who_cannot_be_read,
}

/// Changes a healthy database, and finds that.
async fn is_found(bench: Bench, sql: &str, expected: &[&str]) {
    let (ana, bob) = talk_of_every_kind(&bench).await;
    bench.publishes(ana.id(), ListingKind::Need, "Piano lessons").await;
    for _ in 0..2 {
        bench.storage.tokens.issue(bob.id(), START, later(60_000)).await.expect("the storage answers");
    }
    assert_eq!(bench.finds().await, [""; 0]);
    bench.plants(sql).await;
    assert_eq!(bench.finds().await, expected, "{sql}");
}

async fn a_conversation_about_nothing(bench: Bench) {
    is_found(bench, "DELETE FROM listings WHERE kind = 'offer'", &["listing_missing offer_1:2"]).await;
}

async fn a_conversation_of_another_owner(bench: Bench) {
    bench.user("zoe").await;
    let sql = "UPDATE listings SET owner_id = (SELECT id FROM users WHERE username = 'zoe') WHERE kind = 'offer'";
    is_found(bench, sql, &["owner_differs offer_1:3"]).await;
}

async fn a_conversation_with_oneself(bench: Bench) {
    let sql = "UPDATE conversations SET owner_id = 2; UPDATE listings SET owner_id = 2";
    is_found(bench, sql, &["owner_is_respondent offer_1:2"]).await;
}

async fn a_conversation_twice(bench: Bench) {
    let sql = "INSERT INTO conversations SELECT 9, listing_kind, listing_id, owner_id, respondent_id, 0, 0, 0, 0, 0, 0 \
        FROM conversations";
    is_found(bench, sql, &["conversation_repeated conversations 9", "conversation_empty offer_1:2"]).await;
}

async fn a_conversation_of_an_unknown_kind(bench: Bench) {
    let sql = "UPDATE conversations SET listing_kind = 'shop'";
    is_found(bench, sql, &["row_unreadable conversations 1", "listing_missing conversations 1"]).await;
}

async fn a_conversation_that_cannot_be_read(bench: Bench) {
    is_found(bench, "UPDATE conversations SET head = 'far'", &["row_unreadable conversations 1"]).await;
}

async fn people_who_are_not_there(bench: Bench) {
    let expected = [
        "user_missing tokens 1",
        "user_missing tokens 2",
        "user_missing listings need_1",
        "user_missing listings offer_1",
        "user_missing offer_1:2",
        "user_missing offer_1:2",
    ];
    is_found(bench, "DELETE FROM users", &expected).await;
}

async fn entries_of_no_conversation(bench: Bench) {
    let sql = "INSERT INTO entries SELECT id + 100, 0, seq, actor_id, kind, created_at, content, NULL, redacted_at, \
        redacts_seq, handshake_started, step, status, owner_completed, respondent_completed FROM entries; \
        INSERT INTO entries SELECT id + 200, 77, seq, actor_id, kind, created_at, content, NULL, redacted_at, \
        redacts_seq, handshake_started, step, status, owner_completed, respondent_completed FROM entries WHERE seq = 1";
    let expected = [0, 77, 77].map(|id| format!("conversation_missing conversations {id}"));
    is_found(bench, sql, &[&expected[0], &expected[1]]).await;
}

async fn handshakes_of_no_conversation(bench: Bench) {
    let sql = "UPDATE handshakes SET conversation_id = 77 WHERE started = 7";
    is_found(bench, sql, &["handshake_missing offer_1:2 #7", "conversation_missing conversations 77"]).await;
}

async fn what_points_at_a_text(bench: Bench) {
    let sql = "UPDATE entries SET conversation_id = 'one' WHERE seq = 5; \
        UPDATE handshakes SET conversation_id = 'one' WHERE started = 7";
    let expected = [
        "row_unreadable entries 5",
        "row_unreadable handshakes one#7",
        "seq_hole offer_1:2 #5",
        "handshake_missing offer_1:2 #7",
    ];
    is_found(bench, sql, &expected).await;
}

async fn a_token_of_nobody(bench: Bench) {
    is_found(bench, "UPDATE tokens SET user_id = 99 WHERE id = 2", &["user_missing tokens 2"]).await;
}

async fn a_token_twice(bench: Bench) {
    is_found(bench, "UPDATE tokens SET hash = (SELECT hash FROM tokens WHERE id = 1)", &["token_repeated tokens 2"])
        .await;
}

async fn a_listing_of_nobody(bench: Bench) {
    let sql = "UPDATE listings SET owner_id = 99 WHERE kind = 'need'";
    is_found(bench, sql, &["user_missing listings need_1"]).await;
}

async fn a_listing_of_an_unknown_status(bench: Bench) {
    let sql = "UPDATE listings SET status = 'sold' WHERE kind = 'need'";
    is_found(bench, sql, &["row_unreadable listings need_1"]).await;
}

async fn a_listing_of_an_unknown_kind(bench: Bench) {
    let sql = "UPDATE listings SET kind = 'shop' WHERE kind = 'need'";
    is_found(bench, sql, &["row_unreadable listings \"shop\"_1"]).await;
}

async fn a_listing_without_a_number(bench: Bench) {
    let sql = "UPDATE listings SET id = 'one' WHERE kind = 'need'";
    is_found(bench, sql, &["row_unreadable listings need_one"]).await;
}

async fn a_username_twice(bench: Bench) {
    let sql = "INSERT INTO users (id, username, username_key, first_name, last_name, created_at) \
        VALUES (9, 'ANA', 'ana', '', '', 1)";
    is_found(bench, sql, &["username_repeated users 9"]).await;
}

async fn a_username_that_is_not_found(bench: Bench) {
    is_found(bench, "UPDATE users SET username = 'Anna' WHERE id = 1", &["username_key_wrong users 1"]).await;
}

async fn a_user_who_cannot_be_read(bench: Bench) {
    is_found(bench, "UPDATE users SET created_at = 'noon' WHERE id = 1", &["row_unreadable users 1"]).await;
}

async fn an_id_that_is_none(bench: Bench) {
    is_found(bench, "UPDATE tokens SET id = -1 WHERE id = 1", &["row_unreadable tokens -1"]).await;
}

async fn many_of_a_kind_are_listed_up_to_a_bound(bench: Bench) {
    let sql = "WITH RECURSIVE n (n) AS (SELECT 10 UNION ALL SELECT n + 1 FROM n WHERE n < 311) \
        INSERT INTO users (id, username, username_key, first_name, last_name, created_at) \
        SELECT n, 'u' || (n / 2), 'u' || (n / 2), '', '', 1 FROM n";
    talk_of_every_kind(&bench).await;
    bench.plants(sql).await;
    let found = bench.finds().await;
    assert_eq!((found.len(), found[0].as_str()), (101, "username_repeated users 11"));
    assert_eq!(found[100], "more_breaches users …");
}
