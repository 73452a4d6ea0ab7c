//! The marketplace's ledger refuses a step: who took it sees why, and so does the other one.

use handsel_tests::{Receiver, Reply, Started};
use serde_json::json;

use crate::scene::{Scene, Writes};

const REASON: &str = "Bob has one hour left, and this takes two.";

#[tokio::test]
async fn both_see_why_and_it_can_be_tried_again() {
    let ledger = Receiver::that(|_| Reply::Status(409, json!({"message": REASON}))).await;
    let scene = Scene::over(Started::fresh().with_hook(&ledger)).await;
    let Scene { ada, bob, people, key, .. } = &scene;
    people.bob.steps(key, "start").await;
    ada.may("approve decline").await;
    bob.may("cancel").await;
    ada.presses("Approve").await;
    ada.sees(REASON).await;
    bob.sees(&format!("What ada wanted to do was refused: {REASON}")).await;
    ada.may("approve decline").await;
    ledger.answers(|_| Reply::ok());
    ada.presses("Approve").await;
    for visitor in [ada, bob] {
        visitor.may("cancel complete").await;
        visitor.sees_no_more(REASON).await;
    }
    scene.ends().await;
}
