//! What people write: bounded, trimmed text. Knows nothing of where it stands in a timeline.

/// Longest message, in Unicode scalar values.
pub const MESSAGE_CHARS_MAX: usize = 4_000;
/// Longest `client_message_id`, in Unicode scalar values.
pub const CLIENT_MESSAGE_ID_CHARS_MAX: usize = 64;

/// The text of a message: 1 to [`MESSAGE_CHARS_MAX`] characters, trimmed, otherwise exactly as sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageBody(Box<str>);

/// Why a text is no message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MessageBodyInvalid {
    /// Nothing but white space. The wording is the protocol's own.
    #[error("Content is required")]
    Required,
    /// More than [`MESSAGE_CHARS_MAX`].
    #[error("a message has at most {MESSAGE_CHARS_MAX} characters")]
    TooLong,
    /// U+0000, which databases cannot hold.
    #[error("the character U+0000 is not allowed")]
    Nul,
}

impl MessageBodyInvalid {
    /// The stable code of this error.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Required => "content_required",
            Self::TooLong => "content_too_long",
            Self::Nul => "content_invalid",
        }
    }
}

impl MessageBody {
    /// Trims and checks. Control and bidirectional characters are people's own business, but for U+0000.
    pub fn parse(text: &str) -> Result<Self, MessageBodyInvalid> {
        let text = text.trim();
        if text.is_empty() {
            Err(MessageBodyInvalid::Required)
        } else if text.chars().count() > MESSAGE_CHARS_MAX {
            Err(MessageBodyInvalid::TooLong)
        } else if text.contains('\0') {
            Err(MessageBodyInvalid::Nul)
        } else {
            Ok(Self(text.into()))
        }
    }

    /// A text that was parsed before it was stored: adapters alone use this.
    pub fn from_stored(text: String) -> Self {
        Self(text.into())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A name that the sender gave a message, so that a repeated send is one message: 1 to
/// [`CLIENT_MESSAGE_ID_CHARS_MAX`] characters, unique per conversation and sender.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ClientMessageId(Box<str>);

/// A text that cannot be a [`ClientMessageId`]. Code `client_message_id_invalid`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a client_message_id has 1 to {CLIENT_MESSAGE_ID_CHARS_MAX} characters, none of them U+0000")]
pub struct ClientMessageIdInvalid;

impl ClientMessageIdInvalid {
    /// The stable code of this error.
    pub const CODE: &str = "client_message_id_invalid";
}

impl ClientMessageId {
    /// Checks; the text is kept exactly as it is.
    pub fn parse(text: &str) -> Result<Self, ClientMessageIdInvalid> {
        let fits = !text.is_empty() && text.chars().count() <= CLIENT_MESSAGE_ID_CHARS_MAX && !text.contains('\0');
        if fits { Ok(Self(text.into())) } else { Err(ClientMessageIdInvalid) }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_trimmed_and_otherwise_kept() {
        let odd = "\u{202e}abc\u{7}\n\tdef\u{200b}";
        assert_eq!(MessageBody::parse(&format!(" {odd}\n ")).map(|b| b.as_str().to_owned()), Ok(odd.to_owned()));
    }

    #[test]
    fn a_message_is_bounded_in_characters_not_bytes() {
        for (text, expected) in [
            (String::new(), Err(MessageBodyInvalid::Required)),
            (" \u{3000}\n".to_owned(), Err(MessageBodyInvalid::Required)),
            ("🤝".repeat(4_000), Ok(())),
            ("🤝".repeat(4_001), Err(MessageBodyInvalid::TooLong)),
            (format!("  {}  ", "a".repeat(4_000)), Ok(())),
            ("a\0b".to_owned(), Err(MessageBodyInvalid::Nul)),
        ] {
            assert_eq!(MessageBody::parse(&text).map(|_| ()), expected, "{} bytes", text.len());
        }
    }

    #[test]
    fn a_client_message_id_has_1_to_64_characters() {
        assert!(ClientMessageId::parse("").is_err());
        assert!(ClientMessageId::parse(&"é".repeat(64)).is_ok());
        assert!(ClientMessageId::parse(&"é".repeat(65)).is_err());
        assert!(ClientMessageId::parse("a\0").is_err());
    }
}
