//! Where a server cannot serve it says so and ends with status 1.

use std::process::ExitStatus;

use handsel_tests::Server;
use handsel_tests::server::command;
use tokio::net::TcpListener;

/// Ends with status 1 and one line of error that says all of this.
pub(super) fn is_refused((status, output, errors): (ExitStatus, String, String), words: &[&str]) {
    println!("it said: {errors}");
    assert_eq!(status.code(), Some(1), "{errors}");
    assert_eq!(output, "", "it does not claim to listen");
    let last = errors.lines().last().unwrap_or_default();
    assert!(last.starts_with("handsel: "), "{errors}");
    for word in words {
        assert!(last.contains(word), "expected {word:?} in {last:?}");
    }
    assert!(!errors.contains("panicked"), "{errors}");
}

#[tokio::test]
async fn a_taken_port_is_refused_and_changes_nothing() {
    let taken = TcpListener::bind("127.0.0.1:0").await.expect("there is a free port");
    let port = taken.local_addr().expect("it has an address").port().to_string();
    let directory = tempfile::tempdir().expect("a directory");
    let ended = command(directory.path(), &["serve", "--port", &port], "").await;
    is_refused(ended, &["cannot listen on 127.0.0.1", &port, "--port"]);
    assert!(!directory.path().join("handsel.db").exists(), "no database was made");
}

#[tokio::test]
async fn a_database_of_a_newer_version_is_refused() {
    const FROM_THE_FUTURE: &str =
        "INSERT INTO seaql_migrations (version, applied_at) VALUES ('m29990101_000001_future', 32472144000)";
    let server = Server::start().await;
    server.person("ana").await;
    server.terminate().await;
    let again = server.another();
    assert!(server.ended().await.success());
    let again = again.breaks_its_database();
    assert_eq!(again.database().change(FROM_THE_FUTURE).await, 1);
    is_refused(
        again.another().ends_by_itself().await,
        &[&again.database().shown(), "m29990101_000001_future", "newer"],
    );
    assert_eq!(again.database().number("SELECT COUNT(*) FROM users").await, 1, "nothing is lost");
}
