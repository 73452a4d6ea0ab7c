//! Alive and ready: what a supervisor asks. Knows nothing of metrics.

use handsel_tests::Server;
use serde_json::json;

use super::support::has_exactly;

#[tokio::test]
async fn a_server_is_alive_and_ready() {
    let server = Server::start().await;
    let alive = server.get("/healthz").await;
    has_exactly(alive.is(200), &[("status", "text"), ("version", "text")]);
    assert_eq!(alive.json["status"], "ok");
    let ready = server.get("/readyz").await;
    assert_eq!(*ready.is(200), json!({"status": "ready", "database": "ok", "broker": "local"}));
}

#[tokio::test]
async fn a_server_that_is_about_to_end_is_alive_and_not_ready() {
    let server = Server::start().await;
    let (ana, bob) = (server.person("ana").await, server.person("bob").await);
    let offer = ana.offers("Bike repair").await;
    // A socket that does not answer the close keeps the server draining.
    let _quiet = bob.opens(&offer).await;
    server.terminate().await;
    server.logs("stopping").await;
    let not_ready = server.get("/readyz").await;
    not_ready.is_problem(503, "not_ready");
    assert!(not_ready.header("retry-after").parse::<u32>().is_ok_and(|seconds| seconds > 0));
    server.get("/healthz").await.is(200);
}

#[tokio::test]
async fn a_log_that_no_terminal_shows_has_no_colours() {
    let server = Server::start().await;
    server.get("/healthz").await.is(200);
    let log = server.logs("request").await;
    assert!(!log.contains('\u{1b}'), "{log:?}");
}
