//! The database of a test, from outside: what is asked and changed behind the server's back, and the lock on all writes.
//! Knows nothing of who serves over it.

use std::path::Path;
use std::sync::Once;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Connection, Row};

use crate::Seen;
use crate::checker::{Entry, timeline};

/// A file of SQLite's, or a database of a PostgreSQL server. Statements are written in what both understand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Database {
    url: String,
}

impl Database {
    /// The database at that URL: `sqlite:///…`, with the file's whole path, or `postgres://…`.
    pub fn at(url: impl Into<String>) -> Self {
        Self { url: url.into() }
    }

    /// That file, named by its whole path.
    pub fn file(file: &Path) -> Self {
        Self::at(format!("sqlite://{}", file.display()))
    }

    /// Where it is, as the setting `database_url` says it.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// What it is called in what the binary prints: without its secrets, and a file by its name alone.
    pub fn shown(&self) -> String {
        let (scheme, place) = self.url.split_once("://").expect("a URL has a scheme");
        let shown = if self.is_sqlite() { place.rsplit_once('/') } else { place.rsplit_once('@') };
        format!("{scheme}://{}", shown.map_or(place, |(_, shown)| shown))
    }

    /// Whether it is a file of SQLite's.
    pub fn is_sqlite(&self) -> bool {
        self.url.starts_with("sqlite:")
    }

    /// A connection of the test's own.
    pub async fn connect(&self) -> AnyConnection {
        static DRIVERS: Once = Once::new();
        DRIVERS.call_once(sqlx::any::install_default_drivers);
        AnyConnection::connect(&self.url).await.unwrap_or_else(|error| panic!("the database does not open: {error}"))
    }

    /// A connection that sees one moment of it, whatever is written meanwhile.
    pub(crate) async fn snapshot(&self) -> AnyConnection {
        let mut connection = self.connect().await;
        runs(&mut connection, if self.is_sqlite() { "BEGIN" } else { "BEGIN ISOLATION LEVEL REPEATABLE READ" }).await;
        connection
    }

    /// One number from a query.
    pub async fn number(&self, sql: &'static str) -> i64 {
        self.row(sql).await.get(0)
    }

    /// One text from a query.
    pub async fn text(&self, sql: &'static str) -> String {
        self.row(sql).await.get(0)
    }

    async fn row(&self, sql: &'static str) -> AnyRow {
        let mut connection = self.connect().await;
        let row = sqlx::query(sql).fetch_one(&mut connection).await;
        let row = row.unwrap_or_else(|error| panic!("{sql}: {error}"));
        closed(connection).await;
        row
    }

    /// Changes something; returns how many rows that were.
    pub async fn change(&self, sql: &'static str) -> u64 {
        let mut connection = self.connect().await;
        let done = sqlx::query(sql).execute(&mut connection).await;
        let done = done.unwrap_or_else(|error| panic!("{sql}: {error}"));
        closed(connection).await;
        done.rows_affected()
    }

    /// Lets the tokens that someone has by now run out so much later; returns how many those are.
    pub async fn tokens_run_out(&self, username: &str, later: Duration) -> u64 {
        const RUN_OUT: &str =
            "UPDATE tokens SET expires_at = $1 WHERE user_id = (SELECT id FROM users WHERE username = $2)";
        let end = (SystemTime::now() + later).duration_since(UNIX_EPOCH).expect("after 1970");
        let end = i64::try_from(end.as_millis()).expect("before the end of time");
        let mut connection = self.connect().await;
        let done = sqlx::query(RUN_OUT).bind(end).bind(username.to_owned()).execute(&mut connection).await;
        closed(connection).await;
        done.expect("the change is made").rows_affected()
    }

    /// The messages of a conversation, by its key, as the table has them.
    pub async fn messages(&self, key: &str) -> Vec<Seen> {
        timeline::read(self, key).await.entries.iter().filter_map(Entry::seen).collect()
    }

    /// Expects a sound database: each conversation's head counts its entries, and SQLite finds its file whole.
    pub async fn is_sound(&self) {
        const MISCOUNTED: &str = "SELECT COUNT(*) FROM conversations AS c WHERE \
            (SELECT COUNT(*) FROM entries AS e WHERE e.conversation_id = c.id) <> c.head OR \
            (SELECT MAX(e.seq) FROM entries AS e WHERE e.conversation_id = c.id) <> c.head";
        if self.is_sqlite() {
            assert_eq!(self.text("PRAGMA integrity_check").await, "ok");
        }
        assert_eq!(self.number(MISCOUNTED).await, 0, "conversations whose head does not count their entries");
    }

    /// Keeps everybody else from writing, once nobody does; reading goes on. Until it is released or dropped.
    pub async fn holds_writes(&self) -> HeldWrites {
        // In PostgreSQL the conversations come first, as they do for whoever writes: so nobody waits for the other.
        const IN_POSTGRES: &str = "LOCK TABLE conversations, entries, handshakes, listings, tokens, users \
            IN EXCLUSIVE MODE";
        let statements: &[&'static str] = if self.is_sqlite() { &["BEGIN IMMEDIATE"] } else { &["BEGIN", IN_POSTGRES] };
        let mut connection = self.connect().await;
        for sql in statements {
            runs(&mut connection, sql).await;
        }
        HeldWrites(connection)
    }
}

/// A transaction that nobody else can write beside.
pub struct HeldWrites(AnyConnection);

impl HeldWrites {
    /// Lets the others write again; what was written in between is undone.
    pub async fn release(self) {
        self.ends("ROLLBACK").await;
    }

    /// Keeps what was written, and lets the others write again.
    pub(crate) async fn commit(self) {
        self.ends("COMMIT").await;
    }

    /// Writes rows: what they are about, and how many.
    pub(crate) async fn writes(&mut self, sql: &'static str, about: &str, count: i64) {
        let done = sqlx::query(sql).bind(about.to_owned()).bind(count).execute(&mut self.0).await;
        done.unwrap_or_else(|error| panic!("{sql}: {error}"));
    }

    async fn ends(mut self, how: &'static str) {
        runs(&mut self.0, how).await;
        closed(self.0).await;
    }
}

/// What ends and begins transactions cannot be prepared everywhere.
async fn runs(connection: &mut AnyConnection, sql: &'static str) {
    let done = sqlx::raw_sql(sql).execute(connection).await;
    done.unwrap_or_else(|error| panic!("{sql}: {error}"));
}

/// In order, so that nothing of it is left: SQLite's last connection tidies the file up.
async fn closed(connection: AnyConnection) {
    connection.close().await.expect("the connection closes");
}
