//! An owner who looks before anybody has written: the conversation begins under their eyes.

use handsel_tests::browser::Visitor;
use handsel_tests::{Person, Server};

const NOBODY: &str = "Nobody has written to you about this yet.";

async fn begins(owner: &Person, conversation: &str, respondent: &Person, offer: &str) {
    let (owner, respondent) = tokio::join!(Visitor::logged_in(owner), Visitor::logged_in(respondent));
    owner.talks_in(conversation).await;
    owner.sees(NOBODY).await;
    respondent.talks_in(offer).await;
    respondent.says("Is this still there?").await;
    owner.reads("Is this still there?").await;
    owner.sees_no_more(NOBODY).await;
    owner.says("It is.").await;
    respondent.reads("It is.").await;
    tokio::join!(owner.leaves(), respondent.leaves());
}

#[tokio::test]
async fn an_owner_who_waits_for_whoever_writes_answers_them() {
    let server = Server::start().await;
    let (ada, bob) = tokio::join!(server.person("ada"), server.person("bob"));
    let offer = ada.offers("Bike repair").await;
    begins(&ada, &offer, &bob, &offer).await;
}

#[tokio::test]
async fn an_owner_who_waits_for_one_person_answers_them() {
    let server = Server::start().await;
    let (ada, bob) = tokio::join!(server.person("ada"), server.person("bob"));
    let offer = ada.offers("Bike repair").await;
    begins(&ada, &format!("{offer}:{}", bob.id), &bob, &offer).await;
}
