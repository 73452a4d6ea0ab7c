//! By keyboard alone: from the log-in to a handshake that both have kept, and each sees where the focus is.

use handsel_tests::Started;
use handsel_tests::browser::{Key, Visitor};

async fn logs_in_by_keyboard(visitor: &Visitor, username: &str) {
    visitor.is_asked_to_log_in().await;
    visitor.tabs_to_and_types("Username", username).await;
    visitor.tabs_to_and_types("Password", "handsel-demo").await;
    visitor.page.presses(Key::Enter).await;
    visitor.is_logged_in().await;
}

#[tokio::test]
async fn two_people_talk_and_shake_hands_without_a_mouse() {
    let server = Started::fresh().with(&["--demo"]).start().await;
    let (ada, bo) = tokio::join!(Visitor::comes_to(&server.address), Visitor::comes_to(&server.address));
    logs_in_by_keyboard(&bo, "bo").await;
    bo.tabs_to_and_enters("Offers").await;
    bo.sees("Bike repair").await;
    bo.tabs_to_and_enters("Write to Ada Lovelace").await;
    bo.sees("Bike repair").await;
    bo.tabs_to_and_types("Your message", "Could you mend my bike?").await;
    bo.page.presses(Key::Enter).await;
    bo.has_said("Could you mend my bike?").await;

    logs_in_by_keyboard(&ada, "ada").await;
    ada.tabs_to_and_enters("Messages").await;
    ada.sees("Bo Diddley").await;
    ada.tabs_to_and_enters("offer_1:2").await;
    ada.reads("Could you mend my bike?").await;
    ada.tabs_to_and_types("Your message", "Gladly.").await;
    ada.page.presses_with_shift(Key::Enter).await;
    ada.page.types("On Saturday?").await;
    ada.page.presses(Key::Enter).await;
    bo.reads("Gladly.\nOn Saturday?").await;

    // Backwards from the composer, past its own neighbours.
    bo.tabs_back_to("Shake hands").await;
    bo.page.presses(Key::Enter).await;
    bo.is_at("Note (optional)").await;
    bo.page.types("Saturday at ten").await;
    bo.page.presses(Key::Enter).await;
    bo.may("cancel").await;

    ada.may("approve decline").await;
    ada.tabs_back_to("Approve").await;
    ada.page.presses(Key::Enter).await;
    ada.may("cancel complete").await;
    ada.tabs_to_and_enters("Mark as done").await;
    ada.may("cancel").await;
    bo.may("cancel complete").await;
    bo.tabs_to_and_enters("Mark as done").await;
    for visitor in [&ada, &bo] {
        visitor.sees("Done. You both kept your word.").await;
    }
    tokio::join!(ada.leaves(), bo.leaves());
}

#[tokio::test]
async fn escape_closes_what_was_opened_and_the_focus_goes_back() {
    let server = Started::fresh().with(&["--demo"]).start().await;
    let bo = Visitor::comes_to(&server.address).await;
    logs_in_by_keyboard(&bo, "bo").await;
    bo.tabs_to_and_enters("Write to Ada Lovelace").await;
    bo.tabs_to_and_types("Your message", "Hello!").await;
    bo.page.presses(Key::Enter).await;
    bo.has_said("Hello!").await;
    bo.tabs_back_to("Shake hands").await;
    bo.page.presses(Key::Enter).await;
    bo.is_at("Note (optional)").await;
    bo.page.presses(Key::Escape).await;
    bo.is_at("Shake hands").await;
    bo.page.presses(Key::Escape).await;
    bo.sees("Choose a conversation to read it.").await;
    bo.is_at("offer_1:2").await;
    bo.leaves().await;
}
