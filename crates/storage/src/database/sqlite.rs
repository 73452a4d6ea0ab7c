//! SQLite's connections to one file. Knows nothing of what is written or read.

use std::sync::Arc;
use std::time::{Duration, Instant};

use sea_orm::sqlx::ConnectOptions as _;
use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sea_orm::{
    ConnectOptions, Database as SeaDatabase, DatabaseConnection, DatabaseTransaction, DbErr, SqliteTransactionMode,
    TransactionOptions, TransactionTrait,
};

use super::Database;
use crate::errors::is_busy;

/// Connections that read at the same time.
const READERS_MAX: u32 = 4;
/// Rows that wait between SQLite's thread and whoever looks at a whole database: each wait costs both a turn.
const LOOK_ROWS_BUFFERED: usize = 500;
/// How long SQLite itself waits for another process's write lock before it reports "busy".
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// How long a write is tried again while another process holds the lock, before it is `unavailable`.
const BUSY_PATIENCE: Duration = Duration::from_secs(30);
/// How long a caller waits for a free connection.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(30);

/// What a connection is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Use {
    /// To write; creates the file.
    Write,
    /// To read beside the writer of this process.
    Read,
    /// To look at a database that need not be this process's own, and to leave everything as it is.
    Look {
        /// Nobody has the file open, so that it can be read as it lies there.
        is_still: bool,
    },
}

pub(super) async fn connect(file: &SqliteConnectOptions) -> Result<Database, DbErr> {
    // The writer comes first: it creates the file and turns WAL on.
    let writer = open(file, 1, Use::Write).await?;
    let readers = open(file, READERS_MAX, Use::Read).await?;
    let observer = open(file, 1, Use::Read).await?;
    Ok(Database { timelines: writer.clone(), writer, readers, observer, turns: Arc::default() })
}

pub(super) async fn look(file: &SqliteConnectOptions, is_still: bool) -> Result<DatabaseConnection, DbErr> {
    open(file, 1, Use::Look { is_still }).await
}

async fn open(file: &SqliteConnectOptions, connections: u32, purpose: Use) -> Result<DatabaseConnection, DbErr> {
    let base = file.clone();
    let mut options = ConnectOptions::new("sqlite:");
    options
        .max_connections(connections)
        .min_connections(u32::from(purpose == Use::Write))
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .idle_timeout(None::<Duration>)
        .max_lifetime(None::<Duration>)
        .test_before_acquire(false)
        .record_stmt_in_spans(false)
        .map_sqlx_sqlite_opts(move |_| {
            // Statements carry what people write to each other; none of it belongs in a log. Said here, since these
            // options replace those that `ConnectOptions` would switch its logging off in.
            let options = base
                .clone()
                .disable_statement_logging()
                .busy_timeout(BUSY_TIMEOUT)
                .foreign_keys(true)
                .synchronous(SqliteSynchronous::Full);
            match purpose {
                Use::Write => options.create_if_missing(true).journal_mode(SqliteJournalMode::Wal),
                Use::Read => options.pragma("query_only", "ON"),
                Use::Look { is_still } => {
                    let options = options.create_if_missing(false).read_only(true).immutable(is_still);
                    options.row_buffer_size(LOOK_ROWS_BUFFERED)
                }
            }
        });
    patiently(|| SeaDatabase::connect(options.clone())).await
}

pub(super) async fn begin_immediate(connection: &DatabaseConnection) -> Result<DatabaseTransaction, DbErr> {
    let mode = TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..TransactionOptions::default()
    };
    patiently(|| connection.begin_with_options(mode)).await
}

/// Tries again while another process holds the lock: what was busy has changed nothing.
async fn patiently<T, F: Future<Output = Result<T, DbErr>>>(attempt: impl Fn() -> F) -> Result<T, DbErr> {
    let started = Instant::now();
    loop {
        match attempt().await {
            Err(error) if is_busy(&error) && started.elapsed() < BUSY_PATIENCE => pause().await,
            other => return other,
        }
    }
}

/// SQLite's own wait has run out before this is called, so a short pause is enough to be fair to others.
async fn pause() {
    tokio::time::sleep(Duration::from_millis(20)).await;
}

#[cfg(test)]
mod tests {
    use sea_orm::ConnectionTrait;

    use super::*;
    use crate::explain::fresh;
    use crate::sql::statement;

    async fn pragma(connection: &DatabaseConnection, sql: &'static str) -> i64 {
        let row = connection.query_one_raw(statement(connection, sql, [])).await.expect("it answers");
        row.expect("a row").try_get_by_index(0).expect("a number")
    }

    #[tokio::test]
    async fn a_commit_is_on_the_disk_before_it_is_acknowledged() {
        let (_directory, database) = fresh().await;
        // 2 is FULL: https://www.sqlite.org/pragma.html#pragma_synchronous
        assert_eq!(pragma(&database.writer, "PRAGMA synchronous").await, 2);
        assert_eq!(pragma(&database.writer, "PRAGMA foreign_keys").await, 1);
    }

    #[tokio::test]
    async fn only_the_writer_writes() {
        let (_directory, database) = fresh().await;
        for (connection, writes) in [(&database.writer, true), (&database.readers, false), (&database.observer, false)]
        {
            let written = connection.execute_unprepared("CREATE TABLE IF NOT EXISTS t (x)").await;
            assert_eq!(written.is_ok(), writes, "{written:?}");
        }
    }
}
