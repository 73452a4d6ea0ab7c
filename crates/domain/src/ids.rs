//! Every id has a type of its own, so that no two can be confused. Knows nothing of who gives them out.

use std::fmt;
use std::str::FromStr;

/// Ids and sequence numbers go up to 2^53: beyond it, JavaScript's numbers would lose them.
pub const ID_MAX: i64 = 1 << 53;

/// Ids that others choose go up to 2^52: those that are given out here follow the greatest one, and must not run out.
pub const CHOSEN_ID_MAX: i64 = 1 << 52;

/// A number that is no id: ids are whole numbers from 1 to [`ID_MAX`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} is not an id: ids are whole numbers from 1 to 2^53")]
pub struct IdOutOfRange(pub i64);

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(i64);

        impl $name {
            /// Accepts 1 to [`ID_MAX`].
            pub const fn new(number: i64) -> Result<Self, IdOutOfRange> {
                if number >= 1 && number <= ID_MAX { Ok(Self(number)) } else { Err(IdOutOfRange(number)) }
            }

            /// The plain number, 1 to [`ID_MAX`].
            pub const fn get(self) -> i64 {
                self.0
            }

            /// Whether others may have chosen it: not past [`CHOSEN_ID_MAX`].
            pub const fn may_be_chosen(self) -> bool {
                self.0 <= CHOSEN_ID_MAX
            }
        }

        impl TryFrom<i64> for $name {
            type Error = IdOutOfRange;

            fn try_from(number: i64) -> Result<Self, IdOutOfRange> {
                Self::new(number)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

id!(
    /// A user.
    UserId
);
id!(
    /// An entry, across all conversations; within one, [`Seq`] is what orders them.
    EntryId
);
id!(
    /// An event: its place in the feed.
    EventId
);
id!(
    /// A token, as one can speak of it without knowing its secret.
    TokenId
);
id!(
    /// A line of the audit log.
    AuditId
);
id!(
    /// A listing among those of its kind; [`crate::listing::ListingRef`] is the whole name.
    ListingNumber
);
id!(
    /// The place of an entry in its conversation's timeline: 1, 2, 3 … without a hole.
    Seq
);

impl FromStr for UserId {
    type Err = UserIdInvalid;

    fn from_str(text: &str) -> Result<Self, UserIdInvalid> {
        parse_decimal(text).and_then(|number| Self::new(number).ok()).ok_or(UserIdInvalid)
    }
}

/// A text that is no user's id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a user's id is a whole number from 1 to 2^53, without leading zeros")]
pub struct UserIdInvalid;

impl Seq {
    /// The place of a timeline's first entry.
    pub const FIRST: Self = Self(1);
}

/// The newest `seq` of a conversation, or a read cursor into it; 0 where there is none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Head(i64);

impl Head {
    /// Before the first entry.
    pub const NONE: Self = Self(0);

    /// Accepts 0 to [`ID_MAX`].
    pub const fn new(number: i64) -> Result<Self, IdOutOfRange> {
        if number >= 0 && number <= ID_MAX { Ok(Self(number)) } else { Err(IdOutOfRange(number)) }
    }

    /// The plain number, 0 to [`ID_MAX`].
    pub const fn get(self) -> i64 {
        self.0
    }

    /// The place that comes after this head.
    pub const fn next(self) -> Seq {
        Seq(self.0 + 1)
    }

    /// Whether the entry at `seq` lies at or before this place.
    pub const fn covers(self, seq: Seq) -> bool {
        seq.0 <= self.0
    }
}

impl From<Seq> for Head {
    fn from(seq: Seq) -> Self {
        Self(seq.0)
    }
}

impl fmt::Display for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Reads the one decimal form of an id: no sign, no leading zero, nothing around it.
///
/// One form, so that two different texts never name the same thing.
pub(crate) fn parse_decimal(text: &str) -> Option<i64> {
    let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
    if plain { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_from_one_to_two_to_the_53() {
        for (number, fits) in
            [(i64::MIN, false), (-1, false), (0, false), (1, true), (ID_MAX, true), (ID_MAX + 1, false)]
        {
            assert_eq!(UserId::new(number).is_ok(), fits, "{number}");
        }
        assert_eq!(Head::new(0), Ok(Head::NONE));
        assert_eq!(Head::NONE.next(), Seq::FIRST);
    }

    #[test]
    fn whatever_others_choose_there_are_as_many_ids_behind_it() {
        for (number, may_be_chosen) in [(1, true), (CHOSEN_ID_MAX, true), (CHOSEN_ID_MAX + 1, false), (ID_MAX, false)] {
            assert_eq!(EntryId::new(number).map(EntryId::may_be_chosen), Ok(may_be_chosen), "{number}");
        }
    }

    #[test]
    fn a_number_has_one_form() {
        for text in ["", "0", "007", "-1", "+1", " 1", "1 ", "1_2", "x", "١", "99999999999999999999"] {
            assert_eq!(parse_decimal(text), None, "{text:?}");
        }
        assert_eq!(parse_decimal("120"), Some(120));
        assert_eq!("9007199254740992".parse(), UserId::new(ID_MAX).map_err(|_| UserIdInvalid));
        assert_eq!("9007199254740993".parse::<UserId>(), Err(UserIdInvalid));
    }
}
