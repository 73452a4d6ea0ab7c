//! A log-in that ends while one talks: the page leads back to the log-in, and from there to where one was.

use std::time::Duration;

use handsel_tests::Server;
use handsel_tests::browser::Visitor;

use crate::scene::People;

const SOON: Duration = Duration::from_secs(5);
const EXPIRED: &str = "UPDATE tokens SET expires_at = created_at + 1";

async fn talking(server: &Server) -> Visitor {
    let (people, key) = People::acquainted(server).await;
    let ada = Visitor::logged_in(&people.ada).await;
    ada.page.expects("the server responded with a status of 401 ");
    ada.talks_in(&key).await;
    ada.reads("Hello!").await;
    ada
}

async fn comes_back(ada: Visitor) {
    ada.is_asked_to_log_in().await;
    ada.sees("Your log-in has ended. Please log in again.").await;
    ada.logs_in("ada", "ada's password").await;
    ada.reads("Hello!").await;
    ada.says("Here I am again.").await;
    ada.sees_delivery("Here I am again.", "Sent").await;
    ada.leaves().await;
}

#[tokio::test]
async fn an_expired_token_leads_to_the_log_in_and_back() {
    let server = Server::start().await;
    let (people, key) = People::acquainted(&server).await;
    let ada = Visitor::logged_in(&people.ada).await;
    ada.page.expects("the server responded with a status of 401 ");
    assert!(server.database().tokens_run_out("ada", SOON).await > 0);
    ada.talks_in(&key).await;
    ada.reads("Hello!").await;
    comes_back(ada).await;
}

#[tokio::test]
async fn a_revoked_token_leads_to_the_log_in_and_back() {
    let server = Server::start().await;
    let ada = talking(&server).await;
    let (status, _, errors) = server.command(&["token", "revoke", "ada"], "").await;
    assert!(status.success(), "{errors}");
    comes_back(ada).await;
}

#[tokio::test]
async fn a_token_that_ended_while_the_page_was_closed_leads_there_as_well() {
    let server = Server::start().await;
    let ada = talking(&server).await;
    ada.page.goes_to("about:blank").await;
    assert!(server.database().change(EXPIRED).await > 0);
    ada.opens("#/messages").await;
    ada.is_asked_to_log_in().await;
    ada.sees("Your log-in has ended. Please log in again.").await;
    ada.leaves().await;
}
