//! Someone blocks the other one, in the page: what either of the two sees, and that it can be taken back.

use crate::scene::Scene;

const BLOCKED: &str = "You have blocked this person.";

#[tokio::test]
async fn to_the_other_one_it_looks_as_if_nobody_were_there_until_it_is_taken_back() {
    let scene = Scene::begins().await;
    let Scene { ada, bob, .. } = &scene;
    bob.sees("online").await;
    ada.presses("Block").await;
    ada.sees(BLOCKED).await;
    bob.sees("not here right now").await;
    // There is nothing to tell it by before bob writes.
    bob.says("Are you there?").await;
    bob.sees("Not sent: This conversation is closed.").await;
    assert_eq!(ada.timeline().await, ["< Hello!"]);

    // It is kept, and so the page says it after a reload.
    ada.page.reloads().await;
    ada.sees(BLOCKED).await;
    ada.presses("Unblock").await;
    bob.sees("online").await;
    ada.says("Now I am").await;
    bob.reads("Now I am").await;
    scene.ends().await;
}
