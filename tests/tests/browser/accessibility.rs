//! Every view, on a phone and on a desktop, in light and in dark: axe-core finds nothing wrong.

use handsel_tests::Server;
use handsel_tests::browser::Visitor;
use handsel_tests::proxy::{Ending, Fault, Moment, Proxy, Weather, Whom};
use serde_json::json;

use crate::scene::{People, Scene, Writes};

#[tokio::test]
async fn the_log_in_and_the_registration_with_their_errors() {
    let server = Server::start().await;
    let ada = Visitor::comes_to(&server.address).await;
    ada.page.expects("Failed to load resource: the server responded with a status of 4");
    ada.is_asked_to_log_in().await;
    ada.page.is_accessible("the log-in").await;
    ada.tries_to_log_in("ada", "not her password").await;
    ada.is_told("Wrong username or password.").await;
    ada.page.is_accessible("the log-in with an error").await;
    ada.opens("#/register").await;
    ada.fills("First name (optional)", "Ada").await;
    ada.page.is_accessible("the registration").await;
    ada.fills("Username", "a da").await;
    ada.fills("Password", "short").await;
    ada.presses("Register").await;
    ada.is_told("A password has 8 to 128 characters.").await;
    ada.page.is_accessible("the registration with errors").await;
    ada.leaves().await;
}

#[tokio::test]
async fn offers_needs_and_publishing() {
    let server = Server::start().await;
    let (people, _) = People::acquainted(&server).await;
    people.bob.offers("Piano lessons").await;
    people.ada.patch("/api/offers/1/", json!({"status": "closed"})).await.is(200);
    let ada = Visitor::logged_in(&people.ada).await;
    ada.opens("#/offers").await;
    ada.sees("Piano lessons").await;
    ada.page.is_accessible("offers").await;
    ada.opens("#/needs").await;
    ada.sees("No needs yet.").await;
    ada.page.is_accessible("no needs").await;
    ada.opens("#/needs/new").await;
    ada.presses("Publish").await;
    ada.is_told("Please fill this in.").await;
    ada.page.is_accessible("publishing with an error").await;
    ada.opens("#/nowhere").await;
    ada.sees("There is nothing here.").await;
    ada.page.is_accessible("nothing").await;
    ada.opens("#/messages").await;
    ada.sees("Hello!").await;
    ada.page.is_accessible("the list of conversations").await;
    ada.leaves().await;
}

#[tokio::test]
async fn a_thread_with_all_that_can_be_in_it() {
    let server = Server::start().await;
    let (People { ada, bob }, key) = People::acquainted(&server).await;
    let proxy = Proxy::to(&server.address, Weather::calm()).await;
    let people = People { ada: ada.at(&proxy.address), bob: bob.at(&server.address) };
    let scene = Scene::of(server, people, key).await;
    let Scene { ada, bob, people, key, .. } = &scene;
    ada.page.expects("WebSocket connection to");
    ada.page.expects("net::ERR_");
    people.bob.writes(key, "See https://example.org/.").await;
    people.bob.steps(key, "start").await;
    ada.says("Gladly.").await;
    ada.may("approve decline").await;
    bob.writes("Typing").await;
    ada.page.is_accessible("a thread").await;
    ada.presses("Decline").await;
    ada.takes("start").await;
    ada.may_press("Offer your hand").await;
    ada.page.is_accessible("the form of a note").await;
    ada.presses("Not now").await;
    ada.fills("Your message", &"x".repeat(4_001)).await;
    ada.sees("1 character too many").await;
    ada.page.is_accessible("a message that is too long").await;

    // Where nobody listens.
    proxy.leads_to("127.0.0.1:1");
    proxy.does(Fault::End(Ending::Reset, Moment::Now), Whom::All);
    ada.notices_the_connection().await;
    ada.says("Later").await;
    ada.sees_delivery("Later", "Sending …").await;
    ada.page.is_accessible("a thread without a connection").await;
    scene.ends().await;
}

#[tokio::test]
async fn a_message_that_was_not_sent() {
    let server = Server::start().await;
    let (ada, bob) = (server.person("ada").await, server.person("bob").await);
    let offer = ada.offers("Bike repair").await;
    let bob = Visitor::logged_in(&bob).await;
    bob.talks_in(&offer).await;
    // The page has read that the listing is open, and does not hear of the change.
    bob.may("start").await;
    bob.sees("Offer: Bike repair").await;
    ada.patch("/api/offers/1/", json!({"status": "closed"})).await.is(200);
    bob.says("Too late").await;
    bob.sees("Not sent: This is closed and takes no new conversation.").await;
    bob.page.is_accessible("a message that was not sent").await;
    bob.presses("Discard").await;
    bob.sees_no_more("Too late").await;
    bob.leaves().await;
}
