//! The other one is erased while the page is open, with all that they said or without.

use handsel_tests::{Admin, Started};

use crate::scene::Scene;

#[tokio::test]
async fn what_was_said_is_gone_from_an_open_page() {
    let scene = Scene::over(Started::fresh().with_admin()).await;
    let Scene { server, ada, bob, people, .. } = &scene;
    ada.says("Hello, bob").await;
    bob.reads("Hello, bob").await;
    Admin::of(server).delete(&format!("/api/admin/users/{}/?messages=redact", people.bob.id)).await.is(200);
    ada.reads("This message was removed.").await;
    ada.has_said("Hello, bob").await;
    assert_eq!(ada.timeline().await, ["< This message was removed.", "> Hello, bob"]);
    ada.says("Are you there?").await;
    ada.sees("Not sent: This conversation is closed.").await;
    bob.is_asked_to_log_in().await;
    scene.ends().await;
}

#[tokio::test]
async fn what_was_said_stays_by_nobody_and_nothing_more_is_taken() {
    let scene = Scene::over(Started::fresh().with_admin()).await;
    let Scene { server, ada, bob, people, key } = &scene;
    ada.says("Nice to meet you").await;
    bob.reads("Nice to meet you").await;
    Admin::of(server).delete(&format!("/api/admin/users/{}/?messages=keep", people.bob.id)).await.is(200);
    bob.is_asked_to_log_in().await;
    ada.page.reloads().await;
    ada.sees("Deleted user").await;
    ada.sees_no_more("bob").await;
    ada.has_said("Nice to meet you").await;
    assert_eq!(ada.timeline().await, ["< Hello!", "> Nice to meet you"]);
    ada.says("Are you there?").await;
    ada.sees("Not sent: This conversation is closed.").await;
    assert_eq!(people.ada.timeline(key).await.len(), 2, "nothing else is kept");
    scene.ends().await;
}
