//! What keeps other processes from deciding about the same conversations at the same moment. Knows nothing of what is
//! decided.
//!
//! On SQLite the write lock covers everything. On PostgreSQL each conversation's row is locked, and whatever is decided
//! on is read by statements that begin after that, so that they see what was committed by whoever held the lock before.
//! A conversation that does not exist yet has no row: two who begin it at the same moment find out when they insert it,
//! and the second one decides again. Its listing is locked against being closed meanwhile.
//!
//! No two batches can wait for each other: both lock the rows of conversations by their ids, then listings, which they
//! share, and only then insert conversations by their keys.

use std::collections::HashSet;

use handsel_domain::conversation::ConversationKey;
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, DbErr};
use serde_json::{Value as Json, json};

use crate::sql::{Sql, array, over, statement};

/// For PostgreSQL alone. The order is that of the locks.
const LOCK_CONVERSATIONS: Sql = over!(
    (0 kind text, 1 listing bigint, 2 respondent bigint),
    "SELECT asked.slot AS slot, c.id AS id FROM asked JOIN conversations AS c",
    " ON c.listing_kind = asked.kind AND c.listing_id = asked.listing AND c.respondent_id = asked.respondent",
    " ORDER BY c.id FOR UPDATE OF c"
);

/// For PostgreSQL alone.
const LOCK_LISTINGS: Sql = over!(
    (0 kind text, 1 listing bigint),
    "SELECT l.id AS id FROM asked JOIN listings AS l ON l.kind = asked.kind AND l.id = asked.listing",
    " ORDER BY l.kind, l.id FOR SHARE OF l"
);

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
) -> Result<Locks, DbErr> {
    if transaction.get_database_backend() != DbBackend::Postgres {
        return Ok(Locks::Everything);
    }
    let mut seen = HashSet::new();
    let mut keys: Vec<_> = keys.into_iter().filter(|key| seen.insert(*key)).map(Some).collect();
    let asked = array(keys.iter().flatten().map(name));
    let mut ids = HashSet::with_capacity(keys.len());
    for row in transaction.query_all_raw(statement(transaction, LOCK_CONVERSATIONS, [asked.into()])).await? {
        ids.insert(row.try_get("", "id")?);
        let slot: i64 = row.try_get("", "slot")?;
        if let Some(key) = usize::try_from(slot).ok().and_then(|slot| keys.get_mut(slot)) {
            *key = None;
        }
    }
    let unborn = keys.into_iter().flatten().map(|key| (key.listing.kind.name(), key.listing.number.get()));
    let unborn: HashSet<_> = unborn.collect();
    if !unborn.is_empty() {
        let asked = array(unborn.into_iter().map(|(kind, number)| json!([kind, number])));
        transaction.query_all_raw(statement(transaction, LOCK_LISTINGS, [asked.into()])).await?;
    }
    Ok(Locks::Rows(ids))
}
