//! A live database of PostgreSQL's, dumped and restored as `docs/operations.md` says: it keeps what is promised, and can be
//! served from. Knows nothing of files of SQLite's, which are [`super::backup`]'s.

use std::path::Path;

use handsel_services::{Postgres, find};
use handsel_tests::over::Over;
use handsel_tests::{Database, Started, in_time};
use tokio::process::Command;

use super::support::{Market, page, writes};

const ENTRIES: &str = "SELECT COUNT(*) FROM entries";

/// Runs one of PostgreSQL's own programs to its end, while the test goes on.
async fn runs(program: &str, arguments: &[&str]) {
    let ended = in_time(program, Command::new(find(program)).args(arguments).output()).await.expect("it starts");
    assert!(ended.status.success(), "{program}: {}", String::from_utf8_lossy(&ended.stderr));
}

/// Restores that file into a database that nobody has used.
async fn restored(file: &Path) -> Database {
    let url = Postgres::shared().fresh_database();
    let (dbname, file) = (format!("--dbname={url}"), file.display().to_string());
    runs("pg_restore", &["--exit-on-error", "--no-owner", "--role=handsel", &dbname, &file]).await;
    Database::at(url)
}

#[tokio::test]
async fn it_is_whole_and_served_from_while_others_write() {
    let market = Market::open_with(Started::fresh_over(Over::Postgres)).await;
    writes(&market.bob, &market.offer, "Hello!").await;
    let writing = market.both_write();
    let directory = tempfile::tempdir().expect("a directory");
    let mut before = 0;
    for number in 1..=3 {
        let file = directory.path().join(format!("{number}.dump"));
        let at_least = market.server.database().number(ENTRIES).await;
        let to = format!("--file={}", file.display());
        runs("pg_dump", &["--format=custom", &to, market.server.database().url()]).await;
        let database = restored(&file).await;
        let entries = database.number(ENTRIES).await;
        assert!(entries >= at_least && at_least >= before, "{entries} of at least {at_least}, {before} before");
        before = at_least;

        let started = Started::over_foreign(database);
        let (status, output, errors) = started.command(&["verify"], "").await;
        assert!(status.success(), "{output}{errors}");
        let server = started.start().await;
        let (ana, bob) = (server.logs_in("ana").await, server.logs_in("bob").await);
        assert_eq!(page(&ana, &market.key, "").await["head"], entries);
        let said = writes(&bob, &market.key, "As if nothing had happened.").await;
        assert_eq!(said["seq"], entries + 1);
    }
    writing.end().await;
}
