//! Every series of `/metrics` moves when its event happens, as an independent parser reads it. Knows nothing of alarms.

use handsel_tests::exposition::{Exposition, until};
use handsel_tests::{Server, Socket, Started};
use serde_json::json;

use super::support::{Market, writes};

/// A series, and by how much it has moved since.
struct Moves<'a> {
    server: &'a Server,
    before: Exposition,
}

impl<'a> Moves<'a> {
    async fn of(server: &'a Server) -> Self {
        Self { server, before: Exposition::read(&server.address).await }
    }

    async fn by(&self, series: &str, expected: f64) {
        let before = self.before.value(series);
        until(&self.server.address, series, |value| (value - before - expected).abs() < 0.1).await;
    }
}

fn frames(direction: &str, kind: &str) -> String {
    format!("handsel_frames_total{{direction=\"{direction}\",type=\"{kind}\"}}")
}

#[tokio::test]
async fn all_are_there_from_the_start() {
    let server = Server::start().await;
    let metrics = Exposition::read(&server.address).await;
    let version = format!("handsel_build_info{{version=\"{}\"}}", env!("CARGO_PKG_VERSION"));
    assert!((metrics.value(&version) - 1.0).abs() < 0.1);
    for series in [
        "handsel_sockets",
        "handsel_queue_depth",
        "handsel_entries_committed_total",
        "handsel_commit_batch_size_count",
        "handsel_commit_duration_seconds_count",
        "handsel_delivery_lag_seconds_count",
        "handsel_replayed_entries_total",
        "handsel_frames_total{direction=\"in\",type=\"message\"}",
        "handsel_frames_total{direction=\"out\",type=\"hello\"}",
        "handsel_socket_closes_total{code=\"1000\"}",
        "handsel_socket_closes_total{code=\"4008\"}",
        "handsel_errors_total{code=\"token_expired\"}",
        "handsel_logins_total{result=\"ok\"}",
        "handsel_logins_total{result=\"unavailable\"}",
    ] {
        assert!(metrics.value(series).abs() < 0.1, "{series} begins at zero");
    }
    for name in metrics.names() {
        assert!(name.starts_with("handsel_"), "{name}");
        assert!(
            !["user", "username", "token", "conversation", "listing"]
                .iter()
                .any(|label| name.contains(&format!("{label}=\""))),
            "{name}"
        );
    }
}

#[tokio::test]
async fn frames_are_counted_by_direction_and_type() {
    let market = Market::talking().await;
    let server = &market.server;
    let moves = Moves::of(server).await;
    let (mut anas, _) = market.ana.opens_by_v1(&market.key).await;
    let (mut bobs, _) = market.bob.opens_by_v1(&market.key).await;
    moves.by(&frames("out", "hello"), 2.0).await;
    moves.by("handsel_sockets", 2.0).await;
    anas.hears_presence(market.bob.id, true).await;
    moves.by(&frames("out", "presence"), 1.0).await;

    bobs.says("Hello again!").await;
    bobs.hears_message("Hello again!").await;
    anas.hears_message("Hello again!").await;
    moves.by(&frames("in", "message"), 1.0).await;
    moves.by(&frames("out", "message"), 2.0).await;
    moves.by("handsel_delivery_lag_seconds_count", 2.0).await;
    moves.by("handsel_entries_committed_total", 1.0).await;
    moves.by("handsel_commit_batch_size_sum", 1.0).await;
    moves.by("handsel_commit_duration_seconds_count", 1.0).await;

    bobs.types().await;
    anas.hears_typing(&market.key, market.bob.id).await;
    moves.by(&frames("in", "typing"), 1.0).await;
    moves.by(&frames("out", "typing"), 1.0).await;
    anas.reads(2).await;
    bobs.hears_read(&market.key, market.ana.id, 2).await;
    moves.by(&frames("in", "read"), 1.0).await;
    moves.by(&frames("out", "read"), 1.0).await;
    bobs.sends(json!({"type": "ping"})).await;
    bobs.hears_frame(&json!({"type": "pong"})).await;
    moves.by(&frames("in", "ping"), 1.0).await;
    moves.by(&frames("out", "pong"), 1.0).await;
    let fresh = server.logs_in("bob").await.token;
    bobs.sends(json!({"type": "auth", "token": fresh})).await;
    assert_eq!(bobs.hears().await["type"], "auth");
    moves.by(&frames("in", "auth"), 1.0).await;
    moves.by(&frames("out", "auth"), 1.0).await;
    for (step, status) in [("handshake_start", "pending"), ("handshake_cancel", "cancelled")] {
        bobs.sends(json!({"type": step})).await;
        bobs.hears_handshake(status).await;
        moves.by(&frames("in", step), 1.0).await;
    }
    moves.by(&frames("out", "handshake"), 4.0).await;
}

