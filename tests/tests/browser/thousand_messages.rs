//! A thousand messages, stored and live: all are shown, as text.

use handsel_tests::browser::Visitor;
use handsel_tests::{Server, Started, seeding};
use serde_json::{Value, json};

use crate::scene::People;

const HOSTILE: &str = "UPDATE entries SET content = '<img src=x onerror=alert(' || seq || ')>' WHERE seq > 1";

async fn acquainted() -> (Server, People, String) {
    let server = Started::fresh().with(&["--frames-per-second", "0"]).start().await;
    let (people, key) = People::acquainted(&server).await;
    (server, people, key)
}

#[tokio::test]
async fn a_thousand_stored_ones_are_read_from_the_last_to_the_first() {
    let (server, people, key) = acquainted().await;
    seeding::messages(server.database(), &key, 999).await;
    server.database().change(HOSTILE).await;
    let ada = Visitor::logged_in(&people.ada).await;
    ada.talks_in(&key).await;
    ada.page.until("the last one", "return !!entryOf('<img src=x onerror=alert(1000)>')", Value::Null).await;
    // Home, again and again, as whoever looks for the beginning does it.
    let script = "scroller().scrollTop = 0; return !!entryOf('Hello!')";
    ada.page.until("the first one", script, Value::Null).await;
    assert_eq!(ada.seqs().await, (1..=1000).collect::<Vec<_>>(), "each once, in order");
    let texts = "return [...document.querySelectorAll('handsel-timeline .entry .text')].slice(1)
      .every((text, index) => text.textContent === `<img src=x onerror=alert(${index + 2})>`)";
    assert_eq!(ada.page.runs(texts, Value::Null).await, json!(true));
    let made = ada.page.runs("return document.querySelectorAll('main img').length", Value::Null).await;
    assert_eq!(made, 0);
    ada.leaves().await;
}

#[tokio::test]
async fn a_thousand_live_ones_come_each_once() {
    let (_server, people, key) = acquainted().await;
    let ada = Visitor::logged_in(&people.ada).await;
    ada.talks_in(&key).await;
    ada.reads("Hello!").await;
    ada.is_connected().await;
    let mut bob = people.bob.opens(&key).await;
    for number in 2..=1001 {
        bob.says(&format!("<img src=x onerror=alert({number})>")).await;
    }
    ada.reads("<img src=x onerror=alert(1001)>").await;
    assert_eq!(ada.seqs().await, (1..=1001).collect::<Vec<_>>(), "each once, in order");
    let made = ada.page.runs("return document.querySelectorAll('main img').length", Value::Null).await;
    assert_eq!(made, 0);
    ada.leaves().await;
}
