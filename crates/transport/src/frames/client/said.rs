//! From single fields to what is said: shared by the frames and the bodies of HTTP requests. Knows nothing of either.

use handsel_domain::handshake::{Note, Step, StepAction, StepKind, Terms};
use handsel_domain::ids::UserId;
use handsel_domain::message::{ClientMessageId, MessageBody};
use handsel_domain::timeline::Draft;
use serde_json::value::RawValue;

use super::FrameError;

/// How deep terms may be nested: frames wrap them once more, and readers have limits of their own.
pub const TERMS_DEPTH_MAX: usize = 32;

/// Whom a frame is for, named by id; a number that is no id names nobody.
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
