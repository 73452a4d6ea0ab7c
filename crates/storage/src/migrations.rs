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

/// Applies what is pending, all or nothing, under the database's write lock: processes that start at the same moment
/// wait for the first, and find nothing left to do.
pub(crate) async fn apply(database: &Database) -> Result<(), DbErr> {
    let transaction = database.begin_write().await?;
    Migrator::up(&transaction, None).await?;
    transaction.commit().await
}
