//! What the HTTP API is: `docs/openapi.json` for programs, and a page made of it for people. Knows nothing of requests.
//!
//! - `page`: the page; `operation`: one call of it; `schema`: what JSON looks like, in words.

mod operation;
mod page;
mod schema;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::sync::OnceLock;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hyper::header::{CONTENT_SECURITY_POLICY, HeaderMap, HeaderValue};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::http::Reply;
use crate::page::Asset;

/// The description as it is kept: what is served, and what tests hold real traffic against.
pub(crate) const OPENAPI: &str = include_str!("../../../docs/openapi.json");

/// The description in both forms, each made when it is first asked for.
#[derive(Default)]
pub(crate) struct Description {
    openapi: OnceLock<Asset>,
    page: OnceLock<Asset>,
}

impl Description {
    /// Answers a GET with these headers with the description itself.
    pub(crate) fn answer(&self, asked: &HeaderMap) -> Reply {
        let openapi = || Asset::new("openapi.json", Cow::Borrowed(OPENAPI.as_bytes()));
        self.openapi.get_or_init(openapi).answer(asked)
    }

    /// Answers a GET with these headers with the page; `prefix` stands in front of every path of this server.
    pub(crate) fn answer_page(&self, asked: &HeaderMap, prefix: &str) -> Reply {
        let page = || Asset::new("docs.html", Cow::Owned(page::document(&parsed(), prefix).into_string().into_bytes()));
        let mut reply = self.page.get_or_init(page).answer(asked);
        reply.headers_mut().insert(CONTENT_SECURITY_POLICY, policy());
        reply
    }
}

fn parsed() -> Value {
    serde_json::from_str(OPENAPI).expect("a test has read it")
}

/// Nothing but the page's one stylesheet, which stands in it: no script, no picture, no other host.
fn policy() -> HeaderValue {
    let style = STANDARD.encode(Sha256::digest(page::STYLE));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{style}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    );
    HeaderValue::try_from(policy).expect("base64 is made of visible letters")
}
