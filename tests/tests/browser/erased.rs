//! The other one is erased with all that they said, while the page is open.

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
