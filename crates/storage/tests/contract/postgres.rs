//! PostgreSQL under the contract: a database of its own in a server that all tests of this process share. Knows nothing
//! of the tests.

use std::sync::Arc;

use async_trait::async_trait;
use handsel_services::Postgres as Server;
use sea_orm::{ConnectionTrait, DatabaseConnection, DatabaseTransaction, TransactionTrait};
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use super::heard::PATIENCE;
use super::subject::Subject;

const TABLES: [&str; 6] = ["users", "tokens", "listings", "conversations", "entries", "handshakes"];

pub(crate) struct Postgres {
    url: String,
}

impl Postgres {
    fn name(&self) -> String {
        self.url.rsplit('/').next().expect("a URL ends with the database").to_owned()
    }
}

#[async_trait]
impl Subject for Postgres {
    async fn fresh() -> Self {
        Self { url: spawn_blocking(|| Server::shared().fresh_database()).await.expect("PostgreSQL starts") }
    }

    async fn another(&self) -> Arc<dyn Subject> {
        Arc::new(Self::fresh().await)
    }

    fn url(&self) -> String {
        self.url.clone()
    }

    async fn hold_writes(&self, outside: &DatabaseConnection) -> DatabaseTransaction {
        let transaction = outside.begin().await.expect("it begins");
        let lock = format!("LOCK TABLE {} IN EXCLUSIVE MODE", TABLES.join(", "));
        transaction.execute_unprepared(&lock).await.expect("nobody else writes now");
        transaction
    }

    fn unguarded(&self) -> &'static str {
        // A replica takes what it is given: no foreign key is checked.
        "SET session_replication_role = replica; DROP INDEX IF EXISTS users_username_key; \
         DROP INDEX IF EXISTS tokens_hash; DROP INDEX IF EXISTS conversations_key; \
         DROP INDEX IF EXISTS entries_client_message_id; DROP INDEX IF EXISTS entries_redaction; \
         DROP INDEX IF EXISTS handshakes_one_live; ALTER TABLE entries DROP CONSTRAINT IF EXISTS entries_seq;"
    }

    fn missing_guards(&self) -> &'static [&'static str] {
        &[
            "index_missing users users_username_key",
            "index_missing tokens tokens_hash",
            "index_missing conversations conversations_key",
            "index_missing entries entries_seq",
            "index_missing entries entries_client_message_id",
            "index_missing entries entries_redaction",
            "index_missing handshakes handshakes_one_live",
        ]
    }

    async fn deadlocks(&self) -> i64 {
        let name = self.name();
        let asked = format!("FROM pg_stat_database WHERE datname = '{name}'");
        let count = move |what: &str| {
            let count = Server::shared().run("postgres", &format!("SELECT {what} {asked}"));
            count.trim().parse::<i64>().expect("a number")
        };
        // A connection counts what it has met when it ends, which nothing announces.
        let counted = move || {
            while count("numbackends") > 0 {}
            count("deadlocks")
        };
        timeout(PATIENCE, spawn_blocking(counted)).await.expect("all connections end").expect("psql runs")
    }

    async fn everything_stored(&self) -> Vec<u8> {
        let name = self.name();
        let copies = TABLES.map(|table| format!("COPY {table} TO STDOUT;"));
        let stored = spawn_blocking(move || copies.map(|copy| Server::shared().run(&name, &copy)).concat());
        let stored = stored.await.expect("psql runs");
        // Bytes come as text; they are among what is stored as they are, too.
        let bytes = stored.split_whitespace().filter_map(|column| column.strip_prefix(r"\\x"));
        let bytes: Vec<_> = bytes.flat_map(from_hex).collect();
        [stored.as_bytes(), &bytes].concat()
    }
}

fn from_hex(text: &str) -> Vec<u8> {
    let pair = |place| u8::from_str_radix(&text[place..place + 2], 16).expect("two digits make a byte");
    (0..text.len()).step_by(2).map(pair).collect()
}
