//! An entry with all that is promised to be the same wherever one looks. Knows nothing of where that is.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::Value;

use crate::Seen;
use crate::seen::Placed;

/// An entry of a timeline.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The key of its conversation.
    pub conversation: String,
    /// Its place there.
    pub seq: i64,
    /// Who wrote it or took the step.
    pub actor: i64,
    /// When, in milliseconds.
    pub at_ms: i64,
    /// What it is.
    pub body: Body,
}

/// What an entry is.
#[derive(Clone, Debug, PartialEq)]
pub enum Body {
    /// Something that was said.
    Message {
        /// Unique for ever.
        id: i64,
        /// What was said.
        content: String,
        /// To whom.
        recipient: i64,
        /// The name that the sender gave it.
        client_message_id: Option<String>,
    },
    /// A step of a handshake.
    Step {
        /// The handshake's name for ever.
        uid: String,
        /// What became of it.
        status: String,
        /// The same for people.
        announcement: String,
        /// Who published the listing.
        owner: i64,
        /// The other one.
        respondent: i64,
        /// Who started it.
        initiator: i64,
        /// Who has completed it.
        completed_by: Vec<i64>,
        /// What is frozen with the start.
        note: Option<String>,
        /// What is frozen with the start.
        terms: Value,
    },
}

impl Placed for Entry {
    fn seq(&self) -> i64 {
        self.seq
    }
}

impl Entry {
    /// In a `message` or `handshake` frame; `None` where it lacks something, or contradicts itself.
    pub fn in_frame(frame: &Value) -> Option<Self> {
        let kind = frame["type"].as_str()?;
        let fields = &frame[kind];
        let text = |name: &str| fields[name].as_str().map(str::to_owned);
        let number = |name: &str| fields[name].as_i64();
        let (actor, body) = match kind {
            "message" => {
                fields["is_read"].as_bool()?;
                let body = Body::Message {
                    id: number("id")?,
                    content: text("content")?,
                    recipient: number("recipient_id")?,
                    client_message_id: text("client_message_id"),
                };
                (fields["sender"]["id"].as_i64()?, body)
            }
            "handshake" => {
                let (owner, respondent) = (number("user1_id")?, number("user2_id")?);
                if text("id")? != format!("handshake_{owner}_{respondent}") || number("version")? != number("seq")? {
                    return None;
                }
                let body = Body::Step {
                    uid: text("uid")?,
                    status: text("status")?,
                    announcement: text("message")?,
                    owner,
                    respondent,
                    initiator: number("initiator_id")?,
                    completed_by: fields["completed_by"]
                        .as_array()?
                        .iter()
                        .map(Value::as_i64)
                        .collect::<Option<_>>()?,
                    note: text("note"),
                    terms: fields["terms"].clone(),
                };
                (number("actor_id")?, body)
            }
            _ => return None,
        };
        let at_ms = millis(fields["created_at"].as_str()?)?;
        Some(Self { conversation: text("conversation")?, seq: number("seq")?, actor, at_ms, body })
    }

    /// The name that its sender gave it.
    pub fn client_message_id(&self) -> Option<&str> {
        match &self.body {
            Body::Message { client_message_id, .. } => client_message_id.as_deref(),
            Body::Step { .. } => None,
        }
    }

    /// What is looked at where all are messages; `None` where it is none.
    pub fn seen(&self) -> Option<Seen> {
        match &self.body {
            Body::Message { id, content, .. } => {
                Some(Seen { seq: self.seq, id: *id, sender: self.actor, content: content.clone() })
            }
            Body::Step { .. } => None,
        }
    }

    /// Which frame asks for this step, where it is one.
    pub fn step(&self) -> Option<&'static str> {
        let Body::Step { announcement, .. } = &self.body else { return None };
        STEPS.iter().find(|step| step.announcement == announcement).map(|step| step.frame)
    }
}

/// A step: the frame that asks for it, the name that the table has for it, and what is said of it.
struct Step {
    frame: &'static str,
    name: &'static str,
    /// The status that it leads to, where several are possible.
    status: Option<&'static str>,
    announcement: &'static str,
}

