//! What clients send. Knows nothing of what becomes of it.

use std::borrow::Cow;

use handsel_domain::handshake::{AgreementInvalid, Note, Step, StepAction, StepKind, Terms};
use handsel_domain::ids::UserId;
use handsel_domain::message::{ClientMessageId, ClientMessageIdInvalid, MessageBody, MessageBodyInvalid};
use handsel_domain::timeline::Draft;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

/// How deep terms may be nested: frames wrap them once more, and readers have limits of their own.
pub const TERMS_DEPTH_MAX: usize = 32;

/// A frame that was understood: something to say, perhaps to someone named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientFrame {
    /// Whom it is for, where the sender names one.
    pub recipient: Option<UserId>,
    /// What it says.
    pub draft: Draft,
}

/// Why a frame was not understood. The socket stays open.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// Not JSON, or nested too deeply.
    #[error("a frame is one JSON object; this is not JSON: {0}")]
    NotJson(String),
    /// JSON, but no object.
    #[error("a frame is one JSON object, for instance {{\"type\": \"message\", \"content\": \"Hello!\"}}")]
    NotAnObject,
    /// No `type`.
    #[error(
        "a frame has a type: message, handshake_start, handshake_approve, handshake_decline, handshake_cancel or handshake_complete"
    )]
    TypeRequired,
    /// A `type` that there is not.
    #[error(
        "there is no type {0:?}; known are message, handshake_start, handshake_approve, handshake_decline, handshake_cancel and handshake_complete"
    )]
    UnknownType(String),
    /// A field of the wrong type.
    #[error("{field} must be {expected}")]
    Field {
        /// Which.
        field: &'static str,
        /// What it should be.
        expected: &'static str,
    },
    /// The content of a message.
    #[error(transparent)]
    Content(#[from] MessageBodyInvalid),
    /// The `client_message_id`.
    #[error(transparent)]
    ClientMessageId(#[from] ClientMessageIdInvalid),
    /// Note or terms.
    #[error(transparent)]
    Agreement(#[from] AgreementInvalid),
    /// More than [`TERMS_DEPTH_MAX`].
    #[error("terms are nested at most {TERMS_DEPTH_MAX} deep")]
    TermsTooDeep,
}

impl FrameError {
    /// The stable code of this error.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotJson(_) => "invalid_json",
            Self::NotAnObject => "invalid_frame",
            Self::TypeRequired => "type_required",
            Self::UnknownType(_) => "unknown_type",
            Self::Field { .. } => "field_invalid",
            Self::Content(invalid) => invalid.code(),
            Self::ClientMessageId(_) => ClientMessageIdInvalid::CODE,
            Self::Agreement(invalid) => invalid.code(),
            Self::TermsTooDeep => "terms_invalid",
        }
    }

    /// The field that is wrong, where it is one.
    pub const fn field(&self) -> Option<&'static str> {
        match self {
            Self::Field { field, .. } => Some(field),
            Self::Content(_) => Some("content"),
            Self::ClientMessageId(_) => Some("client_message_id"),
            Self::Agreement(AgreementInvalid::NoteTooLong | AgreementInvalid::NoteNul) => Some("note"),
            Self::Agreement(AgreementInvalid::TermsTooLong) | Self::TermsTooDeep => Some("terms"),
            Self::NotJson(_) | Self::NotAnObject | Self::TypeRequired | Self::UnknownType(_) => None,
        }
    }
}

/// Every field that any frame may have. Fields that are not known are not heeded.
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
}

impl ClientFrame {
    /// Parses one text frame.
    pub fn parse(text: &str) -> Result<Self, FrameError> {
        let fields: Fields = serde_json::from_str(text).map_err(|error| diagnose(text, &error))?;
        // What is derived would take an array, too, for its fields in their order.
        if !text.trim_ascii_start().starts_with('{') {
            return Err(FrameError::NotAnObject);
        }
        let kind = fields.kind.as_deref().ok_or(FrameError::TypeRequired)?;
        let step = |kind| step(kind, fields.version, fields.note.as_deref(), fields.terms);
        let draft = match kind {
            "message" => message(fields.content.as_deref(), fields.client_message_id.as_deref())?,
            "handshake_start" => step(StepKind::Start)?,
            "handshake_approve" => step(StepKind::Approve)?,
            "handshake_decline" => step(StepKind::Decline)?,
            "handshake_cancel" => step(StepKind::Cancel)?,
            "handshake_complete" => step(StepKind::Complete)?,
            other => return Err(FrameError::UnknownType(other.chars().take(40).collect())),
        };
        Ok(Self { recipient: fields.recipient_id.map(recipient).transpose()?, draft })
    }
}

