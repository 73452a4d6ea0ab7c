//! What a request is called: in its answer, in its line of the log, and at the end of the socket that it opened. Knows
//! nothing of what is asked.

use handsel_tests::{Server, Started};
use serde_json::Value;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use super::support::{Market, ask};

/// The lines of a log in JSON whose `message` is this.
fn lines(log: &str, message: &str) -> Vec<Value> {
    let parsed =
        log.lines().map(|line| serde_json::from_str::<Value>(line).unwrap_or_else(|_| panic!("no JSON: {line}")));
    parsed.map(|line| line["fields"].clone()).filter(|fields| fields["message"] == message).collect()
}

#[tokio::test]
async fn an_answer_and_its_line_have_the_same_id() {
    let server = Started::fresh().with(&["--log-format", "json"]).start().await;
    let headers = [("x-request-id", "made-by-anybody"), ("x-forwarded-for", "198.51.100.7")];
    let answer = ask(&server.address, "GET", "/api/offers/?token=hunter2", &headers, b"").await;
    answer.is(401);
    let id = answer.header("x-request-id").to_owned();
    assert!(id.len() == 32 && id != server.get("/healthz").await.header("x-request-id"), "{id}");
    let log = server.logs(&id).await;
    assert!(!log.contains("made-by-anybody") && !log.contains("hunter2"), "{log}");
    let requests = lines(&log, "request");
    let line = requests.iter().find(|line| line["request"] == id.as_str()).expect("its line");
    assert_eq!((&line["method"], &line["path"], &line["status"]), (&"GET".into(), &"/api/offers/".into(), &401.into()));
    assert!(line["millis"].is_u64(), "{line}");
    assert_eq!(line["address"], "127.0.0.1", "nobody says whose it is but a trusted proxy");
}

#[tokio::test]
async fn a_trusted_proxy_gives_id_and_address() {
    let server = Started::fresh().with(&["--log-format", "json", "--trusted-proxy", "127.0.0.0/8"]).start().await;
    let headers = [("x-request-id", "7f3c-proxy:1"), ("x-forwarded-for", "198.51.100.7")];
    let answer = ask(&server.address, "GET", "/healthz", &headers, b"").await;
    assert_eq!(answer.header("x-request-id"), "7f3c-proxy:1");
    let log = server.logs("7f3c-proxy:1").await;
    assert_eq!(lines(&log, "request")[0]["address"], "198.51.100.7");
    let odd = ask(&server.address, "GET", "/healthz", &[("x-request-id", "no id {}")], b"").await;
    assert_eq!(odd.header("x-request-id").len(), 32);
}

#[tokio::test]
async fn a_paths_secrets_are_not_logged() {
    let server = Server::start().await;
    let secrets = ["hunter2", "SecretSecretSecretSecretSecretSecretSecret_"];
    for secret in secrets {
        for path in
            ["/ws/chat/{}/", "/ws/chat/offer_1/{}", "/api/offers/{}", "/api/conversations/{}/timeline/", "/a/b/{}"]
        {
            server.get(&path.replace("{}", secret)).await;
        }
    }
    server.get(&format!("/{}", secrets[1])).await.is(404);
    ask(&server.address, "HUNTER2", "/healthz", &[], b"").await.is(405);
    server.get("/the-end-of-this-test").await.is(404);
    let log = server.logs("/the-end-of-this-test").await;
    assert!(log.contains("/ws/chat/…/") && log.contains("/api/offers/…"), "{log}");
    for secret in secrets.into_iter().chain(["HUNTER2"]) {
        assert!(!log.contains(secret), "{secret}: {log}");
    }
}

#[tokio::test]
async fn a_request_that_nobody_waits_for_any_longer_has_its_line() {
    let market = Market::open_with(Started::fresh().with(&["--log-format", "json"])).await;
    let lock = market.server.database().holds_writes().await;
    let mut connection = TcpStream::connect(&market.server.address).await.expect("the server accepts");
    let path = format!("/api/conversations/{}/messages/", market.key);
    let (token, body) = (&market.bob.token, r#"{"content": "Never mind."}"#);
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n{body}",
        market.server.address,
        body.len()
    );
    connection.write_all(head.as_bytes()).await.expect("the connection holds");
    drop(connection);
    let log = market.server.logs("\"status\":499").await;
    let line = lines(&log, "request").into_iter().find(|line| line["status"] == 499).expect("its line");
    assert_eq!((&line["method"], &line["path"]), (&"POST".into(), &path.into()));
    assert!(line["millis"].is_u64() && line["request"].is_string(), "{line}");
    lock.release().await;
}

#[tokio::test]
async fn a_sockets_end_has_the_id_of_its_upgrade() {
    let market = Market::open_with(Started::fresh().with(&["--log-format", "json"])).await;
    let mut socket = market.bob.opens(&market.offer).await;
    socket.says("Hello!").await;
    socket.hears_message("Hello!").await;
    socket.leaves().await;
    let log = market.server.logs("socket closed").await;
    let ended = lines(&log, "socket closed");
    let [line] = ended.as_slice() else { panic!("one socket has ended: {log}") };
    let upgrade = lines(&log, "request").into_iter().find(|line| line["status"] == 101).expect("its upgrade");
    assert_eq!(line["request"], upgrade["request"]);
    assert_eq!((&line["code"], &line["received"], &line["sent"]), (&1000.into(), &1.into(), &1.into()));
    assert!(line["millis"].is_u64() && line["user"].is_string(), "{line}");
}
