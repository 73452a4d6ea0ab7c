//! A marketplace that is told, and people who talk meanwhile. Knows nothing of what the marketplace answers.

use std::collections::{BTreeMap, BTreeSet};
use std::time::UNIX_EPOCH;

use handsel_tests::{Person, Posted, Receiver, Server, Started};
use serde_json::{Value, json};

/// An owner and those who write about her offer.
pub(super) struct Talkers {
    pub(super) ana: Person,
    pub(super) others: Vec<Person>,
    pub(super) offer: String,
}

impl Talkers {
    pub(super) async fn on(server: &Server, others: usize) -> Self {
        let ana = server.person("ana").await;
        let offer = ana.offers("Bike repair").await;
        let mut all = Vec::new();
        for number in 0..others {
            all.push(server.person(&format!("bob{number}")).await);
        }
        Self { ana, others: all, offer }
    }

    pub(super) fn key(&self, other: &Person) -> String {
        format!("{}:{}", self.offer, other.id)
    }

    /// Each of the others writes once, at this server.
    pub(super) async fn all_write(&self, address: &str, content: &str) {
        for other in &self.others {
            writes(&other.at(address), &self.key(other), content).await;
        }
    }
}

pub(super) async fn writes(person: &Person, conversation: &str, content: &str) {
    person.post(&format!("/api/conversations/{conversation}/messages/"), json!({"content": content})).await.is(201);
}

/// A server that tells that marketplace, and can be asked for its feed.
pub(super) fn telling(started: Started, receiver: &Receiver) -> Started {
    started.with(&["--frames-per-second", "0", "--sign-ins-per-minute", "0"]).with_admin().with_webhooks(receiver)
}

/// The number of the event that was posted.
pub(super) fn number(posted: &Posted) -> i64 {
    posted.json["id"].as_i64().unwrap_or_else(|| panic!("no id in {posted:?}"))
}

/// What an event is called each time that it is told, by what is told.
fn name(event: &Value) -> String {
    let at = event["timestamp"].as_str().unwrap_or_else(|| panic!("no timestamp in {event}"));
    let at = humantime::parse_rfc3339(at).expect("a time").duration_since(UNIX_EPOCH).expect("since 1970");
    format!("evt_{}_{}", event["id"], at.as_millis())
}

/// Which events were taken.
pub(super) fn taken(posted: &[Posted]) -> BTreeSet<i64> {
    posted.iter().filter(|posted| posted.answered == 200).map(number).collect()
}

/// Whether each of these events was taken, and in its conversation's order: none is tried before the one in front of it was
/// taken. The same event has the same body each time.
pub(super) fn must_be_told(posted: &[Posted], events: &[Value]) {
    let taken = taken(posted);
    let all: BTreeSet<i64> = events.iter().map(|event| event["id"].as_i64().expect("an id")).collect();
    assert_eq!(taken, all, "each event is taken");
    let bodies: BTreeMap<i64, &Value> =
        events.iter().map(|event| (event["id"].as_i64().expect("an id"), event)).collect();
    let mut last: BTreeMap<&str, Vec<i64>> = BTreeMap::new();
    for posted in posted {
        let id = number(posted);
        assert_eq!(posted.id, name(&posted.json));
        assert_eq!(&&posted.json, &bodies[&id], "what is told is what the feed says");
        let conversation = posted.json["data"]["conversation"].as_str().expect("a conversation");
        let of_it = last.entry(conversation).or_default();
        // What was told comes again after a kill; what is new follows on what was taken.
        if !of_it.contains(&id) {
            let before = events.iter().filter(|event| event["data"]["conversation"] == conversation);
            let before: Vec<i64> =
                before.filter_map(|event| event["id"].as_i64()).filter(|other| *other < id).collect();
            assert!(before.iter().all(|other| of_it.contains(other)), "{id} came before one of {before:?}");
            if posted.answered == 200 {
                of_it.push(id);
            }
        }
    }
}
