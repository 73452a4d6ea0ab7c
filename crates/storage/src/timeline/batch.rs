//! One transaction of the writer: locks, loads, decides, stores, commits. Knows nothing of queues or of who waits, nor of
//! the statements.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use handsel_domain::conversation::ConversationKey;
use handsel_domain::ports::Append;
use handsel_domain::time::Timestamp;
use handsel_domain::timeline::Entry;
use sea_orm::{DatabaseTransaction, DbErr};

use super::cursors::{self, Moves, Placed};
use super::locks::{self, Locks, Patience};
use super::plan::{Known, Planned, Verdict, plan};
use super::{load, store};
use crate::database::Database;
use crate::errors::{is_conflict, is_locked};

/// How often a batch is decided again where others were in its way each time.
const ATTEMPTS_MAX: u32 = 8;

/// Why a batch did not commit.
#[derive(Debug)]
pub(super) enum BatchError {
    /// Nothing was changed.
    Failed(DbErr),
    /// The answer to the commit was lost.
    CommitUnknown(DbErr),
    /// Somebody else has begun one of its conversations since the locks were taken; nothing was changed.
    Overtaken,
    /// Somebody else keeps these of its conversations locked; nothing was changed.
    Held(HashSet<ConversationKey>),
}

impl BatchError {
    /// Whether somebody else's lock is all that was in the way.
    pub(super) fn is_of_a_lock(&self) -> bool {
        match self {
            Self::Held(_) => true,
            Self::Failed(error) => is_locked(error),
            Self::CommitUnknown(_) | Self::Overtaken => false,
        }
    }
}

impl From<DbErr> for BatchError {
    fn from(error: DbErr) -> Self {
        Self::Failed(error)
    }
}

/// A committed batch.
#[derive(Debug)]
pub(super) struct Batch {
    /// One for each item, in their order.
    pub(super) verdicts: Vec<Verdict>,
    /// What is new, in commit order; verdicts point here.
    pub(super) entries: Vec<Arc<Entry>>,
    /// How far the read cursors were moved.
    pub(super) moves: Moves,
}

/// Decides and stores the items, and then moves the cursors, in one transaction. Where another process was in the way,
/// everything is decided again.
pub(super) async fn commit(
    database: &Database,
    items: &[&Append],
    moves: &[Placed],
    now: Timestamp,
    patience: Patience,
) -> Result<Batch, BatchError> {
    for _ in 1..ATTEMPTS_MAX {
        match attempt(database, items, moves, now, patience).await {
            Err(BatchError::Overtaken) => {}
            Err(BatchError::Failed(error)) if is_conflict(&error) => {}
            other => return other,
        }
    }
    attempt(database, items, moves, now, patience).await
}

async fn attempt(
    database: &Database,
    items: &[&Append],
    moves: &[Placed],
    now: Timestamp,
    patience: Patience,
) -> Result<Batch, BatchError> {
    let decide = async {
        let transaction = database.begin_batch().await?;
        let decided = decide(&transaction, items, moves, now, patience).await;
        Ok((transaction, decided))
    };
    let (transaction, decided) = database.in_time(decide).await?;
    let batch = match decided {
        Ok(batch) => batch,
        Err(error) => {
            // The next attempt must not find the locks of this one. Where it cannot be ended, its connection ends it.
            let _ = database.in_time(transaction.rollback()).await;
            return Err(error);
        }
    };
    if batch.entries.is_empty() && batch.moves.cursors.is_empty() {
        database.in_time(transaction.rollback()).await?;
    } else {
        database.in_time(transaction.commit()).await.map_err(BatchError::CommitUnknown)?;
    }
    Ok(batch)
}

async fn decide(
    transaction: &DatabaseTransaction,
    items: &[&Append],
    moves: &[Placed],
    now: Timestamp,
    patience: Patience,
) -> Result<Batch, BatchError> {
    let keys = items.iter().map(|item| item.conversation).chain(moves.iter().map(|placed| placed.asked.key));
    let mut locks = locks::take(transaction, keys, patience).await?;
    let (entries, verdicts) =
        if items.is_empty() { Default::default() } else { append(transaction, &mut locks, items, now).await? };
    let moves = cursors::move_all(transaction, moves, &locks, |key, place| {
        let new = verdicts.iter().skip(place).filter_map(|verdict| verdict.new_entry());
        new.fold(0, |count, entry| count + i64::from(entries[entry].conversation.key() == key))
    })
    .await?;
    Ok(Batch { verdicts, entries, moves })
}

async fn append(
    transaction: &DatabaseTransaction,
    locks: &mut Locks,
    items: &[&Append],
    now: Timestamp,
) -> Result<(Vec<Arc<Entry>>, Vec<Verdict>), BatchError> {
    let (keys, slots) = distinct_conversations(items);
    let slates = load::conversations(transaction, &keys).await?;
    if slates.iter().filter_map(|slate| slate.id).any(|id| !locks.cover(id)) {
        return Err(BatchError::Overtaken);
    }
    let stored = load::repetitions(transaction, &slates, &slots, items).await?;
    let starts = load::starts(transaction, &slates, &slots, items, now).await?;
    let mut plan = plan(slates, &slots, items, Known { stored, starts, now });
    if plan.entries.is_empty() {
        return Ok((Vec::new(), plan.verdicts));
    }
    store::conversations(transaction, locks, &mut plan).await?;
    let ids = store::entries(transaction, &plan, items).await?;
    store::handshakes(transaction, &plan).await?;
    let entries = plan.entries.into_iter().zip(ids).map(|(planned, id)| {
        let Planned { conversation, seq, at, body, item, .. } = planned;
        Arc::new(Entry { id, conversation, seq, actor: Arc::clone(&items[item].actor), at, body })
    });
    Ok((entries.collect(), plan.verdicts))
}

/// The conversations that the items are for, each once, and for each item which of them.
fn distinct_conversations(items: &[&Append]) -> (Vec<ConversationKey>, Vec<usize>) {
    let (mut keys, mut places) = (Vec::new(), HashMap::new());
    let slot = |item: &&Append| {
        *places.entry(item.conversation).or_insert_with(|| {
            keys.push(item.conversation);
            keys.len() - 1
        })
    };
    let slots = items.iter().map(slot).collect();
    (keys, slots)
}
