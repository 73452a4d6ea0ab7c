//! `handsel backup`: a copy of a live database that keeps what is promised, or none. Knows nothing of how it is made.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use handsel_tests::server::{command, command_with};
use handsel_tests::{Database, Started};

use super::support::{Market, writes};

const ENTRIES: &str = "SELECT COUNT(*) FROM entries";

/// PostgreSQL is backed up otherwise.
async fn talking_over_a_file() -> Market {
    let market = Market::open_with(Started::fresh_file()).await;
    writes(&market.bob, &market.offer, "Hello!").await;
    market
}

/// The names in a directory that nobody asked for.
fn left_over(directory: &Path) -> Vec<String> {
    let names = fs::read_dir(directory).expect("it is there").map(|one| one.expect("an entry").file_name());
    names.filter_map(|name| name.into_string().ok()).filter(|name| name.contains("backup-")).collect()
}

#[tokio::test]
async fn it_is_whole_and_verified_while_others_write() {
    let market = talking_over_a_file().await;
    let stop = Arc::new(AtomicBool::new(false));
    let writing = [market.bob.clone(), market.ana.clone()].map(|person| {
        let (stop, key) = (Arc::clone(&stop), market.key.clone());
        tokio::spawn(async move {
            let mut written = 0;
            while !stop.load(Ordering::SeqCst) {
                writes(&person, &key, "More and more of it.").await;
                written += 1;
            }
            written
        })
    });
    let directory = tempfile::tempdir().expect("a directory");
    let mut before = 0;
    for number in 1..=5 {
        let file = directory.path().join(format!("{number}.db"));
        let (status, output, errors) = market.server.command(&["backup", &file.display().to_string()], "").await;
        assert!(status.success(), "{errors}");
        let bytes = fs::metadata(&file).expect("it is there").len();
        assert!(output.contains(&file.display().to_string()) && output.contains(&format!("{bytes} bytes")), "{output}");
        assert_eq!(fs::metadata(&file).expect("it is there").permissions().mode() & 0o777, 0o600);
        let url = format!("sqlite://{}", file.display());
        let (status, output, errors) = command(directory.path(), &["verify", "--database-url", &url], "").await;
        assert!(status.success(), "{output}{errors}");
        let entries = Database::file(&file).number(ENTRIES).await;
        assert!(entries >= before, "{entries} after {before}");
        before = entries;
    }
    stop.store(true, Ordering::SeqCst);
    for written in writing {
        assert!(written.await.expect("nobody is refused") > 0, "others wrote meanwhile");
    }
    assert_eq!(left_over(directory.path()), [""; 0]);
}

#[tokio::test]
async fn it_can_be_served_from() {
    let market = talking_over_a_file().await;
    let started = Started::fresh_file();
    let file = started.directory().join("handsel.db");
    let (status, _, errors) = market.server.command(&["backup", &file.display().to_string()], "").await;
    assert!(status.success(), "{errors}");
    let restored = started.start().await;
    let bob = restored.logs_in("bob").await;
    assert_eq!(bob.get(&format!("/api/conversations/{}/timeline/", market.key)).await.is(200)["head"], 1);
    writes(&bob, &market.key, "As if nothing had happened.").await;
}

#[tokio::test]
async fn it_overwrites_nothing() {
    let market = talking_over_a_file().await;
    let directory = tempfile::tempdir().expect("a directory");
    let there = directory.path().join("there.db");
    fs::write(&there, "precious").expect("a file");
    let dangling = directory.path().join("link.db");
    std::os::unix::fs::symlink(directory.path().join("nowhere"), &dangling).expect("a link");
    let own = market.server.another().directory().join("handsel.db");
    for file in [&there, &dangling, &own, &directory.path().to_owned()] {
        let file = file.display().to_string();
        let (status, output, errors) = market.server.command(&["backup", &file], "").await;
        assert_eq!((status.code(), output.as_str()), (Some(1), ""), "{file}");
        assert!(errors.contains(&file) && errors.contains("is there already"), "{errors}");
    }
    assert_eq!(fs::read_to_string(&there).expect("it is there"), "precious");
    assert_eq!(left_over(directory.path()), [""; 0]);
}

#[tokio::test]
async fn where_there_is_nothing_to_copy_nothing_is_made() {
    let directory = tempfile::tempdir().expect("a directory");
    let foreign = directory.path().join("foreign.db");
    fs::write(&foreign, "").expect("a file");
    Database::file(&foreign).change("CREATE TABLE shop (id INTEGER)").await;
    let foreign = format!("sqlite://{}", foreign.display());
    let before = fs::read_dir(directory.path()).expect("it is there").count();
    for (url, file, expected) in [
        ("sqlite://nowhere.db", "copy.db", "--database-url"),
        (foreign.as_str(), "copy.db", "--database-url"),
        (foreign.as_str(), "nowhere/copy.db", "nowhere/copy.db"),
        ("postgres://ana:hunter2@localhost/handsel", "copy.db", "pg_dump"),
        ("postgresql://localhost/handsel", "copy.db", "docs/operations.md"),
    ] {
        let variables = [("DATABASE_URL", url)];
        let (status, output, errors) = command_with(directory.path(), &["backup", file], &variables, "").await;
        assert_eq!((status.code(), output.as_str()), (Some(1), ""), "{url} {file}");
        assert!(errors.contains(expected) && !errors.contains("hunter2"), "{errors}");
    }
    let after: Vec<_> = fs::read_dir(directory.path()).expect("it is there").collect();
    assert_eq!(after.len(), before, "{after:?}");
}
