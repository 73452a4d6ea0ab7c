//! A PostgreSQL that goes away: everyone is told, sockets stay open, and all of it heals by itself.

use futures_util::future;
use handsel_tests::exposition::Exposition;
use handsel_tests::people::seq;
use handsel_tests::{Person, Server, in_time};
use serde_json::json;
use tokio::task::block_in_place;

use super::scene::{Scene, hears, is_passing, says_until_stored};

#[tokio::test(flavor = "multi_thread")]
async fn everyone_is_told_and_all_of_it_heals_on_the_same_sockets() {
    let mut scene = Scene::fresh().await;
    let (mut anas, mut bobs) = scene.both_open().await;
    anas.says_as("before", "Still there?").await;
    let before = hears(&mut anas).await;
    assert_eq!(hears(&mut bobs).await, before);

    for crashes in [false, true] {
        block_in_place(|| if crashes { scene.postgres.crash() } else { scene.postgres.stop() });
        nobody_is_served(&scene).await;
        let id = format!("while it is away, {crashes}");
        for socket in [&mut anas, &mut bobs] {
            socket.says_as(&id, "Does anyone hear me?").await;
            let error = hears(socket).await;
            is_passing(&error, &id);
            assert_eq!(error["code"], "unavailable", "nothing can have been stored: {error}");
            // A cursor has no name: its error says when to try again.
            socket.reads(1).await;
            let error = socket.hears_error("unavailable").await;
            assert!(error["retry_after_ms"].as_u64().is_some_and(|wait| wait > 0), "saw {error}");
            socket.sends(json!({"type": "ping"})).await;
            assert_eq!(hears(socket).await, json!({"type": "pong"}), "the socket is as it was");
        }

        block_in_place(|| scene.postgres.start_again());
        let stored = says_until_stored(&mut anas, &id, "Does anyone hear me?").await;
        assert_eq!(hears(&mut bobs).await, stored);
        let stored = says_until_stored(&mut bobs, &id, "Does anyone hear me?").await;
        assert_eq!(hears(&mut anas).await, stored);
        for node in [&scene.anas_node, &scene.bobs_node] {
            in_time("the node to be ready", async { while node.get("/readyz").await.status != 200 {} }).await;
            database_is(node, 1.0).await;
        }
    }
    // A hello and one before; then each time one of each.
    let timeline = scene.ana.timeline(&scene.key).await;
    assert!(timeline.iter().map(seq).eq(1..=6), "saw {timeline:?}");
}

/// Both nodes say of themselves, and to whoever asks, that they cannot serve now and when to come again. Each waits a
/// while for the database, so all is asked at once.
async fn nobody_is_served(scene: &Scene) {
    let asked = [(&scene.anas_node, &scene.ana), (&scene.bobs_node, &scene.bob)].map(|(node, person)| async move {
        let messages = format!("/api/conversations/{}/messages/", scene.key);
        let timeline = format!("/api/conversations/{}/timeline/", scene.key);
        let (list, page, message, offer, (), (), ()) = tokio::join!(
            person.get("/api/conversations/"),
            person.get(&timeline),
            person.post(&messages, json!({"content": "Hi"})),
            person.post("/api/offers/", json!({"title": "Bike repair"})),
            is_not_ready(node),
            cannot_connect(person, &scene.key),
            cannot_connect_by_v1(person),
        );
        for answer in [list, page, message, offer] {
            answer.is_problem(503, "unavailable");
            says_when(answer.header("retry-after"));
        }
    });
    future::join_all(asked).await;
}

async fn cannot_connect(person: &Person, key: &str) {
    let refusal = person.is_refused(key).await;
    refusal.is(503, "unavailable");
    says_when(refusal.retry_after.as_deref().unwrap_or_default());
}

async fn cannot_connect_by_v1(person: &Person) {
    let connecting = person.connecting_by_v1("/ws/inbox/");
    let mut socket = connecting.open().await.expect("the upgrade is completed, for browsers");
    let announced = socket.hears_error("unavailable").await;
    assert!(announced["retry_after_ms"].as_u64().is_some_and(|wait| wait > 0), "saw {announced}");
    socket.hears_close(1013, "unavailable").await;
}

async fn is_not_ready(node: &Server) {
    node.get("/healthz").await.is(200);
    let answer = node.get("/readyz").await;
    answer.is_problem(503, "not_ready");
    says_when(answer.header("retry-after"));
    database_is(node, 0.0).await;
}

/// What Prometheus is told of it, and people are woken for.
async fn database_is(node: &Server, expected: f64) {
    let up = Exposition::read(&node.address).await.value("handsel_database_up");
    assert!((up - expected).abs() < 0.1, "expected handsel_database_up {expected}, saw {up}");
}

fn says_when(retry_after: &str) {
    assert!(
        retry_after.parse().is_ok_and(|seconds: u64| seconds > 0),
        "expected when to try again, saw {retry_after:?}"
    );
}
