//! Coming to the page: logging in, registering, publishing, and what is said where that fails.

use handsel_tests::Server;
use handsel_tests::browser::Visitor;
use serde_json::json;

fn refused(path: &str, status: u16) -> String {
    format!("/api/{path} - Failed to load resource: the server responded with a status of {status} ")
}

#[tokio::test]
async fn a_wrong_password_is_told_and_the_right_one_lets_in() {
    let server = Server::start().await;
    server.person("ada").await;
    let ada = Visitor::comes_to(&server.address).await;
    ada.page.expects(&refused("auth/login/", 401));
    ada.is_asked_to_log_in().await;
    ada.tries_to_log_in("ada", "not her password").await;
    ada.is_told("Wrong username or password.").await;
    ada.is_asked_to_log_in().await;
    ada.logs_in("ada", "ada's password").await;
    ada.presses("Log out").await;
    ada.is_asked_to_log_in().await;
    ada.page.reloads().await;
    ada.is_asked_to_log_in().await;
    ada.leaves().await;
}

#[tokio::test]
async fn somebody_new_registers_and_publishes_an_offer() {
    let server = Server::start().await;
    server.person("ada").await;
    let cyd = Visitor::comes_to(&server.address).await;
    cyd.page.expects(&refused("auth/register/", 409));
    cyd.opens("#/register").await;
    cyd.fills("Username", "ada").await;
    cyd.fills("Password", "cyd's password").await;
    cyd.fills("First name (optional)", "Cyd").await;
    cyd.fills("Last name (optional)", "Charisse").await;
    cyd.presses("Register").await;
    cyd.is_told("This username is taken. Choose another one.").await;
    cyd.fills("Username", "cyd").await;
    cyd.presses("Register").await;
    cyd.is_logged_in().await;
    cyd.sees("Cyd Charisse").await;

    for (view, kind, title) in [("Offers", "offer", "Tap dancing"), ("Needs", "need", "Shoes, size 38")] {
        cyd.follows(view).await;
        cyd.follows(&format!("Publish {} {kind}", if kind == "offer" { "an" } else { "a" })).await;
        cyd.fills("Title", title).await;
        cyd.fills("Description (optional)", "For beginners,\nor nearly").await;
        cyd.presses("Publish").await;
        cyd.sees(title).await;
        let listings = server.logs_in("ada").await.get(&format!("/api/{kind}s/")).await;
        assert_eq!(listings.is(200)["results"][0]["title"], title);
        assert_eq!(listings.json["results"][0]["description"], "For beginners,\nor nearly");
    }
    cyd.leaves().await;
}

#[tokio::test]
async fn forms_say_what_is_wrong_with_each_field() {
    let server = Server::start().await;
    let cyd = Visitor::comes_to(&server.address).await;
    cyd.page.expects(&refused("auth/register/", 422));
    cyd.opens("#/register").await;
    cyd.fills("Username", "c y d").await;
    cyd.fills("Password", "short").await;
    cyd.presses("Register").await;
    for (field, error) in [
        ("Username", "Only letters, digits and @ . + - _ can be used."),
        ("Password", "A password has 8 to 128 characters."),
    ] {
        let script = "const shown = field(given.field); return shown?.getAttribute('aria-invalid') === 'true'
          && (shown.getAttribute('aria-describedby') ?? '').split(' ').some((id) => textOf(id).includes(given.error))";
        let what = format!("the field {field:?} to be described as wrong: {error:?}");
        cyd.page.until(what, script, json!({"field": field, "error": error})).await;
    }
    cyd.leaves().await;
}

#[tokio::test]
async fn a_listing_is_closed_and_opened_again_by_its_owner() {
    let server = Server::start().await;
    let [ada, bob] = [server.person("ada").await, server.person("bob").await];
    ada.offers("Bike repair").await;
    let ada = Visitor::logged_in(&ada).await;
    ada.opens("#/offers").await;
    ada.presses("Close").await;
    ada.may_press("Open again").await;
    let bob = Visitor::logged_in(&bob).await;
    bob.opens("#/offers").await;
    bob.sees("Closed").await;
    let writes = bob.page.runs("return !!link('Write to ada')", json!(null)).await;
    assert_eq!(writes, json!(false), "a closed offer takes no new conversation");
    ada.presses("Open again").await;
    ada.may_press("Close").await;
    bob.page.reloads().await;
    bob.follows("Write to ada").await;
    bob.says("Hello!").await;
    bob.has_said("Hello!").await;
    tokio::join!(ada.leaves(), bob.leaves());
}
