//! Whether the frames of one socket are as described. Knows nothing of connections.

use serde_json::Value;

use super::schemas::Schemas;
use super::{Breach, fails, schemas, tally};

/// What the server says of a frame that is not as described; of a frame that is, it must not.
const NOT_UNDERSTOOD: [&str; 7] = [
    "invalid_frame",
    "type_required",
    "unknown_type",
    "field_invalid",
    "content_required",
    "content_invalid",
    "client_message_id_invalid",
];

/// What has been said over one socket.
#[derive(Debug)]
pub struct Spoken {
    /// Which of the described channels it is, if any.
    channel: Option<&'static str>,
    /// How many frames were sent that are not as described, and not yet answered so.
    wrong: usize,
    /// How the client has closed it, which the server answers with the same.
    left: Option<(u16, String)>,
}

impl Spoken {
    /// A socket that was opened at that path, with what the server chose as subprotocol.
    pub fn over(path: &str, protocol: Option<&str>) -> Self {
        let extended = protocol == Some("handsel.v1");
        let channel = match (path.contains("/ws/chat/"), path.contains("/ws/inbox"), extended) {
            (true, _, false) => Some("chat"),
            (true, _, true) => Some("chatExtended"),
            (false, true, _) => Some("inbox"),
            (false, false, _) => None,
        };
        Self { channel, wrong: 0, left: None }
    }

    /// The client sends this, which must be as described.
    pub fn says(&mut self, frame: &Value) {
        if let Err(breach) = self.said(frame) {
            fails(&format!("a client sent {frame}: {breach}"));
        }
    }

    /// The client sends this, which must not be as described.
    pub fn says_wrongly(&mut self, frame: &Value) {
        assert!(self.channel.is_none() || self.said(frame).is_err(), "{frame} is as described");
        self.wrong += 1;
    }

    /// The client sends this, of which nothing is known.
    pub fn says_anything(&mut self, text: &str) {
        let frame = serde_json::from_str::<Value>(text).unwrap_or_default();
        if self.said(&frame).is_err() {
            self.wrong += 1;
        }
    }

    /// The client sends something that is no text.
    pub fn says_no_text(&mut self) {
        self.wrong += 1;
    }

    pub(super) fn said(&self, frame: &Value) -> Result<(), Breach> {
        let Some(channel) = self.channel else { return Ok(()) };
        let kind = compared(schemas(), channel, "Receives", frame, Schemas::open)?;
        tally::saw(format!("{channel} receives {kind}"));
        Ok(())
    }

    /// The client closes it.
    pub fn leaves(&mut self, code: u16, reason: &str) {
        self.left = Some((code, reason.to_owned()));
    }

    /// The client is sent this.
    pub fn hears(&mut self, frame: &Value) {
        if let Err(breach) = self.heard(frame) {
            fails(&format!("a socket was sent {frame}: {breach}"));
        }
    }

    pub(super) fn heard(&mut self, frame: &Value) -> Result<(), Breach> {
        let Some(channel) = self.channel else { return Ok(()) };
        let kind = compared(schemas(), channel, "Sends", frame, Schemas::closed)?;
        tally::saw(format!("{channel} sends {kind}"));
        self.is_due(frame)
    }

    fn is_due(&mut self, frame: &Value) -> Result<(), Breach> {
        let Some(code) = frame["code"].as_str() else { return Ok(()) };
        tally::saw(format!("error {code}"));
        if NOT_UNDERSTOOD.contains(&code) {
            self.wrong = self.wrong.checked_sub(1).ok_or("each frame that it answers is as described")?;
        }
        Ok(())
    }

    /// The server closes the socket.
    pub fn is_closed(&self, code: u16, reason: &str) {
        if let Err(breach) = self.closed(code, reason) {
            fails(&breach);
        }
    }

    pub(super) fn closed(&self, code: u16, reason: &str) -> Result<(), Breach> {
        let is_answer = self.left.as_ref().is_some_and(|(own, why)| (*own, why.as_str()) == (code, reason));
        if self.channel.is_none() || is_answer {
            return Ok(());
        }
        let reasons = schemas().asyncapi["x-closes"][code.to_string()].as_array();
        if !reasons.is_some_and(|reasons| reasons.iter().any(|one| one == reason)) {
            return Err(format!("a socket was closed with {code} {reason:?}, which is not described"));
        }
        tally::saw(format!("close {code} {reason}"));
        Ok(())
    }
}

/// Finds what frames of this type are like, and holds this one against it; returns the type.
fn compared<'a>(
    schemas: &Schemas,
    channel: &str,
    direction: &str,
    frame: &'a Value,
    check: impl FnOnce(&Schemas, &Value, &Value) -> Result<(), Breach>,
) -> Result<&'a str, Breach> {
    let kind = frame["type"].as_str().ok_or("it has no type")?;
    let messages = &schemas.asyncapi["operations"][format!("{channel}{direction}")]["messages"];
    let messages = messages.as_array().expect("an operation has messages");
    let message = messages.iter().map(|message| schemas.resolved(schemas.resolved(message)));
    let message = message.into_iter().find(|message| message["name"] == kind);
    let message = message.ok_or_else(|| format!("docs/asyncapi.yaml has no type {kind} there"))?;
    check(schemas, &message["payload"], frame)?;
    Ok(kind)
}
