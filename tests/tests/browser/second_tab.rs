//! The same person in two tabs of one browser: both stay in step.

use handsel_tests::Server;
use handsel_tests::browser::Visitor;
use serde_json::json;

use crate::scene::{People, Writes};

#[tokio::test]
async fn two_tabs_of_one_person_stay_in_step() {
    let server = Server::start().await;
    let (people, key) = People::acquainted(&server).await;
    let first = Visitor::comes_to(&server.address).await;
    let stay = "return field('Stay logged in on this device')";
    first.page.clicks("the checkbox", stay, json!(null)).await;
    first.logs_in("ada", "ada's password").await;
    let second = first.beside().await;
    second.is_logged_in().await;
    tokio::join!(first.talks_in(&key), second.talks_in(&key));

    people.bob.writes(&key, "Do you see me?").await;
    tokio::join!(first.reads("Do you see me?"), second.reads("Do you see me?"));
    first.says("In both.").await;
    tokio::join!(first.has_said("In both."), second.has_said("In both."));
    second.offers_a_hand(None).await;
    tokio::join!(first.may("cancel"), second.may("cancel"));
    people.bob.steps(&key, "approve").await;
    tokio::join!(first.may("cancel complete"), second.may("cancel complete"));
    first.takes("complete").await;
    tokio::join!(first.may("cancel"), second.may("cancel"));
    assert_eq!(first.timeline().await, second.timeline().await);

    first.presses("Log out").await;
    first.is_asked_to_log_in().await;
    second.is_asked_to_log_in().await;
    second.page.closes().await;
    first.leaves().await;
}
