//! Requests and their answers. Knows nothing of which there are.

use std::error::Error;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HOST};
use hyper::{HeaderMap, Request};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::described::{self, Asked};
use crate::in_time;

/// What a request was answered.
#[derive(Debug)]
pub struct Answer {
    /// What was asked, for messages.
    pub asked: String,
    /// The status code.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, null where it is no JSON.
    pub json: Value,
    /// The body as it came.
    pub text: String,
}

impl Answer {
    /// Expects that status; returns the body.
    pub fn is(&self, status: u16) -> &Value {
        assert_eq!(self.status, status, "{}: expected {status}, saw {} with {}", self.asked, self.status, self.text);
        &self.json
    }

    /// Expects a problem of that status and code; returns it.
    pub fn is_problem(&self, status: u16, code: &str) -> &Value {
        self.is(status);
        assert_eq!(self.header("content-type"), "application/problem+json", "{}", self.asked);
        assert_eq!(self.json["code"], code, "{}: expected the code {code}, saw {}", self.asked, self.text);
        assert_eq!(self.json["status"], status, "{}: {}", self.asked, self.text);
        assert!(
            self.json["detail"].as_str().is_some_and(|detail| !detail.is_empty()),
            "{}: no detail in {}",
            self.asked,
            self.text
        );
        &self.json
    }

    /// A header's value, empty where there is none.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

/// A request with JSON or without a body, by someone or nobody.
pub async fn request(address: &str, method: &str, path: &str, token: Option<&str>, body: Option<Value>) -> Answer {
    send(address, requesting(method, path, token, body)).await
}

fn requesting(method: &str, path: &str, token: Option<&str>, body: Option<Value>) -> Request<Full<Bytes>> {
    let mut request = Request::builder().method(method).uri(path);
    if let Some(token) = token {
        request = request.header(AUTHORIZATION, format!("Bearer {token}"));
    }
    if body.is_some() {
        request = request.header(CONTENT_TYPE, "application/json");
    }
    let body = body.map(|body| Bytes::from(body.to_string())).unwrap_or_default();
    request.body(Full::new(body)).expect("a valid request")
}

/// A GET that the network may break: `None` then.
pub async fn tries_to_get(address: &str, path: &str, token: &str) -> Option<Answer> {
    tries_to_send(address, requesting("GET", path, Some(token), None)).await.ok()
}

/// A POST whose body is awaited: the server has said so by 100.
pub(crate) async fn begun_post(address: &str, path: &str, token: &str, bytes: usize) -> TcpStream {
    let mut connection = TcpStream::connect(address).await.expect("the server accepts");
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: application/json\r\nContent-Length: {bytes}\r\nExpect: 100-continue\r\n\r\n"
    );
    connection.write_all(head.as_bytes()).await.expect("the connection holds");
    let mut answer = [0; 25];
    in_time("100 Continue", connection.read_exact(&mut answer)).await.expect("the connection holds");
    assert_eq!(&answer, b"HTTP/1.1 100 Continue\r\n\r\n");
    connection
}

/// Any request, over a connection of its own.
pub async fn send(address: &str, request: Request<Full<Bytes>>) -> Answer {
    tries_to_send(address, request).await.expect("it is answered")
}

async fn tries_to_send(address: &str, mut request: Request<Full<Bytes>>) -> Result<Answer, Box<dyn Error>> {
    let asked = format!("{} {}", request.method(), request.uri());
    let body = request.body().clone().collect().await?.to_bytes();
    let described = Asked::of(&request, body);
    if !request.headers().contains_key(HOST) {
        request.headers_mut().insert(HOST, address.parse().expect("an address is a host"));
    }
    let answered = async {
        let stream = TcpStream::connect(address).await?;
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        let response = sender.send_request(request).await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = response.into_body().collect().await?.to_bytes();
        Ok::<_, Box<dyn Error>>((status, headers, String::from_utf8_lossy(&body).into_owned()))
    };
    let (status, headers, text) = in_time(&asked, answered).await?;
    let json = serde_json::from_str(&text).unwrap_or_default();
    let answer = Answer { asked, status, headers, json, text };
    described::exchanged(&described, &answer);
    Ok(answer)
}
