//! The metrics: they are Prometheus's text, and each moves when its event happens. Knows nothing of alarms.

use std::collections::BTreeMap;

use handsel_tests::{Server, in_time};
use serde_json::json;

use super::support::{Market, takes, writes};

/// Series by name and labels, as they stand in the text. Panics where a line is none of Prometheus's format.
async fn metrics(server: &Server) -> BTreeMap<String, f64> {
    let answer = server.get("/metrics").await;
    answer.is(200);
    assert_eq!(answer.header("content-type"), "text/plain; version=0.0.4; charset=utf-8");
    let mut series = BTreeMap::new();
    for line in answer.text.lines().filter(|line| !line.is_empty()) {
        if let Some(comment) = line.strip_prefix("# ") {
            let words: Vec<_> = comment.splitn(3, ' ').collect();
            let known = match words[0] {
                "HELP" => words.len() == 3,
                "TYPE" => ["counter", "gauge", "histogram", "summary"].contains(&words[2]),
                _ => false,
            };
            assert!(known && is_name(words[1]), "a comment of another kind: {line}");
            continue;
        }
        let (name, value) = line.rsplit_once(' ').unwrap_or_else(|| panic!("no value: {line}"));
        let (bare, labels) = name.split_once('{').unwrap_or((name, "}"));
        assert!(is_name(bare) && labels.ends_with('}'), "no name and labels: {line}");
        for label in labels.trim_end_matches('}').split(',').filter(|label| !label.is_empty()) {
            let (label, value) = label.split_once('=').unwrap_or_else(|| panic!("no label: {line}"));
            assert!(is_name(label) && value.len() >= 2 && value.starts_with('"') && value.ends_with('"'), "{line}");
        }
        let value = value.parse().unwrap_or_else(|_| panic!("no number: {line}"));
        assert_eq!(series.insert(name.to_owned(), value), None, "a series twice: {line}");
    }
    series
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == ':')
}

async fn value(server: &Server, series: &str) -> f64 {
    metrics(server).await.get(series).copied().unwrap_or(0.0)
}

/// Waits until the series has that value.
async fn becomes(server: &Server, series: &str, expected: f64) {
    let reached = async {
        while (value(server, series).await - expected).abs() > 0.1 {
            tokio::task::yield_now().await;
        }
    };
    in_time(format!("{series} to become {expected}"), reached).await;
}

#[tokio::test]
async fn all_of_them_are_there_from_the_start() {
    let server = Server::start().await;
    let metrics = metrics(&server).await;
    for (series, expected) in [("handsel_sockets", 0.0), ("handsel_entries_committed_total", 0.0)] {
        assert!(metrics.get(series).is_some_and(|value| (value - expected).abs() < 0.1), "{series}");
    }
    assert!(metrics.keys().any(|series| series.starts_with("handsel_build_info{version=")), "{metrics:?}");
}

#[tokio::test]
async fn entries_are_counted_when_they_are_committed() {
    let market = Market::talking().await;
    let series = "handsel_entries_committed_total";
    becomes(&market.server, series, 1.0).await;
    takes(&market.bob, &market.offer, "start", json!({})).await.is(201);
    writes(&market.ana, &market.key, "Hi").await;
    becomes(&market.server, series, 3.0).await;
    takes(&market.bob, &market.offer, "start", json!({})).await.is(200);
    becomes(&market.server, series, 3.0).await;
    becomes(&market.server, "handsel_commit_batch_size_sum", 3.0).await;
    assert!(value(&market.server, "handsel_commit_duration_seconds_count").await > 0.0);
}

#[tokio::test]
async fn log_ins_are_counted_by_result() {
    let server = Server::start().await;
    server.person("ana").await;
    server.logs_in("ana").await;
    server.post("/api/auth/login/", json!({"username": "ana", "password": "wrong"})).await.is(401);
    becomes(&server, "handsel_logins_total{result=\"ok\"}", 2.0).await;
    becomes(&server, "handsel_logins_total{result=\"credentials_invalid\"}", 1.0).await;
}

#[tokio::test]
async fn errors_are_counted_by_code_wherever_they_are_told() {
    let market = Market::open().await;
    let series = |code: &str| format!("handsel_errors_total{{code=\"{code}\"}}");
    market.server.get("/nothing").await.is(404);
    market.server.get("/nothing/").await.is(404);
    becomes(&market.server, &series("not_found"), 2.0).await;
    market.server.get("/api/auth/user/").await.is(401);
    becomes(&market.server, &series("token_required"), 1.0).await;
    let mut socket = market.bob.opens(&market.offer).await;
    socket.sends_wrong(json!({"type": "message"})).await;
    socket.hears_error("content_required").await;
    becomes(&market.server, &series("content_required"), 1.0).await;
}

#[tokio::test]
async fn sockets_are_counted_while_they_are_open_and_by_code_when_they_close() {
    let market = Market::open().await;
    let (one, mut two) = (market.bob.opens(&market.offer).await, market.bob.opens(&market.offer).await);
    becomes(&market.server, "handsel_sockets", 2.0).await;
    one.leaves().await;
    becomes(&market.server, "handsel_sockets", 1.0).await;
    becomes(&market.server, "handsel_socket_closes_total{code=\"1000\"}", 1.0).await;
    market.bob.post("/api/auth/logout/", json!({})).await.is(200);
    two.hears_close(4001, "token_revoked").await;
    becomes(&market.server, "handsel_sockets", 0.0).await;
    becomes(&market.server, "handsel_socket_closes_total{code=\"4001\"}", 1.0).await;
}
