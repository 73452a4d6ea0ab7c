//! Somebody is suspended while their page is open: what either of the two sees, and what is kept until they are back.

use handsel_tests::{Admin, Started};
use serde_json::json;

use crate::scene::Scene;

const SUSPENDED: &str = "This account is suspended.";

#[tokio::test]
async fn the_page_says_so_and_keeps_what_was_begun() {
    let scene = Scene::over(Started::fresh().with_admin()).await;
    let Scene { server, ada, bob, people, .. } = &scene;
    bob.page.expects("the server responded with a status of 403 ");
    bob.writes("What I was about to say").await;
    let (admin, path) = (Admin::of(server), format!("/api/admin/users/{}/", people.bob.id));
    admin.patch(&path, json!({"suspended": true})).await.is(200);
    bob.is_told(SUSPENDED).await;
    bob.is_asked_to_log_in().await;
    ada.sees("not here right now").await;
    ada.says("Are you there?").await;
    ada.sees("Not sent: This conversation is closed.").await;

    bob.tries_to_log_in("bob", "bob's password").await;
    bob.is_told(SUSPENDED).await;

    admin.patch(&path, json!({"suspended": false})).await.is(200);
    bob.logs_in("bob", "bob's password").await;
    let kept = "return field('Your message')?.value === given";
    bob.page.until("the draft", kept, json!("What I was about to say")).await;
    bob.presses("Send").await;
    ada.reads("What I was about to say").await;
    ada.sees("online").await;
    scene.ends().await;
}

#[tokio::test]
async fn a_page_that_was_closed_meanwhile_says_so_as_well() {
    let scene = Scene::over(Started::fresh().with_admin()).await;
    let Scene { server, bob, people, key, .. } = &scene;
    bob.page.expects("the server responded with a status of 403 ");
    bob.page.goes_to("about:blank").await;
    let path = format!("/api/admin/users/{}/", people.bob.id);
    Admin::of(server).patch(&path, json!({"suspended": true})).await.is(200);
    bob.opens(&format!("#/messages/{key}")).await;
    bob.is_told(SUSPENDED).await;
    bob.is_asked_to_log_in().await;
    scene.ends().await;
}
