//! A ledger that does not answer, or not as it should: nothing is stored, and to try again may help.

use handsel_tests::{Receiver, Reply, Started};
use serde_json::{Value, json};
use tokio::net::TcpSocket;

use super::scene::Scene;

#[tokio::test]
async fn no_answer_is_unavailable_and_nothing_is_stored() {
    let scene = Scene::with(|_| Reply::ok()).await;
    let elsewhere = Receiver::start().await;
    let mut anas = scene.ana.opens(&scene.key).await;
    let url = elsewhere.url.clone();
    for reply in [
        Reply::Status(500, json!({"message": "no"})),
        Reply::Status(503, Value::Null),
        Reply::Status(429, Value::Null),
        Reply::Redirect(url),
        Reply::Hang,
    ] {
        let answered = reply.clone();
        scene.ledger.answers(move |_| answered.clone());
        let refused = scene.takes(&scene.ana, "approve").await;
        refused.is_problem(503, "unavailable");
        assert_eq!(refused.header("retry-after"), "1", "{reply:?}");
        anas.sends(json!({"type": "handshake_approve"})).await;
        let error = anas.hears_error("unavailable").await;
        assert_eq!(error["retry_after_ms"], 1000, "{reply:?}: {error}");
    }
    assert!(elsewhere.heard().is_empty(), "a redirect was followed: {:?}", elsewhere.heard());
    assert_eq!(scene.statuses().await, ["pending"]);
    scene.ledger.answers(|_| Reply::ok());
    scene.takes(&scene.ana, "approve").await.is(201);
}

#[tokio::test]
async fn nobody_there_is_unavailable_until_somebody_is() {
    // A port that nobody else is given, and that nobody listens at.
    let bound = TcpSocket::new_v4().expect("a socket");
    bound.bind("127.0.0.1:0".parse().expect("an address")).expect("a port is free");
    let url = format!("http://{}/handsel", bound.local_addr().expect("it is bound"));
    let allow = ["--outbound-allow", "127.0.0.0/8"];
    let server = Started::fresh().with(&allow).with_hook_at(&url).start().await;
    let scene = Scene::on(server, Receiver::start().await).await;
    scene.takes(&scene.ana, "approve").await.is_problem(503, "unavailable");
    assert_eq!(scene.statuses().await, ["pending"]);
    let log = scene.server.logs("the ledger did not answer").await;
    assert!(log.contains(url.trim_end_matches("/handsel")), "{log}");
}

#[tokio::test]
async fn while_the_ledger_thinks_all_else_goes_on() {
    let scene = Scene::with(|_| Reply::Held(200, Value::Null)).await;
    let (mut anas, mut bobs) = (scene.ana.opens(&scene.key).await, scene.bob.opens(&scene.key).await);
    anas.sends(json!({"type": "handshake_approve"})).await;
    scene.ledger.hears_so_many(1).await;
    // What they say meanwhile is said, in the same conversation, by either.
    bobs.says("Are you there?").await;
    anas.hears_message("Are you there?").await;
    bobs.hears_message("Are you there?").await;
    anas.says("A moment.").await;
    bobs.hears_message("A moment.").await;
    scene.ledger.releases();
    bobs.hears_handshake("approved").await;
    assert_eq!(scene.statuses().await, ["pending", "a message", "a message", "approved"]);
}

#[tokio::test]
async fn whoever_goes_away_while_the_ledger_thinks_has_taken_the_step() {
    let scene = Scene::with(|_| Reply::Held(200, Value::Null)).await;
    let (mut anas, mut bobs) = (scene.ana.opens(&scene.key).await, scene.bob.opens(&scene.key).await);
    anas.sends(json!({"type": "handshake_approve"})).await;
    scene.ledger.hears_so_many(1).await;
    anas.leaves().await;
    scene.ledger.releases();
    bobs.hears_handshake("approved").await;
}
