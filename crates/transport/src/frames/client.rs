//! What clients send. Knows nothing of what becomes of it.
//!
//! - `error`: why a frame was not understood.
//! - `said`: from single fields to what is said.

mod error;
mod said;

use std::borrow::Cow;

use handsel_domain::conversation::ConversationAddress;
use handsel_domain::handshake::StepKind;
use handsel_domain::ids::{Head, ID_MAX, UserId};
use handsel_domain::message::ClientMessageId;
use handsel_domain::timeline::Draft;
use handsel_domain::token::Token;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::kind::Received;

pub use error::FrameError;
pub use said::{TERMS_DEPTH_MAX, message, recipient, step};

/// A frame that was understood.
#[derive(Clone, Debug)]
pub enum ClientFrame {
    /// Something for a conversation.
    To(Addressee, Request),
    /// A fresh token for the socket.
    Auth(Token),
    /// A question whether the server is there.
    Ping,
}

/// Whom a frame is for, as far as its sender says so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Addressee {
    /// The conversation, where one is named.
    pub conversation: Option<ConversationAddress>,
    /// The other one of the two, where one is named.
    pub recipient: Option<UserId>,
}

/// What is to be done in a conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request {
    /// To append this.
    Say(Draft),
    /// To say that all is read up to there.
    Read(Head),
    /// To tell the peer that the user types.
    Type,
}

/// Which frames a client may send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// Those that every client knows.
    Base,
    /// Also those of `handsel.v1`.
    Extended,
}

/// Every field that any frame may have. Fields that are not known are not heeded; those that only the extended
/// protocol has are looked at only there.
#[derive(Deserialize)]
struct Fields<'a> {
    #[serde(borrow, rename = "type")]
    kind: Option<Cow<'a, str>>,
    #[serde(borrow)]
    content: Option<Cow<'a, str>>,
    #[serde(borrow)]
    client_message_id: Option<Cow<'a, str>>,
    recipient_id: Option<i64>,
    version: Option<i64>,
    #[serde(borrow)]
    note: Option<Cow<'a, str>>,
    #[serde(borrow)]
    terms: Option<&'a RawValue>,
    #[serde(borrow)]
    conversation: Option<&'a RawValue>,
    #[serde(borrow)]
    up_to: Option<&'a RawValue>,
    #[serde(borrow)]
    token: Option<&'a RawValue>,
}

impl ClientFrame {
    /// Parses one text frame.
    pub fn parse(text: &str, protocol: Protocol) -> Result<Self, FrameError> {
        Self::typed(text, protocol).1
    }

    /// Parses one text frame, and says of which type it is even where it is not understood.
    pub fn typed(text: &str, protocol: Protocol) -> (Received, Result<Self, FrameError>) {
        match serde_json::from_str::<Fields<'_>>(text) {
            Ok(fields) => (Received::named(fields.kind.as_deref()), Self::of(text, &fields, protocol)),
            Err(error) => (Received::named(None), Err(diagnose(text, &error))),
        }
    }

    fn of(text: &str, fields: &Fields<'_>, protocol: Protocol) -> Result<Self, FrameError> {
        // What is derived would take an array, too, for its fields in their order.
        if !text.trim_ascii_start().starts_with('{') {
            return Err(FrameError::NotAnObject);
        }
        let kind = fields.kind.as_deref().ok_or(FrameError::TypeRequired)?;
        let step = |kind| step(kind, fields.version, fields.note.as_deref(), fields.terms);
        let request = match (kind, protocol) {
            ("message", _) => Request::Say(message(fields.content.as_deref(), fields.client_message_id.as_deref())?),
            ("handshake_start", _) => Request::Say(step(StepKind::Start)?),
            ("handshake_approve", _) => Request::Say(step(StepKind::Approve)?),
            ("handshake_decline", _) => Request::Say(step(StepKind::Decline)?),
            ("handshake_cancel", _) => Request::Say(step(StepKind::Cancel)?),
            ("handshake_complete", _) => Request::Say(step(StepKind::Complete)?),
            ("read", Protocol::Extended) => Request::Read(up_to(fields.up_to)?),
            ("typing", Protocol::Extended) => Request::Type,
            ("auth", Protocol::Extended) => return Ok(Self::Auth(token(fields.token)?)),
            ("ping", Protocol::Extended) => return Ok(Self::Ping),
            (other, _) => return Err(FrameError::UnknownType(other.chars().take(40).collect())),
        };
        let conversation = match (protocol, fields.conversation) {
            (Protocol::Extended, Some(named)) => address(named)?,
            (Protocol::Extended, None) | (Protocol::Base, _) => None,
        };
        let recipient = fields.recipient_id.map(recipient).transpose()?;
        Ok(Self::To(Addressee { conversation, recipient }, request))
    }
}

