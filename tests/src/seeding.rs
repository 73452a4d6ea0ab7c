//! Rows that a test writes behind the server's back, as the server would have written them. Knows nothing of sockets.

use crate::database::Database;

/// Appends so many messages to a conversation, by its key; both sides wrote them, turn by turn.
pub async fn messages(database: &Database, key: &str, count: i64) {
    const ENTRIES: &str = "WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < $2) \
        INSERT INTO entries (conversation_id, seq, actor_id, kind, created_at, content, owner_completed, \
        respondent_completed) \
        SELECT c.id, c.head + n, CASE n % 2 WHEN 0 THEN c.owner_id ELSE c.respondent_id END, 'message', \
        c.last_entry_at, 'seeded ' || (c.head + n), FALSE, FALSE FROM conversations AS c, number \
        WHERE c.listing_kind || '_' || c.listing_id || ':' || c.respondent_id = $1 ORDER BY n";
    const HEAD: &str = "UPDATE conversations SET head = head + $2 \
        WHERE listing_kind || '_' || listing_id || ':' || respondent_id = $1";
    write(database, &[ENTRIES, HEAD], key, count).await;
}

/// Lets so many people who never log in write one message each about a listing, `offer_1`, at the same moment.
pub async fn respondents(database: &Database, listing: &str, count: i64) {
    const USERS: &str = "WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < $2) \
        INSERT INTO users (username, username_key, first_name, last_name, created_at) \
        SELECT 'seeded' || n, 'seeded' || n, '', '', l.created_at FROM listings AS l, number \
        WHERE l.kind || '_' || l.id = $1";
    const CONVERSATIONS: &str = "WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < $2) \
        INSERT INTO conversations (listing_kind, listing_id, owner_id, respondent_id, head, \
        last_entry_at, owner_read_up_to, respondent_read_up_to) \
        SELECT l.kind, l.id, l.owner_id, u.id, 1, l.created_at, 0, 0 \
        FROM listings AS l, number JOIN users AS u ON u.username = 'seeded' || n WHERE l.kind || '_' || l.id = $1";
    const ENTRIES: &str = "WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < $2) \
        INSERT INTO entries (conversation_id, seq, actor_id, kind, created_at, content, \
        owner_completed, respondent_completed) \
        SELECT c.id, 1, c.respondent_id, 'message', c.last_entry_at, 'Hello!', FALSE, FALSE FROM conversations AS c \
        JOIN users AS u ON u.id = c.respondent_id JOIN number ON u.username = 'seeded' || n \
        WHERE c.listing_kind || '_' || c.listing_id = $1";
    write(database, &[USERS, CONVERSATIONS, ENTRIES], listing, count).await;
}

/// As one change, beside which nobody writes.
async fn write(database: &Database, statements: &[&'static str], about: &str, count: i64) {
    let mut writes = database.holds_writes().await;
    for sql in statements {
        writes.writes(sql, about, count).await;
    }
    writes.commit().await;
}
