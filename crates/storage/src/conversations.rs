//! The port `Conversations`: who talks about what, and how far each has read. Knows nothing of appending.

use async_trait::async_trait;
use handsel_domain::Unavailable;
use handsel_domain::conversation::{
    Between, Conversation, ConversationKey, ConversationState, ConversationSummary, Side,
};
use handsel_domain::ids::{Head, UserId};
use handsel_domain::listing::{ListingRef, ListingStatus};
use handsel_domain::ports::{Conversations, ListPosition, ReadMoved, Schema};
use handsel_domain::user::Person;
use sea_orm::{ConnectionTrait, DbErr, QueryResult, Value};
use serde_json::json;

use crate::changes::Changes;
use crate::database::Database;
use crate::errors::{corrupt, unavailable};
use crate::migrations;
use crate::people::person;
use crate::sql::{Sql, array, over, statement};
use crate::timeline::{Move, Queue, rows};

const BY_KEY: &str = concat!(
    "SELECT ",
    rows::conversation_columns!(),
    " FROM conversations AS c WHERE c.listing_kind = $1 AND c.listing_id = $2 AND c.respondent_id = $3"
);

const BY_LISTING: &str = concat!(
    "SELECT ",
    rows::conversation_columns!(),
    ", p.username AS p_username, p.first_name AS p_first_name, p.last_name AS p_last_name",
    " FROM conversations AS c JOIN users AS p ON p.id = c.respondent_id",
    " JOIN entries AS e ON e.conversation_id = c.id AND e.seq = c.head",
    " WHERE c.listing_kind = $1 AND c.listing_id = $2 ORDER BY e.id DESC"
);

/// Two indexes serve the two sides; nobody is on both sides of one conversation, so nothing comes twice.
const BY_USERS: Sql = over!(
    (0 person bigint),
    "SELECT ",
    rows::conversation_columns!(),
    " FROM conversations AS c WHERE c.owner_id IN (SELECT person FROM asked)",
    " UNION SELECT ",
    rows::conversation_columns!(),
    " FROM conversations AS c WHERE c.respondent_id IN (SELECT person FROM asked)"
);

/// As [`BY_USERS`] for one user, the one with the newest entry first.
const BY_USER: &str = concat!(
    "SELECT ",
    rows::conversation_columns!(),
    ", e.id AS e_id FROM conversations AS c JOIN entries AS e ON e.conversation_id = c.id AND e.seq = c.head",
    " WHERE c.owner_id = $1 UNION ALL SELECT ",
    rows::conversation_columns!(),
    ", e.id AS e_id FROM conversations AS c JOIN entries AS e ON e.conversation_id = c.id AND e.seq = c.head",
    " WHERE c.respondent_id = $1 ORDER BY e_id DESC"
);

const PEOPLE: Sql = over!(
    (0 person bigint),
    "SELECT p.id AS p_id, p.username AS p_username, p.first_name AS p_first_name, p.last_name AS p_last_name \
     FROM users AS p WHERE p.id IN (SELECT person FROM asked)"
);

/// Whom these users have blocked, and who has blocked them.
const BARRED: Sql = over!(
    (0 person bigint),
    "SELECT b.blocker_id AS blocker_id, b.blocked_id AS blocked_id FROM blocks AS b",
    " WHERE b.blocker_id IN (SELECT person FROM asked)",
    " UNION SELECT b.blocker_id AS blocker_id, b.blocked_id AS blocked_id FROM blocks AS b",
    " WHERE b.blocked_id IN (SELECT person FROM asked)"
);

const BETWEEN: &str = concat!(
    "SELECT ",
    rows::standing_columns!(),
    " FROM users AS o JOIN users AS r ON r.id = $2 ",
    rows::blocks_of_both!("o.id", "r.id"),
    " WHERE o.id = $1"
);

const SUMMARIES: &str = concat!(
    "SELECT ",
    rows::conversation_columns!(),
    ", ",
    rows::handshake_columns!(),
    ", ",
    rows::entry_columns!(),
    ", l.title AS l_title, l.status AS l_status, p.id AS p_id, p.username AS p_username, p.first_name AS p_first_name,",
    " p.last_name AS p_last_name, pb.created_at AS p_blocked_since,",
    // The limit is UNREAD_COUNT_MAX: nobody wants to know whether it is 5,000 or 6,000.
    " (SELECT COUNT(*) FROM (SELECT 1 FROM entries AS n WHERE n.conversation_id = c.id AND n.kind = 'message' AND n.actor_id <> $1",
    " AND n.seq > CASE WHEN c.owner_id = $1 THEN c.owner_read_up_to ELSE c.respondent_read_up_to END LIMIT 100) AS unread) AS unread_count,",
    " (SELECT m.actor_id FROM entries AS m WHERE m.conversation_id = c.id AND m.kind = 'message'",
    " ORDER BY m.seq DESC LIMIT 1) AS last_writer_id",
    " FROM conversations AS c JOIN entries AS e ON e.conversation_id = c.id AND e.seq = c.head ",
    rows::entry_joins!(),
    " JOIN listings AS l ON l.kind = c.listing_kind AND l.id = c.listing_id",
    " JOIN users AS p ON p.id = CASE WHEN c.owner_id = $1 THEN c.respondent_id ELSE c.owner_id END",
    " LEFT JOIN blocks AS pb ON pb.blocker_id = $1 AND pb.blocked_id = p.id ",
    rows::latest_handshake!(),
    " WHERE (c.owner_id = $1 OR c.respondent_id = $1) AND e.id < $2 ORDER BY e.id DESC LIMIT $3"
);

