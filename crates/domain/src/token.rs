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

/// Longest JWT, in bytes: 4 KiB, a fraction of what the head of a request may have.
pub const JWT_BYTES_MAX: usize = 4_096;

/// A token's secret: one that was issued here, or a JWT of a site's own. Its debug form hides it, so that none ever reaches a
/// log.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(Box<str>);

/// A text that cannot be a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a token has {TOKEN_CHARS} characters of unpadded base64url, or is a JWT, three such parts with dots between, of at most \
     {JWT_BYTES_MAX} bytes"
)]
pub struct TokenMalformed;

fn is_base64url(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

impl Token {
    /// Checks the form; whether it is anyone's token, only the storage knows, and of a JWT only the site's keys.
    pub fn parse(text: &str) -> Result<Self, TokenMalformed> {
        let is_issued = text.len() == TOKEN_CHARS && is_base64url(text);
        let is_jwt =
            || text.len() <= JWT_BYTES_MAX && text.split('.').count() == 3 && text.split('.').all(is_base64url);
        if is_issued || is_jwt() { Ok(Self(text.into())) } else { Err(TokenMalformed) }
    }

    /// The secret itself: for the one it belongs to, and for whoever checks a signature.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Whether it is a JWT.
    pub fn is_jwt(&self) -> bool {
        self.0.contains('.')
    }

    /// What it is known by, to be hashed. Of a JWT that is what is signed and not the signature: some algorithms let anybody
    /// write another valid signature, which would make a revoked JWT a new one.
    pub fn known_by(&self) -> &str {
        self.0.rsplit_once('.').map_or(&self.0, |(signed, _)| signed)
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
        assert_eq!((token.is_jwt(), token.known_by()), (false, token.reveal()));
        for bad in ["", &text[1..], &format!("{text}x"), &text.replace('_', "="), &text.replace("ab", "é")] {
            assert!(Token::parse(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_jwt_has_three_parts_and_is_known_by_what_is_signed() {
        let jwt = Token::parse("aGVhZGVy.cGF5bG9hZA.c2lnbmF0dXJl").expect("well-formed");
        assert_eq!((jwt.is_jwt(), jwt.known_by()), (true, "aGVhZGVy.cGF5bG9hZA"));
        assert_eq!(format!("{jwt:?}"), "Token(…)");
        let longest = format!("a.b.{}", "c".repeat(JWT_BYTES_MAX - 4));
        assert!(Token::parse(&longest).is_ok());
        for bad in [&*format!("{longest}c"), "a.b", "a.b.c.d", "a.b.c=", "a.b.c\n", "a b.c.d", "a.é.c"] {
            assert!(Token::parse(bad).is_err(), "{bad:?}");
        }
    }
}
