//! `handsel user …` and `handsel migrate`: what an operator does with users. Knows nothing of tokens but that a new
//! password revokes them.

use handsel_tests::server::command;
use handsel_tests::{Database, Server};
use serde_json::json;

#[tokio::test]
async fn a_user_who_was_added_logs_in() {
    let server = Server::start().await;
    let add = ["user", "add", "Zoë", "--first-name", "Zoë", "--last-name", "Ny"];
    let (status, output, errors) = server.command(&add, "a good password\n").await;
    assert!(status.success(), "{errors}");
    assert_eq!(output, "Added user Zoë with id 1.\n");
    let login = json!({"username": "zoë", "password": "a good password"});
    let granted = server.post("/api/auth/login/", login).await;
    assert_eq!(granted.is(200)["user"]["full_name"], "Zoë Ny");

    let (status, _, errors) = server.command(&["user", "add", "ZOË"], "a good password\n").await;
    assert_eq!((status.code(), errors.contains("this username is taken")), (Some(1), true), "{errors}");
}

#[tokio::test]
async fn what_cannot_be_a_user_is_not_added() {
    let server = Server::start().await;
    for (name, password, says) in [
        ("zoe", "short", "8 to 128 characters"),
        ("zoe", "", "8 to 128 characters"),
        ("zoe", &"x".repeat(129), "8 to 128 characters"),
        ("zo", "a good password", "3 to 150 characters"),
        ("zoe ny", "a good password", "letters, digits"),
    ] {
        let (status, output, errors) = server.command(&["user", "add", name], &format!("{password}\n")).await;
        assert_eq!((status.code(), output.as_str()), (Some(1), ""), "{name}");
        assert!(errors.contains(says), "{errors}");
    }
    assert_eq!(server.database().number("SELECT COUNT(*) FROM users").await, 0);
}

#[tokio::test]
async fn users_are_listed_one_a_line() {
    let server = Server::start().await;
    assert_eq!(server.command(&["user", "list"], "").await.1, "");
    server.person("ana").await;
    server.command(&["user", "add", "bob", "--first-name", "Bob"], "a good password").await;
    let (status, output, errors) = server.command(&["user", "list"], "").await;
    assert!(status.success(), "{errors}");
    let lines: Vec<Vec<_>> = output.lines().map(|line| line.split('\t').collect()).collect();
    assert_eq!([&lines[0][..3], &lines[1][..3]], [["1", "ana", "ana"], ["2", "bob", "Bob"]]);
    assert!(lines.iter().all(|line| line.len() == 4 && humantime::parse_rfc3339(line[3]).is_ok()), "{output}");
}

#[tokio::test]
async fn a_new_password_revokes_all_tokens() {
    let server = Server::start().await;
    let ana = server.person("ana").await;
    let elsewhere = server.logs_in("ana").await;
    let bob = server.person("bob").await;
    let offer = bob.offers("Piano lessons").await;
    let mut socket = ana.opens(&offer).await;

    let (status, output, errors) = server.command(&["user", "set-password", "ANA"], "another password\r\n").await;
    assert!(status.success() && output.contains("ana"), "{output}{errors}");
    for person in [&ana, &elsewhere] {
        person.get("/api/auth/user/").await.is_problem(401, "token_revoked");
    }
    socket.hears_close(4001, "token_revoked").await;
    bob.get("/api/auth/user/").await.is(200);
    let login = |password: &str| server.post("/api/auth/login/", json!({"username": "ana", "password": password}));
    login("ana's password").await.is_problem(401, "credentials_invalid");
    login("another password").await.is(200);
}

#[tokio::test]
async fn a_password_that_is_none_changes_nothing() {
    let server = Server::start().await;
    let ana = server.person("ana").await;
    let (status, _, errors) = server.command(&["user", "set-password", "ana"], "short\n").await;
    assert_eq!((status.code(), errors.contains("8 to 128 characters")), (Some(1), true), "{errors}");
    ana.get("/api/auth/user/").await.is(200);
    let (status, _, errors) = server.command(&["user", "set-password", "nobody"], "another password\n").await;
    assert_eq!(status.code(), Some(1));
    assert!(errors.contains("there is no user \"nobody\"") && errors.contains("handsel user list"), "{errors}");
}

#[tokio::test]
async fn migrating_makes_a_database_that_can_be_served() {
    let directory = tempfile::tempdir().expect("a directory");
    for _ in 0..2 {
        let (status, output, errors) = command(directory.path(), &["migrate"], "").await;
        assert!(status.success(), "{errors}");
        assert!(output.contains("sqlite://handsel.db is up to date"), "{output}");
    }
    let users = Database::file(&directory.path().join("handsel.db")).number("SELECT COUNT(*) FROM users").await;
    assert_eq!(users, 0);
    let (status, _, errors) = command(directory.path(), &["user", "add", "ana"], "a good password\n").await;
    assert!(status.success(), "{errors}");

    std::fs::write(directory.path().join("other.db"), "this is no database, whatever its name says").expect("a file");
    let (status, _, errors) = command(directory.path(), &["migrate", "--database-url", "sqlite://other.db"], "").await;
    assert_eq!((status.code(), errors.contains("database")), (Some(1), true), "{errors}");
}
