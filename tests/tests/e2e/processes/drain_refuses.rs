//! While a server ends, new sockets are sent elsewhere and requests are still answered.

use handsel_tests::Server;
use serde_json::json;

#[tokio::test]
async fn new_sockets_are_sent_elsewhere_while_the_old_ones_close() {
    let server = Server::start().await;
    let (ana, bob) = tokio::join!(server.person("ana"), server.person("bob"));
    let offer = ana.offers("Bike repair").await;
    // It never answers the close, so that the server has to wait for it.
    let mut silent = bob.opens(&offer).await;
    server.terminate().await;
    silent.hears_close(1012, "restarting").await;

    let refusal = ana.is_refused(&offer).await;
    refusal.is(503, "restarting");
    assert!(refusal.retry_after.as_deref().is_some_and(|seconds| seconds.parse::<u32>().is_ok()), "saw {refusal:?}");
    let connecting = ana.connecting(&offer).header("sec-websocket-protocol", "handsel.v1");
    let mut extended = connecting.open().await.expect("it opens, to be told");
    let error = extended.hears_error("restarting").await;
    assert!(error["retry_after_ms"].as_u64().is_some_and(|millis| millis > 0), "saw {error}");
    extended.hears_close(1012, "restarting").await;

    let not_ready = server.get("/readyz").await;
    not_ready.is_problem(503, "not_ready");
    assert_ne!(not_ready.header("retry-after"), "");
    server.get("/healthz").await.is(200);
    bob.post(&format!("/api/conversations/{offer}/messages/"), json!({"content": "By post"})).await.is(201);
    assert_eq!(ana.timeline(&format!("{offer}:{}", bob.id)).await.len(), 1);
    drop((silent, extended));
    assert!(server.ended().await.success());
}
