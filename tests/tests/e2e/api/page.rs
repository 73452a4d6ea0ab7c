//! The page at `/`: its files, their types, and what a browser is told it may do with them. Knows nothing of what they
//! show.

use std::collections::BTreeSet;

use handsel_tests::{Answer, Server};
use serde_json::json;

use super::support::ask;

/// What protects the page, on each of its files and on the answer that one of them has not changed.
pub(super) const PROTECTING: [(&str, &str); 5] = [
    (
        "content-security-policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
         manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; \
         require-trusted-types-for 'script'; trusted-types 'none'",
    ),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
];

pub(super) fn is_protected(answer: &Answer) {
    for (name, value) in PROTECTING {
        assert_eq!(answer.header(name), value, "{name} of {}", answer.asked);
    }
}

fn kind(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or_default()
}

fn content_type(path: &str) -> &'static str {
    match kind(path) {
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        _ => "text/html; charset=utf-8",
    }
}

/// What a document or a module loads, as it is written there: relative, so that a page below a path works, too.
fn loads(answer: &Answer) -> Vec<String> {
    let document = answer.header("content-type").starts_with("text/html");
    let markers = if document { ["src=\"", "href=\""].as_slice() } else { &["from \"", "import \"", "import(\""] };
    let is_code = |line: &&str| !["//", "/*", "*"].iter().any(|comment| line.trim_start().starts_with(comment));
    let mut found = Vec::new();
    for line in answer.text.lines().filter(is_code) {
        for (_, rest) in markers.iter().filter_map(|marker| line.split_once(marker)) {
            let reference = rest.split('"').next().unwrap_or_default();
            assert!(!reference.contains("//") && !reference.starts_with('/'), "{}: {reference}", answer.asked);
            found.extend((!reference.starts_with('#')).then(|| reference.to_owned()));
        }
    }
    found
}

fn join(base: &str, reference: &str) -> String {
    let (directory, _) = base.rsplit_once('/').expect("a path begins with a slash");
    let mut segments: Vec<_> = directory.split('/').collect();
    for segment in reference.split('/') {
        match segment {
            "." => {}
            ".." => drop(segments.pop()),
            segment => segments.push(segment),
        }
    }
    segments.join("/")
}

#[tokio::test]
async fn everything_that_it_loads_is_there_with_its_type_and_its_protection() {
    let server = Server::start().await;
    let (mut seen, mut new) = (BTreeSet::new(), vec!["/".to_owned()]);
    while let Some(path) = new.pop() {
        if !seen.insert(path.clone()) {
            continue;
        }
        let answer = server.get(&path).await;
        answer.is(200);
        assert_eq!(answer.header("content-type"), content_type(&path), "{path}");
        assert_eq!(answer.header("cache-control"), "no-cache", "{path}");
        is_protected(&answer);
        if !["css", "svg"].contains(&kind(&path)) {
            new.extend(loads(&answer).iter().map(|reference| join(&path, reference)));
        }
    }
    for needed in ["css", "svg", "js"] {
        assert!(seen.iter().any(|path| kind(path) == needed), "no {needed} among {seen:?}");
    }
}

#[tokio::test]
async fn the_document_has_two_paths() {
    let server = Server::start().await;
    let (root, named) = (server.get("/").await, server.get("/index.html").await);
    root.is(200);
    assert!(root.text.starts_with("<!doctype html>") || root.text.starts_with("<!DOCTYPE html>"), "{}", root.text);
    assert_eq!((&root.text, root.header("etag")), (&named.text, named.header("etag")));
}

#[tokio::test]
async fn it_can_be_read_and_nothing_else() {
    let server = Server::start().await;
    for method in ["POST", "PUT", "PATCH", "DELETE"] {
        let refused = ask(&server.address, method, "/", &[], b"").await;
        refused.is_problem(405, "method_not_allowed");
        assert_eq!(refused.header("allow"), "GET, HEAD", "{method}");
    }
}

#[tokio::test]
async fn what_the_api_answers_is_not_guessed_at_either() {
    let server = Server::start().await;
    let accept = [("accept", "text/html,application/xhtml+xml,*/*;q=0.8")];
    let missing = ask(&server.address, "GET", "/nothing", &accept, b"").await;
    missing.is_problem(404, "not_found");
    let refused = server.post("/api/auth/login/", json!({"username": "ana"})).await;
    for answer in [missing, refused, server.get("/healthz").await, server.get("/metrics").await] {
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{}", answer.asked);
    }
}
