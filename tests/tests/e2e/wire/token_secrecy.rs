//! No token and no password ever appears in the log, however finely it is kept, nor in any answer.

use handsel_tests::socket::Connecting;
use handsel_tests::{Server, Started};
use serde_json::json;

use crate::wire::refusal::{UPGRADE, plain_upgrade};

const UNKNOWN: &str = "UnknownUnknownUnknownUnknownUnknownUnknown_";
const MALFORMED: &str = "MalformedMalformedMalformed";

fn hides(text: &str, secrets: &[String]) {
    for secret in secrets {
        assert!(!text.contains(secret.as_str()), "{secret:?} shows in: {text}");
    }
}

/// Tries to open a socket with that token in every place; returns all that was answered over HTTP.
async fn tries_everywhere(server: &Server, offer: &str, token: &str) -> String {
    let path = format!("/ws/chat/{offer}/");
    let with_query = format!("{path}?token={token}");
    let bearer = format!("Bearer {token}");
    let mut answers = String::new();
    for (path, header) in [(&with_query, None), (&path, Some(("authorization", bearer.as_str())))] {
        let headers: Vec<_> = UPGRADE.into_iter().chain(header).collect();
        let answer = plain_upgrade(&server.address, path, &headers).await;
        answers = format!("{answers}{:?} {}\n", answer.headers, answer.text);
    }
    let offered = format!("handsel.v1, bearer.{token}");
    let connecting = Connecting::to(&server.address, &path).header("sec-websocket-protocol", &offered);
    let mut socket = connecting.open().await.expect("completed");
    let (protocol, heard) = (socket.protocol.clone(), socket.next().await);
    format!("{answers}{protocol:?} {heard:?}")
}

#[tokio::test]
async fn no_token_shows_anywhere() {
    let server = Started::fresh().with(&["--log", "trace"]).start().await;
    let (ana, bob) = (server.person("ana").await, server.person("bob").await);
    let offer = ana.offers("Bike repair").await;
    let encoded = bob.token.bytes().fold(String::new(), |text, byte| format!("{text}%{byte:02X}"));
    let secrets = [&ana.token, &bob.token, &encoded, "ana's password", "bob's password", UNKNOWN, MALFORMED]
        .map(|secret: &str| secret.to_owned());

    // In every place where it lets someone in.
    let path = format!("/ws/chat/{offer}/");
    for connecting in [
        bob.connecting(&offer),
        Connecting::to(&server.address, &format!("{path}?token={encoded}")),
        Connecting::to(&server.address, &path).header("authorization", &format!("Bearer {}", bob.token)),
        Connecting::to(&server.address, &path)
            .header("sec-websocket-protocol", &format!("handsel.v1, bearer.{}", bob.token)),
        bob.connecting(&offer).header("origin", "http://localhost:3000"),
    ] {
        let mut socket = connecting.open().await.expect("he is let in");
        if socket.protocol.is_some() {
            hides(&socket.hears().await.to_string(), &secrets);
        }
        socket.says("Hello!").await;
        hides(&socket.hears_message("Hello!").await.to_string(), &secrets);
        socket.sends_text("{").await;
        hides(&socket.hears_error("invalid_json").await.to_string(), &secrets);
        socket.leaves().await;
    }
    // Where it is refused for something else, and where it is no good.
    bob.connecting(&offer).header("origin", "https://evil.test").open().await.expect_err("a foreign page");
    bob.is_refused("shop_1").await.is(400, "conversation_invalid");
    for token in [UNKNOWN, MALFORMED] {
        hides(&tries_everywhere(&server, &offer, token).await, &secrets);
    }
    // Where it is revoked, and used again.
    let mut last = bob.opens(&offer).await;
    bob.post("/api/auth/logout/", json!({})).await.is(200);
    last.hears_close(4001, "token_revoked").await;
    hides(&tries_everywhere(&server, &offer, &bob.token).await, &secrets);
    hides(&server.get("/metrics").await.text, &secrets);

    server.get("/the-end-of-this-test").await.is(404);
    let log = server.logs("/the-end-of-this-test").await;
    assert!(log.contains(&format!("/ws/chat/{offer}/")), "requests are logged: {log}");
    hides(&log, &secrets);
    hides(&server.output(), &secrets);
}

#[tokio::test]
async fn no_filter_brings_out_what_a_library_would_log_of_frames() {
    let filter = "trace,tungstenite::protocol=trace,tokio_tungstenite=trace,hyper::proto=trace,sqlx::query=trace";
    let server = Started::fresh().with(&["--log", filter]).start().await;
    let (ana, bob) = (server.person("ana").await, server.person("bob").await);
    let offer = ana.offers("Bike repair").await;
    let mut socket = bob.opens(&offer).await;
    socket.says("This is between us.").await;
    socket.hears_message("This is between us.").await;
    server.get("/the-end-of-this-test").await.is(404);
    let log = server.logs("/the-end-of-this-test").await;
    hides(&log, &["between us", &bob.token].map(str::to_owned));
}
