//! Both act at once: whoever was too late is shown how it stands now, and that it has changed.

use std::time::Duration;

use handsel_tests::browser::Visitor;
use handsel_tests::proxy::{Fault, Proxy, Way, Weather, Whom};
use handsel_tests::{PATIENCE, Server};

use crate::scene::{People, Writes};

#[tokio::test]
async fn who_approves_what_was_just_withdrawn_sees_that() {
    let server = Server::start().await;
    let (people, key) = People::acquainted(&server).await;
    let proxy = Proxy::to(&server.address, Weather::calm()).await;
    let ada = Visitor::logged_in(&people.ada.at(&proxy.address)).await;
    ada.talks_in(&key).await;
    people.bob.steps(&key, "start").await;
    ada.may("approve decline").await;

    // Whatever the server says reaches her later, while what she does reaches it at once.
    proxy.does(Fault::Stall(Way::Down, PATIENCE * 4), Whom::All);
    people.bob.steps(&key, "cancel").await;
    ada.presses("Approve").await;
    server.counts("handshake_changed").await;
    proxy.calms();

    ada.sees("This has changed in the meantime. Here is how it stands now.").await;
    ada.sees("The handshake was cancelled.").await;
    ada.may("start").await;
    ada.sees_step("bob cancelled the handshake").await;
    let timeline = ada.timeline().await;
    assert_eq!(timeline.len(), 3, "a message and two steps, and nothing of what was refused: {timeline:?}");

    // It can go on from there.
    ada.offers_a_hand(None).await;
    ada.may("cancel").await;
    ada.sees_no_more("This has changed in the meantime. Here is how it stands now.").await;
    ada.leaves().await;
}

#[tokio::test]
async fn two_hands_that_are_offered_at_once_become_one_handshake() {
    let server = Server::start().await;
    let (people, key) = People::acquainted(&server).await;
    let proxy = Proxy::to(&server.address, Weather::calm()).await;
    let ada = Visitor::logged_in(&people.ada.at(&proxy.address)).await;
    ada.talks_in(&key).await;
    ada.may("start").await;
    ada.is_connected().await;
    proxy.does(Fault::Stall(Way::Down, PATIENCE * 4), Whom::All);
    people.bob.steps(&key, "start").await;
    ada.offers_a_hand(None).await;
    server.counts_one_of(&["handshake_exists", "handshake_changed"]).await;
    proxy.calms();
    ada.sees("Here is how it stands now.").await;
    ada.may("approve decline").await;
    ada.presses("Approve").await;
    ada.may("cancel complete").await;
    ada.leaves().await;
}

trait Counts {
    async fn counts(&self, code: &str);
    async fn counts_one_of(&self, codes: &[&str]);
}

impl Counts for Server {
    async fn counts(&self, code: &str) {
        self.counts_one_of(&[code]).await;
    }

    async fn counts_one_of(&self, codes: &[&str]) {
        let counted = async {
            loop {
                let metrics = self.get("/metrics").await.text;
                let line = |code: &&str| metrics.contains(&format!("handsel_errors_total{{code=\"{code}\"}} "));
                if codes.iter().any(line) {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        handsel_tests::in_time(format!("an error of {codes:?}"), counted).await;
    }
}
