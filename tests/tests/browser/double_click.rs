//! A double click, a double tap and a key that is held down are one press: what appears under the finger is not pressed
//! with them.

use handsel_tests::Server;
use handsel_tests::browser::Visitor;
use serde_json::{Value, json};

use crate::scene::{People, Scene};

/// Where the button with that text is, once it can be pressed.
const PLACE: &str = "const found = button(given);
  if (!found || found.matches('[aria-disabled=true]')) return null;
  const { x, y, width, height } = found.getBoundingClientRect();
  return { x: x + width / 2, y: y + height / 2 }";

/// From now on whatever button is new in the bar is tapped in the same moment.
const TAPS_WHAT_IS_NEW: &str = "window.tapped = [];
  const bar = document.querySelector('handsel-handshake');
  const known = new Set(shownAll('handsel-handshake button'));
  new MutationObserver(() => {
    for (const found of shownAll('handsel-handshake button').filter((one) => !known.has(one))) {
      known.add(found);
      tapped.push(nameOf(found));
      found.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true, detail: 1 }));
    }
  }).observe(bar, { subtree: true, childList: true, attributes: true })";

trait Presses {
    async fn is_ready(&self, name: &str) -> Value;
    async fn clicks_at(&self, place: &Value, count: u8);
    async fn holds_enter(&self, repeated: bool);
    async fn has_done_no_more(&self, entries: usize);
}

impl Presses for Visitor {
    async fn is_ready(&self, name: &str) -> Value {
        self.page.until(format!("the button {name:?}"), PLACE, json!(name)).await
    }

    /// `count` is 2 for the second half of a double click.
    async fn clicks_at(&self, place: &Value, count: u8) {
        for what in ["mousePressed", "mouseReleased"] {
            let event = json!({"type": what, "x": place["x"], "y": place["y"], "button": "left", "clickCount": count});
            self.page.devtools("Input.dispatchMouseEvent", event).await;
        }
    }

    async fn holds_enter(&self, repeated: bool) {
        let key = json!({
            "type": "keyDown", "key": "Enter", "code": "Enter", "text": "\r", "windowsVirtualKeyCode": 13,
            "autoRepeat": repeated,
        });
        self.page.devtools("Input.dispatchKeyEvent", key).await;
    }

    /// What is sent after it is answered after it.
    async fn has_done_no_more(&self, entries: usize) {
        self.says("Only once?").await;
        let answered = "return /Sent|Read/.test(entryOf(given)?.innerText)";
        self.page.until("the message to be sent", answered, json!("Only once?")).await;
        let timeline = self.timeline().await;
        assert_eq!(timeline.len(), entries + 1, "{timeline:?}");
    }
}

#[tokio::test]
async fn a_double_click_takes_one_step() {
    let scene = Scene::begins().await;
    let ada = &scene.ada;
    scene.bob.offers_a_hand(None).await;
    let approve = ada.is_ready("Approve").await;
    ada.clicks_at(&approve, 1).await;
    ada.may("cancel complete").await;
    for name in ["Cancel handshake", "Mark as done"] {
        let place = ada.is_ready(name).await;
        ada.clicks_at(&place, 2).await;
    }
    ada.has_done_no_more(3).await;
    ada.may("cancel complete").await;
    scene.ends().await;
}

#[tokio::test]
async fn a_double_tap_takes_one_step_and_what_is_pressed_later_the_next() {
    let scene = Scene::begins().await;
    let ada = &scene.ada;
    ada.is_ready("Shake hands").await;
    ada.page.runs(TAPS_WHAT_IS_NEW, Value::Null).await;
    ada.presses("Shake hands").await;
    ada.has_done_no_more(1).await;
    ada.may_press("Offer your hand").await;
    ada.presses("Not now").await;
    scene.bob.offers_a_hand(None).await;
    ada.presses("Approve").await;
    ada.may("cancel complete").await;
    ada.has_done_no_more(4).await;
    let tapped = ada.page.runs("return tapped", Value::Null).await;
    let expected = json!(["Offer your hand", "Not now", "Approve", "Decline", "Mark as done", "Cancel handshake"]);
    assert_eq!(tapped, expected);
    ada.presses("Mark as done").await;
    ada.may("cancel").await;
    scene.ends().await;
}

#[tokio::test]
async fn enter_that_is_held_down_opens_the_form_and_does_not_send_it() {
    let scene = Scene::begins().await;
    let ada = &scene.ada;
    ada.is_ready("Shake hands").await;
    ada.page.runs("button('Shake hands').focus()", Value::Null).await;
    ada.holds_enter(false).await;
    ada.is_at("Note (optional)").await;
    for _ in 0..3 {
        ada.holds_enter(true).await;
    }
    ada.has_done_no_more(1).await;
    ada.may_press("Offer your hand").await;
    scene.ends().await;
}

#[tokio::test]
async fn a_listing_that_is_closed_by_a_double_click_is_closed() {
    let server = Server::start().await;
    let (people, _) = People::acquainted(&server).await;
    let ada = Visitor::logged_in(&people.ada).await;
    ada.opens("#/offers").await;
    let close = ada.is_ready("Close").await;
    ada.clicks_at(&close, 1).await;
    ada.may_press("Open again").await;
    ada.clicks_at(&close, 2).await;
    ada.presses("Open again").await;
    ada.may_press("Close").await;
    ada.presses("Close").await;
    ada.may_press("Open again").await;
    ada.leaves().await;
}
