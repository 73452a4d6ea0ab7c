//! The handshake's steps, one after the other: each side has exactly the buttons of what it can do now, and both are told
//! who did what.

use crate::scene::Scene;

impl Scene {
    async fn may(&self, adas: &str, bobs: &str) {
        tokio::join!(self.ada.may(adas), self.bob.may(bobs));
    }

    async fn is_told(&self, ada: &str, bob: &str) {
        tokio::join!(self.ada.sees_step(ada), self.bob.sees_step(bob));
    }

    async fn sees(&self, ada: &str, bob: &str) {
        tokio::join!(self.ada.sees(ada), self.bob.sees(bob));
    }
}

#[tokio::test]
async fn from_an_offered_hand_to_a_word_that_both_have_kept() {
    let scene = Scene::begins().await;
    scene.may("start", "start").await;
    scene.bob.offers_a_hand(Some("Saturday at ten")).await;
    scene.may("approve decline", "cancel").await;
    scene.sees("bob offers you a hand.", "You offered your hand. ada can shake it.").await;
    scene.is_told("bob offered a hand", "You offered your hand").await;
    scene.is_told("Saturday at ten", "Saturday at ten").await;

    scene.ada.presses("Approve").await;
    scene.may("cancel complete", "cancel complete").await;
    scene.sees("You have shaken hands.", "You have shaken hands.").await;
    scene.is_told("You shook hands on it", "ada shook hands on it").await;

    scene.ada.presses("Mark as done").await;
    scene.may("cancel", "cancel complete").await;
    scene.sees("You marked it as done. bob has yet to.", "ada marked it as done. Is it?").await;
    scene.is_told("You marked it as done", "ada marked it as done").await;

    scene.bob.presses("Mark as done").await;
    scene.may("start", "start").await;
    scene.sees("Done. You both kept your word.", "Done. You both kept your word.").await;
    let complete = "marked it as done: the handshake is complete";
    scene.is_told(&format!("bob {complete}"), &format!("You {complete}")).await;
    scene.ends().await;
}

#[tokio::test]
async fn each_way_out_of_a_handshake_and_a_new_one_after_it() {
    let scene = Scene::begins().await;
    scene.ada.offers_a_hand(None).await;
    scene.may("cancel", "approve decline").await;
    scene.bob.presses("Decline").await;
    scene.may("start", "start").await;
    scene.sees("The handshake was declined.", "The handshake was declined.").await;
    scene.is_told("bob declined", "You declined").await;

    scene.ada.presses("Shake hands again").await;
    scene.ada.presses("Offer your hand").await;
    scene.may("cancel", "approve decline").await;
    scene.ada.presses("Cancel handshake").await;
    scene.may("start", "start").await;
    scene.sees("The handshake was cancelled.", "The handshake was cancelled.").await;
    scene.is_told("You cancelled the handshake", "ada cancelled the handshake").await;

    scene.bob.offers_a_hand(None).await;
    scene.may("approve decline", "cancel").await;
    scene.ada.presses("Approve").await;
    scene.may("cancel complete", "cancel complete").await;
    scene.ada.presses("Cancel handshake").await;
    scene.may("start", "start").await;

    // A hand that is offered is not offered yet.
    scene.bob.takes("start").await;
    scene.bob.presses("Not now").await;
    scene.may("start", "start").await;
    assert_eq!(scene.bob.timeline().await.len(), 8, "one message and seven steps");
    scene.ends().await;
}
