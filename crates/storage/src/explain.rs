//! Whether a statement finds its rows by an index: each database is asked for its plan. For tests alone; knows nothing
//! of what the statements are for.

use std::sync::OnceLock;

use handsel_services::Postgres;
use sea_orm::{ConnectionTrait, Statement};
use serde_json::Value as Json;
use tempfile::TempDir;

use crate::database::{Database, DatabaseUrl};
use crate::migrations;
use crate::sql::Sql;

/// A fresh database of SQLite's with the schema, as long as its directory is kept.
pub(crate) async fn fresh() -> (TempDir, Database) {
    let directory = tempfile::tempdir().expect("a directory");
    let url = format!("sqlite://{}", directory.path().join("handsel.db").display());
    (directory, migrated(&url).await)
}

/// PostgreSQL's with the schema, one for all tests.
pub(crate) async fn postgres() -> Database {
    static URL: OnceLock<String> = OnceLock::new();
    let url = tokio::task::spawn_blocking(|| URL.get_or_init(|| Postgres::shared().fresh_database()));
    migrated(url.await.expect("PostgreSQL starts")).await
}

async fn migrated(url: &str) -> Database {
    let url: DatabaseUrl = url.parse().expect("a database's URL");
    let database = Database::connect(&url).await.expect("it opens");
    migrations::apply(&database).await.expect("the schema is made");
    database
}

/// The steps of SQLite's plan for the statement.
pub(crate) async fn plan_of_sqlite(sql: &str) -> Vec<String> {
    let (_directory, database) = fresh().await;
    let explain = Statement::from_string(database.readers.get_database_backend(), format!("EXPLAIN QUERY PLAN {sql}"));
    let plan = database.readers.query_all_raw(explain).await.expect("the statement is valid");
    plan.into_iter().map(|row| row.try_get("", "detail").expect("a step of the plan")).collect()
}

/// The tables that the statement would read from end to end, on either database.
pub(crate) async fn full_scans(sql: impl Into<Sql>) -> Vec<String> {
    let Sql { sqlite, postgres } = sql.into();
    let mut scans = full_scans_of_sqlite(sqlite).await;
    scans.extend(full_scans_of_postgres(postgres).await);
    scans
}

async fn full_scans_of_sqlite(sql: &str) -> Vec<String> {
    // What came as JSON, and what a statement made for itself, is read from end to end on purpose.
    let on_purpose = |step: &str| {
        ["VIRTUAL TABLE", "CONSTANT ROW", "SCAN unread", "SCAN asked"].iter().any(|why| step.contains(why))
    };
    // An automatic index is made for one statement, from the whole table.
    let whole = |step: &str| step.starts_with("SCAN ") || step.contains("AUTOMATIC");
    plan_of_sqlite(sql).await.into_iter().filter(|step| whole(step) && !on_purpose(step)).collect()
}

/// On that one alone.
pub(crate) async fn full_scans_of_postgres(sql: &str) -> Vec<String> {
    // The server reads a whole table then only where it has no other way.
    let plan = plan_of_postgres("SET LOCAL enable_seqscan = off", sql).await;
    plan.into_iter().filter(|step| step.starts_with("Seq Scan")).collect()
}

/// The steps of PostgreSQL's plan for the statement with any parameters, each with its table and its index.
pub(crate) async fn plan_of_postgres(settings: &str, sql: &str) -> Vec<String> {
    let parameters = (1..=9).take_while(|number| sql.contains(&format!("${number}"))).count();
    let arguments = if parameters == 0 { String::new() } else { format!("({})", vec!["NULL"; parameters].join(", ")) };
    let database = postgres().await;
    let transaction = database.begin_write().await.expect("it begins");
    let settings = format!("SET LOCAL plan_cache_mode = force_generic_plan; {settings}");
    transaction.execute_unprepared(&settings).await.expect("they are set");
    transaction.execute_unprepared(&format!("PREPARE explained AS {sql}")).await.expect("the statement is valid");
    let explain = format!("EXPLAIN (FORMAT JSON) EXECUTE explained{arguments}");
    let explain = Statement::from_string(transaction.get_database_backend(), explain);
    let plan = transaction.query_one_raw(explain).await.expect("it has a plan").expect("a row");
    let mut steps = Vec::new();
    read_steps(&plan.try_get_by_index(0).expect("JSON"), &mut steps);
    steps
}

fn read_steps(plan: &Json, steps: &mut Vec<String>) {
    match plan {
        Json::Array(all) => all.iter().for_each(|step| read_steps(step, steps)),
        Json::Object(step) => {
            let words: Vec<_> = ["Node Type", "Alias", "Index Name"]
                .into_iter()
                .filter_map(|name| step.get(name).and_then(Json::as_str))
                .collect();
            steps.extend((!words.is_empty()).then(|| words.join(" ")));
            step.values().for_each(|value| read_steps(value, steps));
        }
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {}
    }
}

#[tokio::test]
async fn a_full_scan_is_seen() {
    let scans = full_scans("SELECT * FROM entries AS e WHERE e.content = $1").await;
    assert_eq!(scans, ["SCAN e", "Seq Scan e"]);
    assert!(full_scans("SELECT * FROM entries AS e WHERE e.id = $1").await.is_empty());
}
