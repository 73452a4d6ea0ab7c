//! Rows that a test writes behind the server's back, as the server would have written them. Knows nothing of sockets.

use std::path::Path;

use sqlx::{Connection, SqliteConnection};

use crate::database;

/// Appends so many messages to a conversation, by its key; both sides wrote them, turn by turn.
pub async fn messages(file: &Path, key: &str, count: i64) {
    const ENTRIES: &str = "WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < $2) \
        INSERT INTO entries (conversation_id, seq, actor_id, kind, created_at, content, owner_completed, \
        respondent_completed) \
        SELECT c.id, c.head + n, CASE n % 2 WHEN 0 THEN c.owner_id ELSE c.respondent_id END, 'message', \
        c.last_entry_at, 'seeded ' || (c.head + n), 0, 0 FROM conversations AS c, number \
        WHERE c.listing_kind || '_' || c.listing_id || ':' || c.respondent_id = $1 ORDER BY n";
    const HEAD: &str = "UPDATE conversations SET head = head + $2 \
        WHERE listing_kind || '_' || listing_id || ':' || respondent_id = $1";
    let mut connection = database::open(file).await;
    run(&mut connection, "BEGIN IMMEDIATE").await;
    for sql in [ENTRIES, HEAD] {
        sqlx::query(sql).bind(key).bind(count).execute(&mut connection).await.expect("the rows are written");
    }
    run(&mut connection, "COMMIT").await;
    connection.close().await.expect("the connection closes");
}

/// Lets so many people who never log in write one message each about a listing, `offer_1`, at the same moment.
pub async fn respondents(file: &Path, listing: &str, count: i64) {
    const USERS: &str = "WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < $2) \
        INSERT INTO users (username, username_key, first_name, last_name, created_at) \
        SELECT 'seeded' || n, 'seeded' || n, '', '', l.created_at FROM listings AS l, number \
        WHERE l.kind || '_' || l.id = $1";
    const CONVERSATIONS: &str = "INSERT INTO conversations (listing_kind, listing_id, owner_id, respondent_id, head, \
        last_entry_at, owner_read_up_to, respondent_read_up_to) \
        SELECT l.kind, l.id, l.owner_id, u.id, 1, l.created_at, 0, 0 \
        FROM listings AS l, users AS u WHERE l.kind || '_' || l.id = $1 AND u.username LIKE 'seeded%' \
        AND CAST(substr(u.username, 7) AS INTEGER) <= $2";
    const ENTRIES: &str = "INSERT INTO entries (conversation_id, seq, actor_id, kind, created_at, content, \
        owner_completed, respondent_completed) \
        SELECT c.id, 1, c.respondent_id, 'message', c.last_entry_at, 'Hello!', 0, 0 FROM conversations AS c \
        JOIN users AS u ON u.id = c.respondent_id WHERE c.listing_kind || '_' || c.listing_id = $1 \
        AND u.username LIKE 'seeded%' AND CAST(substr(u.username, 7) AS INTEGER) <= $2";
    let mut connection = database::open(file).await;
    run(&mut connection, "BEGIN IMMEDIATE").await;
    for sql in [USERS, CONVERSATIONS, ENTRIES] {
        sqlx::query(sql).bind(listing).bind(count).execute(&mut connection).await.expect("the rows are written");
    }
    run(&mut connection, "COMMIT").await;
    connection.close().await.expect("the connection closes");
}

async fn run(connection: &mut SqliteConnection, sql: &'static str) {
    sqlx::query(sql).execute(connection).await.expect("the statement runs");
}
