//! What `docs/openapi.json` and `docs/asyncapi.yaml` say, held against what is said: each request, answer and frame of all
//! tests. Knows nothing of what a test is about.
//!
//! - `schemas`: both descriptions, as JSON Schema.
//! - `calls`: which call a request is; `requests`, `answers`: whether both are as described.
//! - `frames`: the same for one socket.
//! - `tally`: what was seen of all that is described.

mod answers;
mod calls;
mod frames;
mod requests;
mod schemas;
mod tally;
#[cfg(test)]
mod tests;

use std::sync::OnceLock;

use bytes::Bytes;
use hyper::{HeaderMap, Method, Request};
use serde_json::Value;

use crate::Answer;
use calls::Place;
use schemas::Schemas;

pub use frames::Spoken;
pub use tally::{Described, SEEN_IN};

/// How something differs from its description.
pub(crate) type Breach = String;

/// What every answer of the server has.
const OF_THE_SERVER: &str = "x-request-id";
/// What the answer of a proxy in front of it, or of a site beside it, has. What they pass on has both.
const OF_ANOTHER: &str = "server";

/// A request, as far as it is described.
#[derive(Clone, Debug)]
pub struct Asked {
    method: Method,
    path: String,
    query: String,
    headers: HeaderMap,
    body: Bytes,
}

impl Asked {
    /// Its path.
    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    /// What that request asks.
    pub fn of<T>(request: &Request<T>, body: Bytes) -> Self {
        let (uri, headers) = (request.uri(), request.headers().clone());
        let (path, query) = (uri.path().to_owned(), uri.query().unwrap_or_default().to_owned());
        Self { method: request.method().clone(), path, query, headers, body }
    }
}

/// The descriptions, read once.
fn schemas() -> &'static Schemas {
    static SCHEMAS: OnceLock<Schemas> = OnceLock::new();
    SCHEMAS.get_or_init(Schemas::read)
}

/// Both must be as described.
pub(crate) fn exchanged(asked: &Asked, answer: &Answer) {
    if let Err(breach) = compared(schemas(), asked, answer) {
        let Asked { method, path, query, body, .. } = asked;
        let (said, body) = (shown(&answer.text), shown(&String::from_utf8_lossy(body)));
        let (status, media_type) = (answer.status, answer.header("content-type"));
        fails(&format!("{breach}: {method} {path}?{query} with {body} was answered {status} {media_type} with {said}"));
    }
}

fn compared(schemas: &Schemas, asked: &Asked, answer: &Answer) -> Result<(), Breach> {
    // What browsers ask before they ask is the CORS layer's own.
    if asked.method == Method::OPTIONS {
        return Ok(());
    }
    if !answer.headers.contains_key(OF_THE_SERVER) {
        let is_of_another = answer.headers.contains_key(OF_ANOTHER);
        return if is_of_another { Ok(()) } else { Err(format!("an answer without {OF_THE_SERVER}")) };
    }
    let is_head = asked.method == Method::HEAD;
    match calls::find(schemas, &asked.method, &asked.path) {
        Place::Call(call) => {
            if answers::is_nowhere(schemas, answer)? {
                tally::answered(&call, &call.operation["responses"]["404"], 404, &answer.json);
            } else {
                answers::compared(schemas, &call, is_head, answer)?;
                if (200..300).contains(&answer.status) {
                    requests::compared(schemas, &call, asked)?;
                }
            }
            Ok(())
        }
        Place::OtherMethod => answers::is_of_another_method(schemas, is_head, answer),
        Place::Page if answers::is_problem(answer) => answers::is_unknown(schemas, answer),
        Place::Page => Ok(()),
        Place::Unknown => answers::is_unknown(schemas, answer),
    }
}

/// As much of a text as helps.
fn shown(text: &str) -> String {
    const CHARACTERS_MAX: usize = 600;
    let more = if text.chars().nth(CHARACTERS_MAX).is_some() { "…" } else { "" };
    text.chars().take(CHARACTERS_MAX).chain(more.chars()).collect()
}

/// What the server has sent to a site must be one of the described webhooks.
pub fn posted(body: &Value) {
    if let Err(breach) = is_webhook(schemas(), body) {
        fails(&format!("{breach}: the site was sent {}", shown(&body.to_string())));
    }
}

fn is_webhook(schemas: &Schemas, body: &Value) -> Result<(), Breach> {
    let mut breaches = Vec::new();
    for (name, webhook) in schemas.openapi["webhooks"].as_object().into_iter().flatten() {
        match schemas.closed(&webhook["post"]["requestBody"]["content"]["application/json"]["schema"], body) {
            Ok(()) => {
                tally::saw(format!("webhook {name} {}", body["type"].as_str().unwrap_or_default()));
                return Ok(());
            }
            Err(breach) => breaches.push(format!("it is no {name}: {breach}")),
        }
    }
    Err(breaches.join("; "))
}

/// Fails the test, and the run as well where nobody hears of a panic here.
fn fails(breach: &str) -> ! {
    tally::breaks(breach);
    panic!("not as described: {breach}");
}
