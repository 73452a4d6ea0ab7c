//! A page that was written for the base protocol, at an origin of its own: it talks, shakes hands, comes back after a
//! restart, and stops where its token is refused.

use std::path::Path;
use std::time::Duration;

use handsel_tests::browser::{Browser, Page, StaticFiles, Visitor};
use handsel_tests::proxy::{Proxy, Weather};
use handsel_tests::{Person, Server};
use serde_json::{Value, json};

use crate::scene::People;

/// How long that page waits before it tries again.
const RECONNECT_DELAY: Duration = Duration::from_secs(3);
/// The first, and five more.
const TRIES_MAX: i64 = 6;

struct BaseClient {
    page: Page,
    _files: StaticFiles,
}

impl BaseClient {
    async fn of(page: Page, person: &Person, token: &str) -> Self {
        let files = StaticFiles::of(&Path::new(env!("CARGO_MANIFEST_DIR")).join("pages")).await;
        let settings = format!("server=ws://{}&conversation=offer_1&token={token}", person.address);
        page.goes_to(&format!("http://{}/base-client.html#{settings}", files.address)).await;
        Self { page, _files: files }
    }

    async fn is(&self, state: &str) {
        let script = "return document.getElementById('client')?.dataset.state === given";
        self.page.until(format!("the base client to be {state:?}"), script, json!(state)).await;
    }

    async fn data(&self, name: &str) -> String {
        let data = self.page.runs("return document.getElementById('client').dataset[given]", json!(name)).await;
        data.as_str().expect("it is there").to_owned()
    }

    async fn says(&self, text: &str) {
        self.page.clicks("the field", "return document.getElementById('content')", Value::Null).await;
        self.page.puts_in(text).await;
        self.presses("Send").await;
    }

    async fn presses(&self, name: &str) {
        self.page.clicks(name, "return button(given)", json!(name)).await;
    }

    async fn has_line(&self, line: &str) {
        let script = "return shownAll('#lines .line').some((line) => line.textContent === given)";
        self.page.until(format!("the line {line:?}"), script, json!(line)).await;
    }

    /// No frame came that it does not know, and no error.
    async fn understood_everything(&self) {
        let script = "return shownAll('#lines .unknown, #lines .error').map((line) => line.textContent)";
        assert_eq!(self.page.runs(script, Value::Null).await, json!([]));
    }
}

#[tokio::test]
async fn it_talks_and_shakes_hands_with_somebody_on_the_page() {
    let server = Server::start().await;
    let (people, key) = People::acquainted(&server).await;
    let ada = Visitor::logged_in(&people.ada).await;
    ada.talks_in(&key).await;
    let bob = BaseClient::of(ada.page.another().await, &people.bob, &people.bob.token).await;
    bob.is("open").await;
    ada.sees("online").await;
    bob.says("Could you mend my bike?").await;
    ada.reads("Could you mend my bike?").await;
    ada.says("Gladly.").await;
    bob.has_line("ada: Gladly.").await;
    ada.offers_a_hand(Some("Saturday at ten")).await;
    bob.has_line("Handshake request sent (pending)").await;
    bob.presses("Approve handshake").await;
    ada.may("cancel complete").await;
    bob.has_line("Handshake approved (approved)").await;
    ada.presses("Cancel handshake").await;
    bob.has_line("Handshake cancelled (cancelled)").await;
    bob.presses("Start handshake").await;
    ada.may("approve decline").await;
    ada.presses("Approve").await;
    ada.sees("You have shaken hands.").await;
    bob.understood_everything().await;
    ada.leaves().await;
}

#[tokio::test]
async fn it_comes_back_after_a_restart() {
    let server = Server::start().await;
    let (people, key) = People::acquainted(&server).await;
    let proxy = Proxy::to(&server.address, Weather::calm()).await;
    let bob = people.bob.at(&proxy.address);
    let client = BaseClient::of(Browser::starts().await, &bob, &bob.token).await;
    client.page.expects("WebSocket connection to");
    client.is("open").await;
    let over = server.another();
    server.terminate().await;
    client.is("waiting").await;
    assert!(server.ended().await.success());
    let server = over.start().await;
    proxy.leads_to(&server.address);
    client.is("open").await;
    let (mut ada, _) = people.ada.at(&server.address).opens_by_v1(&key).await;
    ada.says("Welcome back.").await;
    client.has_line("ada: Welcome back.").await;
    assert_eq!(client.data("retries").await, "0", "what counts is counted from the last time it was open");
    client.understood_everything().await;
    client.page.ends().await;
}

#[tokio::test]
async fn it_stops_where_its_token_is_refused() {
    let server = Server::start().await;
    let (people, _) = People::acquainted(&server).await;
    let unknown = "A".repeat(43);
    let client = BaseClient::of(Browser::starts().await, &people.bob, &unknown).await;
    client.page.expects("WebSocket connection to");
    client.is("gave-up").await;
    assert_eq!(client.data("attempts").await, TRIES_MAX.to_string());
    let tried = refusals(&server).await;
    assert_eq!(tried, TRIES_MAX, "each try has reached the server");
    // Longer than it ever waits between two of them.
    tokio::time::sleep(RECONNECT_DELAY * 2).await;
    assert_eq!(refusals(&server).await, tried, "it tries no more");
    client.is("gave-up").await;
    client.page.ends().await;
}

#[tokio::test]
async fn it_stops_at_once_where_its_token_is_revoked() {
    let server = Server::start().await;
    let (people, _) = People::acquainted(&server).await;
    let client = BaseClient::of(Browser::starts().await, &people.bob, &people.bob.token).await;
    client.is("open").await;
    people.bob.post("/api/auth/logout/", json!({})).await.is(200);
    client.is("refused").await;
    assert_eq!(client.data("closeCode").await, "4001");
    tokio::time::sleep(RECONNECT_DELAY * 2).await;
    assert_eq!(client.data("attempts").await, "1", "it has not tried again");
    assert_eq!(refusals(&server).await, 0, "nothing more has reached the server");
    client.page.ends().await;
}

/// How many upgrades were refused for their token.
async fn refusals(server: &Server) -> i64 {
    let metrics = server.get("/metrics").await.text;
    let counted = metrics.lines().filter_map(|line| line.strip_prefix("handsel_errors_total{code=\"token_"));
    counted.filter_map(|line| line.rsplit(' ').next()?.parse::<i64>().ok()).sum()
}
