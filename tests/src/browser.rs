//! A real Chromium, headless, driven as a person uses it and watched for what a page must never do: errors, dialogs,
//! breaches of its policy. Knows nothing of Handsel's page.

mod accessible;
mod chromedriver;
mod client;
mod keyboard;
mod page;
mod static_files;
mod visitor;
mod visitor_talks;

pub use page::{Look, Page};
pub use static_files::StaticFiles;
pub use thirtyfour::Key;
pub use visitor::Visitor;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use serde_json::json;
use thirtyfour::common::types::WindowHandle;
use thirtyfour::prelude::*;
use thirtyfour::{ChromiumLikeCapabilities, LoggingPrefsLogLevel};

use crate::in_time;
use chromedriver::Chromedriver;
use client::Client;

/// No sandbox, since tests run as root in containers; nothing that goes to other hosts by itself; and no throttling of
/// windows that nobody looks at, since here nobody looks at any. With the pipe it ends when `chromedriver` does.
const ARGUMENTS: [&str; 15] = [
    "--headless=new",
    "--remote-debugging-pipe",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-background-timer-throttling",
    "--disable-renderer-backgrounding",
    "--disable-backgrounding-occluded-windows",
    "--lang=en-US",
    "--window-size=1280,900",
];

/// One Chromium with a profile of its own; its windows are [`Page`]s. Each test must end it with `Browser::ends`,
/// which fails where a page did what it must not.
pub struct Browser {
    driver: WebDriver,
    /// Commands go to one window at a time.
    turn: tokio::sync::Mutex<WindowHandle>,
    expected: Mutex<Vec<String>>,
    was_checked: AtomicBool,
    // Dropped last: the driver's own end goes through it.
    _process: Chromedriver,
}

impl Browser {
    /// Starts one; returns its first window, which is empty.
    pub async fn starts() -> Page {
        let process = Chromedriver::starts().await;
        let driver = in_time(
            "Chromium to start",
            WebDriver::builder(&process.url, capabilities(&process)).client(Client).connect(),
        );
        let driver = driver.await.expect("Chromium starts");
        let window = driver.window().await.expect("it has a window");
        let browser = Self {
            driver,
            turn: tokio::sync::Mutex::new(window.clone()),
            expected: Mutex::default(),
            was_checked: AtomicBool::new(false),
            _process: process,
        };
        let page = Page::new(Arc::new(browser), window);
        page.is_watched().await;
        page
    }

    /// The driver, once it speaks to that window and to no other until the guard is dropped.
    async fn in_window(&self, window: &WindowHandle) -> InWindow<'_> {
        let mut turn = self.turn.lock().await;
        if *turn != *window {
            self.driver.switch_to_window(window.clone()).await.expect("the window is there");
            *turn = window.clone();
        }
        InWindow { driver: &self.driver, _turn: turn }
    }

    /// Another window of the same profile.
    async fn another_window(&self) -> WindowHandle {
        let mut turn = self.turn.lock().await;
        let window = self.driver.new_window().await.expect("a window opens");
        self.driver.switch_to_window(window.clone()).await.expect("the window is there");
        *turn = window.clone();
        window
    }

    /// From now on a complaint that contains this is none.
    pub fn expects(&self, complaint: &str) {
        self.expected.lock().expect("nobody panics with it in hand").push(complaint.to_owned());
    }

    /// What its pages have complained about since the last time, without what was expected.
    async fn complaints(&self) -> Vec<String> {
        let log = self.driver.browser_log().await.expect("the console can be read");
        let expected = self.expected.lock().expect("nobody panics with it in hand");
        let is_expected = |message: &str| expected.iter().any(|part| message.contains(part.as_str()));
        let severe = log.into_iter().filter(|entry| entry.level == "SEVERE").map(|entry| entry.message);
        severe.filter(|message| !is_expected(message)).collect()
    }

    /// Ends it; fails where one of its pages did what it must not.
    async fn ends(&self) {
        self.was_checked.store(true, Ordering::SeqCst);
        let complaints = self.complaints().await;
        assert!(complaints.is_empty(), "a page must not do this:\n{}", complaints.join("\n"));
        self.driver.clone().quit().await.expect("Chromium ends");
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let was_checked = self.was_checked.load(Ordering::SeqCst);
        assert!(was_checked || std::thread::panicking(), "a test ends its browsers, so that they are checked");
    }
}

/// The driver while it speaks to one window.
struct InWindow<'a> {
    driver: &'a WebDriver,
    _turn: tokio::sync::MutexGuard<'a, WindowHandle>,
}

impl std::ops::Deref for InWindow<'_> {
    type Target = WebDriver;

    fn deref(&self) -> &WebDriver {
        self.driver
    }
}

fn capabilities(process: &Chromedriver) -> Capabilities {
    let mut capabilities = DesiredCapabilities::chrome();
    let mut set = || {
        for argument in ARGUMENTS {
            capabilities.add_arg(argument)?;
        }
        capabilities.add_arg(&format!("--user-data-dir={}", process.profile().display()))?;
        capabilities.set_binary(&chromedriver::browser().display().to_string())?;
        capabilities.set_browser_log_level(LoggingPrefsLogLevel::All)?;
        // A dialog stays, and the next command fails by it.
        capabilities.set("unhandledPromptBehavior", json!("ignore"))
    };
    set().expect("capabilities are JSON");
    capabilities.into()
}
