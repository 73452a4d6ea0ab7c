//! A copy of a live SQLite database in a file of its own, as of one moment. Knows nothing of who asked for it.
//!
//! It keeps nobody waiting: SQLite in WAL mode lets others write while one connection reads.

use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::time::Duration;

use sea_orm::{ConnectionTrait, DatabaseConnection, DbErr, TransactionTrait};
use tempfile::{Builder, NamedTempFile};

use crate::database::{DatabaseUrl, look};
use crate::migrations::{self, Standing};
use crate::sql::statement;

/// What the name of an unfinished backup begins and ends with; it is not the name that was asked for. SQLite makes a file
/// with more behind that beside it.
const UNFINISHED: (&str, &str) = (".handsel-backup-", ".part");
/// How long nobody has written to an unfinished backup whose process was killed. One that lives writes all the time.
const DEAD_AFTER: Duration = Duration::from_hours(24);

/// A database that was backed up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BackedUp {
    /// How long the file is.
    pub bytes: u64,
}

/// Why there is no backup. Nothing has the name that it was to have then, unless something had it before.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// It is no SQLite file.
    #[error("only SQLite files are copied so")]
    NoFile,
    /// There is no such database.
    #[error("there is no such file")]
    Missing,
    /// It is not Handsel's.
    #[error("this is not a database of Handsel's")]
    Foreign,
    /// The database was not read, or there is no room for the copy.
    #[error("it was not copied: {0}")]
    NotCopied(String),
    /// A backup never takes the place of anything.
    #[error("{} is there already; name another file, or move that one away", .0.display())]
    Exists(PathBuf),
    /// The backup was not written.
    #[error("{} cannot be written: {problem}", .file.display())]
    Unwritable {
        /// What was to be written.
        file: PathBuf,
        /// What the system says.
        problem: String,
    },
}

impl From<DbErr> for BackupError {
    fn from(error: DbErr) -> Self {
        Self::NotCopied(error.to_string())
    }
}

/// Writes a copy to that file, which must not be there yet. It has that name only once it is whole and on the disk, and
/// nobody but its owner may read it.
pub async fn backup(url: &DatabaseUrl, file: &Path) -> Result<BackedUp, BackupError> {
    let source = url.file().ok_or(BackupError::NoFile)?;
    if !source.is_file() {
        return Err(BackupError::Missing);
    }
    if file.symlink_metadata().is_ok() {
        return Err(BackupError::Exists(file.to_owned()));
    }
    let unwritable = |error: io::Error| BackupError::Unwritable { file: file.to_owned(), problem: error.to_string() };
    let directory = directory_of(file).map_err(unwritable)?;
    let connection = look(url, false).await?;
    let copied = copy(&connection, &directory, file).await;
    if let Err(error) = connection.close().await {
        tracing::warn!(%error, "a database connection did not close");
    }
    keep(copied?, &directory, file)
}

/// Where the file will be, by a path that begins with a slash: SQLite takes others for URLs now and then.
fn directory_of(file: &Path) -> io::Result<PathBuf> {
    if file.file_name().is_none() {
        return Err(io::Error::new(ErrorKind::InvalidInput, "this is no file's name"));
    }
    let directory = file.parent().filter(|directory| !directory.as_os_str().is_empty());
    fs::canonicalize(directory.unwrap_or(Path::new(".")))
}

/// Removes the unfinished backups that killed processes have left there; as long as the database, each of them. Were one
/// still written, it would fail and keep nothing.
fn remove_dead(directory: &Path) -> io::Result<()> {
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let name = entry.file_name();
        let unfinished =
            name.to_str().is_some_and(|name| name.starts_with(UNFINISHED.0) && name.contains(UNFINISHED.1));
        let dead = || io::Result::Ok(entry.metadata()?.modified()?.elapsed().is_ok_and(|quiet| quiet >= DEAD_AFTER));
        if unfinished && dead()? {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

/// Copies into an unfinished file beside the one that it will be. It is gone with whoever drops it; one that a killed
/// process leaves behind is no backup by its name, and a later backup removes it.
async fn copy(connection: &DatabaseConnection, directory: &Path, file: &Path) -> Result<NamedTempFile, BackupError> {
    let transaction = connection.begin().await?;
    let standing = migrations::standing(&transaction).await;
    transaction.rollback().await?;
    // One that an older version has made, or a newer one, is worth a backup as well: just then it is needed.
    if standing? == Standing::Foreign {
        return Err(BackupError::Foreign);
    }
    if let Err(error) = remove_dead(directory) {
        tracing::warn!(%error, "what killed backups have left there was not removed");
    }
    let unwritable = |problem: String| BackupError::Unwritable { file: file.to_owned(), problem };
    let made = Builder::new().prefix(UNFINISHED.0).suffix(UNFINISHED.1).tempfile_in(directory);
    let made = made.map_err(|error| unwritable(error.to_string()))?;
    let path = made.path().to_str().ok_or_else(|| unwritable("its directory's name is not UTF-8".to_owned()))?;
    // Into a file that is there and empty: it was made so that nobody else may read it.
    connection.execute_raw(statement(connection, "VACUUM INTO ?", [path.into()])).await?;
    Ok(made)
}

/// Gives the copy its name, once it is on the disk.
fn keep(copy: NamedTempFile, directory: &Path, file: &Path) -> Result<BackedUp, BackupError> {
    let unwritable = |error: io::Error| BackupError::Unwritable { file: file.to_owned(), problem: error.to_string() };
    copy.as_file().sync_all().map_err(unwritable)?;
    let kept = copy.persist_noclobber(file).map_err(|refused| match refused.error.kind() {
        ErrorKind::AlreadyExists => BackupError::Exists(file.to_owned()),
        _ => unwritable(refused.error),
    })?;
    File::open(directory).and_then(|directory| directory.sync_all()).map_err(unwritable)?;
    Ok(BackedUp { bytes: kept.metadata().map_err(unwritable)?.len() })
}
