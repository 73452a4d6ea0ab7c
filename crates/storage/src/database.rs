//! Connections: one that writes, a few that read. Knows nothing of what is written or read.
//!
//! SQLite in WAL mode lets readers go on while one connection writes, so a read never waits for a commit.

use std::path::Path;
use std::str::FromStr;
use std::time::{Duration, Instant};

use sea_orm::ConnectionTrait;
use sea_orm::sqlx::ConnectOptions as _;
use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sea_orm::{
    ConnectOptions, Database as SeaDatabase, DatabaseConnection, DatabaseTransaction, DbErr, SqliteTransactionMode,
    Statement, TransactionOptions, TransactionTrait, Value,
};

use crate::errors::{OpenError, is_busy};

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

/// Where the data is: `sqlite://FILE`.
#[derive(Clone, Debug)]
pub struct DatabaseUrl {
    url: String,
    options: SqliteConnectOptions,
}

impl DatabaseUrl {
    /// The URL without a password, for people.
    pub fn shown(&self) -> &str {
        &self.url
    }

    /// The file that it names.
    pub(crate) fn file(&self) -> &Path {
        self.options.get_filename()
    }
}

impl FromStr for DatabaseUrl {
    type Err = OpenError;

    fn from_str(url: &str) -> Result<Self, OpenError> {
        // A password may have an @ of its own.
        let shown = url.rsplit_once('@').map_or(url, |(_, rest)| rest).to_owned();
        let wrong = |problem| OpenError::Url { url: shown.clone(), problem };
        if !url.starts_with("sqlite:") {
            return Err(wrong("only SQLite is supported; write sqlite://FILE, for instance sqlite://handsel.db"));
        }
        // In the driver's own form of this URL, a database in memory has a name like that of a file.
        let in_memory = url.contains(":memory:") || url.contains("mode=memory");
        let options = SqliteConnectOptions::from_str(url)
            .map_err(|_| wrong("write sqlite://FILE, for instance sqlite://handsel.db"))?;
        let name = options.get_filename().as_os_str().to_string_lossy().into_owned();
        if name.is_empty() || name.contains(":memory:") || in_memory {
            return Err(wrong(
                "a database in memory would lose what it acknowledged; name a file, for instance sqlite://handsel.db",
            ));
        }
        Ok(Self { url: shown, options })
    }
}

/// The connections to one database.
#[derive(Clone)]
pub(crate) struct Database {
    /// The only connection that writes.
    pub(crate) writer: DatabaseConnection,
    /// Those that read.
    pub(crate) readers: DatabaseConnection,
    /// A reader of its own that is never replaced: `PRAGMA data_version` counts per connection.
    pub(crate) observer: DatabaseConnection,
}

impl Database {
    pub(crate) async fn connect(url: &DatabaseUrl) -> Result<Self, DbErr> {
        // The writer comes first: it creates the file and turns WAL on.
        let writer = connect(url, 1, Use::Write).await?;
        let readers = connect(url, READERS_MAX, Use::Read).await?;
        let observer = connect(url, 1, Use::Read).await?;
        Ok(Self { writer, readers, observer })
    }

    /// Begins a write with the lock already held, so that nothing in it can find the database busy.
    pub(crate) async fn begin_write(&self) -> Result<DatabaseTransaction, DbErr> {
        begin_immediate(&self.writer).await
    }

    pub(crate) async fn close(self) {
        for connection in [self.observer, self.readers, self.writer] {
            if let Err(error) = connection.close().await {
                tracing::warn!(%error, "a database connection did not close");
            }
        }
    }
}

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

/// One connection that makes and changes nothing.
///
/// `is_still` says that nobody has the file open. Then it is read as it lies there: SQLite would otherwise leave its
/// log and the log's index beside it.
pub(crate) async fn look(url: &DatabaseUrl, is_still: bool) -> Result<DatabaseConnection, DbErr> {
    connect(url, 1, Use::Look { is_still }).await
}

async fn connect(url: &DatabaseUrl, connections: u32, purpose: Use) -> Result<DatabaseConnection, DbErr> {
    let base = url.options.clone();
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

async fn begin_immediate(connection: &DatabaseConnection) -> Result<DatabaseTransaction, DbErr> {
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

/// A prepared statement with its parameters. The text is constant, so that it is prepared once a connection.
pub(crate) fn statement<C: ConnectionTrait>(
    connection: &C,
    sql: &'static str,
    values: impl IntoIterator<Item = Value>,
) -> Statement {
    Statement::from_sql_and_values(connection.get_database_backend(), sql, values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_names_a_file() {
        for (url, expected) in [
            ("sqlite://handsel.db", true),
            ("sqlite:///var/lib/handsel/handsel.db", true),
            ("sqlite::memory:", false),
            ("sqlite://%3Amemory%3A", false),
            ("sqlite://x.db?mode=memory", false),
            ("sqlite://", false),
            ("mysql://root@localhost/x", false),
            ("handsel.db", false),
        ] {
            assert_eq!(url.parse::<DatabaseUrl>().is_ok(), expected, "{url}");
        }
    }

    async fn fresh() -> (Database, tempfile::TempDir) {
        let directory = tempfile::tempdir().expect("a directory");
        let url = format!("sqlite://{}", directory.path().join("handsel.db").display());
        let database = Database::connect(&url.parse().expect("a file's URL")).await.expect("it opens");
        (database, directory)
    }

    async fn pragma(connection: &DatabaseConnection, sql: &'static str) -> i64 {
        let row = connection.query_one_raw(statement(connection, sql, [])).await.expect("it answers");
        row.expect("a row").try_get_by_index(0).expect("a number")
    }

    #[tokio::test]
    async fn a_commit_is_on_the_disk_before_it_is_acknowledged() {
        let (database, _directory) = fresh().await;
        // 2 is FULL: https://www.sqlite.org/pragma.html#pragma_synchronous
        assert_eq!(pragma(&database.writer, "PRAGMA synchronous").await, 2);
        assert_eq!(pragma(&database.writer, "PRAGMA foreign_keys").await, 1);
    }

    #[tokio::test]
    async fn only_the_writer_writes() {
        let (database, _directory) = fresh().await;
        for (connection, writes) in [(&database.writer, true), (&database.readers, false), (&database.observer, false)]
        {
            let written = connection.execute_unprepared("CREATE TABLE IF NOT EXISTS t (x)").await;
            assert_eq!(written.is_ok(), writes, "{written:?}");
        }
    }

    #[test]
    fn a_password_is_not_shown() {
        let error = "mysql://root:hunter2@db/x".parse::<DatabaseUrl>().expect_err("not SQLite").to_string();
        assert!(!error.contains("hunter2"), "{error}");
    }
}
