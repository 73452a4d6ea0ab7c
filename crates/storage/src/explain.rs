//! Whether a statement finds its rows by an index: SQLite is asked for its plan. For tests alone; knows nothing of
//! what the statements are for.

use sea_orm::{ConnectionTrait, Statement};
use tempfile::TempDir;

use crate::database::Database;
use crate::migrations;

/// A fresh database with the schema, as long as its directory is kept.
pub(crate) async fn fresh() -> (TempDir, Database) {
    let directory = tempfile::tempdir().expect("a directory");
    let url = format!("sqlite://{}", directory.path().join("handsel.db").display());
    let database = Database::connect(&url.parse().expect("a file's URL")).await.expect("it opens");
    migrations::apply(&database).await.expect("the schema is made");
    (directory, database)
}

/// The steps of the statement's plan.
pub(crate) async fn plan(sql: &str) -> Vec<String> {
    let (_directory, database) = fresh().await;
    let explain = Statement::from_string(database.readers.get_database_backend(), format!("EXPLAIN QUERY PLAN {sql}"));
    let plan = database.readers.query_all_raw(explain).await.expect("the statement is valid");
    plan.into_iter().map(|row| row.try_get("", "detail").expect("a step of the plan")).collect()
}

/// The tables that the statement would read from end to end.
pub(crate) async fn full_scans(sql: &str) -> Vec<String> {
    // What came as JSON, and what a statement made for itself, is read from end to end on purpose.
    let on_purpose = |step: &str| ["VIRTUAL TABLE", "CONSTANT ROW", "SCAN unread"].iter().any(|why| step.contains(why));
    // An automatic index is made for one statement, from the whole table.
    let whole = |step: &str| step.starts_with("SCAN ") || step.contains("AUTOMATIC");
    plan(sql).await.into_iter().filter(|step| whole(step) && !on_purpose(step)).collect()
}

#[tokio::test]
async fn a_full_scan_is_seen() {
    assert_eq!(full_scans("SELECT * FROM entries AS e WHERE e.content = $1").await, ["SCAN e"]);
    assert!(full_scans("SELECT * FROM entries AS e WHERE e.id = $1").await.is_empty());
}
