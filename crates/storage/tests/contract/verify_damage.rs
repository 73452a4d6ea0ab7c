//! A file that is damaged, and indexes that are not there: what was let in is found, though the index that should have
//! kept it out does not show it. Knows of SQLite how it keeps an index, and nothing of promises about rows.
//!
//! Only SQLite lets somebody damage an index on purpose by what it understands as SQL.

use handsel_domain::listing::ListingKind;

use super::bench::{Bench, later};
use super::clock::START;
use super::verify::talk_of_every_kind;

contract! {
    unique_indexes_that_are_not_there,
    indexes_that_keep_something_else_unique,
}

contract! {
    of sqlite alone:
    a_username_that_its_index_lacks,
    a_token_that_its_index_lacks,
    a_conversation_that_its_index_lacks,
    a_client_message_id_that_its_index_lacks,
    a_place_that_its_index_lacks,
    much_damage_is_listed_up_to_a_bound,
}

/// Stores what `sql` says while the index's declaration is another one, under which SQLite keeps these rows out of it;
/// then the declaration is as it was, and the index in place without them. A connection learns of a declaration when it
/// opens, so that each step takes one of its own.
async fn behind(bench: &Bench, declared: [&str; 2], sql: &str) {
    let [before, during] = declared;
    let declare = |old: &str, new: &str| {
        let (old, new) = (old.replace('\'', "''"), new.replace('\'', "''"));
        format!("PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = replace(sql, '{old}', '{new}')")
    };
    bench.operator(&declare(before, during)).await;
    bench.operator(sql).await;
    bench.operator(&declare(during, before)).await;
}

/// Expects damage to the file, and past all of it nothing but this.
async fn is_found(bench: &Bench, expected: &str) {
    let found = bench.finds().await;
    let (damage, found): (Vec<_>, Vec<_>) = found.into_iter().partition(|breach| breach == "file_damaged the file");
    assert!(!damage.is_empty(), "an index lacks a row");
    assert_eq!(found, [expected]);
}

async fn a_username_that_its_index_lacks(bench: Bench) {
    talk_of_every_kind(&bench).await;
    let again = "INSERT INTO users SELECT 9, username, username_key, first_name, last_name, password_hash, created_at, \
        suspended_at, deleted_at, signed_out_at FROM users WHERE id = 1";
    behind(&bench, ["users (username_key)", "users (username_key) WHERE id < 9"], again).await;
    is_found(&bench, "username_repeated users 9").await;
}

async fn a_token_that_its_index_lacks(bench: Bench) {
    let (_, bob) = talk_of_every_kind(&bench).await;
    bench.storage.tokens.issue(bob.id(), START, later(60_000)).await.expect("the storage answers");
    let again = "INSERT INTO tokens SELECT 9, hash, user_id, created_at, expires_at, revoked_at FROM tokens";
    behind(&bench, ["tokens (hash)", "tokens (hash) WHERE id < 9"], again).await;
    is_found(&bench, "token_repeated tokens 9").await;
}

async fn a_conversation_that_its_index_lacks(bench: Bench) {
    let ana = bench.user("ana").await;
    bench.publishes(ana.id, ListingKind::Offer, "Bike repair").await;
    let cem = bench.user("cem").await;
    bench.seat(&cem, "offer_1".parse().expect("a listing"), &cem).says("Hello!").await;
    let again = "INSERT INTO conversations SELECT 9, listing_kind, listing_id, owner_id, respondent_id, head, \
        last_entry_at, owner_read_up_to, respondent_read_up_to, started_at, announced FROM conversations; INSERT INTO entries SELECT 99, 9, seq, \
        actor_id, kind, created_at, content, client_message_id, redacted_at, redacts_seq, handshake_started, step, \
        status, owner_completed, respondent_completed FROM entries";
    let columns = "conversations (listing_kind, listing_id, respondent_id)";
    behind(&bench, [columns, &format!("{columns} WHERE id < 9")], again).await;
    is_found(&bench, "conversation_repeated conversations 9").await;
}

