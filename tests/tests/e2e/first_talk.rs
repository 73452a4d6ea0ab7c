//! The main job: two people log in, write to each other, shake hands, and all of it is there after a restart.

use handsel_tests::Server;
use serde_json::json;

#[tokio::test]
async fn two_people_talk_and_shake_hands() {
    let server = Server::start().await;
    let (ana, bob) = (server.person("ana").await, server.person("bob").await);
    let offer = ana.offers("Bike repair").await;
    let (mut anas, mut bobs) = (ana.opens(&offer).await, bob.opens(&offer).await);

    bobs.says("Hello!").await;
    let seen = bobs.hears_message("Hello!").await;
    assert_eq!(anas.hears_message("Hello!").await, seen, "both get the same frame");
    assert_eq!(seen["sender"], json!({"id": bob.id, "username": "bob", "full_name": "bob"}));
    assert_eq!((&seen["is_read"], &seen["seq"], &seen["recipient_id"]), (&json!(false), &json!(1), &json!(ana.id)));

    anas.says("Hi, when?").await;
    for socket in [&mut anas, &mut bobs] {
        assert_eq!(socket.hears_message("Hi, when?").await["seq"], 2);
    }

    bobs.sends(json!({"type": "handshake_start"})).await;
    for socket in [&mut anas, &mut bobs] {
        let handshake = &socket.hears_handshake("pending").await["handshake"];
        assert_eq!(handshake["id"], format!("handshake_{}_{}", ana.id, bob.id));
        assert_eq!(handshake["message"], "Handshake request sent");
    }
    anas.sends(json!({"type": "handshake_approve"})).await;
    for socket in [&mut anas, &mut bobs] {
        assert_eq!(socket.hears_handshake("approved").await["handshake"]["message"], "Handshake approved");
    }

    let before = bob.timeline(&offer).await;
    server.terminate().await;
    let again = server.another().start().await;
    assert!(server.ended().await.success());
    let after = bob.at(&again.address).timeline(&offer).await;
    assert_eq!(before, after);
    assert_eq!(after.len(), 4);
}
