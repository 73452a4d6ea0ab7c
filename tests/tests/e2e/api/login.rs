//! Logging in: what it gives, and what it does not give away. Knows nothing of how often one may try.

use std::time::{Duration, Instant, SystemTime};

use handsel_tests::{Answer, Server};
use serde_json::json;

use super::support::{finds_wrong, has_exactly};

async fn logs_in(server: &Server, username: &str, password: &str) -> Answer {
    server.post("/api/auth/login/", json!({"username": username, "password": password})).await
}

#[tokio::test]
async fn a_log_in_gives_a_token_for_24_hours() {
    let server = Server::start().await;
    let ana = server.person("ana").await;
    let before = SystemTime::now();
    let granted = logs_in(&server, "ana", "ana's password").await;
    let after = SystemTime::now();
    has_exactly(granted.is(200), &[("token", "text"), ("expires_at", "time"), ("user", "object")]);

    let token = granted.json["token"].as_str().expect("text");
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    assert!(token.len() == 43 && token.chars().all(plain), "a token is 43 characters of unpadded base64url");
    assert_eq!(&granted.json["user"], ana.get("/api/auth/user/").await.is(200), "with the user as everywhere");

    let expires_at = granted.json["expires_at"].as_str().expect("text");
    let expires_at = humantime::parse_rfc3339(expires_at).expect("a time");
    let (day, millisecond) = (Duration::from_hours(24), Duration::from_millis(1));
    assert!(expires_at + millisecond >= before + day && expires_at <= after + day, "24 hours ahead");
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_user_get_the_same_answer() {
    let server = Server::start().await;
    server.person("ana").await;
    let wrong = logs_in(&server, "ana", "not her password").await;
    wrong.is_problem(401, "credentials_invalid");
    for (username, password) in [
        ("nobody", "not her password"),
        ("ana", "short"),
        ("", ""),
        ("ana", &"x".repeat(1_000)),
        ("a b", "ana's password"),
    ] {
        let other = logs_in(&server, username, password).await;
        assert_eq!((other.status, &other.text), (wrong.status, &wrong.text), "{username:?}");
        let names = |answer: &Answer| answer.headers.keys().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(names(&other), names(&wrong), "{username:?}");
    }
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_user_take_about_as_long() {
    let server = Server::start().await;
    server.person("ana").await;
    let mut shortest = [Duration::MAX; 2];
    for _ in 0..5 {
        for (shortest, username) in shortest.iter_mut().zip(["ana", "nobody"]) {
            let started = Instant::now();
            logs_in(&server, username, "not her password").await.is(401);
            *shortest = started.elapsed().min(*shortest);
        }
    }
    // Without a hash, an answer would take a small part of the time.
    let [known, unknown] = shortest;
    assert!(unknown * 4 > known && known * 4 > unknown, "known user {known:?}, unknown user {unknown:?}");
}

#[tokio::test]
async fn name_and_password_are_required() {
    let server = Server::start().await;
    let path = "/api/auth/login/";
    finds_wrong(&server.post(path, json!({})).await, &[("/username", "required"), ("/password", "required")]);
    finds_wrong(&server.post(path, json!({"username": 1, "password": "x"})).await, &[("/username", "field_invalid")]);
    finds_wrong(&server.post(path, json!({"username": "ana", "password": null})).await, &[("/password", "required")]);
}

#[tokio::test]
async fn neither_passwords_nor_tokens_are_logged() {
    let server = handsel_tests::Started::fresh().with(&["--log", "trace"]).start().await;
    let ana = server.person("ana").await;
    logs_in(&server, "ana", "not her password").await.is(401);
    let offer = ana.offers("Bike repair").await;
    ana.opens(&offer).await.leaves().await;
    server.terminate().await;
    let log = server.logs("stopped").await;
    for secret in [ana.token.as_str(), "ana's password", "not her password"] {
        assert!(!log.contains(secret), "a secret is in the log");
    }
}
