//! A database that is only looked at: nothing is made or changed, and it is read in snapshots. Knows nothing of what is
//! looked for.

use std::ffi::OsString;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use sea_orm::{ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, TransactionTrait};

use super::VerifyError;
use super::dialect::BY_ROWS;
use crate::database::{DatabaseUrl, look};
use crate::migrations::{self, Standing};

/// What SQLite keeps beside a file that is in use, or was not closed.
const COMPANIONS: [&str; 2] = ["-wal", "-journal"];

pub(crate) struct Source {
    url: DatabaseUrl,
    connection: DatabaseConnection,
    /// SQLite's file as it lies there, as long as nobody has it open.
    still: Option<Still>,
}

impl Source {
    /// Opens what is there and is this program's own.
    pub(crate) async fn open(url: &DatabaseUrl) -> Result<Self, VerifyError> {
        let still = match url.file() {
            Some(file) => {
                is_there(file)?;
                Still::of(file)
            }
            None => None,
        };
        let connection = look(url, still.is_some()).await?;
        let mut source = Self { url: url.clone(), connection, still };
        match source.snapshot(migrations::standing).await? {
            Standing::Current => Ok(source),
            Standing::Older => Err(VerifyError::Older),
            Standing::Newer(migration) => Err(VerifyError::Newer(migration)),
            Standing::Foreign => Err(VerifyError::Foreign),
        }
    }

    /// Reads several things as they are at one moment.
    pub(crate) async fn snapshot<T>(
        &mut self,
        mut read: impl AsyncFnMut(&DatabaseTransaction) -> Result<T, DbErr>,
    ) -> Result<T, DbErr> {
        loop {
            // The first statement fixes the moment.
            let transaction = self.connection.begin().await?;
            let done = read(&transaction).await;
            transaction.rollback().await?;
            if self.still.as_ref().is_none_or(Still::is_still) {
                return done;
            }
            // Somebody has come to write meanwhile, and may have done so under this snapshot.
            self.still = self.url.file().and_then(Still::of);
            self.connection = look(&self.url, self.still.is_some()).await?;
        }
    }

    /// The same, where what is found must not depend on what an index shows.
    pub(super) async fn snapshot_of_rows<T>(
        &mut self,
        read: impl AsyncFn(&DatabaseTransaction) -> Result<T, DbErr>,
    ) -> Result<T, DbErr> {
        let is_postgres = self.is_postgres();
        self.snapshot(async |transaction| {
            if is_postgres {
                transaction.execute_unprepared(BY_ROWS).await?;
            }
            read(transaction).await
        })
        .await
    }

    pub(super) fn is_postgres(&self) -> bool {
        self.connection.get_database_backend() == DbBackend::Postgres
    }

    pub(crate) async fn close(self) {
        if let Err(error) = self.connection.close().await {
            tracing::warn!(%error, "a database connection did not close");
        }
    }
}

fn is_there(file: &Path) -> Result<(), VerifyError> {
    match fs::metadata(file) {
        Ok(file) if file.is_file() => Ok(()),
        Ok(_) => Err(VerifyError::Unreadable("this is no file".to_owned())),
        Err(error) if error.kind() == ErrorKind::NotFound => Err(VerifyError::Missing),
        Err(error) => Err(VerifyError::Unreadable(error.to_string())),
    }
}

/// A file that nobody has open. It is read without a lock, which is right only as long as that is so.
struct Still {
    file: PathBuf,
    seen: (u64, SystemTime),
}

impl Still {
    /// `None` where somebody has it open, or has not closed it.
    fn of(file: &Path) -> Option<Self> {
        // SQLite, too, looks for the companions beside what a link leads to.
        let file = fs::canonicalize(file).ok()?;
        let seen = look_at(&file).ok()?;
        (!is_in_use(&file)).then_some(Self { file, seen })
    }

    fn is_still(&self) -> bool {
        !is_in_use(&self.file) && look_at(&self.file).is_ok_and(|seen| seen == self.seen)
    }
}

fn is_in_use(file: &Path) -> bool {
    let companion = |ending| {
        let mut name = OsString::from(file);
        name.push(ending);
        PathBuf::from(name)
    };
    COMPANIONS.into_iter().any(|ending| companion(ending).exists())
}

fn look_at(file: &Path) -> io::Result<(u64, SystemTime)> {
    let metadata = fs::metadata(file)?;
    Ok((metadata.len(), metadata.modified()?))
}