async fn a_client_message_id_that_its_index_lacks(bench: Bench) {
    talk_of_every_kind(&bench).await;
    let again = "UPDATE entries SET client_message_id = 'm-1' WHERE seq = 17";
    // Out of the index under its own declaration, into none under the other one.
    bench.operator("UPDATE entries SET client_message_id = NULL WHERE seq = 17").await;
    let rows = "WHERE client_message_id IS NOT NULL";
    behind(&bench, [rows, &format!("{rows} AND seq < 17")], again).await;
    is_found(&bench, "client_message_id_repeated offer_1:2 #17").await;
}

/// The index behind this is the table's own, which has no declaration that could be another one for a while. What it
/// lacks, nothing but the file's check shows.
async fn a_place_that_its_index_lacks(bench: Bench) {
    talk_of_every_kind(&bench).await;
    let again = "INSERT INTO entries SELECT 99, conversation_id, seq, actor_id, kind, created_at, content, NULL, \
        redacted_at, redacts_seq, handshake_started, step, status, owner_completed, respondent_completed FROM entries \
        WHERE seq = 5";
    bench
        .operator(
            "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET name = 'aside', \
             sql = 'CREATE INDEX aside ON entries (conversation_id, seq) WHERE id < 99' \
             WHERE name = 'sqlite_autoindex_entries_1'; \
             CREATE TABLE kept AS SELECT sql FROM sqlite_schema WHERE name = 'entries'; \
             UPDATE sqlite_schema SET sql = replace(sql, 'UNIQUE (\"conversation_id\", \"seq\")', 'CHECK (TRUE)') \
             WHERE name = 'entries'",
        )
        .await;
    bench.operator(again).await;
    bench
        .operator(
            "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET name = 'sqlite_autoindex_entries_1', sql = NULL \
             WHERE name = 'aside'; UPDATE sqlite_schema SET sql = (SELECT sql FROM kept) WHERE name = 'entries'",
        )
        .await;
    bench.operator("DROP TABLE kept").await;
    let found = bench.finds().await;
    assert!(!found.is_empty() && found.iter().all(|breach| breach == "file_damaged the file"), "{found:?}");
}

async fn much_damage_is_listed_up_to_a_bound(bench: Bench) {
    let many = "WITH RECURSIVE n (n) AS (SELECT 10 UNION ALL SELECT n + 1 FROM n WHERE n < 311) \
        INSERT INTO users (id, username, username_key, first_name, last_name, created_at) \
        SELECT n, 'u' || n, 'u' || n, '', '', 1 FROM n";
    behind(&bench, ["users (username_key)", "users (username_key) WHERE id < 9"], many).await;
    let found = bench.finds().await;
    assert_eq!((found.len(), found[99].as_str()), (101, "file_damaged the file"));
    assert_eq!(found[100], "more_breaches the file");
}

async fn unique_indexes_that_are_not_there(bench: Bench) {
    talk_of_every_kind(&bench).await;
    bench.operator("DROP INDEX entries_client_message_id; DROP INDEX handshakes_one_live").await;
    let missing = ["index_missing entries entries_client_message_id", "index_missing handshakes handshakes_one_live"];
    assert_eq!(bench.finds().await, missing);
}

async fn indexes_that_keep_something_else_unique(bench: Bench) {
    talk_of_every_kind(&bench).await;
    bench
        .operator(
            "DROP INDEX tokens_hash; CREATE INDEX tokens_hash ON tokens (hash); DROP INDEX handshakes_one_live; \
             CREATE UNIQUE INDEX handshakes_one_live ON handshakes (conversation_id) WHERE status IN ('pending'); \
             DROP INDEX users_username_key; CREATE UNIQUE INDEX by_hand ON users (username_key); \
             DROP INDEX conversations_key; create unique index conversations_key on conversations \
             (listing_kind, listing_id, respondent_id) where id > 1",
        )
        .await;
    let missing = [
        "index_missing tokens tokens_hash",
        "index_missing conversations conversations_key",
        "index_missing handshakes handshakes_one_live",
    ];
    assert_eq!(bench.finds().await, missing, "and by which name something is unique is all the same");
}
