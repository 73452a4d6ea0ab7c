//! One window: where it is, what it shows, what is done in it. Knows nothing of who sits before it.

use std::fmt::Display;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use thirtyfour::common::types::WindowHandle;
use thirtyfour::prelude::*;

use super::Browser;
use crate::PATIENCE;

const WATCH: &str = include_str!("watch.js");
const SIGHT: &str = include_str!("sight.js");
const LOOK_EVERY: Duration = Duration::from_millis(40);

/// A window of a [`Browser`].
#[derive(Clone)]
pub struct Page {
    browser: Arc<Browser>,
    window: WindowHandle,
}

/// What a page is looked at with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// 360 × 740 at two pixels a point, touched.
    Phone,
    /// 1280 × 800.
    Desktop,
}

impl Page {
    pub(super) fn new(browser: Arc<Browser>, window: WindowHandle) -> Self {
        Self { browser, window }
    }

    /// Another window of the same browser.
    pub async fn another(&self) -> Self {
        let page = Self::new(Arc::clone(&self.browser), self.browser.another_window().await);
        page.is_watched().await;
        page
    }

    pub(super) async fn is_watched(&self) {
        self.devtools("Page.addScriptToEvaluateOnNewDocument", json!({"source": WATCH})).await;
    }

    /// The browser's own commands, of the `DevTools` protocol.
    pub async fn devtools(&self, method: &str, parameters: Value) -> Value {
        let answer = self.browser.in_window(&self.window).await.cdp().send_raw(method, parameters).await;
        answer.unwrap_or_else(|error| panic!("{method}: {error}"))
    }

    /// From now on a complaint of this browser that contains this is none.
    pub fn expects(&self, complaint: &str) {
        self.browser.expects(complaint);
    }

    /// What the browser's pages have complained about since the last time.
    pub async fn complaints(&self) -> Vec<String> {
        self.browser.complaints().await
    }

    /// Ends the whole browser; fails where one of its pages did what it must not.
    pub async fn ends(self) {
        self.browser.ends().await;
    }

    /// Closes this window alone.
    pub async fn closes(self) {
        let closed = self.browser.in_window(&self.window).await.close_window().await;
        closed.expect("the window closes");
    }

    /// Goes to an address.
    pub async fn goes_to(&self, url: &str) {
        let went = self.browser.in_window(&self.window).await.goto(url).await;
        went.unwrap_or_else(|error| panic!("{url}: {error}"));
    }

    /// F5.
    pub async fn reloads(&self) {
        self.browser.in_window(&self.window).await.refresh().await.expect("the page reloads");
    }

    /// Where it is.
    pub async fn url(&self) -> String {
        self.browser.in_window(&self.window).await.current_url().await.expect("a page has an address").to_string()
    }

    /// Runs a script, the body of a function, beside `sight.js`; returns what it returns.
    pub async fn runs(&self, script: &str, arguments: Value) -> Value {
        let ran = self.tries_to_run(script, arguments).await;
        ran.unwrap_or_else(|error| panic!("{script}: {error}"))
    }

    async fn tries_to_run(&self, script: &str, arguments: Value) -> WebDriverResult<Value> {
        let script = format!("{SIGHT}\nreturn (async (given) => {{ {script} }})(arguments[0]);");
        let driver = self.browser.in_window(&self.window).await;
        driver.execute(script, vec![arguments]).await.map(|returned| returned.json().clone())
    }

    /// Waits until a script returns something (neither `null`, `undefined`, `false` nor an empty text); returns that.
    /// Where it never does, fails with what was expected and what the page shows.
    pub async fn until(&self, what: impl Display, script: &str, arguments: Value) -> Value {
        let wait = async {
            loop {
                // A page that is just being replaced runs no script.
                if let Ok(found) = self.tries_to_run(script, arguments.clone()).await
                    && !matches!(&found, Value::Null | Value::Bool(false))
                    && found != ""
                {
                    return found;
                }
                tokio::time::sleep(LOOK_EVERY).await;
            }
        };
        let Ok(found) = tokio::time::timeout(PATIENCE, wait).await else {
            panic!("waited {PATIENCE:?} in vain for {what}; {}", self.state().await)
        };
        found
    }

