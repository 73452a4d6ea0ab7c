//! Why a frame was not understood. Knows nothing of JSON, nor of how the client is told.

use handsel_domain::conversation::ConversationInvalid;
use handsel_domain::handshake::AgreementInvalid;
use handsel_domain::message::{ClientMessageIdInvalid, MessageBodyInvalid};
use handsel_domain::token::TokenMalformed;

use super::TERMS_DEPTH_MAX;

const TYPES: &str =
    "message, handshake_start, handshake_approve, handshake_decline, handshake_cancel, handshake_complete";
const EXTENDED_TYPES: &str = "read, typing, auth, ping";

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
    #[error("a frame has a type: {TYPES}, and with the subprotocol handsel.v1 {EXTENDED_TYPES}")]
    TypeRequired,
    /// A `type` that there is not.
    #[error("there is no type {0:?}; known are {TYPES}, and with the subprotocol handsel.v1 {EXTENDED_TYPES}")]
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
    /// The conversation that it names.
    #[error(transparent)]
    Conversation(#[from] ConversationInvalid),
    /// The token that it brings.
    #[error(transparent)]
    Token(#[from] TokenMalformed),
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
            Self::Conversation(_) => ConversationInvalid::CODE,
            Self::Token(_) => "token_malformed",
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
            Self::Conversation(_) => Some("conversation"),
            Self::Token(_) => Some("token"),
            Self::Agreement(AgreementInvalid::NoteTooLong | AgreementInvalid::NoteNul) => Some("note"),
            Self::Agreement(AgreementInvalid::TermsTooLong) | Self::TermsTooDeep => Some("terms"),
            Self::NotJson(_) | Self::NotAnObject | Self::TypeRequired | Self::UnknownType(_) => None,
        }
    }
}
