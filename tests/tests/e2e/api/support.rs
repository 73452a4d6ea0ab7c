//! What these tests have in common: shapes of JSON, requests of any kind, two people who talk. Knows nothing of what
//! is tested with it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bytes::Bytes;
use handsel_tests::{Answer, Person, Server, Started, http, in_time};
use http_body_util::Full;
use hyper::Request;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;

/// Expects an object with exactly these fields, each of the named type; `text|null` is either.
pub(crate) fn has_exactly(value: &Value, fields: &[(&str, &str)]) {
    let object = value.as_object().unwrap_or_else(|| panic!("expected an object, saw {value}"));
    let mut names: Vec<_> = object.keys().map(String::as_str).collect();
    let mut expected: Vec<_> = fields.iter().map(|(name, _)| *name).collect();
    names.sort_unstable();
    expected.sort_unstable();
    assert_eq!(names, expected, "the fields of {value}");
    for (name, types) in fields {
        assert!(types.split('|').any(|kind| is_a(&value[name], kind)), "{name} should be {types} in {value}");
    }
}

fn is_a(value: &Value, kind: &str) -> bool {
    match kind {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "number" => value.is_i64(),
        "text" => value.is_string(),
        "list" => value.is_array(),
        "object" => value.is_object(),
        "time" => value.as_str().is_some_and(|text| text.len() == 24 && humantime::parse_rfc3339(text).is_ok()),
        "person" => {
            has_exactly(value, &[("id", "number"), ("username", "text"), ("full_name", "text")]);
            true
        }
        other => panic!("there is no type {other}"),
    }
}

/// The wrong fields of a 422, as `(pointer, code)`; each has a detail, too.
pub(super) fn wrong_fields(answer: &Answer) -> Vec<(String, String)> {
    let problem = answer.is_problem(422, "invalid");
    let errors = problem["errors"].as_array().expect("a 422 lists its errors");
    let both = |error: &Value| {
        has_exactly(error, &[("pointer", "text"), ("code", "text"), ("detail", "text")]);
        let text = |name| error[name].as_str().unwrap_or_default().to_owned();
        (text("pointer"), text("code"))
    };
    errors.iter().map(both).collect()
}

/// Expects a 422 with these wrong fields and no others, in this order.
pub(crate) fn finds_wrong(answer: &Answer, expected: &[(&str, &str)]) {
    let found = wrong_fields(answer);
    let found: Vec<_> = found.iter().map(|(pointer, code)| (pointer.as_str(), code.as_str())).collect();
    assert_eq!(found, expected, "{}", answer.asked);
}

/// Any request, with any headers.
pub(crate) async fn ask(address: &str, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
    let request = headers
        .iter()
        .fold(Request::builder().method(method).uri(path), |request, (name, value)| request.header(*name, *value));
    http::send(address, request.body(Full::new(Bytes::copy_from_slice(body))).expect("a valid request")).await
}

/// What comes back for these very bytes, until the server closes.
pub(super) async fn ask_in_bytes(address: &str, request: &[u8]) -> String {
    let asked = async {
        let mut stream = TcpStream::connect(address).await.expect("the server accepts");
        // Where the server has seen enough, it need not read the rest.
        let _ = stream.write_all(request).await;
        let mut answer = Vec::new();
        let mut buffer = [0; 4096];
        while let Ok(read @ 1..) = stream.read(&mut buffer).await {
            answer.extend_from_slice(&buffer[..read]);
        }
        String::from_utf8_lossy(&answer).into_owned()
    };
    in_time("an answer to bytes", asked).await
}

/// Posts as that person with an `Idempotency-Key`.
pub(super) async fn post_with_key(person: &Person, path: &str, key: &str, body: Value) -> Answer {
    let token = format!("Bearer {}", person.token);
    let headers = [("authorization", token.as_str()), ("content-type", "application/json"), ("idempotency-key", key)];
    ask(&person.address, "POST", path, &headers, body.to_string().as_bytes()).await
}

/// The timeline of a conversation, as one page.
pub(super) async fn page(person: &Person, conversation: &str, query: &str) -> Value {
    let answer = person.get(&format!("/api/conversations/{conversation}/timeline/{query}")).await;
    has_exactly(answer.is(200), &[("entries", "list"), ("handshake", "object|null"), ("head", "number")]);
    answer.json
}

/// Writes a message over HTTP; returns its `message`.
pub(super) async fn writes(person: &Person, conversation: &str, content: &str) -> Value {
    let path = format!("/api/conversations/{conversation}/messages/");
    person.post(&path, json!({"content": content})).await.is(201)["message"].clone()
}

/// Takes a step of the handshake over HTTP.
pub(super) async fn takes(person: &Person, conversation: &str, step: &str, body: Value) -> Answer {
    person.post(&format!("/api/conversations/{conversation}/handshake/{step}/"), body).await
}

/// Says over HTTP that everything up to there is read.
pub(super) async fn has_read(person: &Person, conversation: &str, up_to: i64) -> Answer {
    person.post(&format!("/api/conversations/{conversation}/read/"), json!({"up_to": up_to})).await
}

/// A server on which Ana offers something and Bob may write about it.
pub(super) struct Market {
    pub(super) server: Server,
    pub(super) ana: Person,
    pub(super) bob: Person,
    /// The offer's short form, which is Bob's conversation for him.
    pub(super) offer: String,
    /// The key of what Ana and Bob say about it.
    pub(super) key: String,
}

impl Market {
    /// Nobody has written yet.
    pub(super) async fn open() -> Self {
        Self::open_with(Started::fresh()).await
    }

    /// The same on a server that is started in a way of its own.
    pub(super) async fn open_with(started: Started) -> Self {
        let server = started.start().await;
        let (ana, bob) = (server.person("ana").await, server.person("bob").await);
        let offer = ana.offers("Bike repair").await;
        let key = format!("{offer}:{}", bob.id);
        Self { server, ana, bob, offer, key }
    }

    /// Bob has said hello.
    pub(super) async fn talking() -> Self {
        let market = Self::open().await;
        writes(&market.bob, &market.offer, "Hello!").await;
        market
    }

    /// Both write, each the next message once the last is committed, until it is ended.
    pub(super) fn both_write(&self) -> BothWrite {
        let stop = Arc::new(AtomicBool::new(false));
        let writing = [&self.ana, &self.bob].map(|person| {
            let (person, key, stop) = (person.clone(), self.key.clone(), Arc::clone(&stop));
            tokio::spawn(async move {
                let mut written = 0;
                while !stop.load(Ordering::SeqCst) {
                    writes(&person, &key, "More and more of it.").await;
                    written += 1;
                }
                written
            })
        });
        BothWrite { stop, writing }
    }

    /// The one line of someone's list of conversations.
    pub(super) async fn line_of(&self, person: &Person) -> Value {
        let list = person.get("/api/conversations/").await;
        let lines = list.is(200)["results"].as_array().expect("a list has results").clone();
        assert_eq!(lines.len(), 1, "{} has one conversation", person.username);
        lines.into_iter().next().expect("one line")
    }
}

/// Two who write.
pub(super) struct BothWrite {
    stop: Arc<AtomicBool>,
    writing: [JoinHandle<u32>; 2],
}

impl BothWrite {
    /// Nobody was refused, and each has written something.
    pub(super) async fn end(self) {
        self.stop.store(true, Ordering::SeqCst);
        for written in self.writing {
            assert!(written.await.expect("nobody is refused") > 0, "they wrote meanwhile");
        }
    }
}
