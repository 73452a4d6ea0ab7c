//! A token that a socket does not take: an error says why, and the old one counts as before.

use handsel_tests::Socket;
use serde_json::json;

use super::auth::{logs_in_again, runs_out_soon};
use super::scene::Scene;

/// A token of the right form that was never issued.
const UNKNOWN: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

async fn is_refused(socket: &mut Socket, token: &str, code: &str) {
    socket.sends(json!({"type": "auth", "token": token})).await;
    let error = socket.hears_error(code).await;
    assert!(token.is_empty() || !error.to_string().contains(token), "a token is in an error: {error}");
    socket.says("Still here").await;
    socket.hears_message("Still here").await;
}

#[tokio::test]
async fn a_token_that_is_none_or_another_users_changes_nothing() {
    let scene = Scene::acquainted().await;
    let (mut bobs, _) = scene.bob.opens_by_v1(&scene.offer).await;
    let own = &scene.bob.token;
    for malformed in ["x", "", &own[1..], &format!("{own}A"), &format!(" {own}"), &format!("bearer.{own}")] {
        is_refused(&mut bobs, malformed, "token_malformed").await;
    }
    is_refused(&mut bobs, UNKNOWN, "token_unknown").await;
    is_refused(&mut bobs, &scene.ana.token, "token_of_another_user").await;

    // The old one still counts: nobody can be kept in by what was refused.
    scene.ana.post("/api/auth/logout/", json!({})).await.is(200);
    is_refused(&mut bobs, &scene.ana.token, "token_revoked").await;
    scene.bob.post("/api/auth/logout/", json!({})).await.is(200);
    bobs.hears_close(4001, "token_revoked").await;
}

#[tokio::test]
async fn a_token_that_was_revoked_or_has_run_out_changes_nothing() {
    let scene = Scene::acquainted().await;
    let (mut bobs, _) = scene.bob.opens_by_v1(&scene.offer).await;
    let (revoked, _) = logs_in_again(&scene.server).await;
    revoked.post("/api/auth/logout/", json!({})).await.is(200);
    is_refused(&mut bobs, &revoked.token, "token_revoked").await;
    let (expired, _) = logs_in_again(&scene.server).await;
    let newest = "UPDATE tokens SET expires_at = created_at WHERE id = (SELECT max(id) FROM tokens)";
    assert_eq!(scene.server.database().change(newest).await, 1);
    is_refused(&mut bobs, &expired.token, "token_expired").await;
}

#[tokio::test]
async fn a_refused_token_keeps_no_socket_past_the_end_of_the_old_one() {
    let scene = Scene::acquainted().await;
    runs_out_soon(&scene.server).await;
    let (mut bobs, _) = scene.bob.opens_by_v1(&scene.offer).await;
    is_refused(&mut bobs, &scene.ana.token, "token_of_another_user").await;
    bobs.hears_close(4001, "token_expired").await;
}

#[tokio::test]
async fn a_token_that_is_no_text_is_named_as_wrong() {
    let scene = Scene::acquainted().await;
    let (mut bobs, _) = scene.bob.opens_by_v1(&scene.offer).await;
    for frame in [
        json!({"type": "auth"}),
        json!({"type": "auth", "token": null}),
        json!({"type": "auth", "token": 5}),
        json!({"type": "auth", "token": [scene.bob.token]}),
    ] {
        bobs.sends_wrong(frame.clone()).await;
        let error = bobs.hears_error("field_invalid").await;
        assert_eq!(error["field"], "token", "{frame} was answered by {error}");
    }
    bobs.says("Still here").await;
    bobs.hears_message("Still here").await;
}
