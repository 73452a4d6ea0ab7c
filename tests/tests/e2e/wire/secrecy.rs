//! Nothing that people write, and nothing that they prove themselves with, appears in a log or a metric, however finely
//! everything is logged, whatever goes well or wrong. Knows nothing of how that is kept.

use handsel_services as services;
use handsel_tests::socket::Connecting;
use handsel_tests::{Person, Server, Started, http};
use serde_json::{Value, json};

/// Everything that a library is known to log by itself, each named, beside all there is.
const FILTER: &str = "trace,tungstenite::protocol=trace,tokio_tungstenite=trace,hyper::proto=trace,hyper_util=trace,\
    sqlx::query=trace,sqlx_core=trace,sqlx_sqlite=trace,sqlx_postgres=trace,sea_orm=trace,sea_orm_migration=trace,\
    redis=trace,rustls=trace,tokio_rustls=trace,tower_http=trace,handsel=trace,handsel_server=trace,\
    handsel_transport=trace,handsel_storage=trace,log=trace";

/// Texts that show nowhere but where they were sent. Each is a word of its own, so that a part of one is found, too.
const CONTENT: &str = "Xylophone-content";
const OVERLONG: &str = "Xylophone-overlong";
const NOTE: &str = "Xylophone-note";
const TERMS: &str = "Xylophone-terms";
const TITLE: &str = "Xylophone-title";
const DESCRIPTION: &str = "Xylophone-description";
const PASSWORD: &str = "Xylophone-password";
const BROKEN: &str = "Xylophone-broken";
const PATH: &str = "Xylophone-path";
const QUERY: &str = "Xylophone-query";
const COMMON: &str = "ylophone";

async fn posts(person: &Person, path: &str, body: Value, status: u16) -> Value {
    let answer = person.post(path, body).await;
    answer.is(status);
    answer.json
}

/// Says all of it over HTTP, well and badly.
async fn over_http(server: &Server, ana: &Person, bob: &Person) -> String {
    let listing = json!({"title": TITLE, "description": DESCRIPTION});
    let offer = posts(ana, "/api/offers/", listing, 201).await["conversation"].as_str().expect("a name").to_owned();
    posts(ana, "/api/offers/", json!({"title": 7, "description": DESCRIPTION}), 422).await;
    posts(ana, "/api/offers/", json!({"title": format!("{TITLE}{}", "x".repeat(300))}), 422).await;
    let messages = format!("/api/conversations/{offer}/messages/");
    posts(bob, &messages, json!({"content": CONTENT, "client_message_id": "one"}), 201).await;
    posts(bob, &messages, json!({"content": CONTENT, "client_message_id": "one"}), 200).await;
    posts(bob, &messages, json!({"content": format!("{CONTENT} again"), "client_message_id": "one"}), 409).await;
    posts(bob, &messages, json!({"content": format!("{OVERLONG}{}", "x".repeat(4_001))}), 422).await;
    posts(bob, &messages, json!({"content": [CONTENT]}), 422).await;
    let broken = format!("{{\"content\": \"{BROKEN}");
    for token in [Some(bob.token.as_str()), None] {
        let request =
            hyper::Request::builder().method("POST").uri(&messages).header("content-type", "application/json");
        let request =
            token.iter().fold(request, |request, token| request.header("authorization", format!("Bearer {token}")));
        http::send(&server.address, request.body(broken.clone().into_bytes().into()).expect("a request")).await;
    }
    let login = json!({"username": "bob", "password": PASSWORD});
    server.post("/api/auth/login/", login).await.is(401);
    let register = json!({"username": PASSWORD, "password": "short", "first_name": TITLE});
    server.post("/api/auth/register/", register).await.is(422);
    for path in [
        format!("/{PATH}{}", "x".repeat(40)),
        format!("/a/{PATH}"),
        format!("/ws/chat/{PATH}/"),
        format!("/api/needs/{PATH}"),
    ] {
        server.get(&format!("{path}?{QUERY}={QUERY}&token={}", bob.token)).await;
    }
    offer
}

