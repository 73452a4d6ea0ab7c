//! What happens while the ledger thinks: its agreement holds to what it was asked about, and to nothing else.

use handsel_tests::Reply;
use serde_json::{Value, json};

use super::scene::Scene;

fn held() -> Reply {
    Reply::Held(200, Value::Null)
}

#[tokio::test]
async fn of_an_approve_and_a_cancel_at_the_same_moment_one_is_taken() {
    let scene = Scene::with(|_| held()).await;
    let both = async { tokio::join!(scene.takes(&scene.ana, "approve"), scene.takes(&scene.bob, "cancel")) };
    let release = async {
        scene.ledger.hears_so_many(2).await;
        scene.ledger.releases();
        scene.ledger.releases();
    };
    let ((approved, cancelled), ()) = tokio::join!(both, release);
    let (taken, refused) = if approved.status == 201 { (approved, cancelled) } else { (cancelled, approved) };
    taken.is(201);
    refused.is_problem(409, "handshake_changed");
    assert_eq!(scene.statuses().await.len(), 2, "{:?}", scene.statuses().await);
}

#[tokio::test]
async fn an_approve_holds_to_the_handshake_that_was_agreed_to() {
    let scene = Scene::with(|_| held()).await;
    let change = async {
        scene.ledger.hears_so_many(1).await;
        // The same proposal with other terms is another handshake.
        scene.ledger.answers(|_| Reply::ok());
        scene.takes(&scene.bob, "cancel").await.is(201);
        scene.bob.post(&scene.path("start"), json!({"terms": {"hours": 200}})).await.is(201);
        scene.ledger.releases();
    };
    let (approved, ()) = tokio::join!(scene.takes(&scene.ana, "approve"), change);
    let problem = approved.is_problem(409, "handshake_changed");
    assert_eq!((&problem["handshake"]["status"], &problem["handshake"]["version"]), (&json!("pending"), &json!(3)));
    assert_eq!(scene.statuses().await, ["pending", "cancelled", "pending"]);
}

#[tokio::test]
async fn a_completion_holds_to_its_handshake_and_commutes_with_the_others() {
    let scene = Scene::with(|_| Reply::ok()).await;
    scene.takes(&scene.ana, "approve").await.is(201);
    scene.ledger.answers(|_| held());
    let both = async { tokio::join!(scene.takes(&scene.ana, "complete"), scene.takes(&scene.bob, "complete")) };
    let release = async {
        scene.ledger.hears_so_many(3).await;
        scene.ledger.releases();
        scene.ledger.releases();
    };
    let ((anas, bobs), ()) = tokio::join!(both, release);
    anas.is(201);
    bobs.is(201);
    assert_eq!(scene.statuses().await, ["pending", "approved", "approved", "completed"]);

    // Another one begins, and is as far, while the ledger thinks about the first.
    scene.ledger.answers(|_| Reply::ok());
    scene.takes(&scene.bob, "start").await.is(201);
    scene.takes(&scene.ana, "approve").await.is(201);
    scene.ledger.answers(|_| held());
    let change = async {
        scene.ledger.hears_so_many(5).await;
        scene.ledger.answers(|_| Reply::ok());
        scene.takes(&scene.bob, "cancel").await.is(201);
        scene.takes(&scene.bob, "start").await.is(201);
        scene.takes(&scene.ana, "approve").await.is(201);
        scene.ledger.releases();
    };
    let (completed, ()) = tokio::join!(scene.takes(&scene.ana, "complete"), change);
    completed.is_problem(409, "handshake_changed");
}

#[tokio::test]
async fn the_same_step_twice_at_the_same_moment_is_taken_once_and_has_one_name() {
    let scene = Scene::with(|posted| if posted.repeated == 0 { held() } else { Reply::ok() }).await;
    let mut anas = scene.ana.opens(&scene.key).await;
    let twice = async {
        anas.sends(json!({"type": "handshake_approve"})).await;
        scene.ledger.hears_so_many(1).await;
        tokio::join!(scene.takes(&scene.ana, "approve"), async {
            anas.sends(json!({"type": "handshake_approve"})).await;
            scene.ledger.releases();
        })
    };
    let (over_http, ()) = twice.await;
    assert!([200, 201].contains(&over_http.status), "{over_http:?}");
    assert_eq!(scene.statuses().await, ["pending", "approved"]);
    // Whether the second waits with the first, asks again or finds what came of it is a matter of moments.
    let asked = scene.asked();
    assert!(asked.iter().all(|name| *name == asked[0]), "{asked:?}");
}

#[tokio::test]
async fn a_server_that_dies_in_between_has_stored_nothing_and_asks_by_the_same_name_again() {
    let scene = Scene::with(|_| held()).await;
    let Scene { ledger, server, ana, bob: _, key } = scene;
    let path = format!("/api/conversations/{key}/handshake/approve/");
    let asking = async {
        let body = json!({});
        let _ = tokio::time::timeout(
            handsel_tests::PATIENCE,
            tokio::spawn({
                let (ana, path) = (ana.clone(), path.clone());
                async move { ana.post(&path, body).await }
            }),
        )
        .await;
    };
    let dying = async {
        ledger.hears_so_many(1).await;
        server.kill().await
    };
    let ((), left) = tokio::join!(asking, dying);
    ledger.answers(|_| Reply::ok());
    let server = left.with_hook(&ledger).start().await;
    let ana = ana.at(&server.address);
    let statuses: Vec<_> = ana.timeline(&key).await.iter().map(|entry| entry["handshake"]["status"].clone()).collect();
    assert_eq!(statuses, [json!("pending")]);
    ana.post(&path, json!({})).await.is(201);
    let asked = ledger.heard();
    assert_eq!((asked[1].repeated, &asked[0].id), (1, &asked[1].id));
}
