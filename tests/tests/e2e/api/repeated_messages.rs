//! A repeated send is one message, whichever way it was named. Knows nothing of other messages.

use futures_util::future::join_all;
use serde_json::json;

use super::support::{Market, finds_wrong, page, post_with_key, writes};

#[tokio::test]
async fn a_message_that_comes_again_is_the_same_message() {
    let market = Market::open().await;
    let Market { ana, bob, offer, .. } = &market;
    let path = format!("/api/conversations/{offer}/messages/");
    let mut sockets = [ana.opens(offer).await, bob.opens(offer).await];
    let first = post_with_key(bob, &path, "one", json!({"content": "Hello!"})).await;
    assert_eq!(first.is(201)["message"]["client_message_id"], "one");
    assert!(first.json.get("repeat").is_none(), "this one is new");

    let again = [
        post_with_key(bob, &path, "one", json!({"content": "Hello!"})).await,
        post_with_key(bob, &path, "\"one\"", json!({"content": " Hello! "})).await,
        bob.post(&path, json!({"content": "Hello!", "client_message_id": "one"})).await,
        post_with_key(bob, &path, "two", json!({"content": "Hello!", "client_message_id": "one"})).await,
    ];
    for answer in again {
        assert_eq!((&answer.is(200)["message"], &answer.json["repeat"]), (&first.json["message"], &json!(true)));
    }

    writes(bob, offer, "Anyone?").await;
    for socket in &mut sockets {
        socket.hears_message("Hello!").await;
        socket.hears_message("Anyone?").await;
    }
}

#[tokio::test]
async fn a_socket_and_a_request_share_their_names() {
    let market = Market::open().await;
    let Market { bob, offer, .. } = &market;
    let mut socket = bob.opens(offer).await;
    socket.sends(json!({"type": "message", "content": "Hello!", "client_message_id": "one"})).await;
    let heard = socket.hears_message("Hello!").await;
    let path = format!("/api/conversations/{offer}/messages/");
    let again = post_with_key(bob, &path, "one", json!({"content": "Hello!"})).await;
    assert_eq!(again.is(200)["message"], heard);
}

#[tokio::test]
async fn other_content_under_the_same_name_is_a_conflict() {
    let market = Market::open().await;
    let path = format!("/api/conversations/{}/messages/", market.offer);
    post_with_key(&market.bob, &path, "one", json!({"content": "Hello!"})).await.is(201);
    let other = post_with_key(&market.bob, &path, "one", json!({"content": "Good-bye!"})).await;
    other.is_problem(409, "client_message_id_conflict");
    assert_eq!(page(&market.bob, &market.offer, "").await["head"], 1);
}

#[tokio::test]
async fn a_name_is_the_senders_own_within_one_conversation() {
    let market = Market::open().await;
    let Market { ana, bob, offer, key, .. } = &market;
    let cyd = market.server.person("cyd").await;
    let path = format!("/api/conversations/{offer}/messages/");
    post_with_key(bob, &path, "one", json!({"content": "Hello!"})).await.is(201);
    post_with_key(&cyd, &path, "one", json!({"content": "Hello!"})).await.is(201);
    let anas =
        post_with_key(ana, &format!("/api/conversations/{key}/messages/"), "one", json!({"content": "Hi"})).await;
    assert_eq!(anas.is(201)["message"]["seq"], 2);
}

#[tokio::test]
async fn of_fifty_at_once_one_is_stored() {
    let market = Market::open().await;
    let Market { ana, bob, offer, .. } = &market;
    let path = format!("/api/conversations/{offer}/messages/");
    let mut socket = ana.opens(offer).await;
    let answers = join_all((0..50).map(|_| post_with_key(bob, &path, "one", json!({"content": "Hello!"})))).await;
    let new: Vec<_> = answers.iter().filter(|answer| answer.status == 201).collect();
    assert_eq!(new.len(), 1, "one is new");
    for answer in answers.iter().filter(|answer| answer.status != 201) {
        assert_eq!((&answer.is(200)["message"], &answer.json["repeat"]), (&new[0].json["message"], &json!(true)));
    }
    assert_eq!(page(bob, offer, "").await["head"], 1);
    writes(bob, offer, "Anyone?").await;
    socket.hears_message("Hello!").await;
    socket.hears_message("Anyone?").await;
}

#[tokio::test]
async fn a_name_has_1_to_64_characters() {
    let market = Market::open().await;
    let path = format!("/api/conversations/{}/messages/", market.offer);
    for key in ["", "\"\"", &"x".repeat(65)] {
        let refused = post_with_key(&market.bob, &path, key, json!({"content": "Hello!"})).await;
        finds_wrong(&refused, &[("/client_message_id", "client_message_id_invalid")]);
    }
    post_with_key(&market.bob, &path, &"x".repeat(64), json!({"content": "Hello!"})).await.is(201);
}
