//! A conversation as the tables have it. Knows nothing of who was sent what.

use std::collections::HashMap;

use futures_util::StreamExt;
use serde_json::Value;
use sqlx::Row;
use sqlx::any::AnyRow;

use super::Entry;
use super::entry::{Body, announcement};
use crate::database::Database;

/// A conversation as the tables have it.
#[derive(Clone, Debug, PartialEq)]
pub struct Timeline {
    /// The conversation's key.
    pub key: String,
    /// Who published the listing.
    pub owner: i64,
    /// The other one.
    pub respondent: i64,
    /// The newest `seq`.
    pub head: i64,
    /// How far the owner has read.
    pub owner_read_up_to: i64,
    /// How far the respondent has.
    pub respondent_read_up_to: i64,
    /// All entries, oldest first.
    pub entries: Vec<Entry>,
}

impl Timeline {
    /// Whether that user takes part.
    pub fn has(&self, user: i64) -> bool {
        self.peer_of(user).is_some()
    }

    /// The other one, for one of the two.
    pub fn peer_of(&self, user: i64) -> Option<i64> {
        match user {
            user if user == self.owner => Some(self.respondent),
            user if user == self.respondent => Some(self.owner),
            _ => None,
        }
    }

    /// How far one of the two has read.
    pub fn read_up_to(&self, user: i64) -> i64 {
        if user == self.owner { self.owner_read_up_to } else { self.respondent_read_up_to }
    }
}

/// How the tables' conversations are called outside.
macro_rules! key {
    () => {
        "listing_kind || '_' || listing_id || ':' || respondent_id"
    };
}

/// Where a conversation stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stand {
    /// The newest `seq`.
    pub head: i64,
    /// Who has read how far, of the two.
    pub cursors: [(i64, i64); 2],
}

/// Where every conversation stands.
pub async fn stands(database: &Database) -> HashMap<String, Stand> {
    const STANDS: &str = concat!(
        "SELECT ",
        key!(),
        ", head, owner_id, owner_read_up_to, respondent_id, respondent_read_up_to FROM conversations"
    );
    let mut connection = database.connect().await;
    let rows = sqlx::query(STANDS).fetch_all(&mut connection).await.expect("the query runs");
    let stand = |row: &AnyRow| {
        let cursors = [(row.get(2), row.get(3)), (row.get(4), row.get(5))];
        (row.get(0), Stand { head: row.get(1), cursors })
    };
    rows.iter().map(stand).collect()
}

/// The conversation of that key, read in one moment.
pub async fn read(database: &Database, key: &str) -> Timeline {
    const CONVERSATION: &str = concat!(
        "SELECT id, owner_id, respondent_id, head, owner_read_up_to, respondent_read_up_to FROM conversations WHERE ",
        key!(),
        " = $1"
    );
    const ENTRIES: &str = "SELECT e.seq, e.actor_id, e.created_at, e.kind, e.id, e.content, e.client_message_id, \
        e.handshake_started, e.step, e.status, CASE WHEN e.owner_completed THEN 1 ELSE 0 END AS owner_completed, \
        CASE WHEN e.respondent_completed THEN 1 ELSE 0 END AS respondent_completed, \
        h.initiator_id, h.note, h.terms FROM entries AS e \
        LEFT JOIN handshakes AS h ON h.conversation_id = e.conversation_id AND h.started = e.handshake_started \
        WHERE e.conversation_id = $1 ORDER BY e.seq";
    let mut connection = database.snapshot().await;
    let row = sqlx::query(CONVERSATION).bind(key).fetch_one(&mut connection).await.expect("the conversation is there");
    let mut timeline = Timeline {
        key: key.to_owned(),
        owner: row.get(1),
        respondent: row.get(2),
        head: row.get(3),
        owner_read_up_to: row.get(4),
        respondent_read_up_to: row.get(5),
        entries: Vec::new(),
    };
    let rows = sqlx::query(ENTRIES).bind(row.get::<i64, _>(0)).fetch(&mut connection);
    let entries = rows.map(|row| entry(&row.expect("the query runs"), &timeline)).collect();
    timeline.entries = entries.await;
    timeline
}

fn entry(row: &AnyRow, timeline: &Timeline) -> Entry {
    let actor: i64 = row.get("actor_id");
    let body = match row.get("kind") {
        "message" => Body::Message {
            id: row.get("id"),
            content: row.get("content"),
            recipient: timeline.peer_of(actor).unwrap_or_default(),
            client_message_id: row.get("client_message_id"),
        },
        _ => step(row, timeline),
    };
    Entry { conversation: timeline.key.clone(), seq: row.get("seq"), actor, at_ms: row.get("created_at"), body }
}

fn step(row: &AnyRow, timeline: &Timeline) -> Body {
    let (name, status): (String, String) = (row.get("step"), row.get("status"));
    let completed = [("owner_completed", timeline.owner), ("respondent_completed", timeline.respondent)];
    let terms: Option<String> = row.get("terms");
    Body::Step {
        uid: format!("{}#{}", timeline.key, row.get::<i64, _>("handshake_started")),
        announcement: announcement(&name, &status).unwrap_or_default().to_owned(),
        status,
        owner: timeline.owner,
        respondent: timeline.respondent,
        initiator: row.get("initiator_id"),
        completed_by: completed
            .into_iter()
            .filter(|(column, _)| row.get::<i64, _>(*column) == 1)
            .map(|(_, user)| user)
            .collect(),
        note: row.get("note"),
        terms: terms.map_or(Value::Null, |json| serde_json::from_str(&json).expect("terms are JSON")),
    }
}
