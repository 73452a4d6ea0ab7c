//! `handsel backup FILE`: says what was copied, or what to do instead. Knows nothing of how a database is copied.

use anyhow::Context;
use handsel_storage::{BackupError, DatabaseUrl};

use super::load;
use crate::cli::BackupArgs;

pub(super) async fn run(args: BackupArgs) -> anyhow::Result<()> {
    let loaded = load(&args, args.common.config.clone())?;
    let url: DatabaseUrl = loaded.settings.database_url.parse().with_context(|| loaded.place("database_url"))?;
    let made = handsel_storage::backup(&url, &args.file)
        .await
        .map_err(|error| anyhow::anyhow!("{error}{}", advice(&error)))
        .with_context(|| format!("database {}", url.shown()))?;
    println!("Backed up {} to {}: {}.", url.shown(), args.file.display(), size(made.bytes));
    Ok(())
}

/// What to do about it.
fn advice(error: &BackupError) -> &'static str {
    match error {
        BackupError::Missing | BackupError::Foreign => "; name Handsel's with --database-url",
        BackupError::NoFile => "; back PostgreSQL up with pg_dump, as docs/operations.md says",
        BackupError::NotCopied(_) | BackupError::Exists(_) | BackupError::Unwritable { .. } => "",
    }
}

/// For people; the first number is what a script would read.
fn size(bytes: u64) -> String {
    const MEBIBYTE: u64 = 1 << 20;
    format!("{bytes} bytes ({}.{} MiB)", bytes / MEBIBYTE, bytes % MEBIBYTE * 10 / MEBIBYTE)
}
