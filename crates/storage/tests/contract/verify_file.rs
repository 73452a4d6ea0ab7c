//! What SQLite's files are to who verifies them: nothing is made, nothing is changed, and what is no database of ours
//! is said to be none. Knows nothing of breaches.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use handsel_storage::{Verified, VerifyError, verify};
use sea_orm::{ConnectionTrait, Database};
use tokio::runtime::Runtime;

use super::bench::Process;
use super::sqlite::Sqlite;
use super::subject::Subject;
use super::verify::talk_of_every_kind;

async fn verified(url: &str) -> Result<Verified, VerifyError> {
    verify(&url.parse().expect("a URL that is supported"), |breach| panic!("expected no breach, saw {breach:?}")).await
}

/// The files of a directory with all that is in them.
fn files(directory: &Path) -> Vec<(String, Vec<u8>)> {
    let file = |file: std::io::Result<fs::DirEntry>| {
        let file = file.expect("the directory can be read");
        (file.file_name().to_string_lossy().into_owned(), fs::read(file.path()).expect("the file can be read"))
    };
    let mut files: Vec<_> = fs::read_dir(directory).expect("the directory can be read").map(file).collect();
    files.sort();
    files
}

/// A database with a conversation in it, which nobody has open.
async fn closed() -> Sqlite {
    let sqlite = Sqlite::fresh().await;
    let process = Process::start(&sqlite).await;
    talk_of_every_kind(&process).await;
    process.storage.close().await;
    sqlite
}

async fn operator(sqlite: &Sqlite, sql: &str) {
    let outside = Database::connect(format!("{}?mode=rwc", sqlite.url())).await.expect("the database opens");
    outside.execute_unprepared(sql).await.expect("the operator knows the tables");
    outside.close().await.expect("it closes");
}

#[tokio::test]
async fn where_nobody_has_it_open_nothing_is_made_or_changed() {
    let sqlite = closed().await;
    let before = files(sqlite.directory());
    assert_eq!(before.len(), 1, "the log was closed");
    assert_eq!(verified(&sqlite.url()).await.expect("it is ours").entries, 17);
    assert_eq!(files(sqlite.directory()), before);
}

#[tokio::test]
async fn a_directory_that_nobody_may_write_to_will_do() {
    let sqlite = closed().await;
    let file = sqlite.directory().join("handsel.db");
    for (path, mode) in [(file.as_path(), 0o444), (sqlite.directory(), 0o555)] {
        fs::set_permissions(path, PermissionsExt::from_mode(mode)).expect("it is ours");
    }
    assert_eq!(verified(&sqlite.url()).await.expect("it is ours").entries, 17);
    fs::set_permissions(sqlite.directory(), PermissionsExt::from_mode(0o755)).expect("it is ours");
}

/// A process that comes and writes, all in one moment of the caller's; then it stays or goes.
fn visits(sqlite: &Sqlite, theirs: &Runtime, stays: bool) -> Option<Process> {
    let visit = async {
        let process = Process::start(sqlite).await;
        let (zoe, cem) = (process.user("zoe").await, process.user("cem").await);
        let offer = process.offer_of(&zoe).await;
        process.seat(&cem, offer, &cem).says("Hello!").await;
        if stays {
            return Some(process);
        }
        process.storage.close().await;
        None
    };
    std::thread::scope(|scope| scope.spawn(|| theirs.block_on(visit)).join().expect("it visits"))
}

#[test]
fn who_comes_to_write_while_a_still_file_is_read_is_noticed() {
    let runtime = || Runtime::new().expect("a runtime");
    for stays in [false, true] {
        let (ours, theirs) = (runtime(), runtime());
        let sqlite = ours.block_on(closed());
        ours.block_on(operator(&sqlite, "UPDATE users SET username = 'Anna' WHERE id = 1"));
        let (mut visitor, mut found) = (None, Vec::new());
        let url = sqlite.url().parse().expect("a URL that is supported");
        let verified = ours.block_on(verify(&url, |breach| {
            found.push(breach.code.name());
            visitor = visits(&sqlite, &theirs, stays);
        }));
        assert_eq!((found, verified.expect("it is ours").entries), (vec!["username_key_wrong"], 18));
        assert_eq!(visitor.is_some(), stays);
        if let Some(process) = visitor {
            theirs.block_on(process.storage.close());
        } else {
            assert_eq!(files(sqlite.directory()).len(), 1, "nothing is made where nobody has stayed");
        }
    }
}

