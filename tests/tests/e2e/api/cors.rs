//! What pages of other origins may do with the API. Knows nothing of sockets' origins.

use handsel_tests::{Answer, Server, Started};

use super::support::ask;

const ORIGIN: &str = "https://market.example";

/// Bound to all addresses, so that loopback origins have no privilege.
async fn server() -> Server {
    let mut server = Started::fresh().with(&["--bind", "0.0.0.0", "--allow-origin", ORIGIN]).start().await;
    server.address = server.address.replace("0.0.0.0", "127.0.0.1");
    server
}

async fn preflight(server: &Server, origin: &str) -> Answer {
    let headers = [
        ("origin", origin),
        ("access-control-request-method", "PATCH"),
        ("access-control-request-headers", "authorization,content-type,idempotency-key"),
    ];
    ask(&server.address, "OPTIONS", "/api/offers/1/", &headers, b"").await
}

fn list(value: &str) -> Vec<String> {
    let mut list: Vec<_> = value.split(',').map(|item| item.trim().to_lowercase()).collect();
    list.sort();
    list
}

#[tokio::test]
async fn a_page_of_an_allowed_origin_may_use_the_api() {
    let server = server().await;
    let answer = preflight(&server, ORIGIN).await;
    assert!((200..300).contains(&answer.status), "{}", answer.status);
    assert_eq!(answer.header("access-control-allow-origin"), ORIGIN);
    assert_eq!(list(answer.header("access-control-allow-methods")), ["get", "patch", "post"]);
    assert_eq!(
        list(answer.header("access-control-allow-headers")),
        ["authorization", "content-type", "idempotency-key"]
    );
    assert!(list(answer.header("vary")).contains(&"origin".to_owned()), "caches keep origins apart");
    let log = server.logs(answer.header("x-request-id")).await;
    assert!(
        log.contains("method=\"OPTIONS\" path=\"/api/offers/1/\" status=200"),
        "what browsers ask is logged: {log}"
    );

    for path in ["/healthz", "/api/auth/user/", "/nothing"] {
        let answer = ask(&server.address, "GET", path, &[("origin", ORIGIN)], b"").await;
        assert_eq!(answer.header("access-control-allow-origin"), ORIGIN, "{path}: errors can be read, too");
        assert_eq!(list(answer.header("access-control-expose-headers")), ["retry-after", "x-request-id"]);
    }
}

#[tokio::test]
async fn a_page_of_another_origin_may_not() {
    let server = server().await;
    for origin in [
        "https://evil.example",
        "http://market.example",
        "https://market.example:8443",
        "https://market.example.evil.example",
        "http://localhost:3000",
        "null",
    ] {
        let simple = ask(&server.address, "GET", "/healthz", &[("origin", origin)], b"").await;
        for answer in [preflight(&server, origin).await, simple] {
            assert_eq!(answer.header("access-control-allow-origin"), "", "{origin}");
            assert_eq!(answer.header("access-control-allow-credentials"), "", "{origin}");
        }
    }
}

#[tokio::test]
async fn a_page_that_this_server_serves_may() {
    let server = server().await;
    let own = format!("http://{}", server.address);
    assert_eq!(preflight(&server, &own).await.header("access-control-allow-origin"), own);
    let elsewhere = [("origin", "https://chat.example"), ("host", "chat.example")];
    let answer = ask(&server.address, "GET", "/healthz", &elsewhere, b"").await;
    assert_eq!(answer.header("access-control-allow-origin"), "https://chat.example", "behind a proxy, too");
}

#[tokio::test]
async fn on_loopback_every_loopback_origin_may() {
    let server = Server::start().await;
    for origin in ["http://localhost:3000", "http://127.0.0.1:5173"] {
        assert_eq!(preflight(&server, origin).await.header("access-control-allow-origin"), origin);
    }
    assert_eq!(preflight(&server, ORIGIN).await.header("access-control-allow-origin"), "");
}
