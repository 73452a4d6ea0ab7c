//! A phone of 360 points: no view scrolls sideways, and one gets from the list to a thread and back.

use handsel_tests::Server;
use handsel_tests::browser::{Look, Visitor};
use serde_json::json;

use crate::scene::{People, Writes};

#[tokio::test]
async fn no_view_is_wider_than_a_phone() {
    let server = Server::start().await;
    let (people, key) = People::acquainted(&server).await;
    people.ada.offers(&"A title of one long word ".repeat(7)).await;
    people.ada.offers(&"w".repeat(200)).await;
    people.bob.needs(&"W".repeat(200)).await;
    people.bob.steps(&key, "start").await;
    people.bob.writes(&key, &"many words ".repeat(300)).await;
    let ada = Visitor::comes_to(&server.address).await;
    ada.page.looks_like(Look::Phone).await;
    for view in ["#/log-in", "#/register"] {
        ada.opens(view).await;
        ada.page.until("the form", "return !!field('Password')", json!(null)).await;
        assert_eq!(ada.page.overflow().await, json!([]), "{view}");
    }
    ada.opens("#/log-in").await;
    ada.logs_in("ada", "ada's password").await;
    for (view, shows) in [
        ("#/offers", "Bike repair"),
        ("#/needs", "WWWWW"),
        ("#/offers/new", "Description"),
        ("#/messages", "Bike repair"),
        (&format!("#/messages/{key}"), "bob offers you a hand."),
    ] {
        ada.opens(view).await;
        ada.sees(shows).await;
        assert_eq!(ada.page.overflow().await, json!([]), "{view}");
    }
    ada.presses("Decline").await;
    ada.takes("start").await;
    ada.may_press("Offer your hand").await;
    assert_eq!(ada.page.overflow().await, json!([]), "the form of a note");

    // The list and the thread take turns.
    ada.page.runs("location.hash = '#/messages'", json!(null)).await;
    ada.chooses(&key).await;
    ada.page
        .until(
            "the thread alone",
            "return field('Your message') && shownAll('handsel-conversations button').length === 0",
            json!(null),
        )
        .await;
    ada.presses("Back to the conversations").await;
    ada.page
        .until(
            "the list alone",
            "return !field('Your message') && shownAll('handsel-conversations button').length > 0",
            json!(null),
        )
        .await;
    ada.leaves().await;
}
