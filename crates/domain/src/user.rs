//! People: what they are called and how they are recognised. Knows nothing of how they prove who they are.

use unicode_normalization::UnicodeNormalization;

use crate::ids::UserId;
use crate::time::Timestamp;

/// Shortest username, in Unicode scalar values.
pub const USERNAME_CHARS_MIN: usize = 3;
/// Shortest username that a site may give somebody, in Unicode scalar values.
pub const USERNAME_OF_SITE_CHARS_MIN: usize = 1;
/// Longest username, in Unicode scalar values.
pub const USERNAME_CHARS_MAX: usize = 150;
/// Longest first or last name, in Unicode scalar values.
pub const NAME_CHARS_MAX: usize = 150;

/// What people see in place of the name of somebody who was erased.
pub const DELETED_USER: &str = "Deleted user";

/// Why a name was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NameInvalid {
    /// Outside of [`USERNAME_CHARS_MIN`] to [`USERNAME_CHARS_MAX`].
    #[error("a username has {USERNAME_CHARS_MIN} to {USERNAME_CHARS_MAX} characters")]
    UsernameLength,
    /// Outside of [`USERNAME_OF_SITE_CHARS_MIN`] to [`USERNAME_CHARS_MAX`], from a site.
    #[error("a username has {USERNAME_OF_SITE_CHARS_MIN} to {USERNAME_CHARS_MAX} characters")]
    UsernameOfSiteLength,
    /// Something else than letters, digits and `@.+-_`.
    #[error("a username is made of letters, digits and @ . + - _")]
    UsernameCharacters,
    /// A first or last name of more than [`NAME_CHARS_MAX`].
    #[error("a name has at most {NAME_CHARS_MAX} characters")]
    TooLong,
    /// A first or last name with control characters.
    #[error("a name has no control characters")]
    Characters,
}

impl NameInvalid {
    /// The stable code of this error.
    pub const fn code(self) -> &'static str {
        match self {
            Self::UsernameLength | Self::UsernameOfSiteLength => "username_length",
            Self::UsernameCharacters => "username_invalid",
            Self::TooLong => "name_too_long",
            Self::Characters => "name_invalid",
        }
    }
}

/// A name to log in with: 3 to 150 letters, digits and `@.+-_`, in Unicode's compatibility form (NFKC).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Username(String);

/// What makes a username unique: two names that differ by case or Unicode form alone have one key.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct UsernameKey(String);

impl Username {
    /// Normalises and checks.
    pub fn parse(text: &str) -> Result<Self, NameInvalid> {
        Self::of_length(text, USERNAME_CHARS_MIN, NameInvalid::UsernameLength)
    }

    /// The same for a name that a site gave somebody by its own rules: it may be as short as one character.
    pub fn parse_of_site(text: &str) -> Result<Self, NameInvalid> {
        Self::of_length(text, USERNAME_OF_SITE_CHARS_MIN, NameInvalid::UsernameOfSiteLength)
    }

    fn of_length(text: &str, least: usize, otherwise: NameInvalid) -> Result<Self, NameInvalid> {
        let name: String = text.nfkc().collect();
        if !(least..=USERNAME_CHARS_MAX).contains(&name.chars().count()) {
            return Err(otherwise);
        }
        let allowed = |c: char| c.is_alphanumeric() || "@.+-_".contains(c);
        if name.chars().all(allowed) { Ok(Self(name)) } else { Err(NameInvalid::UsernameCharacters) }
    }

    /// A name that needs no check: it was parsed before it was stored, or is this program's own.
    pub fn from_trusted(name: String) -> Self {
        Self(name)
    }

    /// What is left of the name of somebody who was erased.
    pub fn of_deleted(user: UserId) -> Self {
        Self(format!("deleted-{user}"))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What makes it unique.
    pub fn key(&self) -> UsernameKey {
        UsernameKey::of(&self.0)
    }
}

impl UsernameKey {
    /// The key under which a name of any form would be found.
    pub fn of(name: &str) -> Self {
        Self(name.nfkc().collect::<String>().to_lowercase().nfkc().collect())
    }

    /// That of somebody who was erased, which no name has: theirs is free again.
    pub fn of_deleted(user: UserId) -> Self {
        Self(format!("deleted:{user}"))
    }

