//! Every call of the API at once: its path, its methods, and whether it needs a token. Knows nothing of what a call
//! does.

use handsel_tests::http::request;
use serde_json::{Value, json};

use super::support::{Market, ask};

/// Path without the slash at its end, methods, whether everyone may call it.
const CALLS: [(&str, &[&str], bool); 19] = [
    ("/api/auth/register", &["POST"], true),
    ("/api/auth/login", &["POST"], true),
    ("/api/auth/user", &["GET"], false),
    ("/api/offers", &["GET", "POST"], false),
    ("/api/offers/1", &["GET", "PATCH"], false),
    ("/api/needs", &["GET", "POST"], false),
    ("/api/needs/1", &["GET", "PATCH"], false),
    ("/api/conversations", &["GET"], false),
    ("/api/conversations/offer_1/timeline", &["GET"], false),
    ("/api/conversations/offer_1/messages", &["POST"], false),
    ("/api/conversations/offer_1/handshake/start", &["POST"], false),
    ("/api/conversations/offer_1/handshake/approve", &["POST"], false),
    ("/api/conversations/offer_1/handshake/decline", &["POST"], false),
    ("/api/conversations/offer_1/handshake/cancel", &["POST"], false),
    ("/api/conversations/offer_1/handshake/complete", &["POST"], false),
    ("/api/conversations/offer_1/read", &["POST"], false),
    ("/healthz", &["GET"], true),
    ("/readyz", &["GET"], true),
    ("/api/auth/logout", &["POST"], false),
];

fn body_for(method: &str) -> Option<Value> {
    (method != "GET" && method != "HEAD").then(|| json!({}))
}

#[tokio::test]
async fn the_slash_at_the_end_is_optional() {
    let market = Market::talking().await;
    market.ana.needs("Help with moving").await;
    let token = Some(market.bob.token.as_str());
    for (path, methods, _) in CALLS {
        for method in methods {
            for path in [path.to_owned(), format!("{path}/")] {
                let answer = request(&market.server.address, method, &path, token, body_for(method)).await;
                assert!(![404, 405].contains(&answer.status), "{}: saw {}", answer.asked, answer.status);
            }
        }
    }
    assert_eq!(market.server.get("/metrics").await.status, market.server.get("/metrics/").await.status);
}

#[tokio::test]
async fn what_needs_a_token_says_so_without_one() {
    let market = Market::open().await;
    for (path, methods, public) in CALLS.into_iter().filter(|(_, _, public)| !public) {
        for method in methods {
            let answer = request(&market.server.address, method, path, None, body_for(method)).await;
            answer.is_problem(401, "token_required");
            assert_eq!((answer.header("www-authenticate"), public), ("Bearer", false), "{}", answer.asked);
        }
    }
}

#[tokio::test]
async fn another_method_is_told_which_there_are() {
    let market = Market::open().await;
    for (path, methods, _) in CALLS.into_iter().chain([("/metrics", ["GET"].as_slice(), true)]) {
        for method in ["GET", "POST", "PATCH", "PUT", "DELETE"].iter().filter(|method| !methods.contains(method)) {
            let answer = request(&market.server.address, method, path, None, None).await;
            answer.is_problem(405, "method_not_allowed");
            let head = methods.contains(&"GET").then_some(&"HEAD");
            let allowed: Vec<_> = methods.iter().chain(head).copied().collect();
            assert_eq!(answer.header("allow"), allowed.join(", "), "{}", answer.asked);
        }
    }
}

#[tokio::test]
async fn head_is_get_without_the_body() {
    let market = Market::talking().await;
    market.ana.needs("Help with moving").await;
    let token = Some(market.bob.token.as_str());
    for (path, methods, _) in CALLS {
        let head = request(&market.server.address, "HEAD", path, token, None).await;
        assert_eq!(head.text, "", "{}", head.asked);
        if methods.contains(&"GET") {
            let get = request(&market.server.address, "GET", path, token, None).await;
            assert_eq!(head.status, get.status, "{}", head.asked);
            for name in ["content-type", "content-length", "cache-control"] {
                assert_eq!(head.header(name), get.header(name), "{name} of {}", head.asked);
            }
        } else {
            assert_eq!((head.status, head.header("allow")), (405, "POST"), "{}", head.asked);
        }
    }
}

#[tokio::test]
async fn there_is_nothing_at_other_paths() {
    let market = Market::open().await;
    for path in [
        "/page/",
        "/api",
        "/api/",
        "/api/users/",
        "/api/offers//",
        "/api/offers/1/2/",
        "/api/conversations/offer_1/",
        "/api/conversations/offer_1/handshake/",
        "/api/conversations/offer_1/handshake/dance/",
        "/API/offers/",
        "/ws/",
        "/favicon.ico",
    ] {
        for method in ["GET", "POST", "DELETE"] {
            let answer = request(&market.server.address, method, path, Some(&market.bob.token), None).await;
            answer.is_problem(404, "not_found");
        }
    }
}

#[tokio::test]
async fn what_is_one_users_business_is_kept_by_nobody_on_the_way() {
    let market = Market::talking().await;
    for path in ["/api/auth/user/", "/api/conversations/", "/api/conversations/offer_1/timeline/"] {
        let answer = market.bob.get(path).await;
        answer.is(200);
        assert_eq!(
            (answer.header("content-type"), answer.header("cache-control")),
            ("application/json", "no-store"),
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_chat_path_without_an_upgrade_says_what_it_is() {
    let market = Market::open().await;
    let answer = market.bob.get("/ws/chat/offer_1/").await;
    let problem = answer.is_problem(426, "upgrade_required");
    assert!(problem["detail"].as_str().is_some_and(|detail| detail.contains("WebSocket")), "{problem}");
    let posted = ask(&market.server.address, "POST", "/ws/chat/offer_1/", &[], b"").await;
    posted.is_problem(405, "method_not_allowed");
}
