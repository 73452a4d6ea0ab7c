//! Heads of requests: how long they may be, and what is no HTTP. Knows nothing of bodies.

use handsel_tests::Server;

use super::support::ask_in_bytes;

fn head_with(header: &str) -> Vec<u8> {
    format!("GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Long: {header}\r\n\r\n").into_bytes()
}

#[tokio::test]
async fn a_head_of_more_than_16_kib_is_refused_and_the_server_lives_on() {
    let server = Server::start().await;
    let answer = ask_in_bytes(&server.address, &head_with(&"x".repeat(17 * 1024))).await;
    assert!(answer.starts_with("HTTP/1.1 431 "), "{answer}");
    let long_path = format!("GET /{} HTTP/1.1\r\nHost: x\r\n\r\n", "x".repeat(17 * 1024));
    let answer = ask_in_bytes(&server.address, long_path.as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 4"), "{answer}");
    server.get("/healthz").await.is(200);
}

#[tokio::test]
async fn a_long_head_within_that_is_served() {
    let server = Server::start().await;
    let answer = ask_in_bytes(&server.address, &head_with(&"x".repeat(15 * 1024))).await;
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
}

#[tokio::test]
async fn what_is_no_http_is_refused_and_the_server_lives_on() {
    let server = Server::start().await;
    for bytes in
        [b"hello\r\n\r\n".as_slice(), b"GET / HTTP/9.9\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\r\n\r\n"]
    {
        let answer = ask_in_bytes(&server.address, bytes).await;
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 400 "), "{answer}");
    }
    server.get("/healthz").await.is(200);
}

#[tokio::test]
async fn a_request_that_does_not_arrive_whole_is_not_waited_for_for_ever() {
    let server = Server::start().await;
    let half_a_head = b"GET /healthz HTTP/1.1\r\nHost: x\r\n";
    let half_a_body = b"POST /api/auth/login/ HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 50\r\nConnection: close\r\n\r\n{\"username\"";
    let (head, body) =
        tokio::join!(ask_in_bytes(&server.address, half_a_head), ask_in_bytes(&server.address, half_a_body));
    assert!(head.is_empty() || head.starts_with("HTTP/1.1 408 "), "{head}");
    assert!(body.starts_with("HTTP/1.1 408 ") && body.contains("body_timeout"), "{body}");
    server.get("/healthz").await.is(200);
}
