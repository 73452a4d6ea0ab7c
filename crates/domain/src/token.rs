//! Tokens: the secrets by which a user is recognised after log-in. Knows nothing of how they are made or kept.

use std::fmt;
use std::time::Duration;

/// Characters of a token: 32 random bytes as unpadded base64url.
pub const TOKEN_CHARS: usize = 43;
/// How long a token is valid after log-in.
pub const TOKEN_LIFETIME: Duration = Duration::from_hours(24);
/// Shortest life that a site may ask for.
pub const TOKEN_LIFETIME_MIN: Duration = Duration::from_mins(1);
/// Longest life that a site may ask for: 30 days.
pub const TOKEN_LIFETIME_MAX: Duration = Duration::from_hours(30 * 24);

/// A token's secret. Its debug form hides it, so that none ever reaches a log.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(Box<str>);

/// A text that cannot be a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a token has {TOKEN_CHARS} characters of unpadded base64url")]
pub struct TokenMalformed;

impl Token {
    /// Checks the form; whether it is anyone's token, only the storage knows.
    pub fn parse(text: &str) -> Result<Self, TokenMalformed> {
        let plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
        if text.len() == TOKEN_CHARS && plain { Ok(Self(text.into())) } else { Err(TokenMalformed) }
    }

    /// The secret itself: for the one it belongs to, and for hashing.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_has_43_characters_and_shows_none_of_them() {
        let text = "abcDEF012_-".repeat(4)[..TOKEN_CHARS].to_owned();
        let token = Token::parse(&text).expect("well-formed");
        assert_eq!(token.reveal(), text);
        assert_eq!(format!("{token:?}"), "Token(…)");
        for bad in ["", &text[1..], &format!("{text}x"), &text.replace('_', "="), &text.replace("ab", "é")] {
            assert!(Token::parse(bad).is_err(), "{bad:?}");
        }
    }
}
