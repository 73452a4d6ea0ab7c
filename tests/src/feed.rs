//! The feed of events as a site reads it, and what must be in it. Knows nothing of who writes.

use std::collections::HashMap;

use serde_json::Value;
use sqlx::Row;
use sqlx::any::AnyRow;

use crate::{Admin, Database, http};

/// Events of one page.
const LIMIT: usize = 200;

/// An event's place.
pub fn id(event: &Value) -> i64 {
    event["id"].as_i64().unwrap_or_else(|| panic!("expected an id in {event}"))
}

/// What is past the last of `events` by now, put behind them; whether the server could be asked, and has more at once.
pub async fn reads_on(admin: &Admin, events: &mut Vec<Value>) -> Option<bool> {
    let after = events.last().map_or(0, id);
    let path = format!("/api/admin/events/?after={after}&limit={LIMIT}");
    let answer = http::tries_to_get(&admin.address, &path, &admin.key).await.filter(|answer| answer.status != 503)?;
    let page = answer.is(200);
    let results = page["results"].as_array().unwrap_or_else(|| panic!("expected results in {page}"));
    assert!(results.len() <= LIMIT, "asked for {LIMIT}, saw {}", results.len());
    events.extend(results.iter().cloned());
    Some(!page["next"].is_null())
}

/// The whole feed.
pub async fn all(admin: &Admin) -> Vec<Value> {
    let mut events = Vec::new();
    while reads_on(admin, &mut events).await.expect("the server answers") {}
    events
}

/// Reads on until the feed has such an event; returns all that were read.
pub async fn until(admin: &Admin, what: &str, is_it: impl Fn(&Value) -> bool) -> Vec<Value> {
    let mut events = Vec::new();
    let found = async {
        while !events.iter().any(&is_it) {
            reads_on(admin, &mut events).await.expect("the server answers");
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    crate::in_time(format!("{what} in the feed"), found).await;
    events
}

/// Every entry of every conversation: its key and its `seq`.
pub async fn entries(database: &Database) -> Vec<(String, i64)> {
    const ENTRIES: &str = "SELECT c.listing_kind || '_' || c.listing_id || ':' || c.respondent_id, e.seq \
        FROM entries AS e JOIN conversations AS c ON c.id = e.conversation_id ORDER BY c.id, e.seq";
    let mut connection = database.connect().await;
    let rows = sqlx::query(ENTRIES).fetch_all(&mut connection).await.expect("the query runs");
    rows.iter().map(|row: &AnyRow| (row.get(0), row.get(1))).collect()
}

/// Expects a feed from its first event on that has each of these entries once: ids without a hole, each conversation in its
/// order and begun before its first entry.
pub fn has_each_once(events: &[Value], entries: &[(String, i64)]) {
    for (event, due) in events.iter().zip(1..) {
        assert_eq!(id(event), due, "expected a feed without a hole, saw {event}");
    }
    let mut told: HashMap<&str, i64> = HashMap::new();
    for event in events {
        let (kind, data) = (event["type"].as_str().unwrap_or_default(), &event["data"]);
        let key = data["conversation"].as_str().unwrap_or_else(|| panic!("expected a conversation in {event}"));
        if kind == "conversation.started" {
            assert!(told.insert(key, 0).is_none(), "it begins once: {event}");
        } else if let Some(seq) = data["seq"].as_i64() {
            let before = told.insert(key, seq);
            assert_eq!(before, Some(seq - 1), "expected #{seq} of {key} behind the one before it, saw {event}");
        }
    }
    let mut heads: HashMap<&str, i64> = HashMap::new();
    for (key, seq) in entries {
        let head = heads.entry(key).or_default();
        *head = (*head).max(*seq);
    }
    assert_eq!(told, heads, "expected the feed to have come as far as the tables");
}
