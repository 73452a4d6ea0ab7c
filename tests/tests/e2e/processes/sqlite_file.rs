//! Places where SQLite can keep no file, each told in a line. Knows nothing of PostgreSQL, whose places are
//! [`super::postgres_server`]'s.

use std::fs;

use handsel_tests::Started;
use handsel_tests::server::command;

use super::starts_not::is_refused;

#[tokio::test]
async fn a_file_that_is_no_database_is_refused() {
    let started = Started::fresh_file().breaks_its_database();
    let letter = "Dear Bob, this is a letter and no database. ".repeat(100);
    let file = started.directory().join("handsel.db");
    fs::write(&file, &letter).expect("it is written");
    is_refused(started.another().ends_by_itself().await, &["handsel.db", "not a database"]);
    assert_eq!(fs::read_to_string(file).expect("it is there"), letter, "it is left as it was");
}

#[tokio::test]
async fn a_directory_is_refused() {
    let started = Started::fresh_file();
    fs::create_dir(started.directory().join("handsel.db")).expect("it is made");
    is_refused(started.another().ends_by_itself().await, &["handsel.db", "unable to open database file"]);
}

#[tokio::test]
async fn a_place_that_nobody_can_write_to_is_refused() {
    let directory = tempfile::tempdir().expect("a directory");
    fs::write(directory.path().join("plain"), "").expect("it is written");
    for place in ["sqlite://plain/handsel.db", "sqlite://missing/handsel.db", "sqlite:///proc/handsel.db"] {
        let ended = command(directory.path(), &["serve", "--port", "0", "--database-url", place], "").await;
        is_refused(ended, &[place, "unable to open database file"]);
    }
}
