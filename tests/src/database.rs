//! The database from outside: what a test asks it behind the server's back, and the lock that it can hold.

use std::path::Path;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, Row, SqliteConnection};

/// A connection of the test's own.
pub async fn open(file: &Path) -> SqliteConnection {
    SqliteConnectOptions::new().filename(file).connect().await.expect("the database opens")
}

/// One number from a query.
pub async fn number(file: &Path, sql: &'static str) -> i64 {
    let mut connection = open(file).await;
    sqlx::query(sql).fetch_one(&mut connection).await.expect("the query runs").get(0)
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
