//! Which tokens speak for someone, and how one ends. Knows nothing of how they are issued.

use std::time::Duration;

use handsel_tests::Server;
use serde_json::json;

use super::support::{ask, has_exactly};

const USER: &str = "/api/auth/user/";

#[tokio::test]
async fn a_header_that_is_no_bearer_token_is_refused() {
    let server = Server::start().await;
    let ana = server.person("ana").await;
    let [short, padded, unknown] =
        [&ana.token[1..], &format!("{}=", &ana.token[1..]), &"x".repeat(43)].map(str::to_owned);
    for (value, code) in [
        ("Bearer", "token_malformed"),
        (&format!("Bearer {short}"), "token_malformed"),
        (&format!("Bearer {padded}"), "token_malformed"),
        (&format!("Bearer {unknown}"), "token_unknown"),
        (&format!("Basic {}", ana.token), "token_required"),
    ] {
        let answer = ask(&server.address, "GET", USER, &[("authorization", value)], b"").await;
        answer.is_problem(401, code);
        assert_eq!(answer.header("www-authenticate"), "Bearer", "{value}");
    }
    let lower = format!("bearer {}", ana.token);
    ask(&server.address, "GET", USER, &[("authorization", &lower)], b"").await.is(200);
}

#[tokio::test]
async fn the_query_is_no_place_for_a_token_outside_of_sockets() {
    let server = Server::start().await;
    let ana = server.person("ana").await;
    server.get(&format!("{USER}?token={}", ana.token)).await.is_problem(401, "token_required");
}

#[tokio::test]
async fn logging_out_revokes_this_token_and_no_other() {
    let server = Server::start().await;
    let ana = server.person("ana").await;
    let elsewhere = server.logs_in("ana").await;
    assert_ne!(ana.token, elsewhere.token);

    has_exactly(ana.post("/api/auth/logout/", json!({})).await.is(200), &[("detail", "text")]);
    let refused = ana.get(USER).await;
    refused.is_problem(401, "token_revoked");
    assert_eq!(refused.header("www-authenticate"), "Bearer");
    ana.post("/api/auth/logout/", json!({})).await.is_problem(401, "token_revoked");
    elsewhere.get(USER).await.is(200);
}

#[tokio::test]
async fn logging_out_closes_the_tokens_sockets() {
    let server = Server::start().await;
    let (ana, bob) = (server.person("ana").await, server.person("bob").await);
    let offer = ana.offers("Bike repair").await;
    let mut socket = bob.opens(&offer).await;
    let elsewhere = server.logs_in("bob").await;
    let mut other = elsewhere.opens(&offer).await;

    bob.post("/api/auth/logout/", json!({})).await.is(200);
    socket.hears_close(4001, "token_revoked").await;
    other.says("still here").await;
    other.hears_message("still here").await;
}

#[tokio::test]
async fn a_token_runs_out() {
    let server = Server::start().await;
    let ana = server.person("ana").await;
    assert_eq!(server.database().tokens_run_out("ana", Duration::ZERO).await, 1);
    ana.get(USER).await.is_problem(401, "token_expired");
}

#[tokio::test]
async fn a_suspended_user_is_nobody() {
    let server = Server::start().await;
    let ana = server.person("ana").await;
    assert_eq!(server.database().change("UPDATE users SET suspended_at = 1").await, 1);
    ana.get(USER).await.is_problem(403, "account_suspended");
    let logs_in = |password: &str| server.post("/api/auth/login/", json!({"username": "ana", "password": password}));
    logs_in("ana's password").await.is_problem(403, "account_suspended");
    // Only who knows the password is told.
    logs_in("another password").await.is_problem(401, "credentials_invalid");
}
