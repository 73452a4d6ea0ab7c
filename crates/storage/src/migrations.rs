//! The schema's history. Knows nothing of the code that uses the schema.

mod m20261123_000001_core;
mod m20261123_000002_identity;
mod m20261123_000003_moderation;
mod m20261123_000004_events;
mod m20261123_000005_webhooks;
mod m20261123_000006_views;

use handsel_domain::ports::Schema;
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait};
use sea_orm_migration::{MigrationTrait, MigratorTrait, SchemaManager, async_trait, seaql_migrations};

use crate::database::{Alone, Database};
use crate::sql::statement;

struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261123_000001_core::Migration),
            Box::new(m20261123_000002_identity::Migration),
            Box::new(m20261123_000003_moderation::Migration),
            Box::new(m20261123_000004_events::Migration),
            Box::new(m20261123_000005_webhooks::Migration),
            Box::new(m20261123_000006_views::Migration),
        ]
    }
}

/// Why a schema could not be brought up to date. It is left as it was.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ApplyError {
    /// A newer version of this program has made it; what it means by its tables is not known here.
    #[error("it was made by a newer version of handsel, which has the migration {0}; use that version or a later one")]
    Newer(String),
    /// It could not keep what people write.
    #[error("it keeps texts as {0}, which has no sign for much that people write; create it anew with ENCODING 'UTF8'")]
    Encoding(String),
    /// The database did not do it.
    #[error(transparent)]
    Database(#[from] DbErr),
}

/// Applies what is pending, all or nothing, under a lock: processes that start at the same moment wait for the first, and
/// find nothing left to do.
pub(crate) async fn apply(database: &Database) -> Result<(), ApplyError> {
    let (_turn, transaction) = database.begin_alone(Alone::Migrating).await?;
    if database.is_postgres() {
        keeps_all_texts(&transaction).await?;
    }
    let known = Migrator::migrations();
    let applied = Migrator::get_migration_models(&transaction).await?;
    if let Some(newer) = applied.into_iter().find(|one| known.iter().all(|known| known.name() != one.version)) {
        return Err(ApplyError::Newer(newer.version));
    }
    Migrator::up(&transaction, None).await?;
    Ok(transaction.commit().await?)
}

/// PostgreSQL keeps texts in whatever encoding a database was created with, for ever.
async fn keeps_all_texts(transaction: &DatabaseTransaction) -> Result<(), ApplyError> {
    let asked = statement(transaction, "SELECT current_setting('server_encoding')", []);
    let row = transaction.query_one_raw(asked).await?;
    match row.map(|row| row.try_get_by_index::<String>(0)).transpose()? {
        Some(encoding) if encoding != "UTF8" => Err(ApplyError::Encoding(encoding)),
        _ => Ok(()),
    }
}

/// How a schema stands to this program.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// It is this program's own.
    Current,
    /// Migrations are pending.
    Older,
    /// A newer version of this program has made it; this migration is not known here.
    Newer(String),
    /// Another program has made it, or nobody.
    Foreign,
}

/// Looks how the schema stands, and changes nothing.
pub(crate) async fn standing(transaction: &DatabaseTransaction) -> Result<Standing, DbErr> {
    if !SchemaManager::new(transaction).has_table(Migrator::migration_table_name().to_string()).await? {
        return Ok(Standing::Foreign);
    }
    let known = Migrator::migrations();
    let known: Vec<_> = known.iter().map(|one| one.name()).collect();
    let applied = seaql_migrations::Entity::find().all(transaction).await?;
    Ok(compare(&known, applied.into_iter().map(|one| one.version).collect()))
}

/// Looks how the schema of an open database stands by now.
pub(crate) async fn stands_now<C: ConnectionTrait>(connection: &C) -> Result<Schema, DbErr> {
    let known = Migrator::migrations();
    let known: Vec<_> = known.iter().map(|one| one.name()).collect();
    let applied = seaql_migrations::Entity::find().all(connection).await?;
    Ok(match compare(&known, applied.into_iter().map(|one| one.version).collect()) {
        Standing::Current => Schema::Current,
        Standing::Newer(_) => Schema::Newer,
        Standing::Older | Standing::Foreign => Schema::Older,
    })
}

fn compare(known: &[&str], applied: Vec<String>) -> Standing {
    let is_applied = |name: &&str| applied.iter().any(|one| one == name);
    // Others keep their migrations in a table of that name, too.
    if !known.first().is_some_and(is_applied) {
        return Standing::Foreign;
    }
    let is_complete = known.iter().all(is_applied);
    match applied.into_iter().find(|one| !known.contains(&one.as_str())) {
        Some(newer) => Standing::Newer(newer),
        None if is_complete => Standing::Current,
        None => Standing::Older,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schema_stands_where_its_migrations_say() {
        for (applied, expected) in [
            (vec!["core", "second"], Standing::Current),
            (vec!["core"], Standing::Older),
            (vec!["core", "second", "third"], Standing::Newer("third".to_owned())),
            (vec!["core", "third"], Standing::Newer("third".to_owned())),
            (vec![], Standing::Foreign),
            (vec!["second"], Standing::Foreign),
            (vec!["shop", "cart"], Standing::Foreign),
        ] {
            let names = applied.iter().map(|name| (*name).to_owned()).collect();
            assert_eq!(compare(&["core", "second"], names), expected, "{applied:?}");
        }
    }
}
