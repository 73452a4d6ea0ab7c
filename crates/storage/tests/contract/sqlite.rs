//! SQLite under the contract: a file in a directory of its own. Knows nothing of the tests.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use sea_orm::{DatabaseConnection, DatabaseTransaction, SqliteTransactionMode, TransactionOptions, TransactionTrait};
use tempfile::TempDir;

use super::subject::Subject;

pub(crate) struct Sqlite {
    directory: TempDir,
}

impl Sqlite {
    pub(crate) fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// A second database made of the files as they are now, as a crash at this moment would leave them.
    pub(crate) fn as_after_a_crash(&self) -> Self {
        let directory = TempDir::new().expect("a directory");
        // The log's index (-shm) is memory that processes share: it does not outlive them.
        for file in self.files().iter().filter(|file| !file.to_string_lossy().ends_with("-shm")) {
            let name = file.file_name().expect("a file has a name");
            std::fs::copy(file, directory.path().join(name)).expect("the file can be copied");
        }
        Self { directory }
    }

    fn files(&self) -> Vec<PathBuf> {
        let files = std::fs::read_dir(self.directory()).expect("the directory can be read");
        files.map(|file| file.expect("the directory can be read").path()).collect()
    }
}

#[async_trait]
impl Subject for Sqlite {
    async fn fresh() -> Self {
        Self { directory: TempDir::new().expect("a directory") }
    }

    async fn another(&self) -> Arc<dyn Subject> {
        Arc::new(Self::fresh().await)
    }

    fn url(&self) -> String {
        format!("sqlite://{}", self.directory().join("handsel.db").display())
    }

    async fn hold_writes(&self, outside: &DatabaseConnection) -> DatabaseTransaction {
        let immediately = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        outside.begin_with_options(immediately).await.expect("nobody else writes now")
    }

    fn unguarded(&self) -> &'static str {
        // What is unique by the table's own declaration is so until the table is another one. Views of it stay.
        "PRAGMA foreign_keys = OFF; DROP INDEX IF EXISTS users_username_key; DROP INDEX IF EXISTS tokens_hash; \
         DROP INDEX IF EXISTS conversations_key; DROP INDEX IF EXISTS entries_client_message_id; \
         DROP INDEX IF EXISTS handshakes_one_live; CREATE TABLE entries_copy (id INTEGER PRIMARY KEY, \
         conversation_id BIGINT, seq BIGINT, actor_id BIGINT, kind TEXT, created_at BIGINT, content TEXT, \
         client_message_id TEXT, redacted_at BIGINT, redacts_seq BIGINT, handshake_started BIGINT, step TEXT, \
         status TEXT, owner_completed BOOLEAN, respondent_completed BOOLEAN); \
         INSERT INTO entries_copy SELECT * FROM entries; DROP TABLE entries; \
         PRAGMA legacy_alter_table = ON; ALTER TABLE entries_copy RENAME TO entries;"
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
        // One writes at a time, and waits for nobody.
        0
    }

    async fn everything_stored(&self) -> Vec<u8> {
        self.files().iter().flat_map(|file| std::fs::read(file).expect("the file can be read")).collect()
    }
}
