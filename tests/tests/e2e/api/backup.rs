//! `handsel backup`: a copy of a live database that keeps what is promised, or none. Knows nothing of how it is made.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::{Duration, SystemTime};

use handsel_tests::server::{command, command_with};
use handsel_tests::{Database, Started, in_time, seeding};

use super::support::{Market, writes};

const ENTRIES: &str = "SELECT COUNT(*) FROM entries";

/// PostgreSQL is backed up otherwise; [`super::dump`] does.
async fn talking_over_a_file() -> Market {
    let market = Market::open_with(Started::fresh_file()).await;
    writes(&market.bob, &market.offer, "Hello!").await;
    market
}

/// The names in a directory.
fn names(directory: &Path) -> Vec<String> {
    let names = fs::read_dir(directory).expect("it is there").map(|one| one.expect("an entry").file_name());
    let mut names: Vec<_> = names.map(|name| name.into_string().expect("a name in UTF-8")).collect();
    names.sort();
    names
}

/// Whether it is the name of a backup that is not finished.
fn unfinished(name: &str) -> bool {
    name.starts_with(".handsel-backup-")
}

/// The names in a directory that nobody asked for.
fn left_over(directory: &Path) -> Vec<String> {
    names(directory).into_iter().filter(|name| unfinished(name)).collect()
}

#[tokio::test]
async fn it_is_whole_and_verified_while_others_write() {
    let market = talking_over_a_file().await;
    let writing = market.both_write();
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
    writing.end().await;
    assert_eq!(left_over(directory.path()), [""; 0]);
}

#[tokio::test]
async fn a_killed_one_is_no_backup_and_in_nobodys_way() {
    let market = talking_over_a_file().await;
    seeding::messages(market.server.database(), &market.key, 10_000).await;
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("backup.db");
    let arguments = ["backup", &file.display().to_string()];
    // One that was whole before it was killed is made again.
    let killed_in_the_middle = async {
        loop {
            let mut process = market.server.another().process(&arguments).spawn().expect("it starts");
            // Nothing announces that it has begun but the file that it makes.
            while names(directory.path()).is_empty() {
                tokio::task::yield_now().await;
            }
            process.kill().await.expect("it is ended");
            match names(directory.path()).as_slice() {
                [one] if one == "backup.db" => fs::remove_file(&file).expect("it is there"),
                left if left.iter().all(|name| unfinished(name)) => break,
                other => panic!("saw more than a backup that is not finished: {other:?}"),
            }
        }
    };
    in_time("a backup to be killed in the middle", killed_in_the_middle).await;

    let (status, _, errors) = market.server.command(&arguments, "").await;
    assert!(status.success(), "{errors}");
    let url = format!("sqlite://{}", file.display());
    let (status, output, errors) = command(directory.path(), &["verify", "--database-url", &url], "").await;
    assert!(status.success(), "{output}{errors}");
}

#[tokio::test]
async fn what_killed_ones_have_left_is_removed_after_a_day() {
    const DAY: Duration = Duration::from_hours(24);
    let market = talking_over_a_file().await;
    let directory = tempfile::tempdir().expect("a directory");
    let now = SystemTime::now();
    for (name, written) in [
        (".handsel-backup-dead.part", now - DAY),
        (".handsel-backup-dead.part-journal", now - DAY),
        (".handsel-backup-alive.part", now),
        (".handsel-backup-of-somebody-else", now - DAY),
        ("last-year.part", now - DAY),
    ] {
        let made = fs::File::create(directory.path().join(name)).expect("a file");
        made.set_modified(written).expect("a file has a time");
    }
    let file = directory.path().join("backup.db").display().to_string();
    let (status, _, errors) = market.server.command(&["backup", &file], "").await;
    assert!(status.success(), "{errors}");
    let expected = [".handsel-backup-alive.part", ".handsel-backup-of-somebody-else", "backup.db", "last-year.part"];
    assert_eq!(names(directory.path()), expected);
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
        ("sqlite://nowhere.db", "copy.db", "database_url (DATABASE_URL): database sqlite://nowhere.db, to copy.db: "),
        (foreign.as_str(), "copy.db", "--database-url"),
        (foreign.as_str(), "nowhere/copy.db", "handsel: nowhere/copy.db"),
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
