//! A process that serves one half says where the other is. Knows nothing of how two such processes work together.

use handsel_tests::Started;
use serde_json::json;

#[tokio::test]
async fn without_sockets_the_api_is_served() {
    let server = Started::fresh().with(&["--no-websocket"]).start().await;
    let ana = server.person("ana").await;
    let offer = ana.offers("Bike repair").await;
    let refusal = ana.is_refused(&offer).await;
    refusal.is(404, "not_found");
    let says_why = |detail: &serde_json::Value| detail.as_str().is_some_and(|detail| detail.contains("--no-websocket"));
    assert!(says_why(&refusal.problem["detail"]), "{refusal:?}");
    assert!(says_why(&ana.get("/ws/chat/offer_1/").await.is_problem(404, "not_found")["detail"]));
    for path in ["/healthz", "/readyz", "/metrics"] {
        server.get(path).await.is(200);
    }
}

#[tokio::test]
async fn without_the_api_sockets_are_served() {
    let whole = handsel_tests::Server::start().await;
    let (ana, bob) = (whole.person("ana").await, whole.person("bob").await);
    let offer = ana.offers("Bike repair").await;
    let server = whole.another().with(&["--websocket-only"]).start().await;
    let bob = bob.at(&server.address);
    let refused = [
        bob.get("/api/conversations/").await,
        bob.post("/api/auth/logout/", json!({})).await,
        server.post("/api/auth/login/", json!({})).await,
        bob.get("/api/nothing/").await,
    ];
    for answer in refused {
        let problem = answer.is_problem(404, "not_found");
        assert!(problem["detail"].as_str().is_some_and(|detail| detail.contains("--websocket-only")), "{problem}");
    }
    let mut socket = bob.opens(&offer).await;
    socket.says("Hello!").await;
    socket.hears_message("Hello!").await;
    for path in ["/healthz", "/readyz", "/metrics"] {
        server.get(path).await.is(200);
    }
}
