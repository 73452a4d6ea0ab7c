//! The demo as its first visitor tries it: two windows of one browser, ada in one and bo in the other, from the log-in to
//! a handshake that both have kept.

use handsel_tests::Started;
use handsel_tests::browser::Visitor;

#[tokio::test]
async fn two_windows_of_one_browser_talk_and_shake_hands() {
    let server = Started::fresh().with(&["--demo"]).start().await;
    let ada = Visitor::with_password(&server.address, "ada", "handsel-demo").await;
    let bo = ada.beside().await;
    bo.logs_in("bo", "handsel-demo").await;
    ada.sees("Ada Lovelace").await;
    bo.sees("Bo Diddley").await;

    bo.follows("Offers").await;
    bo.sees("Bike repair").await;
    bo.follows("Write to Ada Lovelace").await;
    bo.says("Could you mend my bike?").await;
    bo.has_said("Could you mend my bike?").await;

    ada.follows("Messages").await;
    ada.chooses("offer_1:2").await;
    ada.reads("Could you mend my bike?").await;
    ada.says("Gladly. On Saturday?").await;
    bo.reads("Gladly. On Saturday?").await;

    bo.offers_a_hand(Some("Saturday at ten")).await;
    ada.sees("Bo Diddley offers you a hand.").await;
    ada.sees("Saturday at ten").await;
    ada.presses("Approve").await;
    bo.sees("You have shaken hands.").await;
    ada.presses("Mark as done").await;
    bo.sees("Ada Lovelace marked it as done. Is it?").await;
    bo.presses("Mark as done").await;
    for visitor in [&ada, &bo] {
        visitor.sees("Done. You both kept your word.").await;
    }
    bo.page.closes().await;
    ada.leaves().await;
}
