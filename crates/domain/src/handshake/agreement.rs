//! What is agreed on: a note for people and terms for the marketplace, frozen with the start. Knows nothing of what
//! the terms mean.

/// Longest note, in Unicode scalar values.
pub const NOTE_CHARS_MAX: usize = 280;
/// Longest terms, in bytes of compact JSON.
pub const TERMS_BYTES_MAX: usize = 1_024;

/// Why a note or terms were not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AgreementInvalid {
    /// More than [`NOTE_CHARS_MAX`].
    #[error("a note has at most {NOTE_CHARS_MAX} characters")]
    NoteTooLong,
    /// U+0000, which databases cannot hold.
    #[error("the character U+0000 is not allowed in a note")]
    NoteNul,
    /// More than [`TERMS_BYTES_MAX`].
    #[error("terms have at most {TERMS_BYTES_MAX} bytes of JSON")]
    TermsTooLong,
}

impl AgreementInvalid {
    /// The stable code of this error.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NoteTooLong => "note_too_long",
            Self::NoteNul => "note_invalid",
            Self::TermsTooLong => "terms_too_long",
        }
    }
}

/// Text for people: 1 to [`NOTE_CHARS_MAX`] characters, trimmed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note(Box<str>);

impl Note {
    /// Trims and checks; a note of nothing but spaces is no note.
    pub fn parse(text: &str) -> Result<Option<Self>, AgreementInvalid> {
        let text = text.trim();
        if text.chars().count() > NOTE_CHARS_MAX {
            Err(AgreementInvalid::NoteTooLong)
        } else if text.contains('\0') {
            Err(AgreementInvalid::NoteNul)
        } else if text.is_empty() {
            Ok(None)
        } else {
            Ok(Some(Self(text.into())))
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

/// An opaque JSON object of the marketplace's own, as compact text of at most [`TERMS_BYTES_MAX`] bytes.
///
/// The domain knows no JSON: that the text is one object is the promise of the edge that read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms(Box<str>);

impl Terms {
    /// Takes the compact text of one JSON object.
    pub fn from_compact_object(json: String) -> Result<Self, AgreementInvalid> {
        if json.len() > TERMS_BYTES_MAX { Err(AgreementInvalid::TermsTooLong) } else { Ok(Self(json.into())) }
    }

    /// The JSON text.
    pub fn as_json(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_is_trimmed_bounded_and_optional() {
        assert_eq!(Note::parse("  "), Ok(None));
        assert_eq!(
            Note::parse(" two hours ").map(|n| n.map(|n| n.as_str().to_owned())),
            Ok(Some("two hours".to_owned()))
        );
        assert!(Note::parse(&"é".repeat(NOTE_CHARS_MAX)).is_ok());
        assert_eq!(Note::parse(&"é".repeat(NOTE_CHARS_MAX + 1)), Err(AgreementInvalid::NoteTooLong));
        assert_eq!(Note::parse("a\0"), Err(AgreementInvalid::NoteNul));
    }

    #[test]
    fn terms_are_bounded_in_bytes() {
        let json = |bytes: usize| format!("{{\"a\":\"{}\"}}", "x".repeat(bytes - 8));
        assert!(Terms::from_compact_object(json(TERMS_BYTES_MAX)).is_ok());
        assert_eq!(Terms::from_compact_object(json(TERMS_BYTES_MAX + 1)), Err(AgreementInvalid::TermsTooLong));
    }
}
