//! The HTTP API and the sockets as two processes over one database: log in at the one, talk at the other.

use std::time::Instant;

use handsel_tests::{Person, Server, Started};
use serde_json::json;

use super::waits;

/// The API's process, the sockets', and two people who have logged in at the former.
async fn halves() -> (Server, Server, Person, Person) {
    let api = Started::fresh().with(&["--no-websocket"]).start().await;
    let sockets = api.another().with(&["--websocket-only"]).start().await;
    let (ana, bob) = tokio::join!(api.person("ana"), api.person("bob"));
    (api, sockets, ana, bob)
}

#[tokio::test]
async fn who_logs_in_at_the_one_talks_at_the_other() {
    let (_api, sockets, ana, bob) = halves().await;
    let offer = ana.offers("Bike repair").await;
    let (mut anas, mut bobs) =
        (ana.at(&sockets.address).opens(&offer).await, bob.at(&sockets.address).opens(&offer).await);
    bobs.says("Hello!").await;
    bobs.hears_message("Hello!").await;
    anas.hears_message("Hello!").await;
    anas.sends(json!({"type": "handshake_start"})).await;
    let pending = anas.hears_handshake("pending").await;
    assert_eq!(bobs.hears_handshake("pending").await, pending);

    let timeline = bob.timeline(&offer).await;
    assert_eq!((timeline.len(), &timeline[1]), (2, &pending), "the API has it as well");
    bob.post(&format!("/api/conversations/{offer}/handshake/approve/"), json!({})).await.is(201);
    let approved = anas.hears_handshake("approved").await;
    assert_eq!(bobs.hears_handshake("approved").await, approved);
}

#[tokio::test]
async fn what_is_posted_at_the_one_reaches_the_sockets_of_the_other() {
    let (_api, sockets, ana, bob) = halves().await;
    let offer = ana.offers("Bike repair").await;
    let (mut anas, mut bobs) =
        (ana.at(&sockets.address).opens(&offer).await, bob.at(&sockets.address).opens(&offer).await);
    let mut waits = Vec::new();
    // The first of them begins the conversation, which the owner's socket has never heard of.
    for number in 1..=5 {
        let content = format!("number {number}");
        let posted = bob.post(&format!("/api/conversations/{offer}/messages/"), json!({"content": content})).await;
        let (frame, posted_at) = (posted.is(201), Instant::now());
        assert_eq!(&anas.hears().await, frame);
        assert_eq!(&bobs.hears().await, frame);
        waits.push(posted_at.elapsed());
    }
    waits::are_short(waits);
}

#[tokio::test]
async fn an_owner_hears_of_each_new_respondent() {
    let (api, sockets, ana, bob) = halves().await;
    let (cleo, dan) = tokio::join!(api.person("cleo"), api.person("dan"));
    let offer = ana.offers("Bike repair").await;
    let mut anas = ana.at(&sockets.address).opens(&offer).await;
    let mut waits = Vec::new();
    for person in [&bob, &cleo, &dan] {
        let content = format!("{} asks", person.username);
        let posted = person.post(&format!("/api/conversations/{offer}/messages/"), json!({"content": content})).await;
        let (frame, posted_at) = (posted.is(201), Instant::now());
        assert_eq!(&anas.hears().await, frame);
        waits.push(posted_at.elapsed());
    }
    waits::are_short(waits);
    anas.sends(json!({"type": "message", "content": "For dan", "recipient_id": dan.id})).await;
    anas.hears_message("For dan").await;
    assert_eq!(dan.timeline(&offer).await.len(), 2);
}

#[tokio::test]
async fn each_half_says_where_the_other_is() {
    let (api, sockets, ana, _) = halves().await;
    let offer = ana.offers("Bike repair").await;
    ana.is_refused(&offer).await.is(404, "not_found");
    sockets.get("/api/offers/").await.is_problem(404, "not_found");
    for server in [&api, &sockets] {
        server.get("/readyz").await.is(200);
    }
}
