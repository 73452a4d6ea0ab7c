//! The views `handsel_v1_*`, which a site's own admin and reports read, and the indexes that serve them. Knows nothing of
//! who reads them.
//!
//! `docs/views.md` promises each column. A later migration that makes a table anew has to drop the views before and to
//! create them as they are here after.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261123_000006_views"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let dialect = Dialect { is_postgres: manager.get_database_backend() == DbBackend::Postgres };
        for index in INDEXES {
            manager.get_connection().execute_unprepared(index).await?;
        }
        for (name, select) in views(&dialect) {
            manager.get_connection().execute_unprepared(&format!("CREATE VIEW {name} AS {select}")).await?;
        }
        Ok(())
    }
}

/// Names are put together in the views as they are here, so that they are found by these. Casts are written out, since
/// PostgreSQL indexes nothing that a setting could change.
const INDEXES: [&str; 4] = [
    "CREATE INDEX listings_name ON listings ((kind || '_' || CAST(id AS text)))",
    "CREATE INDEX conversations_name ON conversations \
     ((listing_kind || '_' || CAST(listing_id AS text) || ':' || CAST(respondent_id AS text)))",
    "CREATE INDEX conversations_listing_name ON conversations ((listing_kind || '_' || CAST(listing_id AS text)))",
    "CREATE INDEX entries_sender ON entries (actor_id, id) WHERE kind = 'message'",
];

const LISTING: &str = "(c.listing_kind || '_' || CAST(c.listing_id AS text))";
const CONVERSATION: &str =
    "(c.listing_kind || '_' || CAST(c.listing_id AS text) || ':' || CAST(c.respondent_id AS text))";

/// What each database says in its own way.
struct Dialect {
    is_postgres: bool,
}

impl Dialect {
    /// A time of milliseconds as what Django's `DateTimeField` is on that database: `timestamptz`, or the very text that
    /// Django writes and compares with, in UTC.
    fn time(&self, column: &str) -> String {
        if self.is_postgres {
            return format!("to_timestamp({column} / 1000.0)");
        }
        format!(
            "(strftime('%Y-%m-%d %H:%M:%S', {column} / 1000, 'unixepoch') || \
             CASE {column} % 1000 WHEN 0 THEN '' ELSE printf('.%03d000', {column} % 1000) END)"
        )
    }
}

fn views(dialect: &Dialect) -> [(&'static str, String); 5] {
    let time = |column| dialect.time(column);
    let users = format!(
        "SELECT u.id AS id, u.username AS username, u.first_name AS first_name, u.last_name AS last_name, \
         {} AS created_at, {} AS suspended_at, {} AS deleted_at FROM users AS u",
        time("u.created_at"),
        time("u.suspended_at"),
        time("u.deleted_at")
    );
    let listings = format!(
        "SELECT (l.kind || '_' || CAST(l.id AS text)) AS listing, l.kind AS kind, l.id AS number, \
         l.owner_id AS owner_id, l.title AS title, l.description AS description, l.status AS status, \
         {} AS created_at FROM listings AS l",
        time("l.created_at")
    );
    let conversations = format!(
        "SELECT {CONVERSATION} AS conversation, {LISTING} AS listing, c.owner_id AS owner_id, \
         c.respondent_id AS respondent_id, c.head AS head, c.owner_read_up_to AS owner_read_up_to, \
         c.respondent_read_up_to AS respondent_read_up_to, {} AS created_at, {} AS last_entry_at \
         FROM conversations AS c JOIN entries AS e ON e.conversation_id = c.id AND e.seq = 1",
        time("e.created_at"),
        time("c.last_entry_at")
    );
    // Who writes is one of the two, and the other one reads.
    let messages = format!(
        "SELECT e.id AS id, {CONVERSATION} AS conversation, {LISTING} AS listing, e.seq AS seq, \
         e.actor_id AS sender_id, CASE WHEN e.actor_id = c.owner_id THEN c.respondent_id ELSE c.owner_id END \
         AS recipient_id, {} AS created_at, coalesce(e.content, '') AS content, \
         e.client_message_id AS client_message_id, CASE WHEN e.actor_id = c.owner_id \
         THEN c.respondent_read_up_to >= e.seq ELSE c.owner_read_up_to >= e.seq END AS is_read, \
         (e.redacted_at IS NOT NULL) AS redacted, {} AS redacted_at \
         FROM entries AS e JOIN conversations AS c ON c.id = e.conversation_id WHERE e.kind = 'message'",
        time("e.created_at"),
        time("e.redacted_at")
    );
    let handshakes = format!(
        "SELECT ({CONVERSATION} || '#' || CAST(h.started AS text)) AS uid, {CONVERSATION} AS conversation, \
         {LISTING} AS listing, h.initiator_id AS initiator_id, h.note AS note, h.terms AS terms, h.status AS status, \
         h.owner_completed AS owner_completed, h.respondent_completed AS respondent_completed, \
         h.version AS version, h.latest AS latest_step, h.actor_id AS latest_actor_id, {} AS started_at, {} AS changed_at \
         FROM handshakes AS h JOIN conversations AS c ON c.id = h.conversation_id \
         JOIN entries AS e ON e.conversation_id = h.conversation_id AND e.seq = h.started",
        time("e.created_at"),
        time("h.at")
    );
    [
        ("handsel_v1_users", users),
        ("handsel_v1_listings", listings),
        ("handsel_v1_conversations", conversations),
        ("handsel_v1_messages", messages),
        ("handsel_v1_handshakes", handshakes),
    ]
}

#[cfg(test)]
mod tests {
    use crate::explain::full_scans;

    #[tokio::test]
    async fn what_is_asked_for_most_is_found_by_an_index() {
        for sql in [
            "SELECT * FROM handsel_v1_users WHERE id = $1",
            "SELECT * FROM handsel_v1_listings WHERE listing = $1",
            "SELECT * FROM handsel_v1_conversations WHERE conversation = $1",
            "SELECT * FROM handsel_v1_conversations WHERE listing = $1",
            "SELECT * FROM handsel_v1_conversations WHERE owner_id = $1",
            "SELECT * FROM handsel_v1_conversations WHERE respondent_id = $1",
            "SELECT * FROM handsel_v1_messages WHERE id = $1",
            "SELECT * FROM handsel_v1_messages WHERE conversation = $1",
            "SELECT * FROM handsel_v1_messages WHERE conversation = $1 AND seq > $2 ORDER BY seq LIMIT 100",
            "SELECT * FROM handsel_v1_messages WHERE listing = $1",
            "SELECT * FROM handsel_v1_messages WHERE sender_id = $1",
            "SELECT * FROM handsel_v1_messages WHERE sender_id = $1 ORDER BY id DESC LIMIT 100",
            "SELECT * FROM handsel_v1_handshakes WHERE conversation = $1",
            "SELECT * FROM handsel_v1_handshakes WHERE listing = $1",
        ] {
            assert_eq!(full_scans(sql).await, Vec::<String>::new(), "{sql}");
        }
    }
}
