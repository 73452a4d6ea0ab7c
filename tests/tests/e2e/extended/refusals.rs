//! Who is not let in to the inbox or to a resume: by HTTP without the subprotocol, by a close code with it.

use handsel_tests::socket::Connecting;
use handsel_tests::{Person, Server};

use super::scene::Scene;

/// A token of the right form that was never issued.
const UNKNOWN: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Offers `handsel.v1`: the upgrade is completed, and closed with that code.
async fn is_closed(person: &Person, path: &str, close: u16, code: &str) {
    opens_and_is_closed(path, person.connecting_by_v1(path), close, code).await;
}

async fn opens_and_is_closed(path: &str, connecting: Connecting, close: u16, code: &str) {
    println!("{path}");
    let mut socket = connecting.open().await.expect("a browser would see nothing of a refusal");
    assert_eq!(socket.protocol.as_deref(), Some("handsel.v1"));
    socket.hears_close(close, code).await;
}

/// By the base protocol.
async fn is_refused(server: &Server, path: &str, status: u16, code: &str) {
    println!("{path}");
    Connecting::to(&server.address, path).open().await.expect_err("it is refused").is(status, code);
}

#[tokio::test]
async fn the_inbox_and_after_need_the_subprotocol() {
    let scene = Scene::acquainted().await;
    let Scene { bob, ana, offer, key, server } = &scene;
    for path in [
        format!("/ws/inbox/?token={}", bob.token),
        format!("/ws/chat/{offer}/?after=0&token={}", bob.token),
        format!("/ws/chat/{key}/?token={}&after=1", bob.token),
        format!("/ws/chat/{key}/?token={}&after=1", ana.token),
    ] {
        is_refused(server, &path, 400, "subprotocol_required").await;
    }
}

#[tokio::test]
async fn after_needs_one_conversation() {
    let scene = Scene::acquainted().await;
    for path in [format!("/ws/chat/{}/?after=0", scene.offer), "/ws/inbox/?after=0".to_owned()] {
        is_closed(&scene.ana, &path, 4000, "after_needs_key").await;
    }
    is_closed(&scene.bob, "/ws/inbox/?after=1", 4000, "after_needs_key").await;
}

#[tokio::test]
async fn an_after_that_is_no_seq_is_refused() {
    let scene = Scene::acquainted().await;
    for after in ["x", "-1", "", "1.5", "1x", "0x1", "%201", "99999999999999999999", "9223372036854775808", "null"] {
        let path = format!("/ws/chat/{}/?after={after}", scene.offer);
        is_closed(&scene.bob, &path, 4000, "query_invalid").await;
    }
    is_closed(&scene.bob, &format!("/ws/chat/{}/?after", scene.offer), 4000, "query_invalid").await;
}

#[tokio::test]
async fn nobody_is_let_in_to_the_inbox_without_a_token_that_holds() {
    let scene = Scene::acquainted().await;
    for (path, code) in [
        ("/ws/inbox/".to_owned(), "token_required"),
        (format!("/ws/inbox/?token={UNKNOWN}"), "token_unknown"),
        ("/ws/inbox/?token=x".to_owned(), "token_malformed"),
    ] {
        let connecting = Connecting::to(&scene.server.address, &path).header("sec-websocket-protocol", "handsel.v1");
        opens_and_is_closed(&path, connecting, 4001, code).await;
    }
    scene.bob.post("/api/auth/logout/", serde_json::json!({})).await.is(200);
    is_closed(&scene.bob, "/ws/inbox/", 4001, "token_revoked").await;
}

#[tokio::test]
async fn a_page_of_another_origin_is_not_let_in_to_the_inbox() {
    let scene = Scene::acquainted().await;
    let connecting = scene.bob.connecting_by_v1("/ws/inbox/").header("origin", "https://elsewhere.example");
    let mut socket = connecting.open().await.expect("a browser would see nothing of a refusal");
    socket.hears_close(4003, "origin_not_allowed").await;
}

#[tokio::test]
async fn a_resume_is_refused_to_whoever_has_no_place_there() {
    let scene = Scene::acquainted().await;
    let cleo = scene.server.person("cleo").await;
    is_closed(&cleo, &format!("/ws/chat/{}/?after=0", scene.key), 4003, "not_a_participant").await;
    is_closed(&cleo, "/ws/chat/offer_99/?after=0", 4004, "listing_not_found").await;
    is_closed(&cleo, "/ws/chat/offer_0/?after=0", 4000, "conversation_invalid").await;
}

#[tokio::test]
async fn the_inbox_is_one_address() {
    let scene = Scene::acquainted().await;
    let mut inbox = scene.bob.connecting_by_v1("/ws/inbox").open().await.expect("the slash is optional");
    assert_eq!(inbox.hears().await["type"], "hello");
    is_refused(&scene.server, &format!("/ws/inbox/5/?token={}", scene.bob.token), 404, "not_found").await;
    scene.bob.get("/ws/inbox/").await.is_problem(426, "upgrade_required");
}