#[tokio::test]
async fn what_is_made_up_is_counted_as_other_and_errors_by_code() {
    let market = Market::open().await;
    let moves = Moves::of(&market.server).await;
    let mut socket = market.bob.opens(&market.offer).await;
    for (text, code) in [(r#"{"type":"shout"}"#, "unknown_type"), ("{", "invalid_json"), ("{}", "type_required")] {
        socket.sends_text(text).await;
        socket.hears_error(code).await;
        until(&market.server.address, &format!("handsel_errors_total{{code=\"{code}\"}}"), |value| value > 0.5).await;
    }
    moves.by(&frames("in", "other"), 3.0).await;
    moves.by(&frames("out", "error"), 3.0).await;
    market.server.get("/api/auth/user/").await.is(401);
    moves.by("handsel_errors_total{code=\"token_required\"}", 1.0).await;
    assert!(!market.server.get("/metrics").await.text.contains("shout"), "a client makes up no label");
}

#[tokio::test]
async fn log_ins_replays_and_closes_are_counted() {
    let market = Market::talking().await;
    for number in 0..9 {
        writes(&market.ana, &market.key, &format!("number {number}")).await;
    }
    let moves = Moves::of(&market.server).await;
    let (mut socket, _) = market.bob.resumes(&market.key, 0).await;
    socket.hears_entries(10).await;
    moves.by("handsel_replayed_entries_total", 10.0).await;
    moves.by("handsel_delivery_lag_seconds_count", 0.0).await;
    drop(socket);
    moves.by("handsel_socket_closes_total{code=\"1006\"}", 1.0).await;
    market.bob.opens(&market.offer).await.leaves().await;
    moves.by("handsel_socket_closes_total{code=\"1000\"}", 1.0).await;
    moves.by("handsel_sockets", 0.0).await;
    for attempt in 0..11 {
        let login = json!({"username": "bob", "password": "wrong"});
        let answer = market.server.post("/api/auth/login/", login).await;
        assert!([401, 429].contains(&answer.status), "attempt {attempt}: {}", answer.text);
    }
    // One of the ten that are allowed was bob's own.
    moves.by("handsel_logins_total{result=\"credentials_invalid\"}", 9.0).await;
    moves.by("handsel_logins_total{result=\"rate_limited\"}", 2.0).await;
    market.server.logs_in("ana").await;
    moves.by("handsel_logins_total{result=\"ok\"}", 1.0).await;
}

#[tokio::test]
async fn the_queue_of_a_socket_that_ends_is_counted_no_longer() {
    let market = Market::open_with(Started::fresh().with(&["--frames-per-second", "0"])).await;
    writes(&market.bob, &market.offer, "Hello!").await;
    let depth = "handsel_queue_depth";
    let connecting = market.ana.connecting(&market.key).receive_buffer(4 * 1024);
    let does_not_read = connecting.open().await.expect("she is let in");
    let mut bobs: Socket = market.bob.opens(&market.offer).await;
    let large = "x".repeat(3_900);
    let mut waiting = 0.0;
    while waiting < 1.0 {
        for _ in 0..20 {
            bobs.says(&large).await;
            bobs.hears_message(&large).await;
        }
        waiting = Exposition::read(&market.server.address).await.value(depth);
    }
    drop(does_not_read);
    until(&market.server.address, depth, |value| value.abs() < 0.1).await;
}
