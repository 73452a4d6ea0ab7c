//! The step from HTTP to a WebSocket: what must be asked, and what is answered.

use handsel_tests::Server;
use handsel_tests::http;
use hyper::Request;

use crate::wire::refusal::{UPGRADE, plain_upgrade};

#[tokio::test]
async fn a_plain_request_is_told_to_upgrade() {
    let server = Server::start().await;
    let ana = server.person("ana").await;
    let offer = ana.offers("Bike repair").await;
    let answer = ana.get(&format!("/ws/chat/{offer}/")).await;
    answer.is_problem(426, "upgrade_required");
    assert_eq!(answer.header("upgrade"), "websocket", "RFC 9110 asks for what to upgrade to");
    for left_out in ["connection", "upgrade"] {
        let headers: Vec<_> = UPGRADE.into_iter().filter(|(name, _)| *name != left_out).collect();
        let path = format!("/ws/chat/{offer}/?token={}", ana.token);
        plain_upgrade(&server.address, &path, &headers).await.is_problem(426, "upgrade_required");
    }
}

#[tokio::test]
async fn another_version_of_the_websocket_protocol_is_refused() {
    let server = Server::start().await;
    let ana = server.person("ana").await;
    let offer = ana.offers("Bike repair").await;
    let path = format!("/ws/chat/{offer}/?token={}", ana.token);
    for version in ["8", "12", "14", "013", "x", ""] {
        let headers =
            UPGRADE.map(|(name, value)| (name, if name == "sec-websocket-version" { version } else { value }));
        let answer = plain_upgrade(&server.address, &path, &headers).await;
        answer.is_problem(400, "upgrade_invalid");
        assert_eq!(answer.header("sec-websocket-version"), "13", "RFC 6455 asks for the version that there is");
    }
    for left_out in ["sec-websocket-version", "sec-websocket-key"] {
        let headers: Vec<_> = UPGRADE.into_iter().filter(|(name, _)| *name != left_out).collect();
        plain_upgrade(&server.address, &path, &headers).await.is_problem(400, "upgrade_invalid");
    }
    for key in ["short", "", &"x".repeat(25)] {
        let headers = UPGRADE.map(|(name, value)| (name, if name == "sec-websocket-key" { key } else { value }));
        plain_upgrade(&server.address, &path, &headers).await.is_problem(400, "upgrade_invalid");
    }
}

#[tokio::test]
async fn a_socket_is_opened_by_get_alone() {
    let server = Server::start().await;
    let ana = server.person("ana").await;
    let offer = ana.offers("Bike repair").await;
    for method in ["POST", "PUT", "DELETE"] {
        let path = format!("/ws/chat/{offer}/");
        let answer = http::request(&server.address, method, &path, Some(&ana.token), None).await;
        answer.is_problem(405, "method_not_allowed");
    }
}

#[tokio::test]
async fn header_names_and_values_are_read_as_http_says() {
    let server = Server::start().await;
    let ana = server.person("ana").await;
    let offer = ana.offers("Bike repair").await;
    let mut request = Request::builder().uri(format!("/ws/chat/{offer}/?token={}", ana.token));
    for (name, value) in [
        ("CONNECTION", "keep-alive, UPGRADE"),
        ("Upgrade", "WebSocket"),
        ("Sec-WebSocket-Version", "13"),
        ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
    ] {
        request = request.header(name, value);
    }
    let request = request.body(http_body_util::Full::default()).expect("a valid request");
    let answer = http::send(&server.address, request).await;
    answer.is(101);
    // The example of RFC 6455, section 1.3.
    assert_eq!(answer.header("sec-websocket-accept"), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    assert_eq!(answer.header("sec-websocket-protocol"), "", "none was offered");
}

#[tokio::test]
async fn only_a_subprotocol_that_there_is_comes_back() {
    let server = Server::start().await;
    let ana = server.person("ana").await;
    let offer = ana.offers("Bike repair").await;
    for (offered, chosen) in [
        ("handsel.v1", "handsel.v1"),
        ("graphql-ws, handsel.v1", "handsel.v1"),
        ("handsel.v1,handsel.v2", "handsel.v1"),
        ("handsel.v2", ""),
        ("HANDSEL.V1", ""),
        ("chat", ""),
    ] {
        let mut request = Request::builder().uri(format!("/ws/chat/{offer}/?token={}", ana.token));
        for (name, value) in UPGRADE.into_iter().chain([("sec-websocket-protocol", offered)]) {
            request = request.header(name, value);
        }
        let request = request.body(http_body_util::Full::default()).expect("a valid request");
        let answer = http::send(&server.address, request).await;
        answer.is(101);
        assert_eq!(answer.header("sec-websocket-protocol"), chosen, "offered {offered}");
    }
}
