//! PostgreSQL's connections to one database. Knows nothing of what is written or read.
//!
//! Each is tried before it is used and replaced where it is broken, so that a server which went away and came back is
//! used again without anybody's doing. Everything that waits has a limit, on both sides: a server that is cut off frees
//! what a silent peer has locked, and we do not wait for an answer that cannot come.

use std::sync::Arc;
use std::time::Duration;

use sea_orm::sqlx::postgres::PgConnectOptions;
use sea_orm::sqlx::{self, ConnectOptions as _, Connection as _, PgConnection, Row as _};
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database as SeaDatabase, DatabaseConnection, DatabaseTransaction, DbErr,
};
use tokio::time::timeout;

use super::Database;
use crate::errors::{no_answer, not_connected};

/// Tasks that write to timelines, each with a connection of its own.
pub(super) const WRITERS: u32 = 4;
/// Connections that write everything else.
const WRITE_CONNECTIONS_MAX: u32 = 4;
/// Connections that read.
const READ_CONNECTIONS_MAX: u32 = 8;
/// How long a caller waits for a connection, a new one included, before it is `unavailable`.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);
/// How long the first connection may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(30);
/// How long a connection that is about to be used may take to answer, before a new one is opened in its place. That must
/// fit into what the caller waits.
const TEST_TIMEOUT: Duration = Duration::from_secs(2);
/// How long a connection that is given back may take to end what its user gave up on.
const RELEASE_TIMEOUT: Duration = Duration::from_secs(5);
/// After so long a connection that nobody needs is closed.
const IDLE_TIMEOUT: Duration = Duration::from_mins(10);
/// After so long a connection is replaced, so that a server which was added or moved gets its share.
const LIFETIME_MAX: Duration = Duration::from_hours(1);
/// How long the server works on one statement, its wait for locks included.
const STATEMENT_TIMEOUT: Duration = Duration::from_secs(20);
/// How long the server waits for one lock.
const LOCK_TIMEOUT: Duration = Duration::from_secs(15);
/// How long it waits for a conversation's: others of its task wait with it, so not long, but for many times longer than
/// another node needs for its own turn.
const CONVERSATION_LOCK_TIMEOUT: Duration = Duration::from_secs(3);
/// How long it waits for what cannot be skipped, once the conversations that somebody holds are to be.
const SKIPPING_LOCK_TIMEOUT: Duration = Duration::from_millis(100);
/// How long the server keeps a transaction open for somebody who says nothing: what is locked by a process that has
/// been cut off is free again after that.
const IDLE_IN_TRANSACTION_TIMEOUT: Duration = Duration::from_secs(10);
/// After so long without an answer the server asks whether its peer still lives, and asks again as often.
const KEEPALIVE: Duration = Duration::from_secs(10);
const KEEPALIVES_MAX: u32 = 3;
/// How long we wait for the end of a whole transaction: longer than the server's own limits, which say what was wrong.
pub(super) const ANSWER_TIMEOUT: Duration = Duration::from_secs(30);

/// What a connection is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Use {
    /// To write to timelines.
    Timelines,
    /// To write everything else.
    Write,
    Read,
    /// To read a whole database, which takes as long as it takes; each transaction is one snapshot.
    Look,
}

pub(super) async fn connect(server: &PgConnectOptions) -> Result<Database, DbErr> {
    // A pool would only say that its time is up, and not why.
    try_once(server, Use::Write).await?;
    let timelines = open(server, WRITERS, Use::Timelines).await?;
    let writer = open(server, WRITE_CONNECTIONS_MAX, Use::Write).await?;
    let readers = open(server, READ_CONNECTIONS_MAX, Use::Read).await?;
    Ok(Database { timelines, writer, observer: readers.clone(), readers, turns: Arc::default() })
}

pub(super) async fn look(server: &PgConnectOptions) -> Result<DatabaseConnection, DbErr> {
    try_once(server, Use::Look).await?;
    open(server, 1, Use::Look).await
}

async fn try_once(server: &PgConnectOptions, purpose: Use) -> Result<(), DbErr> {
    let once = async {
        let mut connection = options(server, purpose).connect().await?;
        let row = sqlx::query("SELECT current_setting('fsync')").fetch_one(&mut connection).await?;
        if purpose == Use::Write && row.try_get::<String, _>(0)? == "off" {
            tracing::warn!("the database runs with fsync=off: what it has confirmed is lost where its machine fails");
        }
        connection.close().await
    };
    timeout(CONNECT_TIMEOUT, once).await.map_err(|_| no_answer(CONNECT_TIMEOUT))?.map_err(not_connected)
}

/// Whoever is told that something is stored relies on it, whatever the server or the role is set to. Where it is set to
/// wait for replicas as well, it does.
async fn wait_for_the_disk(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    const DURABLE: &str = "SELECT set_config('synchronous_commit', \
        coalesce(nullif(current_setting('synchronous_commit'), 'off'), 'on'), false)";
    sqlx::query(DURABLE).execute(connection).await.map(|_| ())
}

/// Waits for no lock that can be skipped, and hardly for any other, in this transaction.
pub(crate) async fn hurry(transaction: &DatabaseTransaction) -> Result<(), DbErr> {
    let hurry = format!("SET LOCAL lock_timeout = {}", SKIPPING_LOCK_TIMEOUT.as_millis());
    transaction.execute_unprepared(&hurry).await.map(|_| ())
}

/// Lifts the server's limits for this transaction: the schema of a large database takes as long as it takes.
pub(super) async fn unlimited(transaction: &DatabaseTransaction) -> Result<(), DbErr> {
    // A process that stops in the middle of it still frees what it has locked: between two statements it has no reason to.
    const UNLIMITED: &str = "SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0";
    transaction.execute_unprepared(UNLIMITED).await.map(|_| ())
}

