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

    async fn everything_stored(&self) -> Vec<u8> {
        self.files().iter().flat_map(|file| std::fs::read(file).expect("the file can be read")).collect()
    }
}
