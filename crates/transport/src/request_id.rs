//! What a request is called in logs, from a proxy's to the end of the socket that it opened. Knows nothing of what is
//! logged.

use std::fmt;
use std::sync::Arc;

/// Longest id that is taken from elsewhere.
const CHARACTERS_MAX: usize = 128;

/// An id that is fit for a log and a header; a clone is another reference to the same text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestId(Arc<str>);

impl RequestId {
    /// One that somebody else gave; `None` where it is not fit.
    pub fn parse(given: &str) -> Option<Self> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:+/=".contains(&byte);
        let fits = (1..=CHARACTERS_MAX).contains(&given.len()) && given.bytes().all(allowed);
        fits.then(|| Self(given.into()))
    }

    /// One that is made here.
    pub fn new(number: u128) -> Self {
        Self(format!("{number:032x}").into())
    }

    /// As it stands in a header.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_fit_for_a_log_is_taken() {
        let (long, longer) = ("a".repeat(CHARACTERS_MAX), "a".repeat(CHARACTERS_MAX + 1));
        for (given, fits) in [
            ("7f3c0c2e-1f9a-4f6b-9b0a-2b1f0d0e5a11", true),
            ("Root=1-67891233-abcdef012345678912345678", true),
            (long.as_str(), true),
            (longer.as_str(), false),
            ("", false),
            ("a b", false),
            ("a\nlevel=ERROR", false),
            ("\u{1b}[31m", false),
            ("\"", false),
            ("ü", false),
        ] {
            assert_eq!(RequestId::parse(given).is_some(), fits, "{given:?}");
        }
        assert_eq!(RequestId::parse(RequestId::new(7).as_str()), Some(RequestId::new(7)));
    }
}
