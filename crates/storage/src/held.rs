//! Reads all that is held about one person, as it is at one moment, beside those who write. Knows nothing of how it is
//! written down, nor of who asked for it.
//!
//! What is held in conversations is held about both: what the other one wrote comes as well. That somebody has blocked the
//! person is held about that one alone, and does not come.

use std::io;

use handsel_domain::conversation::ConversationKey;
use handsel_domain::ids::UserId;
use handsel_domain::moving::{MovedBlock, MovedConversation, MovedEntry, MovedListing, MovedUser};
use handsel_domain::ports::AuditRecord;
use handsel_domain::time::Timestamp;
use handsel_domain::user::{Person, UsernameKey};
use sea_orm::{DbErr, QueryResult, Value};

use crate::audit_log;
use crate::database::DatabaseUrl;
use crate::moved;
use crate::paged::{ExportError, PAGE_ROWS, Reader, in_one_snapshot};
use crate::people::person;
use crate::timeline::rows::conversation_columns;

const BY_ID: &str = concat!("SELECT ", moved::user_columns!(), " FROM users AS u WHERE u.id = $1");

const BY_NAME: &str = concat!("SELECT ", moved::user_columns!(), " FROM users AS u WHERE u.username_key = $1");

const LISTINGS: &str = concat!(
    "SELECT ",
    moved::listing_columns!(),
    " FROM listings AS l WHERE l.owner_id = $1 AND (l.kind, l.id) > ($2, $3) ORDER BY l.kind, l.id LIMIT $4"
);

/// Two indexes serve the two sides; nobody is on both sides of one conversation, so nothing comes twice.
const CONVERSATIONS: &str = concat!(
    "SELECT ",
    conversation_columns!(),
    ", p.id AS p_id, p.username AS p_username, p.first_name AS p_first_name, p.last_name AS p_last_name",
    " FROM conversations AS c JOIN users AS p ON p.id = c.respondent_id WHERE c.owner_id = $1 AND c.id > $2",
    " UNION ALL SELECT ",
    conversation_columns!(),
    ", p.id AS p_id, p.username AS p_username, p.first_name AS p_first_name, p.last_name AS p_last_name",
    " FROM conversations AS c JOIN users AS p ON p.id = c.owner_id WHERE c.respondent_id = $1 AND c.id > $2",
    " ORDER BY c_id LIMIT $3"
);

const ENTRIES: &str = concat!(
    "SELECT ",
    moved::entry_columns!(),
    " FROM entries AS e ",
    moved::entry_joins!(),
    " WHERE e.conversation_id = $1 AND e.seq > $2 ORDER BY e.seq LIMIT $3"
);

/// Those that the person made, never those that others made of them.
const BLOCKS: &str = concat!(
    "SELECT ",
    moved::block_columns!(),
    " FROM blocks AS b WHERE b.blocker_id = $1 AND b.blocked_id > $2 ORDER BY b.blocked_id LIMIT $3"
);

const TOKENS: &str = "SELECT id, created_at, expires_at, revoked_at FROM tokens \
    WHERE user_id = $1 AND id > $2 ORDER BY id LIMIT $3";

const AUDIT_OF_USER: &str = "SELECT id, at, key, on_behalf_of, action, conversation, user_id FROM audit_log \
    WHERE user_id = $1 AND id > $2 ORDER BY id LIMIT $3";

const AUDIT_OF_CONVERSATION: &str = "SELECT id, at, key, on_behalf_of, action, conversation, user_id FROM audit_log \
    WHERE conversation = $1 AND id > $2 ORDER BY id LIMIT $3";

/// Whom it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whom {
    /// By the id, which whoever was erased still has.
    Id(UserId),
    /// By the name.
    Name(UsernameKey),
}

/// What is handed over, in this order; each conversation with its entries.
#[derive(Clone, Debug)]
pub enum Held {
    /// Everything begins, or begins anew: somebody came to write to a file that nobody had open.
    Begin(UserId),
    /// The person.
    Person(Box<MovedUser>),
    /// What they published.
    Listing(MovedListing),
    /// Where they are one of the two, and who the other one is; its entries follow.
    Conversation(MovedConversation, Person),
    /// The next entry of that conversation, by either.
    Entry(ConversationKey, MovedEntry),
    /// Whom they have blocked.
    Block(MovedBlock),
    /// What they were logged in with.
    Token(HeldToken),
    /// What was done about them, or read of what was written to them or by them.
    Audit(AuditRecord),
}

/// A token, or a JWT of the site's that was used; what of it is stored says nothing to anybody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeldToken {
    /// Since when it is held.
    pub issued_at: Timestamp,
    /// When it runs out.
    pub expires_at: Timestamp,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
}

/// Hands over all that is held about one person, in one snapshot of the database and a page at a time. Returns whether
/// there is such a person.
pub async fn held_about(
    url: &DatabaseUrl,
    whom: &Whom,
    mut each: impl FnMut(Held) -> io::Result<()>,
) -> Result<bool, ExportError> {
    in_one_snapshot(url, &mut each, async |reader| everything_about(reader, whom).await).await
}

