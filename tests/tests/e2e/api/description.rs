//! The description of the API, for programs and for people: where it is, how it comes. Knows nothing of what it says.

use handsel_tests::{Server, Started};

use super::support::ask;

#[tokio::test]
async fn programs_read_it_without_a_token() {
    let server = Server::start().await;
    let description = server.get("/api/openapi.json").await;
    description.is(200);
    assert_eq!(description.header("content-type"), "application/json");
    assert_eq!(description.json["openapi"], "3.1.0");
    assert!(description.json["paths"]["/api/offers/"]["get"].is_object(), "saw {}", description.text);
}

#[tokio::test]
async fn it_comes_once_where_it_does_not_change() {
    let server = Server::start().await;
    for path in ["/api/openapi.json", "/api/docs/"] {
        let tag = server.get(path).await.header("etag").to_owned();
        let again = ask(&server.address, "GET", path, &[("if-none-match", &tag)], b"").await;
        again.is(304);
        assert_eq!(again.text, "", "{path}");
    }
}

#[tokio::test]
async fn people_read_a_page_that_may_load_nothing() {
    let server = Server::start().await;
    for path in ["/api/docs/", "/api/docs"] {
        let page = server.get(path).await;
        page.is(200);
        assert_eq!(page.header("content-type"), "text/html; charset=utf-8", "{path}");
        let policy = page.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"), "{path}: {policy}");
        assert!(!policy.contains("script-src"), "{path}: {policy}");
        assert!(page.text.contains("href=\"/api/openapi.json\""), "{path} says where programs read it");
    }
}

#[tokio::test]
async fn below_a_prefix_it_is_found_and_leads_there() {
    let server = Started::fresh().with(&["--path-prefix", "/handsel"]).start().await;
    server.get("/handsel/api/openapi.json").await.is(200);
    let page = server.get("/handsel/api/docs/").await;
    page.is(200);
    assert!(page.text.contains("href=\"/handsel/api/openapi.json\""), "saw no link with the prefix");
    server.get("/api/docs/").await.is_problem(404, "not_found");
}

#[tokio::test]
async fn a_process_for_sockets_alone_has_neither() {
    let server = Started::fresh().with(&["--websocket-only"]).start().await;
    for path in ["/api/openapi.json", "/api/docs/"] {
        server.get(path).await.is_problem(404, "not_found");
    }
}
