//! Someone who uses the page: goes about the site, fills in forms, presses buttons. Knows what is on it by the texts that
//! people read, and nothing of how it is made.

use serde_json::json;

use super::{Browser, Page};
use crate::Person;
use crate::people::password_of;

/// Someone before a window.
pub struct Visitor {
    /// The window.
    pub page: Page,
    /// `127.0.0.1:PORT`, what they type in.
    pub address: String,
}

impl Visitor {
    /// Comes with a browser of their own, and opens the page.
    pub async fn comes_to(address: &str) -> Self {
        let visitor = Self { page: Browser::starts().await, address: address.to_owned() };
        visitor.opens("").await;
        visitor
    }

    /// Comes with a browser of their own, is registered by that name already, and logs in.
    pub async fn logged_in(person: &Person) -> Self {
        Self::with_password(&person.address, &person.username, &password_of(&person.username)).await
    }

    /// Comes with a browser of their own, and logs in.
    pub async fn with_password(address: &str, username: &str, password: &str) -> Self {
        let visitor = Self::comes_to(address).await;
        visitor.logs_in(username, password).await;
        visitor
    }

    /// Somebody in another window of the same browser.
    pub async fn beside(&self) -> Self {
        let visitor = Self { page: self.page.another().await, address: self.address.clone() };
        visitor.opens("").await;
        visitor
    }

    /// Leaves: the browser ends, and nothing that it has shown did what it must not.
    pub async fn leaves(self) {
        self.page.ends().await;
    }

    /// Opens a view by its address: `#/offers`.
    pub async fn opens(&self, route: &str) {
        self.page.goes_to(&format!("http://{}/{route}", self.address)).await;
    }

    /// Fills in the field with that label, in place of what it held.
    pub async fn fills(&self, label: &str, text: &str) {
        let field = format!("the field {label:?}");
        self.page.clicks(&field, "return field(given)", json!(label)).await;
        self.page.runs("field(given).select()", json!(label)).await;
        self.page.puts_in(text).await;
    }

    /// Presses the button with that text, once it can be pressed.
    pub async fn presses(&self, name: &str) {
        let script =
            "const found = button(given); return found?.matches(':disabled, [aria-disabled=true]') ? null : found;";
        self.page.clicks(&format!("the button {name:?}"), script, json!(name)).await;
    }

    /// Follows the link with that text.
    pub async fn follows(&self, name: &str) {
        self.page.clicks(&format!("the link {name:?}"), "return link(given)", json!(name)).await;
    }

    /// Waits until that text is shown.
    pub async fn sees(&self, text: &str) {
        self.page.until(format!("the text {text:?}"), "return text().includes(given)", json!(text)).await;
    }

    /// Waits until that text is no longer shown.
    pub async fn sees_no_more(&self, text: &str) {
        self.page.until(format!("the text {text:?} to go"), "return !text().includes(given)", json!(text)).await;
    }

    /// Waits until an alert, as screen readers announce it, has that text.
    pub async fn is_told(&self, text: &str) {
        let script = "return shownAll('[role=alert]').some((alert) => alert.textContent.includes(given))";
        self.page.until(format!("an alert that says {text:?}"), script, json!(text)).await;
    }

    /// Waits until there is a button with that text.
    pub async fn may_press(&self, name: &str) {
        self.page.until(format!("the button {name:?}"), "return !!button(given)", json!(name)).await;
    }

    /// Logs in by the form.
    pub async fn logs_in(&self, username: &str, password: &str) {
        self.tries_to_log_in(username, password).await;
        self.is_logged_in().await;
    }

    /// Fills in the log-in's form, and sends it.
    pub async fn tries_to_log_in(&self, username: &str, password: &str) {
        self.fills("Username", username).await;
        self.fills("Password", password).await;
        self.presses("Log in").await;
    }

    /// Waits until the page is that of somebody who is logged in.
    pub async fn is_logged_in(&self) {
        self.may_press("Log out").await;
    }

    /// Waits until the log-in's form is there.
    pub async fn is_asked_to_log_in(&self) {
        let script = "return !!field('Password') && !!button('Log in') && !button('Log out')";
        self.page.until("the log-in's form", script, json!(null)).await;
    }

    /// Opens a conversation by its key or short form.
    pub async fn talks_in(&self, conversation: &str) {
        self.opens(&format!("#/messages/{conversation}")).await;
        let script = "return !!field('Your message')";
        self.page.until(format!("the thread of {conversation}"), script, json!(null)).await;
    }

    /// Chooses a conversation in the list of them.
    pub async fn chooses(&self, conversation: &str) {
        let script =
            "return shownAll('handsel-conversations button').find((line) => line.dataset.conversation === given)";
        self.page.clicks(&format!("the conversation {conversation}"), script, json!(conversation)).await;
    }
}