const fn step(frame: &'static str, name: &'static str, announcement: &'static str) -> Step {
    Step { frame, name, status: None, announcement }
}

const STEPS: [Step; 6] = [
    step("handshake_start", "start", "Handshake request sent"),
    step("handshake_approve", "approve", "Handshake approved"),
    step("handshake_decline", "decline", "Handshake declined"),
    step("handshake_cancel", "cancel", "Handshake cancelled"),
    Step {
        status: Some("approved"),
        ..step("handshake_complete", "complete", "Waiting for the other side to complete")
    },
    Step { status: Some("completed"), ..step("handshake_complete", "complete", "Handshake completed") },
];

/// What is said of a step, by the table's name for it and the status that it led to.
pub(super) fn announcement(name: &str, status: &str) -> Option<&'static str> {
    let is_it = |step: &&Step| step.name == name && step.status.is_none_or(|led_to| led_to == status);
    STEPS.iter().find(is_it).map(|step| step.announcement)
}

/// A time of a frame; `None` where it is none, or not in milliseconds and UTC.
fn millis(text: &str) -> Option<i64> {
    let since_epoch = humantime::parse_rfc3339(text).ok()?.duration_since(UNIX_EPOCH).ok()?;
    let millis = i64::try_from(since_epoch.as_millis()).ok()?;
    (rfc3339(millis)? == text).then_some(millis)
}

fn rfc3339(millis: i64) -> Option<String> {
    let at = SystemTime::UNIX_EPOCH + Duration::from_millis(u64::try_from(millis).ok()?);
    Some(humantime::format_rfc3339_millis(at).to_string())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn message() -> Value {
        json!({"type": "message", "message": {
            "id": 1, "sender": {"id": 2, "username": "bo", "full_name": "Bo Diddley"}, "content": "Hello!",
            "created_at": "2026-11-23T02:50:54.674Z", "is_read": false,
            "conversation": "offer_1:2", "seq": 1, "recipient_id": 1, "client_message_id": "x"}})
    }

    fn handshake() -> Value {
        json!({"type": "handshake", "handshake": {
            "id": "handshake_1_2", "status": "approved", "user1_id": 1, "user2_id": 2, "initiator_id": 2,
            "message": "Waiting for the other side to complete", "conversation": "offer_1:2", "seq": 4,
            "uid": "offer_1:2#2", "actor_id": 2, "version": 4, "note": null, "terms": {"hours": 2},
            "completed_by": [2], "created_at": "2026-11-23T02:50:55.674Z"}})
    }

    #[test]
    fn an_entry_is_read_whole_from_its_frame() {
        let said = Entry::in_frame(&message()).expect("it is whole");
        assert_eq!((said.seq, said.actor, said.client_message_id()), (1, 2, Some("x")));
        assert_eq!(said.at_ms % 1_000, 674);
        let taken = Entry::in_frame(&handshake()).expect("it is whole");
        assert_eq!((taken.seq, taken.actor, taken.step()), (4, 2, Some("handshake_complete")));
        assert_eq!(announcement("complete", "completed"), Some("Handshake completed"));
        assert_eq!(announcement("start", "pending"), Some("Handshake request sent"));
    }

    #[test]
    fn a_frame_that_lacks_something_is_no_entry() {
        for (frame, pointer, other) in [
            (message(), "/message/id", json!("1")),
            (message(), "/message/sender/id", json!(null)),
            (message(), "/message/is_read", json!(null)),
            (message(), "/message/created_at", json!("2026-11-23T02:50:54Z")),
            (message(), "/type", json!("mess")),
            (handshake(), "/handshake/version", json!(3)),
            (handshake(), "/handshake/id", json!("handshake_2_1")),
            (handshake(), "/handshake/completed_by", json!(["2"])),
        ] {
            let mut frame = frame;
            *frame.pointer_mut(pointer).expect("it is there") = other;
            assert_eq!(Entry::in_frame(&frame), None, "{pointer}");
        }
    }
}
