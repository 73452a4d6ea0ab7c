//! In which form the page's files come, and when they need not come: encodings, tags, HEAD. Knows nothing of which
//! files there are.

use handsel_tests::{Answer, Server};

use super::page::is_protected;
use super::support::ask;

const FILE: &str = "/style.css";

async fn get(server: &Server, headers: &[(&str, &str)]) -> Answer {
    ask(&server.address, "GET", FILE, headers, b"").await
}

fn length(answer: &Answer) -> usize {
    answer.header("content-length").parse().expect("a length")
}

/// That caches keep the forms apart, whatever else they keep apart.
fn varies(answer: &Answer) {
    let lines = answer.headers.get_all("vary").iter().filter_map(|line| line.to_str().ok());
    let names: Vec<_> = lines.flat_map(|line| line.split(',')).map(|name| name.trim().to_lowercase()).collect();
    assert!(names.contains(&"accept-encoding".to_owned()), "{}: {names:?}", answer.asked);
}

#[tokio::test]
async fn it_is_compressed_for_those_who_accept_that() {
    let server = Server::start().await;
    let plain = get(&server, &[]).await;
    plain.is(200);
    assert_eq!((plain.header("content-encoding"), length(&plain)), ("", plain.text.len()));
    varies(&plain);
    for (accept, encoding) in [("gzip", "gzip"), ("br;q=0.1, gzip", "gzip"), ("gzip, deflate, br", "br"), ("*", "br")] {
        let smaller = get(&server, &[("accept-encoding", accept)]).await;
        smaller.is(200);
        assert_eq!(smaller.header("content-encoding"), encoding, "{accept}");
        assert_eq!(smaller.header("content-type"), plain.header("content-type"), "of what is inside");
        assert!(length(&smaller) < length(&plain), "{accept}");
        assert_ne!(smaller.header("etag"), plain.header("etag"));
        varies(&smaller);
    }
    for accept in ["", "identity", "gzip;q=0", "zstd", "gzip;q=0.1, identity"] {
        let answer = get(&server, &[("accept-encoding", accept)]).await;
        assert_eq!((answer.header("content-encoding"), &answer.text), ("", &plain.text), "{accept:?}");
        assert_eq!(answer.header("etag"), plain.header("etag"));
    }
}

#[tokio::test]
async fn what_a_browser_has_is_not_sent_again() {
    let server = Server::start().await;
    for encoding in [[].as_slice(), &[("accept-encoding", "gzip")], &[("accept-encoding", "br")]] {
        let first = get(&server, encoding).await;
        let tag = first.header("etag");
        assert!(tag.starts_with('"') && tag.ends_with('"') && tag.len() > 16, "a strong tag: {tag}");
        for known in [tag.to_owned(), format!("W/{tag}"), format!("\"other\", {tag}"), "*".to_owned()] {
            let again = get(&server, &[encoding, &[("if-none-match", &known)]].concat()).await;
            again.is(304);
            assert_eq!((again.text.as_str(), again.header("etag")), ("", tag), "{known}");
            assert_eq!(again.header("cache-control"), "no-cache");
            assert!(["", first.header("content-length")].contains(&again.header("content-length")), "{known}");
            varies(&again);
            is_protected(&again);
        }
        for unknown in ["\"other\"", tag.trim_matches('"'), "W/\"\""] {
            let again = get(&server, &[encoding, &[("if-none-match", unknown)]].concat()).await;
            again.is(200);
            assert_eq!(again.text, first.text, "{unknown}");
        }
    }
}

#[tokio::test]
async fn one_forms_tag_does_not_stand_for_the_other() {
    let server = Server::start().await;
    let plain = get(&server, &[]).await;
    let gzip = get(&server, &[("accept-encoding", "gzip"), ("if-none-match", plain.header("etag"))]).await;
    gzip.is(200);
    assert_eq!(gzip.header("content-encoding"), "gzip");
    get(&server, &[("if-none-match", gzip.header("etag"))]).await.is(200);
}

#[tokio::test]
async fn head_is_get_without_the_file() {
    let server = Server::start().await;
    for encoding in [[].as_slice(), &[("accept-encoding", "gzip")]] {
        let whole = get(&server, encoding).await;
        let head = ask(&server.address, "HEAD", FILE, encoding, b"").await;
        head.is(200);
        assert_eq!(head.text, "");
        let names = ["content-length", "content-type", "content-encoding", "etag", "cache-control"];
        assert_eq!(names.map(|name| head.header(name)), names.map(|name| whole.header(name)));
        is_protected(&head);
        let known = [encoding, &[("if-none-match", whole.header("etag"))]].concat();
        ask(&server.address, "HEAD", FILE, &known, b"").await.is(304);
    }
}
