//! What keeps other processes from deciding about the same conversations at the same moment. Knows nothing of what is
//! decided.
//!
//! On SQLite the write lock covers everything. On PostgreSQL each conversation's row is locked, and whatever is decided
//! on is read by statements that begin after that, so that they see what was committed by whoever held the lock before.
//! A conversation that does not exist yet has no row: two who begin it at the same moment find out when they insert it,
//! and the second one decides again. Its listing is locked against being closed meanwhile, and so is its respondent
//! against beginning another one, being suspended, or coming to a block: whoever decides such a thing locks the same
//! rows, and then waits by a `fence` for the batches that were decided without it.
//!
//! Somebody else may keep a conversation locked for long: a node that stalls, a person at a prompt. Whoever is
//! [`Patience::Skipping`] is told which those are, so that all others can be written to meanwhile.
//!
//! No two batches can wait for each other: both lock the rows of conversations by their ids, then listings, which they
//! share, then users by their ids, and only then insert conversations by their keys.

use std::collections::HashSet;

use handsel_domain::conversation::ConversationKey;
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, QueryResult};
use serde_json::{Value as Json, json};

use super::batch::BatchError;
use crate::database;
use crate::errors::corrupt;
use crate::sql::{Sql, array, over, statement};

/// For PostgreSQL alone. The order is that of the locks.
const LOCK_CONVERSATIONS: Sql = over!(
    (0 kind text, 1 listing bigint, 2 respondent bigint),
    "SELECT asked.slot AS slot, c.id AS id, true AS is_free FROM asked JOIN conversations AS c",
    " ON c.listing_kind = asked.kind AND c.listing_id = asked.listing AND c.respondent_id = asked.respondent",
    " ORDER BY c.id FOR UPDATE OF c"
);

/// For PostgreSQL alone: those that nobody holds.
const LOCK_FREE_CONVERSATIONS: Sql = over!(
    (0 kind text, 1 listing bigint, 2 respondent bigint),
    ", free AS (SELECT c.id AS id FROM asked JOIN conversations AS c",
    " ON c.listing_kind = asked.kind AND c.listing_id = asked.listing AND c.respondent_id = asked.respondent",
    " FOR UPDATE OF c SKIP LOCKED)",
    " SELECT asked.slot AS slot, c.id AS id, c.id IN (SELECT id FROM free) AS is_free FROM asked JOIN conversations AS c",
    " ON c.listing_kind = asked.kind AND c.listing_id = asked.listing AND c.respondent_id = asked.respondent"
);

/// For PostgreSQL alone.
const LOCK_LISTINGS: Sql = over!(
    (0 kind text, 1 listing bigint),
    "SELECT asked.slot AS slot, true AS is_free FROM asked JOIN listings AS l",
    " ON l.kind = asked.kind AND l.id = asked.listing ORDER BY l.kind, l.id FOR SHARE OF l"
);

/// For PostgreSQL alone: those that nobody changes.
const LOCK_FREE_LISTINGS: Sql = over!(
    (0 kind text, 1 listing bigint),
    ", free AS (SELECT asked.slot AS slot FROM asked JOIN listings AS l ON l.kind = asked.kind AND l.id = asked.listing",
    " FOR SHARE OF l SKIP LOCKED)",
    " SELECT asked.slot AS slot, asked.slot IN (SELECT slot FROM free) AS is_free",
    " FROM asked JOIN listings AS l ON l.kind = asked.kind AND l.id = asked.listing"
);

/// For PostgreSQL alone: those who begin a conversation, so that nobody begins two at once, nor is kept from it by
/// something that is decided meanwhile.
const LOCK_USERS: Sql = over!(
    (0 person bigint),
    "SELECT asked.slot AS slot, true AS is_free FROM asked JOIN users AS u ON u.id = asked.person",
    " ORDER BY u.id FOR NO KEY UPDATE OF u"
);

/// For PostgreSQL alone: those whom nobody changes.
const LOCK_FREE_USERS: Sql = over!(
    (0 person bigint),
    ", free AS (SELECT asked.slot AS slot FROM asked JOIN users AS u ON u.id = asked.person",
    " FOR NO KEY UPDATE OF u SKIP LOCKED)",
    " SELECT asked.slot AS slot, asked.slot IN (SELECT slot FROM free) AS is_free",
    " FROM asked JOIN users AS u ON u.id = asked.person"
);

/// What is done about a conversation that somebody else has locked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Patience {
    /// It is waited for, for a while.
    Waiting,
    /// It is left out.
    Skipping,
}