/// The sender of a message, named by id; a number that is no id names nobody.
pub fn recipient(id: i64) -> Result<UserId, FrameError> {
    UserId::new(id)
        .map_err(|_| FrameError::Field { field: "recipient_id", expected: "the id of a user, a whole number from 1" })
}

/// A message, from what a frame or a request body has of it.
pub fn message(content: Option<&str>, client_message_id: Option<&str>) -> Result<Draft, FrameError> {
    Ok(Draft::Message {
        body: MessageBody::parse(content.unwrap_or_default())?,
        client_message_id: client_message_id.map(ClientMessageId::parse).transpose()?,
    })
}

/// A step of the handshake, from what a frame or a request body has of it. Only a start has note and terms.
pub fn step(
    kind: StepKind,
    version: Option<i64>,
    note: Option<&str>,
    terms: Option<&RawValue>,
) -> Result<Draft, FrameError> {
    let action = match kind {
        StepKind::Start => StepAction::Start {
            note: note.map(Note::parse).transpose()?.flatten(),
            terms: terms.map(compact_object).transpose()?.flatten(),
        },
        StepKind::Approve => StepAction::Approve,
        StepKind::Decline => StepAction::Decline,
        StepKind::Cancel => StepAction::Cancel,
        StepKind::Complete => StepAction::Complete,
    };
    Ok(Draft::Step(Step { action, seen: version }))
}

/// The object without white space around its tokens, so that the limit counts what it says; otherwise as written.
///
/// It is never made into values and written again: numbers would be rounded, and it is not ours to read.
fn compact_object(terms: &RawValue) -> Result<Option<Terms>, FrameError> {
    let text = terms.get().trim_ascii();
    if text == "null" {
        return Ok(None);
    }
    if !text.starts_with('{') {
        return Err(FrameError::Field { field: "terms", expected: "a JSON object" });
    }
    let (mut compact, mut depth, mut in_string, mut escaped) = (String::with_capacity(text.len()), 0, false, false);
    for character in text.chars() {
        match character {
            _ if escaped => escaped = false,
            '\\' if in_string => escaped = true,
            '"' => in_string = !in_string,
            _ if in_string => {}
            '{' | '[' => depth += 1,
            '}' | ']' => depth -= 1,
            ' ' | '\t' | '\n' | '\r' => continue,
            _ => {}
        }
        if depth > TERMS_DEPTH_MAX {
            return Err(FrameError::TermsTooDeep);
        }
        compact.push(character);
    }
    Ok(Some(Terms::from_compact_object(compact)?))
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

    fn code(text: &str) -> &'static str {
        ClientFrame::parse(text).map_or_else(|error| error.code(), |_| "ok")
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
        let Ok(ClientFrame {
            draft: Draft::Step(Step { action: StepAction::Start { terms: Some(terms), .. }, .. }),
            ..
        }) = ClientFrame::parse(&wide)
        else {
            panic!("a start with terms")
        };
        assert_eq!(terms.as_json(), r#"{"hours":2}"#);
    }

    #[test]
    fn terms_are_kept_as_they_were_written() {
        let terms =
            r#"{"price":19.90,"z":1,"a":12345678901234567890123,"s":" \" { \\","$serde_json::private::RawValue":"1"}"#;
        let start = format!(r#"{{"type":"handshake_start","terms":{terms}}}"#);
        let Ok(ClientFrame { draft: Draft::Step(step), .. }) = ClientFrame::parse(&start) else { panic!("a start") };
        let StepAction::Start { terms: Some(kept), .. } = step.action else { panic!("with terms") };
        assert_eq!(kept.as_json(), terms);
    }

    #[test]
    fn fields_that_are_not_known_are_not_heeded() {
        assert_eq!(code(r#"{"type":"handshake_approve","mood":"good","content":null}"#), "ok");
    }
}
