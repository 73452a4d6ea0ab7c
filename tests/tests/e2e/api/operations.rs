//! Alive and ready: what a supervisor asks, and what an alert is made of. Knows nothing of other metrics.

use handsel_tests::Server;
use handsel_tests::exposition::Exposition;
use handsel_tests::over::Over;
use serde_json::json;

use super::support::has_exactly;

#[tokio::test]
async fn a_server_is_alive_and_ready() {
    let server = Server::start().await;
    let alive = server.get("/healthz").await;
    has_exactly(alive.is(200), &[("status", "text"), ("version", "text")]);
    assert_eq!(alive.json["status"], "ok");
    let broker = match Over::chosen() {
        Over::Sqlite => "local",
        Over::Postgres => {
            server.logs("Redis is used").await;
            "ok"
        }
    };
    let ready = server.get("/readyz").await;
    assert_eq!(*ready.is(200), json!({"status": "ready", "database": "ok", "migrations": "ok", "broker": broker}));
    let metrics = Exposition::read(&server.address).await;
    assert!((metrics.value("handsel_database_up") - 1.0).abs() < 0.1, "it answers");
}

#[tokio::test]
async fn a_server_stays_ready_while_a_newer_one_takes_over() {
    let server = Server::start().await;
    server.breaks_its_database();
    let newer = "INSERT INTO seaql_migrations (version, applied_at) VALUES ('m29991231_000001_x', 0)";
    assert_eq!(server.database().change(newer).await, 1);
    assert_eq!(server.get("/readyz").await.is(200)["migrations"], "newer");
    server.person("ana").await;
}

#[tokio::test]
async fn a_server_is_not_ready_where_its_database_was_taken_back() {
    let server = Server::start().await;
    server.breaks_its_database();
    assert!(server.database().change("DELETE FROM seaql_migrations").await > 0);
    let problem = server.get("/readyz").await;
    let detail = problem.is_problem(503, "not_ready")["detail"].as_str().expect("a detail");
    assert!(detail.contains("handsel migrate"), "{detail}");
    let metrics = Exposition::read(&server.address).await;
    assert!(metrics.value("handsel_database_up").abs() < 0.1, "it lacks what is needed");
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
