//! The schema's history. Knows nothing of the code that uses the schema.

mod m20261123_000001_core;

use sea_orm::DbErr;
use sea_orm_migration::{MigrationTrait, MigratorTrait, async_trait};

use crate::database::Database;

struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![Box::new(m20261123_000001_core::Migration)]
    }
}

/// Why a schema could not be brought up to date. In both cases it is left as it was.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ApplyError {
    /// A newer version of this program has made it; what it means by its tables is not known here.
    #[error("it was made by a newer version of handsel, which has the migration {0}; use that version or a later one")]
    Newer(String),
    /// The database did not do it.
    #[error(transparent)]
    Database(#[from] DbErr),
}

/// Applies what is pending, all or nothing, under the database's write lock: processes that start at the same moment
/// wait for the first, and find nothing left to do.
pub(crate) async fn apply(database: &Database) -> Result<(), ApplyError> {
    let transaction = database.begin_write().await?;
    let known = Migrator::migrations();
    let applied = Migrator::get_migration_models(&transaction).await?;
    if let Some(newer) = applied.into_iter().find(|one| known.iter().all(|known| known.name() != one.version)) {
        return Err(ApplyError::Newer(newer.version));
    }
    Migrator::up(&transaction, None).await?;
    Ok(transaction.commit().await?)
}
