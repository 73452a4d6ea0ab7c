//! `handsel backup FILE`: says what was copied, or what to do instead. Knows nothing of how a database is copied.

use anyhow::Context;
use handsel_storage::{BackupError, DatabaseUrl};

use super::load;
use crate::cli::BackupArgs;

pub(super) async fn run(args: BackupArgs) -> anyhow::Result<()> {
    let loaded = load(&args, args.common.config.clone())?;
    let url: DatabaseUrl = loaded.settings.database_url.parse().with_context(|| loaded.place("database_url"))?;
    let made = handsel_storage::backup(&url, &args.file).await.map_err(|error| match advice(&error) {
        Some(advice) => {
            let (setting, database, file) = (loaded.place("database_url"), url.shown(), args.file.display());
            anyhow::anyhow!("{setting}: database {database}, to {file}: {error}{advice}")
        }
        None => error.into(),
    })?;
    println!("Backed up {} to {}: {}.", url.shown(), args.file.display(), size(made.bytes));
    Ok(())
}

/// What to do about it, where it is about the database and not about the file that was to be made.
fn advice(error: &BackupError) -> Option<&'static str> {
    match error {
        BackupError::Missing | BackupError::Foreign => Some("; name Handsel's with --database-url"),
        BackupError::NoFile => Some("; back PostgreSQL up with pg_dump, as docs/operations.md says"),
        BackupError::NotCopied(_) => Some(""),
        BackupError::Exists(_) | BackupError::Unwritable { .. } => None,
    }
}

/// For people; the first number is what a script would read.
fn size(bytes: u64) -> String {
    const MEBIBYTE: u64 = 1 << 20;
    format!("{bytes} bytes ({}.{} MiB)", bytes / MEBIBYTE, bytes % MEBIBYTE * 10 / MEBIBYTE)
}
