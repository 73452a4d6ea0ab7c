//! Listings: the offers and needs that users publish. Knows nothing of what is said about them.

use std::fmt;
use std::str::FromStr;

use crate::ids::{ListingNumber, UserId, parse_decimal};
use crate::time::Timestamp;
use crate::user::Person;

/// Longest title, in Unicode scalar values.
pub const TITLE_CHARS_MAX: usize = 200;
/// Longest description, in Unicode scalar values.
pub const DESCRIPTION_CHARS_MAX: usize = 10_000;

/// Whether a listing gives or asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ListingKind {
    /// Something that its owner gives.
    Offer,
    /// Something that its owner asks for.
    Need,
}

impl ListingKind {
    /// `offer` or `need`, as it stands in keys.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Offer => "offer",
            Self::Need => "need",
        }
    }

    /// The kind of that name, if there is one.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Offer, Self::Need].into_iter().find(|kind| kind.name() == name)
    }
}

/// The name of a listing: `offer_123`, `need_456`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ListingRef {
    /// Offer or need.
    pub kind: ListingKind,
    /// Its number among those of its kind.
    pub number: ListingNumber,
}

/// A text that names no listing. Code `conversation_invalid`, since listings are named by conversations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a listing is named offer_N or need_N, N a whole number without leading zeros")]
pub struct ListingRefInvalid;

impl FromStr for ListingRef {
    type Err = ListingRefInvalid;

    fn from_str(text: &str) -> Result<Self, ListingRefInvalid> {
        let (kind, number) = text.split_once('_').ok_or(ListingRefInvalid)?;
        let kind = ListingKind::from_name(kind).ok_or(ListingRefInvalid)?;
        let number = parse_decimal(number).and_then(|n| ListingNumber::new(n).ok()).ok_or(ListingRefInvalid)?;
        Ok(Self { kind, number })
    }
}

impl fmt::Display for ListingRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}_{}", self.kind.name(), self.number)
    }
}

/// Whether a listing takes new conversations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListingStatus {
    /// Anyone may write to its owner.
    Open,
    /// Takes no new conversation; those it has go on.
    Closed,
}

impl ListingStatus {
    /// `open` or `closed`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed => "closed",
        }
    }

    /// The status of that name, if there is one.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Open, Self::Closed].into_iter().find(|status| status.name() == name)
    }
}

/// Why a title or description was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ListingTextInvalid {
    /// A title of nothing but spaces.
    #[error("a title is required")]
    TitleRequired,
    /// More than [`TITLE_CHARS_MAX`].
    #[error("a title has at most {TITLE_CHARS_MAX} characters")]
    TitleTooLong,
    /// More than [`DESCRIPTION_CHARS_MAX`].
    #[error("a description has at most {DESCRIPTION_CHARS_MAX} characters")]
    DescriptionTooLong,
    /// U+0000, which databases cannot hold.
    #[error("the character U+0000 is not allowed")]
    Nul,
}

impl ListingTextInvalid {
    /// The stable code of this error.
    pub const fn code(self) -> &'static str {
        match self {
            Self::TitleRequired => "title_required",
            Self::TitleTooLong => "title_too_long",
            Self::DescriptionTooLong => "description_too_long",
            Self::Nul => "text_invalid",
        }
    }
}

/// What a listing is called: 1 to [`TITLE_CHARS_MAX`] characters, trimmed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Title(String);

impl Title {
    /// Trims and checks.
    pub fn parse(text: &str) -> Result<Self, ListingTextInvalid> {
        let text = text.trim();
        match text.chars().count() {
            0 => Err(ListingTextInvalid::TitleRequired),
            n if n > TITLE_CHARS_MAX => Err(ListingTextInvalid::TitleTooLong),
            _ if text.contains('\0') => Err(ListingTextInvalid::Nul),
            _ => Ok(Self(text.to_owned())),
        }
    }

    /// What is left of the title of a listing whose owner was erased.
    pub fn of_deleted() -> Self {
        Self("Deleted".to_owned())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What a listing says of itself: at most [`DESCRIPTION_CHARS_MAX`] characters, trimmed, often none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Description(String);

impl Description {
    /// Trims and checks.
    pub fn parse(text: &str) -> Result<Self, ListingTextInvalid> {
        let text = text.trim();
        if text.chars().count() > DESCRIPTION_CHARS_MAX {
            Err(ListingTextInvalid::DescriptionTooLong)
        } else if text.contains('\0') {
            Err(ListingTextInvalid::Nul)
        } else {
            Ok(Self(text.to_owned()))
        }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// An offer or a need that a user has published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing {
    /// Its name.
    pub listing: ListingRef,
    /// Who published it.
    pub owner: Person,
    /// What it is called.
    pub title: Title,
    /// What it says of itself.
    pub description: Description,
    /// Whether it takes new conversations.
    pub status: ListingStatus,
    /// When it was published.
    pub created_at: Timestamp,
}

/// What a user publishes; its number is given by the storage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewListing {
    /// Offer or need.
    pub kind: ListingKind,
    /// Who publishes it.
    pub owner: UserId,
    /// What it is called.
    pub title: Title,
    /// What it says of itself.
    pub description: Description,
    /// When.
    pub created_at: Timestamp,
}

/// What of a listing is to change; `None` stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListingChange {
    /// A new title.
    pub title: Option<Title>,
    /// A new description.
    pub description: Option<Description>,
    /// Open or close it.
    pub status: Option<ListingStatus>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listing_is_named_in_one_form_only() {
        for bad in [
            "offer_0",
            "offer_007",
            "offer_-1",
            "offer_99999999999999999999",
            "offer_1_2",
            "Offer_1",
            "shop_1",
            "offer_",
            "offer",
            "_1",
            "",
            "offer_1 ",
        ] {
            assert_eq!(bad.parse::<ListingRef>(), Err(ListingRefInvalid), "{bad:?}");
        }
        for good in ["offer_123", "need_456", "need_9007199254740992"] {
            assert_eq!(good.parse::<ListingRef>().expect(good).to_string(), good);
        }
    }

    #[test]
    fn a_title_is_trimmed_and_bounded() {
        assert_eq!(Title::parse("  Bike repair ").map(|t| t.as_str().to_owned()), Ok("Bike repair".to_owned()));
        assert_eq!(Title::parse(" \n "), Err(ListingTextInvalid::TitleRequired));
        assert_eq!(Title::parse(&"é".repeat(TITLE_CHARS_MAX)).map(|_| ()), Ok(()));
        assert_eq!(Title::parse(&"é".repeat(TITLE_CHARS_MAX + 1)), Err(ListingTextInvalid::TitleTooLong));
        assert_eq!(Title::parse("a\0b"), Err(ListingTextInvalid::Nul));
    }
}