/// How the sender named a frame that is otherwise not heeded, if at all: off the path of those that are.
pub fn client_message_id_of(text: &str) -> Option<ClientMessageId> {
    #[derive(Deserialize)]
    struct Named<'a> {
        #[serde(borrow)]
        client_message_id: Option<Cow<'a, str>>,
    }
    let named: Named = serde_json::from_str(text).ok()?;
    ClientMessageId::parse(&named.client_message_id?).ok()
}

fn text<'a>(field: &'static str, value: &'a RawValue) -> Result<Option<Cow<'a, str>>, FrameError> {
    serde_json::from_str(value.get()).map_err(|_| FrameError::Field { field, expected: "text" })
}

fn address(named: &RawValue) -> Result<Option<ConversationAddress>, FrameError> {
    Ok(text("conversation", named)?.map(|name| name.parse()).transpose()?)
}

fn up_to(value: Option<&RawValue>) -> Result<Head, FrameError> {
    let number = value.and_then(|value| serde_json::from_str::<i64>(value.get()).ok());
    let head = number.and_then(|number| Head::new(number.min(ID_MAX)).ok());
    head.ok_or(FrameError::Field { field: "up_to", expected: "a seq: all up to there is read" })
}

fn token(value: Option<&RawValue>) -> Result<Token, FrameError> {
    let token = value.map(|value| text("token", value)).transpose()?.flatten();
    Ok(Token::parse(&token.ok_or(FrameError::Field { field: "token", expected: "text" })?)?)
}

