//! What someone does and sees in a conversation. Knows nothing of the site around it.

use serde_json::{Value, json};
use thirtyfour::Key;

use super::Visitor;

/// Entries that are shown, oldest first, in short: `ada: text` would need names, so own ones are `> text`, the peer's
/// `< text`, steps `* text`.
const TIMELINE: &str = "return [...document.querySelectorAll('handsel-timeline .entry')].map((entry) => {
  const text = entry.querySelector('.text')?.textContent;
  if (entry.classList.contains('own')) return `> ${text}`;
  if (entry.classList.contains('peer')) return `< ${text}`;
  return `* ${tidy(entry.innerText)}`;
})";

const STEPS: &str =
    "return shownAll('handsel-handshake button[data-step]').map((step) => step.dataset.step).sort().join(' ')";

impl Visitor {
    /// Writes a message, and sends it with Enter.
    pub async fn says(&self, text: &str) {
        self.writes(text).await;
        self.page.presses(Key::Enter).await;
    }

    /// Writes a message without sending it.
    pub async fn writes(&self, text: &str) {
        self.fills("Your message", text).await;
    }

    /// Waits until a message of the peer's has that text.
    pub async fn reads(&self, text: &str) {
        self.finds_entry("peer", text).await;
    }

    /// Waits until a message of one's own has that text.
    pub async fn has_said(&self, text: &str) {
        self.finds_entry("own", text).await;
    }

    async fn finds_entry(&self, side: &str, text: &str) {
        let script = "return shownAll(`handsel-timeline [role=log] .entry.message.${given.side} .text`)
          .some((shown) => shown.textContent === given.text)";
        self.page.until(format!("a message that says {text:?}"), script, json!({"side": side, "text": text})).await;
    }

    /// Waits until the own message with that text is shown in that state of delivery: `Sending …`, `Sent`, `Read`.
    pub async fn sees_delivery(&self, text: &str, state: &str) {
        let script =
            "return entryOf(given.text)?.matches('.own') && entryOf(given.text).innerText.includes(given.state)";
        let what = format!("the message {text:?} to be {state:?}");
        self.page.until(what, script, json!({"text": text, "state": state})).await;
    }

    /// Waits until a step is told in the timeline.
    pub async fn sees_step(&self, text: &str) {
        let script =
            "return shownAll('handsel-timeline .entry.step').some((step) => tidy(step.innerText).includes(given))";
        self.page.until(format!("the step {text:?}"), script, json!(text)).await;
    }

    /// Waits until exactly these steps can be pressed: `approve decline`.
    pub async fn may(&self, steps: &str) {
        let mut expected: Vec<_> = steps.split_whitespace().collect();
        expected.sort_unstable();
        let script = format!("const steps = (() => {{ {STEPS} }})(); return steps === given");
        self.page.until(format!("exactly these steps: {steps:?}"), &script, json!(expected.join(" "))).await;
    }

    /// Presses the button of a step, by its place in the bar.
    pub async fn takes(&self, step: &str) {
        let script = "return shownAll(`handsel-handshake button[data-step=${given}]`)
          .find((step) => !step.matches(':disabled, [aria-disabled=true]'))";
        self.page.clicks(&format!("the step {step:?}"), script, json!(step)).await;
    }

    /// Offers a hand, with a note or without.
    pub async fn offers_a_hand(&self, note: Option<&str>) {
        self.takes("start").await;
        if let Some(note) = note {
            self.fills("Note (optional)", note).await;
        }
        self.presses("Offer your hand").await;
    }

    /// What the timeline shows, oldest first: own messages as `> text`, the peer's as `< text`, steps as `* text`.
    pub async fn timeline(&self) -> Vec<String> {
        let shown = self.page.runs(TIMELINE, Value::Null).await;
        let shown = shown.as_array().expect("a list").iter();
        shown.map(|entry| entry.as_str().unwrap_or_default().to_owned()).collect()
    }

    /// The `seq` of the entries that are rendered, in their order.
    pub async fn seqs(&self) -> Vec<i64> {
        let script = "return [...document.querySelectorAll('handsel-timeline .entry[data-seq]')].map((e) => Number(e.dataset.seq))";
        let seqs = self.page.runs(script, Value::Null).await;
        seqs.as_array().expect("a list").iter().filter_map(Value::as_i64).collect()
    }

    /// Waits until the thread is connected: nothing is said about the connection.
    pub async fn is_connected(&self) {
        let script = "return document.querySelector('handsel-thread') && shownAll('handsel-connection').length === 0";
        self.page.until("a connection", script, Value::Null).await;
    }

    /// Waits until something is said about the connection.
    pub async fn notices_the_connection(&self) {
        let script = "return shownAll('handsel-connection').some((shown) => tidy(shown.innerText) !== '')";
        self.page.until("a word about the connection", script, Value::Null).await;
    }
}
