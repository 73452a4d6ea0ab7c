//! Which type a frame has, as one of a closed list: whatever a client calls its frames, there are no more kinds than
//! these. Knows nothing of what frames say.

use std::borrow::Cow;

use serde::Deserialize;

use super::Frame;

/// What every frame of the server begins with, before its type.
const TYPE: &str = r#"{"type":""#;
/// What is none of the others.
const OTHER: &str = "other";

/// The types of what clients send; the last one stands for all that are unknown.
pub const RECEIVED: [&str; 11] = [
    "message",
    "handshake_start",
    "handshake_approve",
    "handshake_decline",
    "handshake_cancel",
    "handshake_complete",
    "read",
    "typing",
    "auth",
    "ping",
    OTHER,
];

/// The types of what clients are sent; the last one stands for all that are unknown.
pub const SENT: [&str; 12] = [
    "message",
    "handshake",
    "redaction",
    "error",
    "hello",
    "read",
    "typing",
    "presence",
    "refused",
    "auth",
    "pong",
    OTHER,
];

/// A place in [`RECEIVED`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Received(pub(crate) usize);

/// A place in [`SENT`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sent(pub(crate) usize);

fn place(name: &str, names: &[&str]) -> usize {
    names.iter().position(|one| *one == name).unwrap_or(names.len() - 1)
}

impl Received {
    /// By the name that the client gave.
    pub fn named(name: Option<&str>) -> Self {
        Self(place(name.unwrap_or(OTHER), &RECEIVED))
    }

    /// Of a frame that is not heeded otherwise: off the path of those that are.
    pub fn of(text: &str) -> Self {
        #[derive(Deserialize)]
        struct Typed<'a> {
            #[serde(borrow, rename = "type")]
            kind: Option<Cow<'a, str>>,
        }
        let typed = serde_json::from_str::<Typed<'_>>(text).ok();
        Self::named(typed.and_then(|typed| typed.kind).as_deref())
    }
}

impl Sent {
    /// Whether only clients of the extended protocol know such a thing in a timeline: an older one never meets it.
    pub fn is_for_extended_alone(frame: &Frame) -> bool {
        SENT[Self::of(frame).0] == "redaction"
    }

    /// By how the frame begins, so that nobody between its encoding and the socket has to carry it along.
    pub fn of(frame: &Frame) -> Self {
        let name = frame.as_str().strip_prefix(TYPE).and_then(|rest| rest.split('"').next());
        Self(place(name.unwrap_or(OTHER), &SENT))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use handsel_domain::conversation::{Conversation, ReadCursor, Side};
    use handsel_domain::handshake::StepKind;
    use handsel_domain::ids::{Head, UserId};
    use handsel_domain::ports::{Objection, RefusalText};
    use handsel_domain::time::Timestamp;

    use crate::frames::{ErrorFrame, signal};

    #[test]
    fn what_is_sent_begins_with_its_type() {
        let user = UserId::new(1).expect("an id");
        let conversation = Conversation::new("offer_1:2".parse().expect("a key"), user).expect("two people");
        let cursor = ReadCursor { conversation, reader: Side::Owner, up_to: Head::NONE };
        let refusal = RefusalText::new(None);
        let objection = Objection { conversation, actor: user, step: StepKind::Approve, refusal };
        for (frame, expected) in [
            (signal::pong(), "pong"),
            (signal::read(cursor), "read"),
            (signal::typing(conversation.key(), user), "typing"),
            (signal::presence(user, true), "presence"),
            (signal::refused(&objection), "refused"),
            (signal::renewed(Timestamp::from_millis(0)), "auth"),
            (ErrorFrame::new("unavailable", "later").encode(), "error"),
            (Frame::from_static("{}"), "other"),
            (Frame::from_static(r#"{"type":"shout"}"#), "other"),
        ] {
            assert_eq!(SENT[Sent::of(&frame).0], expected, "{frame}");
        }
    }

    #[test]
    fn what_clients_make_up_is_one_kind() {
        for (text, expected) in [
            (r#"{"type":"message","content":"hi"}"#, "message"),
            (r#"{"content":7,"type":"handshake_start"}"#, "handshake_start"),
            (r#"{"type":"p\u0069ng"}"#, "ping"),
            (r#"{"type":"shout"}"#, "other"),
            (r#"{"type":7}"#, "other"),
            ("{}", "other"),
            ("{", "other"),
        ] {
            assert_eq!(RECEIVED[Received::of(text).0], expected, "{text}");
        }
    }
}
