//! Passwords as people choose them. Knows nothing of how they are hashed.

use std::fmt;

/// Shortest password, in Unicode scalar values.
pub const PASSWORD_CHARS_MIN: usize = 8;
/// Longest password, in Unicode scalar values: hashing has a price, so its input has a bound.
pub const PASSWORD_CHARS_MAX: usize = 128;

/// A password of 8 to 128 characters. Its debug form hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

/// A text that cannot be a password. Code `password_length`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a password has {PASSWORD_CHARS_MIN} to {PASSWORD_CHARS_MAX} characters")]
pub struct PasswordInvalid;

impl PasswordInvalid {
    /// The stable code of this error.
    pub const CODE: &str = "password_length";
}

impl Password {
    /// Checks the length and nothing else: no rule of composition makes a password better.
    pub fn parse(text: &str) -> Result<Self, PasswordInvalid> {
        let length = text.chars().count();
        if (PASSWORD_CHARS_MIN..=PASSWORD_CHARS_MAX).contains(&length) {
            Ok(Self(text.to_owned()))
        } else {
            Err(PasswordInvalid)
        }
    }

    /// The password itself, for hashing.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

/// A password's hash in PHC string form, opaque to everything but the hasher.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(String);

impl PasswordHash {
    /// Takes what a hasher made.
    pub fn new(phc: String) -> Self {
        Self(phc)
    }

    /// The PHC string.
    pub fn as_phc(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_has_8_to_128_characters_and_shows_none() {
        for (length, fits) in [(0, false), (7, false), (8, true), (128, true), (129, false)] {
            assert_eq!(Password::parse(&"ü".repeat(length)).is_ok(), fits, "{length}");
        }
        assert_eq!(format!("{:?}", Password::parse("hunter2!").expect("long enough")), "Password(…)");
    }
}
