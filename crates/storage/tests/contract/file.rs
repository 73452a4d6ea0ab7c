//! What SQLite alone promises of its file. Knows nothing of other databases.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use sea_orm::{ConnectionTrait, Database, Statement};

use super::bench::Process;
use super::sqlite::Sqlite;
use super::subject::Subject;

async fn one_text(sqlite: &Sqlite, sql: &str) -> String {
    let outside = Database::connect(sqlite.url()).await.expect("the database opens");
    let row = outside.query_one_raw(Statement::from_string(outside.get_database_backend(), sql)).await;
    row.expect("it answers").expect("a row").try_get_by_index(0).expect("a text")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_file_is_in_wal_mode() {
    let sqlite = Sqlite::fresh().await;
    let process = Process::start(&sqlite).await;
    assert_eq!(one_text(&sqlite, "PRAGMA journal_mode").await, "wal");
    process.storage.close().await;
    assert_eq!(one_text(&sqlite, "PRAGMA journal_mode").await, "wal", "that stays in the file");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_is_in_the_files_at_that_moment() {
    let sqlite = Sqlite::fresh().await;
    let process = Process::start(&sqlite).await;
    let (_, bob) = process.ana_and_bob().await;
    for acknowledged in 1..=5 {
        bob.says("Hello!").await;
        let after = sqlite.as_after_a_crash();
        let recovered = Process::start(&after).await;
        assert_eq!(recovered.seat_of(&bob).reads_all().await.len(), acknowledged);
        recovered.seat_of(&bob).says("It goes on.").await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crash_in_the_middle_of_a_write_leaves_nothing_half_written() {
    // Few enough for SQLite not to move anything from the log into the file: copies of the two would not match then.
    const MESSAGES_EACH: usize = 30;
    let sqlite = Sqlite::fresh().await;
    let process = Process::start(&sqlite).await;
    let (ana, bob) = process.ana_and_bob_talking().await;
    let writers = [ana, bob.clone()].map(|seat| {
        tokio::spawn(async move {
            for _ in 0..MESSAGES_EACH {
                seat.says("Hello!").await;
            }
        })
    });
    while !writers.iter().all(tokio::task::JoinHandle::is_finished) {
        let acknowledged = process.heard.entries_now().len();
        let after = sqlite.as_after_a_crash();
        let recovered = Process::start(&after).await;
        let recovered = recovered.seat_of(&bob);
        let (head, entries) = (recovered.head().await, recovered.reads_all().await);
        assert_eq!(i64::try_from(entries.len()), Ok(head));
        assert!(entries.len() >= acknowledged, "{} of {acknowledged} that were announced", entries.len());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_nothing_was_committed_nothing_has_changed() {
    let sqlite = Arc::new(Sqlite::fresh().await);
    let (process, other) = (Process::start(&*sqlite).await, Process::start(&*sqlite).await);
    let (_, bob) = process.ana_and_bob_talking().await;
    let changed = async || other.storage.conversations.changed().await.expect("the storage answers");
    assert!(changed().await);
    for _ in 0..3 {
        assert!(!changed().await);
        bob.reads_all().await;
        assert!(!changed().await, "reading is no change");
        let third = process.seat(&bob.person, bob.key.listing, &bob.person).at("offer_1:1".parse().expect("a key"));
        third.appends(super::seat::message("in vain", None)).await.expect_err("she is the owner");
        assert!(!changed().await, "a refusal is no change");
        bob.says("Hello!").await;
        assert!(changed().await);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_opens_waits_for_the_others_migrations() {
    let sqlite = Arc::new(Sqlite::fresh().await);
    let outside = Database::connect(format!("{}?mode=rwc", sqlite.url())).await.expect("the file is made");
    outside.execute_unprepared("PRAGMA journal_mode = WAL").await.expect("it is turned on");
    let held = sqlite.hold_writes(&outside).await;
    let opens: Vec<_> = (0..4)
        .map(|_| {
            let sqlite = Arc::clone(&sqlite);
            tokio::spawn(async move { Process::start(&*sqlite).await })
        })
        .collect();
    // So long, each gets to look at a database without tables.
    tokio::time::sleep(Duration::from_millis(200)).await;
    held.rollback().await.expect("the lock is let go");
    for process in join_all(opens).await {
        process.expect("it opens").storage.conversations.ping().await.expect("it answers");
    }
}
