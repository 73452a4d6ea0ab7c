//! A fresh token over an open socket: it lives as long as the newest of them, and no longer.

use std::time::Duration;

use handsel_tests::{Person, Server, Socket};
use serde_json::{Value, json};

use super::scene::Scene;

/// The tokens that Bob has by now run out soon: long enough to connect, short enough to wait for.
const SOON: Duration = Duration::from_secs(5);

pub(super) async fn runs_out_soon(server: &Server) {
    assert_ne!(server.database().tokens_run_out("bob", SOON).await, 0);
}

/// Logs Bob in again; returns him with the new token, and when that runs out.
pub(super) async fn logs_in_again(server: &Server) -> (Person, Value) {
    let log_in = json!({"username": "bob", "password": "bob's password"});
    let granted = server.post("/api/auth/login/", log_in).await.is(200).clone();
    (Person::new(&server.address, &granted), granted["expires_at"].clone())
}

/// Gives the socket a token, which must be taken.
pub(super) async fn takes(socket: &mut Socket, token: &str, expires_at: &Value) {
    socket.sends(json!({"type": "auth", "token": token})).await;
    socket.hears_frame(&json!({"type": "auth", "auth": {"expires_at": expires_at}})).await;
}

#[tokio::test]
async fn a_fresh_token_in_time_keeps_the_socket_past_the_end_of_the_old_one() {
    let scene = Scene::acquainted().await;
    let other = scene.another_process().await;
    // She is at both, so that neither process has to tell the other of her, and Bob's sockets hear of nobody.
    let _anas_phone = scene.ana.at(&other.address).opens(&scene.key).await;
    runs_out_soon(&scene.server).await;
    let (mut anas, _) = scene.ana.opens_by_v1(&scene.key).await;
    let mut kept = Vec::new();
    let mut left = Vec::new();
    for address in [&scene.server.address, &other.address] {
        let bob = scene.bob.at(address);
        kept.push(bob.opens_by_v1(&scene.offer).await.0);
        kept.push(bob.opens_inbox().await.0);
        left.push(bob.opens_by_v1(&scene.offer).await.0);
        left.push(bob.opens(&scene.offer).await);
    }
    anas.hears_presence(scene.bob.id, true).await;
    let (_, expires_at) = logs_in_again(&scene.server).await;
    let (fresh, later) = logs_in_again(&other).await;
    assert!(later.as_str() >= expires_at.as_str());
    for socket in &mut kept {
        takes(socket, &fresh.token, &later).await;
    }
    for socket in &mut left {
        socket.hears_close(4001, "token_expired").await;
    }
    // Past the end of the old one.
    for (number, socket) in kept.iter_mut().enumerate() {
        let content = format!("still here {number}");
        socket.sends(json!({"type": "message", "content": content, "conversation": scene.key})).await;
        anas.hears_message(&content).await;
    }
    for socket in &mut kept {
        for number in 0..4 {
            socket.hears_message(&format!("still here {number}")).await;
        }
        socket.has_heard_nothing().await;
    }
}

#[tokio::test]
async fn the_newest_token_counts_even_where_it_ends_before_the_old_one() {
    let scene = Scene::acquainted().await;
    let (mut bobs, _) = scene.bob.opens_by_v1(&scene.offer).await;
    let (mut bobs_phone, _) = scene.bob.opens_by_v1(&scene.offer).await;
    let (fresh, _) = logs_in_again(&scene.server).await;
    runs_out_soon(&scene.server).await;
    bobs.sends(json!({"type": "auth", "token": fresh.token})).await;
    assert_eq!(bobs.hears().await["type"], "auth");
    bobs.hears_close(4001, "token_expired").await;
    // It never heard of the change, and keeps its own deadline.
    bobs_phone.has_heard_nothing().await;
}

#[tokio::test]
async fn the_same_token_may_be_given_again_and_again() {
    let scene = Scene::acquainted().await;
    let (mut bobs, hello) = scene.bob.opens_by_v1(&scene.offer).await;
    for _ in 0..3 {
        takes(&mut bobs, &scene.bob.token, &hello["expires_at"]).await;
    }
    let (fresh, expires_at) = logs_in_again(&scene.server).await;
    takes(&mut bobs, &fresh.token, &expires_at).await;
    bobs.says("Still me").await;
    assert_eq!(bobs.hears_message("Still me").await["sender"]["id"], scene.bob.id);
    let log = scene.server.log();
    for token in [&scene.bob.token, &fresh.token] {
        assert!(!log.contains(token.as_str()), "a token is in the log");
    }
}

#[tokio::test]
async fn nobody_else_hears_of_it() {
    let scene = Scene::acquainted().await;
    let (mut anas, mut bobs) = scene.both_open().await;
    let (mut bobs_phone, _) = scene.bob.opens_by_v1(&scene.offer).await;
    let (fresh, expires_at) = logs_in_again(&scene.server).await;
    takes(&mut bobs, &fresh.token, &expires_at).await;
    for socket in [&mut anas, &mut bobs, &mut bobs_phone] {
        socket.has_heard_nothing().await;
    }
}