    /// Waits for an element, as [`Page::until`] does.
    pub async fn finds(&self, what: impl Display, script: &str, arguments: Value) -> WebElement {
        let found = self.until(what, script, arguments).await;
        let handle = Arc::clone(self.browser.driver.handle());
        WebElement::from_json(found, handle).expect("the script returns an element")
    }

    /// Clicks what a script finds, with a mouse: what lies under something else cannot be clicked.
    pub async fn clicks(&self, what: &str, script: &str, arguments: Value) {
        let mut refused = String::new();
        let click = async {
            loop {
                let element = self.finds(what, script, arguments.clone()).await;
                let driver = self.browser.in_window(&self.window).await;
                match element.click().await {
                    Ok(()) => return,
                    // It has moved, was replaced or is covered for a moment.
                    Err(error) => refused = error.to_string(),
                }
                drop(driver);
                tokio::time::sleep(LOOK_EVERY).await;
            }
        };
        let in_time = tokio::time::timeout(PATIENCE, click).await.is_ok();
        assert!(in_time, "{what} cannot be clicked: {refused}; {}", self.state().await);
    }

    /// Types on the keyboard, wherever the focus is: one key after the other.
    pub async fn types(&self, keys: &str) {
        let driver = self.browser.in_window(&self.window).await;
        driver.action_chain().send_keys(keys).perform().await.expect("keys are typed");
    }

    /// Presses a key.
    pub async fn presses(&self, key: Key) {
        self.types(&key.value().to_string()).await;
    }

    /// Presses a key while Shift is held.
    pub async fn presses_with_shift(&self, key: Key) {
        let driver = self.browser.in_window(&self.window).await;
        let chain = driver.action_chain().key_down(Key::Shift).send_keys(key.value().to_string()).key_up(Key::Shift);
        chain.perform().await.expect("keys are typed");
    }

    /// Puts in a text where the focus is, at once, as a phone's keyboard or the clipboard does: any character.
    pub async fn puts_in(&self, text: &str) {
        self.devtools("Input.insertText", json!({"text": text})).await;
    }

    /// Everything that is shown, as text.
    pub async fn text(&self) -> String {
        self.runs("return text();", Value::Null).await.as_str().unwrap_or_default().to_owned()
    }

    /// What the page looks like now, for messages.
    pub async fn state(&self) -> String {
        let shown = self.tries_to_run("return text();", Value::Null).await;
        let shown = shown.map_or_else(
            |error| format!("(cannot be read: {error})"),
            |text| text.as_str().unwrap_or_default().to_owned(),
        );
        let console = self.complaints().await;
        format!("the page at {} shows:\n{shown}\nits console says:\n{}", self.url().await, console.join("\n"))
    }

    /// A picture of what the window shows.
    pub async fn picture(&self) -> Vec<u8> {
        self.browser.in_window(&self.window).await.screenshot_as_png().await.expect("a picture")
    }

    /// What is wider than the window, or than the scrolling part of the page that it is in.
    pub async fn overflow(&self) -> Value {
        const SCRIPT: &str = "const wide = [document.scrollingElement, ...document.querySelectorAll('body *')]
          .filter((box) => box === document.scrollingElement || /auto|scroll/.test(getComputedStyle(box).overflowX))
          .filter((box) => box.scrollWidth > box.clientWidth && (box === document.scrollingElement || box.clientWidth > 1));
          return wide.map((box) => `${box.tagName}.${box.className}: ${box.scrollWidth} > ${box.clientWidth}`)";
        self.runs(SCRIPT, Value::Null).await
    }

    /// Is a phone or a desktop from now on.
    pub async fn looks_like(&self, look: Look) {
        let metrics = match look {
            Look::Phone => json!({"width": 360, "height": 740, "deviceScaleFactor": 2, "mobile": true}),
            Look::Desktop => json!({"width": 1280, "height": 800, "deviceScaleFactor": 1, "mobile": false}),
        };
        self.devtools("Emulation.setDeviceMetricsOverride", metrics).await;
    }

    /// Prefers light or dark from now on.
    pub async fn prefers(&self, scheme: &str) {
        let features = json!([{"name": "prefers-color-scheme", "value": scheme}]);
        self.devtools("Emulation.setEmulatedMedia", json!({"features": features})).await;
    }
}
