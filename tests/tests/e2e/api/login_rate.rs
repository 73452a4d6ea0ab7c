//! How often one may try to log in: ten times a minute for a name and address. Knows nothing of passwords.
//!
//! Attempts are made at once, so that none of the ten comes back while a busy machine hashes the others.

use futures_util::future::join_all;
use handsel_tests::{Answer, Server, Started};
use serde_json::json;

use super::support::ask;

/// One attempt by that name, by way of those proxies.
async fn tries(server: &Server, username: &str, forwarded: Option<&str>) -> Answer {
    let mut headers = vec![("content-type", "application/json")];
    headers.extend(forwarded.map(|forwarded| ("x-forwarded-for", forwarded)));
    let body = json!({"username": username, "password": format!("{username}'s password")}).to_string();
    ask(&server.address, "POST", "/api/auth/login/", &headers, body.as_bytes()).await
}

async fn try_at_once(server: &Server, attempts: &[(&str, Option<&str>)]) -> Vec<Answer> {
    join_all(attempts.iter().map(|(username, forwarded)| tries(server, username, *forwarded))).await
}

fn refused(answers: &[Answer]) -> usize {
    for answer in answers.iter().filter(|answer| answer.status == 429) {
        answer.is_problem(429, "rate_limited");
        let seconds = answer.header("retry-after").parse::<u32>().expect("Retry-After is in seconds");
        assert!((1..=60).contains(&seconds), "try again within a minute, not in {seconds} s");
    }
    answers.iter().filter(|answer| answer.status == 429).count()
}

#[tokio::test]
async fn the_eleventh_attempt_waits_even_with_the_right_password() {
    let server = Server::start().await;
    server.person("bob").await;
    let answers = try_at_once(&server, &[("bob", None); 10]).await;
    // One of Bob's ten is used up by `person`.
    assert_eq!(refused(&answers), 1);
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 9);
}

#[tokio::test]
async fn other_names_are_not_affected_and_other_forms_are_not_other_names() {
    let server = Server::start().await;
    let forms = [("nobody", None), ("NOBODY", None), ("Ｎobody", None), ("nobody", None)];
    let mut attempts: Vec<_> = forms.into_iter().cycle().take(11).collect();
    attempts.extend([("someone", None); 10]);
    let answers = try_at_once(&server, &attempts).await;
    assert_eq!((refused(&answers[..11]), refused(&answers[11..])), (1, 0));
}

#[tokio::test]
async fn behind_a_trusted_proxy_the_forwarded_address_counts() {
    let server = Started::fresh().with(&["--trusted-proxy", "127.0.0.0/8"]).start().await;
    let mut attempts = vec![("nobody", Some("198.51.100.1")); 6];
    // What stands further to the left, the client may have written itself.
    attempts.extend([("nobody", Some("203.0.113.9, 198.51.100.1")); 5]);
    attempts.extend([("nobody", Some("198.51.100.2")); 10]);
    attempts.extend([("nobody", None); 10]);
    let answers = try_at_once(&server, &attempts).await;
    assert_eq!((refused(&answers[..11]), refused(&answers[11..21]), refused(&answers[21..])), (1, 0, 0));
}

#[tokio::test]
async fn without_one_it_is_not_believed() {
    for server in [Started::fresh(), Started::fresh().with(&["--trusted-proxy", "198.51.100.0/24"])] {
        let server = server.start().await;
        let addresses: Vec<_> = (1..=11).map(|n| format!("198.51.100.{n}")).collect();
        let attempts: Vec<_> = addresses.iter().map(|address| ("nobody", Some(address.as_str()))).collect();
        assert_eq!(refused(&try_at_once(&server, &attempts).await), 1);
    }
}

#[tokio::test]
async fn an_address_may_not_try_all_names() {
    let server = Started::fresh().with(&["--sign-ins-per-minute", "5"]).start().await;
    let names: Vec<_> = (0..8).map(|n| format!("nobody{n}")).collect();
    let attempts: Vec<_> = names.iter().map(|name| (name.as_str(), None)).collect();
    assert_eq!(refused(&try_at_once(&server, &attempts).await), 3);
}