/// Which conversations nobody else can change before the transaction ends.
#[derive(Debug)]
pub(super) enum Locks {
    /// All, and all that could come into being.
    Everything,
    /// Those with these ids.
    Rows(HashSet<i64>),
}

impl Locks {
    pub(super) fn cover(&self, conversation: i64) -> bool {
        match self {
            Self::Everything => true,
            Self::Rows(ids) => ids.contains(&conversation),
        }
    }

    /// Whatever a transaction has inserted is its own until it ends.
    pub(super) fn add(&mut self, conversation: i64) {
        if let Self::Rows(ids) = self {
            ids.insert(conversation);
        }
    }
}

/// How statements name a conversation.
pub(super) fn name(key: &ConversationKey) -> Json {
    json!([key.listing.kind.name(), key.listing.number.get(), key.respondent.get()])
}

/// Locks the conversations, each of which may be named more than once.
pub(super) async fn take(
    transaction: &DatabaseTransaction,
    keys: impl IntoIterator<Item = ConversationKey>,
    patience: Patience,
) -> Result<Locks, BatchError> {
    if transaction.get_database_backend() != DbBackend::Postgres {
        return Ok(Locks::Everything);
    }
    let (conversations, listings, users) = match patience {
        Patience::Waiting => (LOCK_CONVERSATIONS, LOCK_LISTINGS, LOCK_USERS),
        Patience::Skipping => {
            database::hurry(transaction).await?;
            (LOCK_FREE_CONVERSATIONS, LOCK_FREE_LISTINGS, LOCK_FREE_USERS)
        }
    };
    let mut seen = HashSet::new();
    let keys: Vec<_> = keys.into_iter().filter(|key| seen.insert(*key)).collect();
    let (mut ids, mut held, mut unborn) = (HashSet::with_capacity(keys.len()), HashSet::new(), seen);
    for row in lock(transaction, conversations, keys.iter().map(name)).await? {
        let key = keys.get(row.slot).ok_or_else(|| corrupt("slot", row.slot))?;
        unborn.remove(key);
        if row.is_free {
            ids.insert(row.row.try_get("", "id")?);
        } else {
            held.insert(*key);
        }
    }
    if !unborn.is_empty() {
        let about: Vec<_> = unborn.iter().map(|key| key.listing).collect::<HashSet<_>>().into_iter().collect();
        let named = about.iter().map(|listing| json!([listing.kind.name(), listing.number.get()]));
        for row in lock(transaction, listings, named).await?.into_iter().filter(|row| !row.is_free) {
            let listing = about.get(row.slot).ok_or_else(|| corrupt("slot", row.slot))?;
            held.extend(unborn.iter().filter(|key| key.listing == *listing));
        }
        let by: Vec<_> = unborn.iter().map(|key| key.respondent).collect::<HashSet<_>>().into_iter().collect();
        let named = by.iter().map(|user| json!([user.get()]));
        for row in lock(transaction, users, named).await?.into_iter().filter(|row| !row.is_free) {
            let user = by.get(row.slot).ok_or_else(|| corrupt("slot", row.slot))?;
            held.extend(unborn.iter().filter(|key| key.respondent == *user));
        }
    }
    if held.is_empty() { Ok(Locks::Rows(ids)) } else { Err(BatchError::Held(held)) }
}

/// A row that was asked for and found.
struct Found {
    /// Its place among what was asked for.
    slot: usize,
    /// It is locked now, by this transaction.
    is_free: bool,
    row: QueryResult,
}

async fn lock(
    transaction: &DatabaseTransaction,
    sql: Sql,
    asked: impl Iterator<Item = Json>,
) -> Result<Vec<Found>, DbErr> {
    let rows = transaction.query_all_raw(statement(transaction, sql, [array(asked).into()])).await?;
    let found = |row: QueryResult| {
        let slot: i64 = row.try_get("", "slot")?;
        let slot = usize::try_from(slot).map_err(|_| corrupt("slot", slot))?;
        Ok(Found { slot, is_free: row.try_get("", "is_free")?, row })
    };
    rows.into_iter().map(found).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain::full_scans_of_postgres;

    #[tokio::test]
    async fn no_statement_reads_a_whole_table() {
        let listings = [LOCK_LISTINGS, LOCK_FREE_LISTINGS];
        let users = [LOCK_USERS, LOCK_FREE_USERS];
        for sql in [LOCK_CONVERSATIONS, LOCK_FREE_CONVERSATIONS].into_iter().chain(listings).chain(users) {
            assert_eq!(full_scans_of_postgres(sql.postgres).await, Vec::<String>::new(), "{sql:?}");
        }
    }
}