pub(crate) struct SqlConversations {
    database: Database,
    changes: Changes,
    writer: Queue,
}

impl SqlConversations {
    pub(crate) fn new(database: Database, changes: Changes, writer: Queue) -> Self {
        Self { database, changes, writer }
    }

    async fn select<T>(
        &self,
        sql: impl Into<Sql>,
        values: impl IntoIterator<Item = Value>,
        read: impl Fn(&QueryResult) -> Result<T, DbErr>,
    ) -> Result<Vec<T>, Unavailable> {
        let readers = &self.database.readers;
        let query = readers.query_all_raw(statement(readers, sql, values));
        let rows = self.database.in_time(query).await.map_err(unavailable)?;
        rows.iter().map(read).collect::<Result<_, _>>().map_err(unavailable)
    }
}

fn names(key: ConversationKey) -> [Value; 3] {
    [key.listing.kind.name().into(), key.listing.number.get().into(), key.respondent.get().into()]
}

fn id_list(ids: &[UserId]) -> Value {
    array(ids.iter().map(|id| json!([id.get()]))).into()
}

fn peer(row: &QueryResult, id: i64) -> Result<Person, DbErr> {
    let (first, last): (String, String) = (row.try_get("p_", "first_name")?, row.try_get("p_", "last_name")?);
    person(id, row.try_get("p_", "username")?, &first, &last)
}

fn summary(row: &QueryResult) -> Result<ConversationSummary, DbErr> {
    let state = rows::state(row)?;
    let status: String = row.try_get("l_", "status")?;
    Ok(ConversationSummary {
        listing_title: row.try_get("l_", "title")?,
        listing_status: ListingStatus::from_name(&status).ok_or_else(|| corrupt("listing status", status))?,
        peer: peer(row, row.try_get("p_", "id")?)?,
        blocked: row.try_get::<Option<i64>>("p_", "blocked_since")?.is_some(),
        last_entry: rows::entry(row, &state)?,
        last_writer: row.try_get::<Option<i64>>("", "last_writer_id")?.map(rows::user_id).transpose()?,
        handshake: rows::handshake(row, &state.conversation)?,
        unread_count: u32::try_from(row.try_get::<i64>("", "unread_count")?).unwrap_or(u32::MAX),
        state,
    })
}

#[async_trait]
impl Conversations for SqlConversations {
    async fn find(&self, key: ConversationKey) -> Result<Option<ConversationState>, Unavailable> {
        Ok(self.select(BY_KEY, names(key), rows::state).await?.into_iter().next())
    }

    async fn of_listing(&self, listing: ListingRef) -> Result<Vec<(ConversationState, Person)>, Unavailable> {
        let read = |row: &QueryResult| Ok((rows::state(row)?, peer(row, row.try_get("c_", "respondent_id")?)?));
        self.select(BY_LISTING, [listing.kind.name().into(), listing.number.get().into()], read).await
    }

    async fn of_user(
        &self,
        user: UserId,
        before: Option<ListPosition>,
        limit: u32,
    ) -> Result<Vec<ConversationSummary>, Unavailable> {
        let before = before.map_or(i64::MAX, ListPosition::get);
        self.select(SUMMARIES, [user.get().into(), before.into(), i64::from(limit).into()], summary).await
    }

    async fn of_users(&self, users: &[UserId]) -> Result<Vec<ConversationState>, Unavailable> {
        self.select(BY_USERS, [id_list(users)], rows::state).await
    }

    async fn all_of(&self, user: UserId) -> Result<Vec<ConversationState>, Unavailable> {
        self.select(BY_USER, [user.get().into()], rows::state).await
    }

    async fn people(&self, ids: &[UserId]) -> Result<Vec<Person>, Unavailable> {
        self.select(PEOPLE, [id_list(ids)], |row| peer(row, row.try_get("p_", "id")?)).await
    }

    async fn barred(&self, users: &[UserId]) -> Result<Vec<[UserId; 2]>, Unavailable> {
        let user = |row: &QueryResult, column| rows::user_id(row.try_get("", column)?);
        let pair = |row: &QueryResult| Ok([user(row, "blocker_id")?, user(row, "blocked_id")?]);
        self.select(BARRED, [id_list(users)], pair).await
    }

    async fn between(&self, conversation: &Conversation) -> Result<Between, Unavailable> {
        let both = [Side::Owner, Side::Respondent].map(|side| conversation.user(side).get().into());
        self.select(BETWEEN, both, rows::between).await?.pop().ok_or(Unavailable)
    }

    async fn move_read_cursor(
        &self,
        key: ConversationKey,
        reader: UserId,
        up_to: Head,
    ) -> Result<ReadMoved, Unavailable> {
        self.writer.move_cursor(Move { key, reader, up_to }).await
    }

    async fn changed(&self) -> Result<bool, Unavailable> {
        self.database.in_time(self.changes.look(&self.database.observer)).await.map_err(unavailable)
    }

    async fn schema(&self) -> Result<Schema, Unavailable> {
        self.database.in_time(migrations::stands_now(&self.database.readers)).await.map_err(unavailable)
    }

    async fn ping(&self) -> Result<(), Unavailable> {
        self.select("SELECT 1", [], |_| Ok(())).await.map(|_| ())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain::full_scans;

    #[tokio::test]
    async fn no_statement_reads_a_whole_table() {
        let same = [BY_KEY, BY_LISTING, BY_USER, BETWEEN, SUMMARIES].map(Sql::same);
        for sql in same.into_iter().chain([BY_USERS, PEOPLE, BARRED]) {
            assert_eq!(full_scans(sql).await, Vec::<String>::new(), "{sql:?}");
        }
    }
}
