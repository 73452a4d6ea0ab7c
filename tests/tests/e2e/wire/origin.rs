//! Pages of which origins may connect: the server's own host, loopback on loopback, and those that are allowed.

use handsel_tests::{Person, Server, Started};

use crate::wire::refusal::Attempt;

async fn is_let_in(ana: &Person, offer: &str, headers: &[(&str, &str)]) {
    let connecting =
        headers.iter().fold(ana.connecting(offer), |connecting, (name, value)| connecting.header(name, value));
    connecting.open().await.unwrap_or_else(|refusal| panic!("{headers:?}: {refusal:?}"));
}

async fn is_kept_out(ana: &Person, offer: &str, headers: &[(&str, &str)]) {
    let path = format!("/ws/chat/{offer}/?token={}", ana.token);
    let attempt = Attempt { address: &ana.address, path: &path, headers };
    attempt.is_refused_and_closed(403, 4003, "origin_not_allowed").await;
}

#[tokio::test]
async fn without_an_origin_it_is_no_page_and_let_in() {
    let server = Server::start().await;
    let ana = server.person("ana").await;
    let offer = ana.offers("Bike repair").await;
    is_let_in(&ana, &offer, &[]).await;
}

#[tokio::test]
async fn pages_of_the_same_host_and_of_loopback_are_let_in() {
    let server = Server::start().await;
    let ana = server.person("ana").await;
    let offer = ana.offers("Bike repair").await;
    for (origin, host) in [
        (format!("http://{}", server.address), server.address.as_str()),
        ("https://market.test".to_owned(), "market.test"),
        ("http://market.test:8000".to_owned(), "market.test:8000"),
        ("https://Market.Test".to_owned(), "market.test"),
        ("http://localhost:3000".to_owned(), server.address.as_str()),
        ("http://127.0.0.1:5173".to_owned(), server.address.as_str()),
        ("http://[::1]:5173".to_owned(), server.address.as_str()),
    ] {
        is_let_in(&ana, &offer, &[("origin", &origin), ("host", host)]).await;
    }
}

#[tokio::test]
async fn pages_from_elsewhere_are_kept_out_whatever_their_token() {
    let server = Server::start().await;
    let ana = server.person("ana").await;
    let offer = ana.offers("Bike repair").await;
    for origin in [
        "https://evil.test",
        "http://evil.test:8000",
        "http://localhost.evil.test",
        "http://127.0.0.1.evil.test",
        "http://evil.test/http://localhost",
        "null",
        "file://",
        "localhost",
        "",
    ] {
        is_kept_out(&ana, &offer, &[("origin", origin)]).await;
    }
    is_kept_out(&ana, &offer, &[("origin", "http://market.test:9000"), ("host", "market.test:8000")]).await;
}

#[tokio::test]
async fn an_operator_allows_origins_one_by_one() {
    let allowed = ["--allow-origin", "https://example.org", "--allow-origin", "https://shop.test:8443/"];
    let server = Started::fresh().with(&allowed).start().await;
    let ana = server.person("ana").await;
    let offer = ana.offers("Bike repair").await;
    for origin in ["https://example.org", "https://shop.test:8443", "http://localhost:3000"] {
        is_let_in(&ana, &offer, &[("origin", origin)]).await;
    }
    for origin in [
        "http://example.org",
        "https://example.org:8443",
        "https://shop.test",
        "https://www.example.org",
        "https://example.org.evil.test",
    ] {
        is_kept_out(&ana, &offer, &[("origin", origin)]).await;
    }
}

#[tokio::test]
async fn a_refusal_is_logged_with_the_origin_and_counted() {
    let server = Server::start().await;
    let ana = server.person("ana").await;
    let offer = ana.offers("Bike repair").await;
    is_kept_out(&ana, &offer, &[("origin", "https://evil.test")]).await;
    server.logs("https://evil.test").await;
    let metrics = server.get("/metrics").await;
    let line = "handsel_errors_total{code=\"origin_not_allowed\"} 2";
    assert!(metrics.text.contains(line), "both attempts are counted: {}", metrics.text);
}