    /// The key's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A first or a last name: at most 150 characters, trimmed, often empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Name(String);

impl Name {
    /// Trims and checks.
    pub fn parse(text: &str) -> Result<Self, NameInvalid> {
        let text = text.trim();
        if text.chars().count() > NAME_CHARS_MAX {
            Err(NameInvalid::TooLong)
        } else if text.chars().any(char::is_control) {
            Err(NameInvalid::Characters)
        } else {
            Ok(Self(text.to_owned()))
        }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What others see of a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Who.
    pub id: UserId,
    /// The name that the user chose.
    pub username: Username,
    /// First and last name, or the username where both are empty; of somebody who was erased [`DELETED_USER`].
    pub full_name: String,
}

impl Person {
    /// Puts the full name together.
    pub fn new(id: UserId, username: Username, first_name: &str, last_name: &str) -> Self {
        let full_name = format!("{first_name} {last_name}");
        let full_name = match full_name.trim() {
            "" if username == Username::of_deleted(id) => DELETED_USER.to_owned(),
            "" => username.as_str().to_owned(),
            name => name.to_owned(),
        };
        Self { id, username, full_name }
    }
}

/// A user, as that user and the operator see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// What others see.
    pub person: Person,
    /// First name, often empty.
    pub first_name: Name,
    /// Last name, often empty.
    pub last_name: Name,
    /// When the user registered.
    pub created_at: Timestamp,
    /// Whether an operator has stopped this user from logging in and writing.
    pub suspended: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_username_is_one_whatever_its_case_and_form() {
        let keys = ["José", "JOSÉ", "Jose\u{301}", "ＪＯＳÉ"].map(|name| Username::parse(name).expect(name).key());
        assert!(keys.iter().all(|key| *key == keys[0]), "{keys:?}");
        assert_ne!(UsernameKey::of("jose"), keys[0]);
    }

    #[test]
    fn a_username_is_bounded_and_plain() {
        for (name, expected) in [
            ("ab", Err(NameInvalid::UsernameLength)),
            ("ada", Ok(())),
            ("ada.l+x@y-z_1", Ok(())),
            ("ada lovelace", Err(NameInvalid::UsernameCharacters)),
            ("ada\u{202e}x", Err(NameInvalid::UsernameCharacters)),
            ("", Err(NameInvalid::UsernameLength)),
        ] {
            assert_eq!(Username::parse(name).map(|_| ()), expected, "{name:?}");
        }
        assert_eq!(Username::parse(&"a".repeat(151)).map(|_| ()), Err(NameInvalid::UsernameLength));
    }

    #[test]
    fn a_site_may_call_somebody_by_one_character() {
        for (name, expected) in [
            ("a", Ok(())),
            ("李", Ok(())),
            ("", Err(NameInvalid::UsernameOfSiteLength)),
            (" ", Err(NameInvalid::UsernameCharacters)),
        ] {
            assert_eq!(Username::parse_of_site(name).map(|_| ()), expected, "{name:?}");
        }
        let longest = "a".repeat(USERNAME_CHARS_MAX);
        assert!(Username::parse_of_site(&longest).is_ok());
        assert_eq!(Username::parse_of_site(&(longest + "a")), Err(NameInvalid::UsernameOfSiteLength));
    }

    #[test]
    fn who_was_erased_has_no_name_that_could_be_somebody_elses() {
        let id = UserId::new(7).expect("an id");
        assert_eq!(Person::new(id, Username::of_deleted(id), "", "").full_name, DELETED_USER);
        let other = UserId::new(8).expect("an id");
        assert_eq!(
            Person::new(other, Username::of_deleted(id), "", "").full_name,
            "deleted-7",
            "a name like any other"
        );
        assert!(Username::parse(UsernameKey::of_deleted(id).as_str()).is_err());
    }

    #[test]
    fn a_full_name_is_never_empty() {
        let full = |first: &str, last: &str| {
            Person::new(UserId::new(1).expect("an id"), Username::parse("user1").expect("a name"), first, last)
                .full_name
        };
        assert_eq!(
            [full("User", "One"), full("", "One"), full("User", ""), full("", "")],
            ["User One", "One", "User", "user1"]
        );
    }
}