/// Says what is wrong with a frame that did not parse; off the path of those that do.
fn diagnose(text: &str, error: &serde_json::Error) -> FrameError {
    const FIELDS: [(&str, &str); 6] = [
        ("type", "text"),
        ("content", "text"),
        ("client_message_id", "text"),
        ("recipient_id", "a whole number"),
        ("version", "a whole number"),
        ("note", "text"),
    ];
    let object = match serde_json::from_str(text) {
        Ok(Value::Object(object)) => object,
        Ok(_) => return FrameError::NotAnObject,
        Err(error) => return FrameError::NotJson(error.to_string()),
    };
    let fits = |value: &Value, expected: &str| {
        value.is_null() || if expected == "text" { value.is_string() } else { value.is_i64() }
    };
    let wrong = FIELDS.iter().find(|(field, expected)| object.get(*field).is_some_and(|value| !fits(value, expected)));
    match wrong {
        Some(&(field, expected)) => FrameError::Field { field, expected },
        // A field that stands there twice, for instance.
        None => FrameError::NotJson(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use handsel_domain::handshake::StepAction;

    fn code(text: &str) -> &'static str {
        ClientFrame::parse(text, Protocol::Base).map_or_else(|error| error.code(), |_| "ok")
    }

    fn started_with(text: &str) -> String {
        match ClientFrame::parse(text, Protocol::Base) {
            Ok(ClientFrame::To(_, Request::Say(Draft::Step(step)))) => match step.action {
                StepAction::Start { terms: Some(terms), .. } => terms.as_json().to_owned(),
                other => panic!("expected a start with terms, saw {other:?}"),
            },
            other => panic!("expected a step, saw {other:?}"),
        }
    }

    #[test]
    fn what_is_not_understood_has_a_code() {
        let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
        let deep_terms = format!(r#"{{"type":"handshake_start","terms":{{"a":{deep}}}}}"#);
        for (text, expected) in [
            ("", "invalid_json"),
            ("hello", "invalid_json"),
            ("{", "invalid_json"),
            (deep.as_str(), "invalid_json"),
            (deep_terms.as_str(), "terms_invalid"),
            (r#"{"type":"message","content":"\ud800"}"#, "invalid_json"),
            (r#"{"type":"message","content":"a","content":"b"}"#, "invalid_json"),
            ("[]", "invalid_frame"),
            (r#"["message","hi",null,null,null,null,null]"#, "invalid_frame"),
            ("null", "invalid_frame"),
            ("\"message\"", "invalid_frame"),
            ("{}", "type_required"),
            (r#"{"type":null}"#, "type_required"),
            (r#"{"type":7}"#, "field_invalid"),
            (r#"{"type":"shout"}"#, "unknown_type"),
            (r#"{"type":"message"}"#, "content_required"),
            (r#"{"type":"message","content":null}"#, "content_required"),
            (r#"{"type":"message","content":7}"#, "field_invalid"),
            (r#"{"type":"message","content":"  "}"#, "content_required"),
            (r#"{"type":"message","content":"a\u0000b"}"#, "content_invalid"),
            (r#"{"type":"message","content":"a","recipient_id":"2"}"#, "field_invalid"),
            (r#"{"type":"message","content":"a","recipient_id":0}"#, "field_invalid"),
            (r#"{"type":"message","content":"a","recipient_id":1e99}"#, "field_invalid"),
            (r#"{"type":"message","content":"a","client_message_id":""}"#, "client_message_id_invalid"),
            (r#"{"type":"handshake_start","terms":[]}"#, "field_invalid"),
            (r#"{"type":"handshake_start","note":1}"#, "field_invalid"),
            (r#"{"type":"handshake_approve","version":"1"}"#, "field_invalid"),
        ] {
            assert_eq!(code(text), expected, "{}", &text[..text.len().min(60)]);
        }
    }

    #[test]
    fn content_is_counted_after_its_escapes() {
        let escaped = |count: usize| format!(r#"{{"type":"message","content":"{}"}}"#, "\\u00e9".repeat(count));
        assert_eq!(code(&escaped(4_000)), "ok");
        assert_eq!(code(&escaped(4_001)), "content_too_long");
    }

    #[test]
    fn terms_are_counted_compact() {
        let wide = format!("{{\"type\":\"handshake_start\",\"terms\":{{{}\"hours\":2}}}}", " ".repeat(2_000));
        assert_eq!(started_with(&wide), r#"{"hours":2}"#);
    }

    #[test]
    fn terms_are_kept_as_they_were_written() {
        let terms =
            r#"{"price":19.90,"z":1,"a":12345678901234567890123,"s":" \" { \\","$serde_json::private::RawValue":"1"}"#;
        let start = format!(r#"{{"type":"handshake_start","terms":{terms}}}"#);
        assert_eq!(started_with(&start), terms);
    }

    #[test]
    fn fields_that_are_not_known_are_not_heeded() {
        assert_eq!(code(r#"{"type":"handshake_approve","mood":"good","content":null}"#), "ok");
    }

    #[test]
    fn the_extended_protocol_has_frames_of_its_own() {
        let code = |text, protocol| ClientFrame::parse(text, protocol).map_or_else(|error| error.code(), |_| "ok");
        let token = format!(r#"{{"type":"auth","token":"{}"}}"#, "a".repeat(43));
        for (text, base, extended) in [
            (r#"{"type":"ping"}"#, "unknown_type", "ok"),
            (r#"{"type":"typing"}"#, "unknown_type", "ok"),
            (r#"{"type":"read","up_to":0}"#, "unknown_type", "ok"),
            (r#"{"type":"read"}"#, "unknown_type", "field_invalid"),
            (r#"{"type":"read","up_to":"7"}"#, "unknown_type", "field_invalid"),
            (r#"{"type":"read","up_to":-1}"#, "unknown_type", "field_invalid"),
            (r#"{"type":"read","up_to":1.5}"#, "unknown_type", "field_invalid"),
            (token.as_str(), "unknown_type", "ok"),
            (r#"{"type":"auth"}"#, "unknown_type", "field_invalid"),
            (r#"{"type":"auth","token":7}"#, "unknown_type", "field_invalid"),
            (r#"{"type":"auth","token":"short"}"#, "unknown_type", "token_malformed"),
            (r#"{"type":"handshake_approve","conversation":"offer_1:2"}"#, "ok", "ok"),
            (r#"{"type":"handshake_approve","conversation":"offer_1"}"#, "ok", "ok"),
            (r#"{"type":"handshake_approve","conversation":null}"#, "ok", "ok"),
            (r#"{"type":"handshake_approve","conversation":"shop_1"}"#, "ok", "conversation_invalid"),
            (r#"{"type":"handshake_approve","conversation":7}"#, "ok", "field_invalid"),
        ] {
            assert_eq!(code(text, Protocol::Base), base, "{text}");
            assert_eq!(code(text, Protocol::Extended), extended, "{text}");
        }
    }
}
