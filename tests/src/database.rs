//! The database from outside: what a test asks it behind the server's back, and the lock that it can hold.

use std::path::Path;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, Row, SqliteConnection};

use crate::Seen;
use crate::checker::{Entry, timeline};

/// A connection of the test's own.
pub async fn open(file: &Path) -> SqliteConnection {
    SqliteConnectOptions::new().filename(file).connect().await.expect("the database opens")
}

/// One number from a query.
pub async fn number(file: &Path, sql: &'static str) -> i64 {
    let mut connection = open(file).await;
    sqlx::query(sql).fetch_one(&mut connection).await.expect("the query runs").get(0)
}

/// Changes something; returns how many rows that were.
pub async fn change(file: &Path, sql: &'static str) -> u64 {
    let mut connection = open(file).await;
    sqlx::query(sql).execute(&mut connection).await.expect("the change is made").rows_affected()
}

/// One text from a query.
pub async fn text(file: &Path, sql: &'static str) -> String {
    let mut connection = open(file).await;
    sqlx::query(sql).fetch_one(&mut connection).await.expect("the query runs").get(0)
}

/// The messages of a conversation, by its key, as the table has them.
pub async fn messages(file: &Path, key: &str) -> Vec<Seen> {
    timeline::read(file, key).await.entries.iter().filter_map(Entry::seen).collect()
}

/// Expects a sound file: SQLite finds it whole, and each conversation's head counts its entries.
pub async fn is_sound(file: &Path) {
    const MISCOUNTED: &str = "SELECT COUNT(*) FROM conversations AS c WHERE \
        (SELECT COUNT(*) FROM entries AS e WHERE e.conversation_id = c.id) <> c.head OR \
        (SELECT MAX(e.seq) FROM entries AS e WHERE e.conversation_id = c.id) <> c.head";
    assert_eq!(text(file, "PRAGMA integrity_check").await, "ok");
    assert_eq!(number(file, MISCOUNTED).await, 0, "conversations whose head does not count their entries");
}

/// SQLite's write lock, held until it is released.
pub struct WriteLock(SqliteConnection);

impl WriteLock {
    /// Takes it, once no writer has it.
    pub async fn take(file: &Path) -> Self {
        let mut connection = open(file).await;
        sqlx::query("BEGIN IMMEDIATE").execute(&mut connection).await.expect("the lock is free");
        Self(connection)
    }

    /// Gives it back.
    pub async fn release(mut self) {
        sqlx::query("ROLLBACK").execute(&mut self.0).await.expect("the lock is held");
        self.0.close().await.expect("the connection closes");
    }
}