#[tokio::test]
async fn what_a_killed_process_has_left_is_read_with_its_log() {
    let sqlite = Sqlite::fresh().await;
    let process = Process::start(&sqlite).await;
    talk_of_every_kind(&process).await;
    let left = sqlite.as_after_a_crash();
    let log = |files: Vec<(String, Vec<u8>)>| files.into_iter().filter(|(name, _)| !name.ends_with("-shm"));
    let before: Vec<_> = log(files(left.directory())).collect();
    assert_eq!(verified(&left.url()).await.expect("it is ours").entries, 17);
    // The log's index is memory that SQLite's processes share; it says nothing that the log does not.
    assert_eq!(log(files(left.directory())).collect::<Vec<_>>(), before);
}

#[tokio::test]
async fn through_a_link_it_is_read_with_its_log() {
    let sqlite = Sqlite::fresh().await;
    let process = Process::start(&sqlite).await;
    talk_of_every_kind(&process).await;
    let elsewhere = tempfile::tempdir().expect("a directory");
    let link = elsewhere.path().join("link.db");
    symlink(sqlite.directory().join("handsel.db"), &link).expect("a link");
    assert_eq!(verified(&format!("sqlite://{}", link.display())).await.expect("it is ours").entries, 17);
}

#[tokio::test]
async fn a_copy_without_a_log_of_its_own_is_read() {
    let sqlite = closed().await;
    let copy = sqlite.directory().join("copy.db");
    operator(&sqlite, &format!("VACUUM INTO '{}'", copy.display())).await;
    assert_eq!(verified(&format!("sqlite://{}", copy.display())).await.expect("it is ours").entries, 17);
}

#[tokio::test]
async fn what_is_not_there_is_not_made() {
    let sqlite = Sqlite::fresh().await;
    let missing = [sqlite.url(), format!("{}?mode=rwc", sqlite.url()), format!("{}/deeper.db", sqlite.url())];
    for url in missing {
        assert!(matches!(verified(&url).await, Err(VerifyError::Missing)), "{url}");
    }
    assert!(files(sqlite.directory()).is_empty());
}

#[tokio::test]
async fn what_is_no_database_of_ours_is_said_to_be_none() {
    let sqlite = Sqlite::fresh().await;
    let file = sqlite.directory().join("handsel.db");
    fs::write(&file, "").expect("it is written");
    assert!(matches!(verified(&sqlite.url()).await, Err(VerifyError::Foreign)), "an empty file");
    fs::write(&file, "Dear Bob, this is a letter and no database. ".repeat(100)).expect("it is written");
    let refused = verified(&sqlite.url()).await.expect_err("a letter");
    assert!(matches!(&refused, VerifyError::Unreadable(why) if why.contains("not a database")), "{refused:?}");
    fs::remove_file(&file).expect("it is removed");
    operator(&sqlite, "CREATE TABLE seaql_migrations (version TEXT, applied_at BIGINT)").await;
    assert!(matches!(verified(&sqlite.url()).await, Err(VerifyError::Foreign)), "somebody else's");
    operator(&sqlite, "INSERT INTO seaql_migrations VALUES ('m20220101_000001_shop', 1)").await;
    assert!(matches!(verified(&sqlite.url()).await, Err(VerifyError::Foreign)), "somebody else's");
    let directory = format!("sqlite://{}", sqlite.directory().display());
    let refused = verified(&directory).await.expect_err("a directory");
    assert!(matches!(&refused, VerifyError::Unreadable(why) if why.contains("no file")), "{refused:?}");
}

#[tokio::test]
async fn a_schema_of_a_newer_version_is_named() {
    let sqlite = closed().await;
    operator(&sqlite, "INSERT INTO seaql_migrations VALUES ('m29990101_000001_future', 1)").await;
    let refused = verified(&sqlite.url()).await.expect_err("it is from the future");
    assert!(matches!(&refused, VerifyError::Newer(name) if name == "m29990101_000001_future"), "{refused:?}");
}

#[tokio::test]
async fn a_table_that_is_missing_is_an_error_and_no_breach() {
    let sqlite = closed().await;
    operator(&sqlite, "DROP TABLE entries").await;
    let refused = verified(&sqlite.url()).await.expect_err("it cannot be read");
    assert!(matches!(&refused, VerifyError::Unreadable(why) if why.contains("entries")), "{refused:?}");
}
