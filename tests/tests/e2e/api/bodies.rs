//! Bodies: what is no JSON object, too large or of another type, and what is not heeded. Knows nothing of the calls
//! that they are for.

use handsel_tests::{Answer, Server};
use serde_json::json;

use super::support::{ask, ask_in_bytes, finds_wrong};

const PATH: &str = "/api/auth/register/";
const BODY_BYTES_MAX: usize = 64 * 1024;

async fn sends(server: &Server, content_type: Option<&str>, body: &[u8]) -> Answer {
    let headers: Vec<_> = content_type.into_iter().map(|content_type| ("content-type", content_type)).collect();
    ask(&server.address, "POST", PATH, &headers, body).await
}

/// A registration of that many bytes, most of them in a field that nobody knows.
fn registration(bytes: usize) -> Vec<u8> {
    let body = |padding: &str| json!({"username": "ana", "password": "long enough", "padding": padding}).to_string();
    body(&"x".repeat(bytes - body("").len())).into_bytes()
}

#[tokio::test]
async fn what_is_no_json_object_is_refused() {
    let server = Server::start().await;
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    for body in [
        "hello",
        "{",
        "{\"username\": \"ana\",}",
        "{'username': 'ana'}",
        "{\"username\": \"ana\"} {}",
        "[]",
        "null",
        "7",
        "\"username\"",
        "{\"username\": \"ana\", \"username\": \"bob\"}",
        " ",
        deep.as_str(),
    ] {
        sends(&server, Some("application/json"), body.as_bytes()).await.is_problem(400, "invalid_json");
    }
    sends(&server, Some("application/json"), b"{\"username\": \"\xff\"}").await.is_problem(400, "invalid_json");
}

#[tokio::test]
async fn what_is_no_text_is_refused_by_its_field() {
    let server = Server::start().await;
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    for username in [deep.as_str(), "\"\\ud800\"", "7", "{}"] {
        let body = format!("{{\"username\": {username}, \"password\": \"long enough\"}}");
        let answer = sends(&server, Some("application/json"), body.as_bytes()).await;
        let errors = &answer.is_problem(422, "invalid")["errors"];
        assert_eq!(
            (&errors[0]["pointer"], &errors[0]["code"]),
            (&"/username".into(), &"field_invalid".into()),
            "{errors}"
        );
    }
}

#[tokio::test]
async fn a_body_of_another_type_is_refused() {
    let server = Server::start().await;
    let body = registration(200);
    for content_type in
        [None, Some("text/plain"), Some("application/x-www-form-urlencoded"), Some("application/jsonp"), Some("")]
    {
        sends(&server, content_type, &body).await.is_problem(415, "unsupported_media_type");
    }
    sends(&server, Some("Application/JSON; charset=utf-8"), &body).await.is(201);
}

#[tokio::test]
async fn no_body_is_an_object_without_fields() {
    let server = Server::start().await;
    for content_type in [None, Some("application/json")] {
        finds_wrong(&sends(&server, content_type, b"").await, &[("/username", "required"), ("/password", "required")]);
    }
}

#[tokio::test]
async fn fields_that_are_not_known_are_not_heeded() {
    let server = Server::start().await;
    let fields = json!({"username": "ana", "password": "long enough", "id": 99, "is_admin": true, "first_nam": []});
    let answer = server.post(PATH, fields).await;
    assert_eq!((&answer.is(201)["id"], &answer.json["is_admin"]), (&json!(1), &json!(null)));
}

#[tokio::test]
async fn a_body_has_at_most_64_kib() {
    let server = Server::start().await;
    let too_large = sends(&server, Some("application/json"), &registration(BODY_BYTES_MAX + 1)).await;
    too_large.is_problem(413, "body_too_large");
    sends(&server, Some("application/json"), &registration(BODY_BYTES_MAX)).await.is(201);
}

#[tokio::test]
async fn a_length_that_is_announced_is_refused_at_once() {
    let server = Server::start().await;
    let announced = "POST /api/auth/register/ HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 65537\r\n\r\n";
    let answer = ask_in_bytes(&server.address, announced.as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 413 ") && answer.contains("body_too_large"), "{answer}");
}

#[tokio::test]
async fn a_length_that_is_not_announced_is_refused_when_it_is_reached() {
    let server = Server::start().await;
    let head = "POST /api/auth/register/ HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n";
    for (bytes, status) in [(BODY_BYTES_MAX + 1, "413"), (BODY_BYTES_MAX, "201")] {
        let body = registration(bytes);
        let mut request = head.as_bytes().to_vec();
        for chunk in body.chunks(1_000) {
            request.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
            request.extend_from_slice(chunk);
            request.extend_from_slice(b"\r\n");
        }
        request.extend_from_slice(b"0\r\n\r\n");
        let answer = ask_in_bytes(&server.address, &request).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{bytes} bytes: {answer}");
    }
}

#[tokio::test]
async fn a_bad_body_changes_nothing() {
    let server = Server::start().await;
    let ana = server.person("ana").await;
    let path = ana.offers("Bike repair").await.replace("offer_", "/api/offers/");
    let before = ana.get(&path).await.is(200).clone();
    let token = format!("Bearer {}", ana.token);
    let headers = [("authorization", token.as_str()), ("content-type", "application/json")];
    ask(&server.address, "PATCH", &path, &headers, b"{\"title\": \"New\", \"status\"")
        .await
        .is_problem(400, "invalid_json");
    ana.patch(&path, json!({"title": "New", "status": "gone"})).await.is(422);
    assert_eq!(*ana.get(&path).await.is(200), before);
}
