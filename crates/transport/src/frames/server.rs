//! What clients are sent. Knows nothing of sockets; a [`Frame`] is shared by reference by all that get it.

use std::fmt::Display;
use std::time::{Duration, SystemTime};

use handsel_domain::conversation::{Conversation, Side};
use handsel_domain::handshake::Handshake;
use handsel_domain::time::Timestamp;
use handsel_domain::timeline::{Entry, EntryBody};
use handsel_domain::user::Person;
use serde::Serialize;
use serde_json::value::RawValue;
use tokio_tungstenite::tungstenite::Utf8Bytes;

/// Most people that an error lists.
const RECIPIENTS_MAX: usize = 100;

/// One encoded text frame; a clone is another reference to the same bytes.
pub type Frame = Utf8Bytes;

/// RFC 3339 in UTC, with milliseconds and `Z`.
pub fn rfc3339(at: Timestamp) -> String {
    let since_epoch = Duration::from_millis(u64::try_from(at.as_millis()).unwrap_or(0));
    humantime::format_rfc3339_millis(SystemTime::UNIX_EPOCH + since_epoch).to_string()
}

#[derive(Serialize)]
struct PersonFields<'a> {
    id: i64,
    username: &'a str,
    full_name: &'a str,
}

impl<'a> From<&'a Person> for PersonFields<'a> {
    fn from(person: &'a Person) -> Self {
        Self { id: person.id.get(), username: person.username.as_str(), full_name: &person.full_name }
    }
}

#[derive(Serialize)]
struct MessageFields<'a> {
    id: i64,
    sender: PersonFields<'a>,
    content: &'a str,
    created_at: String,
    is_read: bool,
    conversation: String,
    seq: i64,
    recipient_id: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_message_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    redacted_at: Option<String>,
}

#[derive(Serialize)]
struct RedactionFields {
    conversation: String,
    seq: i64,
    actor_id: i64,
    created_at: String,
    redacts: &'static str,
}

#[derive(Serialize)]
struct HandshakeFields<'a> {
    id: String,
    status: &'static str,
    user1_id: i64,
    user2_id: i64,
    initiator_id: i64,
    message: &'static str,
    conversation: String,
    seq: i64,
    uid: String,
    actor_id: i64,
    version: i64,
    note: Option<&'a str>,
    terms: Option<&'a RawValue>,
    completed_by: Vec<i64>,
    created_at: String,
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum ServerFrame<'a> {
    Message {
        message: MessageFields<'a>,
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        repeat: bool,
    },
    Handshake {
        handshake: HandshakeFields<'a>,
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        repeat: bool,
    },
    Redaction {
        redaction: RedactionFields,
    },
}

fn encode(frame: &ServerFrame<'_>) -> Frame {
    serde_json::to_string(frame).expect("frames have text keys and no value that JSON lacks").into()
}

/// A committed entry, for both of its readers.
pub fn entry(entry: &Entry) -> Frame {
    encode_entry(entry, false)
}

/// An entry that answers a repeated send, for its sender alone.
pub fn repeated_entry(entry: &Entry) -> Frame {
    encode_entry(entry, true)
}

/// The state of a handshake as an answer: nothing new, for one socket alone.
pub fn repeated_handshake(conversation: &Conversation, handshake: &Handshake) -> Frame {
    encode(&ServerFrame::Handshake { handshake: handshake_fields(conversation, handshake), repeat: true })
}

/// The state of a handshake as it stands inside its frames.
pub fn handshake_object(conversation: &Conversation, handshake: &Handshake) -> Box<RawValue> {
    serde_json::value::to_raw_value(&handshake_fields(conversation, handshake))
        .expect("a handshake has text keys and no value that JSON lacks")
}

/// What a redaction says inside its frame.
pub fn redaction_object(entry: &Entry) -> Box<RawValue> {
    serde_json::value::to_raw_value(&redaction_fields(entry)).expect("it has text keys and no value that JSON lacks")
}

/// An encoded frame as a part of a larger JSON text.
pub fn raw(frame: &Frame) -> Box<RawValue> {
    RawValue::from_string(frame.to_string()).expect("an encoded frame is JSON")
}

/// What others see of a user, as JSON.
pub fn person(person: &Person) -> serde_json::Value {
    serde_json::json!({"id": person.id.get(), "username": person.username.as_str(), "full_name": person.full_name})
}

/// Those whom a sender may mean, as JSON; a list for people to choose from is no longer than this.
pub fn recipients(people: &[Person]) -> Vec<serde_json::Value> {
    people.iter().take(RECIPIENTS_MAX).map(person).collect()
}

