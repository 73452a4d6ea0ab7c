//! Connections: some that write, some that read. Knows nothing of what is written or read.
//!
//! - [`url`]: where the data is, as an operator writes it.
//! - [`sqlite`]: one connection that writes; in WAL mode readers go on meanwhile, so a read never waits for a commit.
//! - [`postgres`]: a few that write and a few that read, each replaced where it breaks.

mod postgres;
mod sqlite;
mod url;

use std::sync::Arc;
use std::time::Duration;

use sea_orm::{ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, TransactionTrait};
use tokio::sync::{Mutex, OwnedMutexGuard};
use tokio::time::timeout;

pub(crate) use postgres::hurry;
pub use url::DatabaseUrl;
pub(crate) use url::Place;

use crate::errors;
use crate::sql::statement;

/// The connections to one database.
#[derive(Clone)]
pub(crate) struct Database {
    /// Those of the tasks that write to timelines: nobody else can keep them waiting for one.
    timelines: DatabaseConnection,
    /// Those that write everything else. On SQLite there is only one to write, and this is the same.
    pub(crate) writer: DatabaseConnection,
    /// Those that read.
    pub(crate) readers: DatabaseConnection,
    /// Looks for changes. On SQLite a reader of its own that is never replaced: `PRAGMA data_version` counts per
    /// connection.
    pub(crate) observer: DatabaseConnection,
    /// Whose turn it is within this process to do what is done alone.
    turns: Arc<Turns>,
}

/// One for each of [`Alone`]: those who wait for the same lock need only one connection between them.
type Turns = [Arc<Mutex<()>>; 5];

impl Database {
    pub(crate) async fn connect(url: &DatabaseUrl) -> Result<Self, DbErr> {
        match url.place() {
            Place::File(file) => sqlite::connect(file).await,
            Place::Server(server) => postgres::connect(server).await,
        }
    }

    pub(crate) fn is_postgres(&self) -> bool {
        self.writer.get_database_backend() == DbBackend::Postgres
    }

    /// How many may write to timelines at the same time, each to its own.
    pub(crate) fn writers(&self) -> u32 {
        if self.is_postgres() { postgres::WRITERS } else { 1 }
    }

    /// Begins a write. On SQLite the lock is held from then on, so that nothing in it can find the database busy.
    pub(crate) async fn begin_write(&self) -> Result<DatabaseTransaction, DbErr> {
        if self.is_postgres() { self.writer.begin().await } else { sqlite::begin_immediate(&self.writer).await }
    }

    /// Begins a write to timelines, of which there are no more at once than [`Self::writers`].
    pub(crate) async fn begin_batch(&self) -> Result<DatabaseTransaction, DbErr> {
        if self.is_postgres() { self.timelines.begin().await } else { self.begin_write().await }
    }

    /// Begins a write that all others of the same kind wait for, in whatever process, until it has ended and its turn is
    /// let go. On SQLite every write is one of those.
    pub(crate) async fn begin_alone(&self, alone: Alone) -> Result<(Turn, DatabaseTransaction), DbErr> {
        if !self.is_postgres() {
            return Ok((Turn(None), self.begin_write().await?));
        }
        let turn = Turn(Some(Arc::clone(&self.turns[alone as usize]).lock_owned().await));
        let transaction = self.begin_write().await?;
        if matches!(alone, Alone::Migrating) {
            postgres::unlimited(&transaction).await?;
        }
        alone_from_here(&transaction, alone).await?;
        Ok((turn, transaction))
    }

    /// Begins a write that any number may do beside each other, but nobody while that is done alone.
    pub(crate) async fn begin_beside(&self, alone: Alone) -> Result<DatabaseTransaction, DbErr> {
        let transaction = self.begin_write().await?;
        if self.is_postgres() {
            let lock =
                statement(&transaction, "SELECT pg_advisory_xact_lock_shared($1, $2)", alone.lock().map(Into::into));
            transaction.query_one_raw(lock).await?;
        }
        Ok(transaction)
    }

    /// Waits for the database no longer than its own limits can take: one that is cut off from here says nothing at all.
    pub(crate) async fn in_time<T>(&self, work: impl Future<Output = Result<T, DbErr>>) -> Result<T, DbErr> {
        if self.is_postgres() { within(postgres::ANSWER_TIMEOUT, work).await } else { work.await }
    }

    pub(crate) async fn close(self) {
        for connection in [self.observer, self.readers, self.writer, self.timelines] {
            if let Err(error) = connection.close().await {
                tracing::warn!(%error, "a database connection did not close");
            }
        }
    }
}

/// Until this write ends nobody else does what is done alone. Whoever does it now must not wait for what this one holds.
pub(crate) async fn alone_from_here(transaction: &DatabaseTransaction, alone: Alone) -> Result<(), DbErr> {
    if transaction.get_database_backend() == DbBackend::Postgres {
        let lock = statement(transaction, "SELECT pg_advisory_xact_lock($1, $2)", alone.lock().map(Into::into));
        transaction.query_one_raw(lock).await?;
    }
    Ok(())
}

async fn within<T>(limit: Duration, work: impl Future<Output = Result<T, DbErr>>) -> Result<T, DbErr> {
    timeout(limit, work).await.unwrap_or_else(|_| Err(errors::no_answer(limit)))
}

/// Nobody else of this process is at it before it is dropped.
pub(crate) struct Turn(#[expect(dead_code, reason = "it is there to be dropped")] Option<OwnedMutexGuard<()>>);

/// What must be done by one process at a time.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Alone {
    /// To bring the schema up to date.
    Migrating,
    /// To give the next number to an offer.
    NumberingOffers,
    /// To give the next number to a need.
    NumberingNeeds,
    /// To take an id for a user that a site gave.
    PuttingUsers,
    /// To give the next numbers to events.
    Recording,
}

impl Alone {
    /// Other programs may use such locks in the same database: the first number is ours, "hnds".
    fn lock(self) -> [i32; 2] {
        [0x686e_6473, self as i32]
    }
}

/// One connection that makes and changes nothing.
///
/// `is_still` says that it is a file which nobody has open. Then it is read as it lies there: SQLite would otherwise
/// leave its log and the log's index beside it.
pub(crate) async fn look(url: &DatabaseUrl, is_still: bool) -> Result<DatabaseConnection, DbErr> {
    match url.place() {
        Place::File(file) => sqlite::look(file, is_still).await,
        Place::Server(server) => postgres::look(server).await,
    }
}
