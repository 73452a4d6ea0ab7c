//! A restart in the middle of a conversation: sockets open again, everything is there, and it goes on.

use handsel_tests::{Person, Server};
use serde_json::json;

#[tokio::test]
async fn a_conversation_goes_on_after_a_restart() {
    let server = Server::start().await;
    let (ana, bob, offer) = in_the_middle(&server).await;
    let before = ana.timeline(&offer).await;
    server.terminate().await;
    let again = server.another();
    assert!(server.ended().await.success());
    goes_on(&again.start().await, ana, bob, &offer, before).await;
}

#[tokio::test]
async fn a_conversation_goes_on_after_a_crash() {
    let server = Server::start().await;
    let (ana, bob, offer) = in_the_middle(&server).await;
    let before = ana.timeline(&offer).await;
    let again = server.kill().await;
    goes_on(&again.start().await, ana, bob, &offer, before).await;
}

/// A message each, and a handshake that waits for the owner.
async fn in_the_middle(server: &Server) -> (Person, Person, String) {
    let (ana, bob) = tokio::join!(server.person("ana"), server.person("bob"));
    let offer = ana.offers("Bike repair").await;
    let (mut anas, mut bobs) = (ana.opens(&offer).await, bob.opens(&offer).await);
    bobs.says("Hello!").await;
    anas.hears_message("Hello!").await;
    anas.says("Hi, when?").await;
    bobs.hears_message("Hello!").await;
    bobs.hears_message("Hi, when?").await;
    bobs.sends(json!({"type": "handshake_start", "note": "Tuesday", "terms": {"hours": 2}})).await;
    bobs.hears_handshake("pending").await;
    (ana, bob, offer)
}

async fn goes_on(server: &Server, ana: Person, bob: Person, offer: &str, before: Vec<serde_json::Value>) {
    let (ana, bob) = (ana.at(&server.address), bob.at(&server.address));
    let (mut anas, mut bobs) = (ana.opens(offer).await, bob.opens(offer).await);
    assert_eq!(ana.timeline(offer).await, before);
    assert_eq!(bob.timeline(offer).await, before);

    anas.sends(json!({"type": "handshake_approve"})).await;
    let approved = anas.hears_handshake("approved").await;
    assert_eq!(bobs.hears_handshake("approved").await, approved);
    let handshake = &approved["handshake"];
    assert_eq!((&handshake["seq"], &handshake["note"]), (&json!(4), &json!("Tuesday")));
    assert_eq!(handshake["terms"], json!({"hours": 2}), "what was agreed on is as it was written");
    bobs.says("Thanks!").await;
    assert_eq!(anas.hears_message("Thanks!").await["seq"], 5);
}