fn encode_entry(entry: &Entry, repeat: bool) -> Frame {
    encode(&match &entry.body {
        EntryBody::Message { body, client_message_id, is_read, redacted_at } => ServerFrame::Message {
            message: MessageFields {
                id: entry.id.get(),
                sender: (&*entry.actor).into(),
                content: body.as_str(),
                created_at: rfc3339(entry.at),
                is_read: *is_read,
                conversation: entry.conversation.key().to_string(),
                seq: entry.seq.get(),
                recipient_id: entry.recipient().get(),
                client_message_id: client_message_id.as_ref().map(|id| id.as_str()),
                redacted_at: redacted_at.map(rfc3339),
            },
            repeat,
        },
        EntryBody::Step(handshake) => {
            ServerFrame::Handshake { handshake: handshake_fields(&entry.conversation, handshake), repeat }
        }
        EntryBody::Redaction => ServerFrame::Redaction { redaction: redaction_fields(entry) },
    })
}

fn redaction_fields(entry: &Entry) -> RedactionFields {
    RedactionFields {
        conversation: entry.conversation.key().to_string(),
        seq: entry.seq.get(),
        actor_id: entry.actor.id.get(),
        created_at: rfc3339(entry.at),
        redacts: "all_of_actor",
    }
}

fn handshake_fields<'a>(conversation: &Conversation, handshake: &'a Handshake) -> HandshakeFields<'a> {
    let user = |side| conversation.user(side).get();
    let done = handshake.state.completed_by();
    HandshakeFields {
        id: format!("handshake_{}_{}", user(Side::Owner), user(Side::Respondent)),
        status: handshake.state.name(),
        user1_id: user(Side::Owner),
        user2_id: user(Side::Respondent),
        initiator_id: user(handshake.initiator),
        message: handshake.announcement(),
        conversation: conversation.key().to_string(),
        seq: handshake.version.get(),
        uid: format!("{}#{}", conversation.key(), handshake.started),
        actor_id: user(handshake.actor),
        version: handshake.version.get(),
        note: handshake.note.as_ref().map(|note| note.as_str()),
        // The edge that took the terms has seen that they are JSON.
        terms: handshake.terms.as_ref().and_then(|terms| serde_json::from_str(terms.as_json()).ok()),
        completed_by: [Side::Owner, Side::Respondent].into_iter().filter(|side| done.has(*side)).map(user).collect(),
        created_at: rfc3339(handshake.at),
    }
}

/// An error, for the one who erred.
#[derive(Clone, Debug, Serialize)]
pub struct ErrorFrame {
    #[serde(rename = "type")]
    kind: &'static str,
    /// The stable code.
    pub code: &'static str,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_message_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    conversation: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after_ms: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    recipients: Option<Vec<serde_json::Value>>,
}

impl ErrorFrame {
    /// An error with a stable code and a sentence that says what to do next.
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            kind: "error",
            code,
            message: message.into(),
            field: None,
            client_message_id: None,
            conversation: None,
            retry_after_ms: None,
            recipients: None,
        }
    }

    /// With the field that is wrong.
    #[must_use]
    pub fn field(self, field: Option<&'static str>) -> Self {
        Self { field, ..self }
    }

    /// With the name of the message that it answers.
    #[must_use]
    pub fn answering(self, client_message_id: Option<String>) -> Self {
        Self { client_message_id, ..self }
    }

    /// With the conversation that it is about.
    #[must_use]
    pub fn about(self, conversation: impl Display) -> Self {
        Self { conversation: Some(conversation.to_string()), ..self }
    }

    /// With when trying again helps.
    #[must_use]
    pub fn retry_after(self, wait: Option<Duration>) -> Self {
        let millis = |wait: Duration| u64::try_from(wait.as_millis()).unwrap_or(u64::MAX).max(1);
        Self { retry_after_ms: wait.map(millis), ..self }
    }

    /// With those whom the sender may mean.
    #[must_use]
    pub fn recipients(self, people: &[Person]) -> Self {
        Self { recipients: (!people.is_empty()).then(|| recipients(people)), ..self }
    }

    /// The frame.
    pub fn encode(&self) -> Frame {
        serde_json::to_string(self).expect("an error frame is plain text and numbers").into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_milliseconds_and_z() {
        assert_eq!(rfc3339(Timestamp::from_millis(1_704_110_400_000)), "2024-01-01T12:00:00.000Z");
        assert_eq!(rfc3339(Timestamp::from_millis(7)), "1970-01-01T00:00:00.007Z");
    }
}
