//! One request, with the test as whoever is asked.

use std::net::SocketAddr;

use handsel_domain::time::Timestamp;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket};

use super::*;
use crate::signature::Secrets;

fn signed() -> Signed {
    let secrets: Secrets = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".parse().expect("a secret");
    secrets.sign("evt_1", Timestamp::from_millis(1_000), b"{}")
}

/// Answers one request with these bytes, and returns what was asked; an empty answer never comes.
async fn receiver(answer: impl Into<String>) -> (SocketAddr, tokio::task::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    let (address, answer) = (listener.local_addr().expect("it listens"), answer.into());
    let task = tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.expect("a connection");
        let mut heard = Vec::new();
        while !heard.ends_with(b"{}") {
            let mut some = [0; 4096];
            let read = socket.read(&mut some).await.expect("a request");
            heard.extend_from_slice(&some[..read]);
        }
        if answer.is_empty() {
            std::future::pending::<()>().await;
        }
        // Whoever has heard enough leaves before the end.
        let _ = socket.write_all(answer.as_bytes()).await;
        String::from_utf8(heard).expect("text")
    });
    (address, task)
}

async fn post(allow: &[&str], url: &str) -> Result<Answer, CallError> {
    let allow = Allow::parse(allow).expect("a list");
    let target = Target::parse(url, &allow).expect("a target");
    let client = Client::new(allow, &[&target]).expect("a client");
    let by = Instant::now() + Duration::from_millis(500);
    client.post(&target, &signed(), None, b"{}".to_vec(), by).await
}

#[tokio::test]
async fn what_is_said_is_signed_and_what_is_answered_is_bounded() {
    let body = "x".repeat(ANSWER_BYTES_MAX + 5_000);
    let (address, heard) = receiver(format!("HTTP/1.1 418 Teapot\r\nContent-Length: 99999999\r\n\r\n{body}")).await;
    let answer = post(&["127.0.0.1"], &format!("http://{address}/hook?key=secret")).await.expect("an answer");
    assert_eq!((answer.status, answer.body.len()), (418, ANSWER_BYTES_MAX));
    let heard = heard.await.expect("it was heard").to_lowercase();
    for expected in
        ["post /hook?key=secret http/1.1", "webhook-id: evt_1", "webhook-timestamp: 1\r", "application/json"]
    {
        assert!(heard.contains(expected), "{expected} in {heard}");
    }
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_is_not_followed() {
    let (elsewhere, followed) = receiver("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await;
    let (address, _) =
        receiver(format!("HTTP/1.1 307 Elsewhere\r\nLocation: http://{elsewhere}/\r\nContent-Length: 0\r\n\r\n")).await;
    let answer = post(&["127.0.0.1"], &format!("http://{address}/")).await.expect("an answer");
    assert_eq!(answer.status, 307);
    assert!(!followed.is_finished(), "it was followed");
    followed.abort();
}

#[tokio::test]
async fn whoever_hangs_is_left() {
    let (address, task) = receiver("").await;
    assert_eq!(post(&["127.0.0.1"], &format!("http://{address}/")).await, Err(CallError::TimedOut));
    task.abort();
}

#[tokio::test]
async fn a_name_is_refused_for_what_it_resolves_to() {
    let (address, task) = receiver("HTTP/1.1 204 No\r\n\r\n").await;
    let url = format!("http://localhost:{}/", address.port());
    assert_eq!(post(&[], &url).await, Err(CallError::NotAllowed("localhost".to_owned())));
    // Of several addresses those that are allowed are used, though others come first.
    assert_eq!(post(&["127.0.0.1"], &url).await.map(|answer| answer.status), Ok(204));
    task.await.expect("it was asked");
    let (address, _) = receiver("HTTP/1.1 204 No\r\n\r\n").await;
    let url = format!("http://LOCALHOST:{}/", address.port());
    assert_eq!(post(&["localhost"], &url).await.map(|answer| answer.status), Ok(204));
}

#[tokio::test]
async fn nobody_there_is_said_without_the_address() {
    // A port that nobody else is given, and that nobody listens at.
    let bound = TcpSocket::new_v4().expect("a socket");
    bound.bind("127.0.0.1:0".parse().expect("an address")).expect("a port is free");
    let address = bound.local_addr().expect("it is bound");
    let error = post(&["127.0.0.1"], &format!("http://{address}/?key=secret")).await.expect_err("nobody is there");
    assert!(matches!(&error, CallError::Failed(why) if !why.contains("secret")), "{error:?}");
}

#[test]
fn addresses_are_checked_however_they_are_written() {
    let allow = Allow::default();
    for text in [
        "http://127.0.0.1/",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://0177.0.0.1/",
        "http://127.1./",
        "http://[::1]/",
        "http://[::ffff:7f00:1]/",
        "http://[::ffff:169.254.169.254]/latest",
        "http://\u{ff11}\u{ff12}7.0.0.1/",
        "https://169.254.169.254/",
        "http://[fd00:ec2::254]:80/",
    ] {
        let parsed = Target::parse(text, &allow);
        assert!(matches!(parsed, Err(TargetInvalid::NotAllowed(_))), "{text}: {parsed:?}");
    }
    for text in ["ftp://example.org/", "example.org", "http:///", "unix:/run/x", "file:///etc/passwd", ""] {
        let parsed = Target::parse(text, &allow);
        assert!(matches!(parsed, Err(TargetInvalid::NotHttp)), "{text}: {parsed:?}");
    }
    for text in ["http://ana@example.org/", "http://ana:secret@example.org/", "http://:secret@example.org/"] {
        assert!(matches!(Target::parse(text, &allow), Err(TargetInvalid::Credentials)), "{text}");
    }
    let target = Target::parse("https://example.org/secret?key=secret", &allow).expect("a target");
    assert_eq!(format!("{target} {target:?}"), "https://example.org Target(https://example.org)");
}
