//! Ten thousand entries: the thread opens at its end with a page of them, older ones come as one scrolls up, and what one
//! is reading stays where it is.

use handsel_tests::browser::Visitor;
use handsel_tests::{Server, seeding};
use serde_json::{Value, json};

use crate::scene::{People, Writes};

const ENTRIES: i64 = 10_000;
/// What is loaded at once, and a little for what is loaded ahead.
const RENDERED_AT_FIRST_MAX: usize = 100;
const PAGES_AT_FIRST_MAX: i64 = 2;

const PAGES: &str =
    "return performance.getEntriesByType('resource').filter((loaded) => loaded.name.includes('/timeline/')).length";
const TOP_OF: &str =
    "return document.querySelector(`handsel-timeline .entry[data-seq='${given}']`).getBoundingClientRect().top";

struct Reader {
    ada: Visitor,
    people: People,
    key: String,
    _server: Server,
}

impl Reader {
    async fn opens() -> Self {
        let server = Server::start().await;
        let (people, key) = People::acquainted(&server).await;
        seeding::messages(server.database(), &key, ENTRIES - 1).await;
        let ada = Visitor::logged_in(&people.ada).await;
        ada.talks_in(&key).await;
        ada.page.until("the last entry", &format!("return !!entryOf('seeded {ENTRIES}')"), Value::Null).await;
        Self { ada, people, key, _server: server }
    }

    async fn is_at_the_end(&self) {
        let script = "const log = scroller(); return log.scrollHeight - log.clientHeight - log.scrollTop < 3";
        self.ada.page.until("the end of the log", script, Value::Null).await;
    }

    async fn number(&self, script: &str, given: Value) -> f64 {
        self.ada.page.runs(script, given).await.as_f64().expect("a number")
    }

    async fn pages(&self) -> i64 {
        self.ada.page.runs(PAGES, Value::Null).await.as_i64().expect("a number")
    }
}

#[tokio::test]
async fn it_opens_at_its_end_with_a_page_of_entries() {
    let reader = Reader::opens().await;
    reader.is_at_the_end().await;
    let script =
        "const { bottom } = entryOf(given).getBoundingClientRect(); const log = scroller().getBoundingClientRect();
      return bottom <= log.bottom && bottom > log.top";
    let last = json!(format!("seeded {ENTRIES}"));
    assert_eq!(reader.ada.page.runs(script, last).await, json!(true), "the last entry can be read");
    let seqs = reader.ada.seqs().await;
    assert!(seqs.len() <= RENDERED_AT_FIRST_MAX, "{} entries are rendered", seqs.len());
    assert_eq!(seqs, (seqs[0]..=ENTRIES).collect::<Vec<_>>());
    let pages = reader.pages().await;
    assert!((1..=PAGES_AT_FIRST_MAX).contains(&pages), "{pages} requests for the timeline");
    reader.ada.leaves().await;
}

#[tokio::test]
async fn older_ones_come_as_one_scrolls_up_and_nothing_jumps() {
    let reader = Reader::opens().await;
    reader.is_at_the_end().await;
    for _ in 0..5 {
        let (first, pages) = (reader.ada.seqs().await[0], reader.pages().await);
        reader.ada.page.runs("scroller().scrollTop = 0", Value::Null).await;
        let before = reader.number(TOP_OF, json!(first)).await;
        let older = "return Number(document.querySelector('handsel-timeline .entry[data-seq]').dataset.seq) < given";
        reader.ada.page.until("older entries", older, json!(first)).await;
        let after = reader.number(TOP_OF, json!(first)).await;
        assert!((before - after).abs() <= 2.0, "the entry {first} was at {before}, and is at {after}");
        let seqs = reader.ada.seqs().await;
        assert_eq!(seqs, (seqs[0]..=ENTRIES).collect::<Vec<_>>(), "each once, in order");
        let fetched = reader.pages().await - pages;
        assert!((1..=2).contains(&fetched), "{fetched} requests for one look further up");
        assert!(first - seqs[0] <= 100 * fetched, "{first} to {}", seqs[0]);
    }
    reader.ada.leaves().await;
}

#[tokio::test]
async fn a_new_message_moves_nothing_for_whoever_reads_further_up() {
    let reader = Reader::opens().await;
    reader.is_at_the_end().await;
    let Reader { ada, people, key, .. } = &reader;
    ada.page.runs("scroller().scrollTop = scroller().scrollHeight / 2 - scroller().clientHeight", Value::Null).await;
    let watched = "const log = scroller().getBoundingClientRect();
      return Number([...document.querySelectorAll('handsel-timeline .entry[data-seq]')]
        .find((entry) => entry.getBoundingClientRect().top >= log.top).dataset.seq)";
    let watched = ada.page.runs(watched, Value::Null).await;
    let before = reader.number(TOP_OF, watched.clone()).await;
    people.bob.writes(key, "Are you there?").await;
    ada.may_press("1 new message below").await;
    people.bob.writes(key, "Hello?").await;
    ada.may_press("2 new messages below").await;
    let after = reader.number(TOP_OF, watched.clone()).await;
    assert!((before - after).abs() <= 2.0, "the entry {watched} was at {before}, and is at {after}");

    ada.presses("2 new messages below").await;
    reader.is_at_the_end().await;
    let script = "return !shownAll('button').some((button) => /new messages? below/.test(button.textContent))";
    ada.page.until("nothing more below", script, Value::Null).await;
    // At the end the log follows.
    people.bob.writes(key, "There you are.").await;
    ada.reads("There you are.").await;
    reader.is_at_the_end().await;
    reader.ada.leaves().await;
}
