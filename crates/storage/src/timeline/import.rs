//! Conversations with their entries, taken in as they were written elsewhere: one transaction for a run of lines, under
//! the locks that the writer takes. Knows nothing of how the lines were read.
//!
//! - [`load`]: what is known of the conversations, and what of them is there.
//! - [`walk`]: what becomes of each line, as a pure function.
//! - [`store`]: what is written.

mod load;
mod store;
mod walk;

use handsel_domain::ids::EntryId;
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr};

use super::batch::BatchError;
use super::locks::{self, Patience};
use crate::database::Database;
use crate::events;
use crate::import::{Known, Line, Telling, Verdict};
use crate::sql::statement;
use walk::{Current, Walk, Walked};

/// Why a run was not taken; nothing of it was.
#[derive(Debug)]
pub(crate) enum TimelinesError {
    /// The database did not do it.
    Failed(DbErr),
    /// Somebody else has begun one of its conversations since the locks were taken.
    Overtaken,
}

impl From<DbErr> for TimelinesError {
    fn from(error: DbErr) -> Self {
        Self::Failed(error)
    }
}

/// What is remembered from one run to the next.
#[derive(Debug, Default)]
pub(crate) struct Timelines {
    /// The conversation whose entries are read.
    current: Option<Current>,
    /// Up to here PostgreSQL gives no ids to new entries any more.
    reserved: i64,
}

impl Timelines {
    /// Takes the lines in one transaction.
    pub(crate) async fn take(
        &mut self,
        database: &Database,
        run: &[Line],
        known: &Known,
        telling: &Telling,
    ) -> Result<Vec<Verdict>, TimelinesError> {
        self.reserve(database, run).await?;
        let taken = async { Ok::<_, DbErr>(attempt(database, run, known, telling, self.current).await) };
        let (verdicts, current) = database.in_time(taken).await??;
        self.current = current;
        Ok(verdicts)
    }

    /// The last conversation has no more entries.
    pub(crate) fn end(&mut self) -> Vec<Verdict> {
        self.current.take().and_then(Current::verdict).into_iter().collect()
    }

    /// Keeps a server beside this from giving one of the file's ids to what somebody writes: its sequence, which looks at
    /// no rows, goes on behind them. Whoever asks it at this moment waits, so that it never goes back.
    async fn reserve(&mut self, database: &Database, run: &[Line]) -> Result<(), DbErr> {
        const ALONE: &str = "ALTER SEQUENCE entries_id_seq NO CYCLE";
        const SKIP: &str = "SELECT setval('entries_id_seq', GREATEST($1, last_value)) FROM entries_id_seq";
        let ids = walk::entries(run).filter_map(|(_, entry)| entry.id).filter(|id| id.may_be_chosen());
        let newest = ids.map(EntryId::get).max().unwrap_or(0);
        if !database.is_postgres() || newest <= self.reserved {
            return Ok(());
        }
        let skip = async {
            let transaction = database.begin_write().await?;
            transaction.execute_unprepared(ALONE).await?;
            transaction.query_one_raw(statement(&transaction, SKIP, [newest.into()])).await?;
            transaction.commit().await
        };
        database.in_time(skip).await?;
        self.reserved = newest;
        Ok(())
    }
}

async fn attempt(
    database: &Database,
    run: &[Line],
    known: &Known,
    telling: &Telling,
    current: Option<Current>,
) -> Result<(Vec<Verdict>, Option<Current>), TimelinesError> {
    let transaction = database.begin_write().await?;
    let walked = take(&transaction, run, known, telling, current).await;
    match walked {
        Ok(walked) => {
            transaction.commit().await?;
            Ok((walked.verdicts, walked.current))
        }
        Err(error) => {
            // The next attempt must not find the locks of this one. Where it cannot be ended, its connection ends it.
            let _ = transaction.rollback().await;
            Err(error)
        }
    }
}

async fn take(
    transaction: &DatabaseTransaction,
    run: &[Line],
    known: &Known,
    telling: &Telling,
    current: Option<Current>,
) -> Result<Walked, TimelinesError> {
    let keys = walk::keys(run, current.as_ref());
    let locks =
        locks::take(transaction, keys.iter().copied(), Patience::Waiting).await.map_err(|error| match error {
            BatchError::Failed(error) | BatchError::CommitUnknown(error) => TimelinesError::Failed(error),
            BatchError::Overtaken | BatchError::Held(_) => TimelinesError::Overtaken,
        })?;
    let loaded = load::everything(transaction, keys, run, known).await?;
    if loaded.seats.iter().filter_map(|seat| seat.id).any(|id| !locks.cover(id)) {
        return Err(TimelinesError::Overtaken);
    }
    let mut walked = Walk::new(loaded, known, current).through(run);
    let continued = walked.seats.iter().filter(|seat| !seat.new.is_empty()).filter_map(|seat| seat.id).collect();
    events::record_of(transaction, continued, telling.clock.now(), telling.notify_after).await?;
    store::everything(transaction, &mut walked.seats).await?;
    Ok(walked)
}