fn options(server: &PgConnectOptions, purpose: Use) -> PgConnectOptions {
    let millis = |limit: Duration| limit.as_millis().to_string();
    let seconds = |limit: Duration| limit.as_secs().to_string();
    let limit = |limit: Duration| if purpose == Use::Look { "0".to_owned() } else { millis(limit) };
    let lock_timeout = match purpose {
        Use::Timelines => CONVERSATION_LOCK_TIMEOUT,
        Use::Write | Use::Read => LOCK_TIMEOUT,
        Use::Look => Duration::ZERO,
    };
    let writes = matches!(purpose, Use::Timelines | Use::Write);
    let isolation = if purpose == Use::Look { "repeatable read" } else { "read committed" };
    // Statements carry what people write to each other; none of it belongs in a log.
    let options = server.clone().disable_statement_logging().options([
        ("default_transaction_isolation", isolation.to_owned()),
        ("default_transaction_read_only", if writes { "off" } else { "on" }.to_owned()),
        ("statement_timeout", limit(STATEMENT_TIMEOUT)),
        ("lock_timeout", millis(lock_timeout)),
        ("idle_in_transaction_session_timeout", limit(IDLE_IN_TRANSACTION_TIMEOUT)),
        ("tcp_keepalives_idle", seconds(KEEPALIVE)),
        ("tcp_keepalives_interval", seconds(KEEPALIVE)),
        ("tcp_keepalives_count", KEEPALIVES_MAX.to_string()),
        ("tcp_user_timeout", millis(KEEPALIVE * KEEPALIVES_MAX)),
    ]);
    if server.get_application_name().is_some() { options } else { options.application_name("handsel") }
}

async fn open(server: &PgConnectOptions, connections: u32, purpose: Use) -> Result<DatabaseConnection, DbErr> {
    let server = options(server, purpose);
    // The URL is only to name the kind of database: what it says is in `server`.
    let mut pool = ConnectOptions::new("postgres://localhost");
    pool.max_connections(connections)
        .min_connections(0)
        .connect_lazy(true)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .idle_timeout(IDLE_TIMEOUT)
        .max_lifetime(LIFETIME_MAX)
        .test_before_acquire(false)
        .record_stmt_in_spans(false)
        .map_sqlx_postgres_opts(move |_| server.clone())
        .map_sqlx_postgres_pool_opts(move |pool| {
            // Whoever reads a whole database takes the same connection again and again, and gives up where it breaks.
            if purpose == Use::Look {
                return pool;
            }
            // The pool's own tests would wait without a limit, and lack a connection for as long as the network takes to
            // find out that it is cut. Whoever gives up leaves a connection in the middle of its answer.
            let pool = if matches!(purpose, Use::Timelines | Use::Write) {
                pool.after_connect(|connection, _| Box::pin(wait_for_the_disk(connection)))
            } else {
                pool
            };
            pool.before_acquire(|connection, _| Box::pin(answers(connection, TEST_TIMEOUT)))
                .after_release(|connection, _| Box::pin(answers(connection, RELEASE_TIMEOUT)))
        });
    SeaDatabase::connect(pool).await
}

async fn answers(connection: &mut PgConnection, limit: Duration) -> Result<bool, sqlx::Error> {
    timeout(limit, connection.ping()).await.unwrap_or(Err(sqlx::Error::PoolTimedOut)).map(|()| true)
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;
    use handsel_services::Postgres;
    use sea_orm::{DbBackend, Statement};
    use tokio::task::spawn_blocking;

    use super::*;
    use crate::database::{Alone, DatabaseUrl};

    async fn setting(connection: &DatabaseConnection, name: &str) -> String {
        let show = Statement::from_string(DbBackend::Postgres, format!("SHOW {name}"));
        let row = connection.query_one_raw(show).await.expect("it answers").expect("a row");
        row.try_get_by_index(0).expect("a text")
    }

    #[tokio::test]
    async fn writes_wait_for_the_disk_whatever_the_database_is_set_to() {
        for (set, expected) in [("off", "on"), ("on", "on"), ("remote_write", "remote_write")] {
            let url = spawn_blocking(move || {
                let url = Postgres::shared().fresh_database();
                let name = url.rsplit('/').next().expect("a URL ends with the database").to_owned();
                Postgres::shared().run(&name, &format!("ALTER DATABASE {name} SET synchronous_commit = {set}"));
                url
            });
            let url: DatabaseUrl = url.await.expect("PostgreSQL starts").parse().expect("a URL");
            let database = Database::connect(&url).await.expect("it opens");
            assert_eq!(setting(&database.readers, "synchronous_commit").await, set, "what others get");
            for writes in [&database.timelines, &database.writer] {
                assert_eq!(setting(writes, "synchronous_commit").await, expected, "{set}");
            }
        }
    }

    #[tokio::test]
    async fn those_who_wait_for_the_same_turn_take_one_connection() {
        let url = spawn_blocking(|| Postgres::shared().fresh_database()).await.expect("PostgreSQL starts");
        let database = Database::connect(&url.parse().expect("a URL")).await.expect("it opens");
        let first = database.begin_alone(Alone::NumberingNeeds).await.expect("it begins");
        let mut others: Vec<_> =
            (0..WRITE_CONNECTIONS_MAX).map(|_| Box::pin(database.begin_alone(Alone::NumberingNeeds))).collect();
        for other in &mut others {
            assert!(other.as_mut().now_or_never().is_none());
        }
        database.begin_alone(Alone::NumberingOffers).await.expect("another turn is free");
        drop(first);
        assert!(others.remove(0).await.is_ok());
    }
}