/// Says all of it over sockets, well and badly.
async fn over_sockets(server: &Server, ana: &Person, bob: &Person, offer: &str) {
    let (mut anas, _) = ana.opens_inbox().await;
    let path = format!("/ws/chat/{offer}/");
    let bearer = format!("Bearer {}", bob.token);
    let by_header = Connecting::to(&server.address, &path).header("authorization", &bearer);
    let mut base = by_header.open().await.expect("he is let in");
    base.says(CONTENT).await;
    base.hears_message(CONTENT).await;
    let (mut bobs, _) = bob.opens_by_v1(offer).await;
    bobs.sends(json!({"type": "handshake_start", "note": NOTE, "terms": {"what": TERMS}})).await;
    bobs.hears_handshake("pending").await;
    assert_eq!(anas.hears_entry().await["message"]["content"], CONTENT);
    assert_eq!(anas.hears_entry().await["handshake"]["note"], NOTE);
    for (text, code) in [
        (format!("{{\"type\": \"{BROKEN}\"}}"), "unknown_type"),
        (format!("{{\"type\": \"message\", \"content\": \"{BROKEN}"), "invalid_json"),
        (format!("\"{BROKEN}\""), "invalid_frame"),
        (format!("{{\"type\": \"message\", \"content\": [\"{BROKEN}\"]}}"), "field_invalid"),
        (
            json!({"type": "message", "content": format!("{OVERLONG}{}", "x".repeat(4_001))}).to_string(),
            "content_too_long",
        ),
        (json!({"type": "handshake_start", "note": format!("{NOTE}{}", "x".repeat(281))}).to_string(), "note_too_long"),
        (json!({"type": "handshake_start", "note": NOTE, "terms": [TERMS]}).to_string(), "field_invalid"),
        (json!({"type": "auth", "token": BROKEN}).to_string(), "token_malformed"),
        (json!({"type": "auth", "token": ana.token}).to_string(), "token_of_another_user"),
    ] {
        bobs.sends_text(&text).await;
        bobs.hears_error(code).await;
    }
    let fresh = server.logs_in("bob").await.token;
    bobs.sends(json!({"type": "auth", "token": fresh})).await;
    assert_eq!(bobs.hears().await["type"], "auth");
    // A breach of the protocol, with content in it.
    base.writes_bytes(format!("\u{7f}{BROKEN}").as_bytes()).await;
    base.next().await;
    // Replayed from the database.
    let (mut again, _) = bob.resumes(offer, 0).await;
    again.hears_entries(3).await;
    server.post("/api/auth/logout/", json!({})).await.is(401);
    posts(bob, "/api/auth/logout/", json!({}), 200).await;
    let token = format!("{path}?token={fresh}");
    Connecting::to(&server.address, &token).open().await.expect("the fresh one holds").leaves().await;
}

#[tokio::test]
async fn no_secret_and_nothing_that_is_said_shows_at_any_level() {
    for format in ["human", "json"] {
        let server = Started::fresh().with(&["--log", FILTER, "--log-format", format]).start().await;
        let (ana, bob) = (server.person("ana").await, server.person("bob").await);
        let offer = over_http(&server, &ana, &bob).await;
        over_sockets(&server, &ana, &bob, &offer).await;
        let metrics = server.get("/metrics").await.text;
        server.get("/the-end-of-this-test").await.is(404);
        let log = server.logs("/the-end-of-this-test").await;
        assert!(log.contains("socket closed") && log.contains("/api/auth/login/"), "it is logged what happens: {log}");
        assert!(metrics.contains("unknown_type"), "and counted: {metrics}");
        let output = server.output();
        let theirs = [COMMON, &ana.token, &bob.token, "ana's password", "bob's password"];
        // Those of PostgreSQL and Redis, where it has them.
        let secrets = [&theirs[..], &[services::PASSWORD, services::PASSWORD_IN_URL]].concat();
        for text in [&log, &metrics, &output] {
            for &secret in &secrets {
                let line = text.lines().find(|line| line.contains(secret));
                assert_eq!(line, None, "{secret:?} shows");
            }
        }
        if format == "json" {
            for line in log.lines() {
                assert!(serde_json::from_str::<Value>(line).is_ok_and(|line| line["level"].is_string()), "{line}");
            }
        }
    }
}
