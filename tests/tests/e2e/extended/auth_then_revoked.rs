//! After a fresh token the old one may be revoked; revoking the fresh one ends the socket, in whatever process.

use handsel_tests::Server;
use serde_json::json;

use super::auth::{logs_in_again, takes};
use super::scene::Scene;

async fn logs_out(person: &handsel_tests::Person) {
    person.post("/api/auth/logout/", json!({})).await.is(200);
}

/// Bob's socket is at the one, and he logs out at the other.
async fn only_the_fresh_one_counts(scene: &Scene, sockets: &Server) {
    let bob = scene.bob.at(&sockets.address);
    let (mut bobs, _) = bob.opens_by_v1(&scene.offer).await;
    let (mut bobs_inbox, _) = bob.opens_inbox().await;
    let (mut unchanged, _) = bob.opens_by_v1(&scene.offer).await;
    let (fresh, expires_at) = logs_in_again(&scene.server).await;
    let (fresher, later) = logs_in_again(&scene.server).await;
    takes(&mut bobs, &fresh.token, &expires_at).await;
    takes(&mut bobs, &fresher.token, &later).await;
    takes(&mut bobs_inbox, &fresh.token, &expires_at).await;

    logs_out(&scene.bob).await;
    unchanged.hears_close(4001, "token_revoked").await;
    for socket in [&mut bobs, &mut bobs_inbox] {
        socket.has_heard_nothing().await;
    }
    logs_out(&fresh).await;
    bobs_inbox.hears_close(4001, "token_revoked").await;
    bobs.says("Still here").await;
    bobs.hears_message("Still here").await;
    logs_out(&fresher).await;
    bobs.hears_close(4001, "token_revoked").await;
}

#[tokio::test]
async fn the_fresh_token_counts_and_the_old_one_no_more() {
    let scene = Scene::acquainted().await;
    only_the_fresh_one_counts(&scene, &scene.server).await;
}

#[tokio::test]
async fn so_it_does_where_another_process_has_the_socket() {
    let scene = Scene::acquainted().await;
    let other = scene.another_process().await;
    only_the_fresh_one_counts(&scene, &other).await;
}

#[tokio::test]
async fn a_new_password_ends_the_socket_whatever_token_it_has_now() {
    let scene = Scene::acquainted().await;
    let (mut bobs, _) = scene.bob.opens_by_v1(&scene.offer).await;
    let (fresh, expires_at) = logs_in_again(&scene.server).await;
    takes(&mut bobs, &fresh.token, &expires_at).await;
    let (status, _, errors) = scene.server.command(&["user", "set-password", "bob"], "another password\n").await;
    assert!(status.success(), "{errors}");
    bobs.hears_close(4001, "token_revoked").await;
}