async fn everything_about(reader: &mut Reader<'_, Held>, whom: &Whom) -> Result<bool, DbErr> {
    let found = match whom {
        Whom::Id(id) => reader.rows(BY_ID, vec![id.get().into()]).await?,
        Whom::Name(key) => reader.rows(BY_NAME, vec![key.as_str().into()]).await?,
    };
    let Some(row) = found.first() else { return Ok(false) };
    let user = moved::user(row)?;
    let id = user.id.get();
    reader.hand(Held::Begin(user.id))?;
    reader.hand(Held::Person(Box::new(user)))?;
    reader
        .each_row(LISTINGS, vec![id.into(), "".into(), i64::MIN.into()], |row| {
            let place = [row.try_get::<String>("l_", "kind")?.into(), row.try_get::<i64>("l_", "id")?.into()];
            Ok(([id.into()].into_iter().chain(place).collect(), Held::Listing(moved::listing(row)?)))
        })
        .await?;
    let conversations = timelines(reader, id).await?;
    reader
        .each_row(BLOCKS, vec![id.into(), i64::MIN.into()], |row| {
            let block = moved::block(row)?;
            Ok((vec![id.into(), block.blocked.get().into()], Held::Block(block)))
        })
        .await?;
    reader.each_row(TOKENS, vec![id.into(), i64::MIN.into()], |row| Ok((behind(row, id)?, token(row)?))).await?;
    audit(reader, AUDIT_OF_USER, id.into()).await?;
    for key in conversations {
        audit(reader, AUDIT_OF_CONVERSATION, key.to_string().into()).await?;
    }
    Ok(true)
}

/// Returns which conversations there are.
async fn timelines(reader: &mut Reader<'_, Held>, user: i64) -> Result<Vec<ConversationKey>, DbErr> {
    let (mut keys, mut after) = (Vec::new(), i64::MIN);
    loop {
        let page = reader.rows(CONVERSATIONS, [user, after, PAGE_ROWS].map(Value::from).to_vec()).await?;
        if page.is_empty() {
            return Ok(keys);
        }
        for row in &page {
            after = row.try_get("c_", "id")?;
            let conversation = moved::conversation(row)?;
            keys.push(conversation.key);
            reader.hand(Held::Conversation(conversation, peer(row)?))?;
            reader
                .each_row(ENTRIES, vec![after.into(), i64::MIN.into()], |row| {
                    let place = vec![after.into(), row.try_get::<i64>("e_", "seq")?.into()];
                    Ok((place, Held::Entry(conversation.key, moved::entry(row)?)))
                })
                .await?;
        }
    }
}

async fn audit(reader: &mut Reader<'_, Held>, sql: &'static str, about: Value) -> Result<(), DbErr> {
    reader
        .each_row(sql, vec![about.clone(), i64::MIN.into()], |row| {
            Ok((behind(row, about.clone())?, Held::Audit(audit_log::record(row)?)))
        })
        .await
}

/// What finds the rows behind this one.
fn behind(row: &QueryResult, about: impl Into<Value>) -> Result<Vec<Value>, DbErr> {
    Ok(vec![about.into(), row.try_get::<i64>("", "id")?.into()])
}

fn time(row: &QueryResult, prefix: &str, column: &str) -> Result<Option<Timestamp>, DbErr> {
    Ok(row.try_get::<Option<i64>>(prefix, column)?.map(Timestamp::from_millis))
}

fn token(row: &QueryResult) -> Result<Held, DbErr> {
    let at = |column| row.try_get("", column).map(Timestamp::from_millis);
    let revoked_at = time(row, "", "revoked_at")?;
    Ok(Held::Token(HeldToken { issued_at: at("created_at")?, expires_at: at("expires_at")?, revoked_at }))
}

fn peer(row: &QueryResult) -> Result<Person, DbErr> {
    let (first, last): (String, String) = (row.try_get("p_", "first_name")?, row.try_get("p_", "last_name")?);
    let id: i64 = row.try_get("p_", "id")?;
    person(id, row.try_get("p_", "username")?, &first, &last)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain::{full_scans, plan_of_postgres, plan_of_sqlite};

    /// Where rows are found in the order of their ids instead, everybody's are read to find one's.
    #[tokio::test]
    async fn whatever_is_asked_for_is_found_by_what_it_is_about() {
        let mut missing = Vec::new();
        // Either of two is as good where both begin with what is asked for, and one has a name of each database's own.
        for (sql, indexes) in [
            (BY_NAME, ["users_username_key"].as_slice()),
            (LISTINGS, &["listings_owner"]),
            (CONVERSATIONS, &["conversations_owner", "conversations_respondent|conversations_started"]),
            (ENTRIES, &["entries_seq|autoindex_entries"]),
            // The primary key, whose name is the database's own.
            (BLOCKS, &["blocks_"]),
            (TOKENS, &["tokens_user"]),
            (AUDIT_OF_USER, &["audit_log_user"]),
            (AUDIT_OF_CONVERSATION, &["audit_log_conversation"]),
        ] {
            assert_eq!(full_scans(sql).await, Vec::<String>::new(), "{sql}");
            for plan in [plan_of_sqlite(sql).await, plan_of_postgres("SET LOCAL enable_seqscan = off", sql).await] {
                let is_used = |index: &str| plan.iter().any(|step| step.contains(index));
                let unused = indexes.iter().filter(|indexes| !indexes.split('|').any(is_used));
                missing.extend(unused.map(|index| format!("{index} in {plan:#?} of {sql}")));
            }
        }
        assert_eq!(missing, Vec::<String>::new());
        assert_eq!(full_scans(BY_ID).await, Vec::<String>::new());
    }
}
