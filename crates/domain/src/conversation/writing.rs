//! Who may write in a conversation as it stands between the two. Knows nothing of what is said there.

use std::time::Duration;

use super::{Conversation, NotAParticipant, Side};
use crate::ids::{Head, UserId};
use crate::listing::ListingStatus;
use crate::time::Timestamp;

/// A respondent's new conversations are counted over so long.
pub const STARTS_COUNTED_OVER: Duration = Duration::from_hours(24);

/// What has become of a user's account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Account {
    /// It is in use.
    #[default]
    Open,
    /// An operator has stopped it.
    Suspended,
    /// The person was erased; what is left is a name for what they did.
    Erased,
}

/// How one of the two stands to the other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// What has become of their account.
    pub account: Account,
    /// Whether they have blocked the other one.
    pub blocks: bool,
}

/// How it stands between the two of a conversation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Between {
    /// Who published the listing.
    pub owner: Standing,
    /// Who wrote about it.
    pub respondent: Standing,
}

impl Between {
    /// How that one stands.
    pub const fn of(&self, side: Side) -> Standing {
        match side {
            Side::Owner => self.owner,
            Side::Respondent => self.respondent,
        }
    }
}

/// What somebody means to write, as far as it matters for whether they may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Intent {
    /// Anything that the other one is to hear.
    Say,
    /// A step that can only end a handshake: nobody is bound for ever to somebody who was erased.
    End,
    /// That what an erased person has said is gone.
    Redact,
}

/// Why a user may not write in a conversation as it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WriteRefused {
    /// Neither owner nor respondent.
    #[error(transparent)]
    NotAParticipant(#[from] NotAParticipant),
    /// The respondent has written nothing yet, so the owner has nobody to answer.
    #[error("nobody has written about this listing yet; its owner answers, and does not begin")]
    NoRespondent,
    /// A closed listing takes no new conversation.
    #[error("this listing is closed and takes no new conversation")]
    ListingClosed,
    /// The writer's own account was stopped.
    #[error("this account is suspended; ask those who run this site")]
    AccountSuspended,
    /// The writer was erased.
    #[error("this account was deleted")]
    AccountDeleted,
    /// The writer has blocked the other one.
    #[error("you have blocked this person; unblock them to write again")]
    PeerBlocked,
    /// The other one has blocked the writer, is suspended or was erased: which, it does not say.
    #[error("this conversation is closed")]
    Closed,
    /// The writer has begun as many conversations as a day takes.
    #[error("you have begun as many conversations as a day takes; begin this one later")]
    TooManyStarted {
        /// When there is room for one more.
        retry_after: Duration,
    },
}

impl WriteRefused {
    /// The stable code of this error.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotAParticipant(_) => NotAParticipant::CODE,
            Self::NoRespondent => "no_respondent",
            Self::ListingClosed => "listing_closed",
            Self::AccountSuspended => "account_suspended",
            Self::AccountDeleted => "account_deleted",
            Self::PeerBlocked => "peer_blocked",
            Self::Closed => "conversation_closed",
            Self::TooManyStarted { .. } => "conversations_per_day",
        }
    }

    /// Whether it is about the two, and not about what is written: what was stored before it held is still answered.
    pub const fn is_between_the_two(self) -> bool {
        matches!(self, Self::AccountSuspended | Self::AccountDeleted | Self::PeerBlocked | Self::Closed)
    }

    /// When trying again helps.
    pub const fn retry_after(self) -> Option<Duration> {
        match self {
            Self::TooManyStarted { retry_after } => Some(retry_after),
            _ => None,
        }
    }
}

/// Whether `user` may write now, and on which side.
///
/// A conversation comes into being with its first entry, which only the respondent can write, and only while the
/// listing is open. Nothing is written by somebody whose account is stopped, nor between two of whom one has blocked the
/// other, and nothing to somebody who could not answer, but for what ends a handshake with someone who was erased.
pub fn may_write(
    conversation: &Conversation,
    user: UserId,
    head: Head,
    listing: ListingStatus,
    between: &Between,
    intent: Intent,
) -> Result<Side, WriteRefused> {
    let side = conversation.side_of(user).ok_or(NotAParticipant)?;
    let (own, peer) = (between.of(side), between.of(side.other()));
    match (own.account, intent) {
        (Account::Erased, Intent::Redact) => return Ok(side),
        (Account::Open, Intent::Say | Intent::End) => {}
        (Account::Suspended, _) => return Err(WriteRefused::AccountSuspended),
        (Account::Erased, _) | (Account::Open, Intent::Redact) => return Err(WriteRefused::AccountDeleted),
    }
    match (side, head, listing) {
        (Side::Owner, Head::NONE, _) => return Err(WriteRefused::NoRespondent),
        (Side::Respondent, Head::NONE, ListingStatus::Closed) => return Err(WriteRefused::ListingClosed),
        (Side::Owner | Side::Respondent, _, ListingStatus::Open | ListingStatus::Closed) => {}
    }
    match (peer.account, intent) {
        (Account::Erased, Intent::End) => Ok(side),
        _ if own.blocks => Err(WriteRefused::PeerBlocked),
        (Account::Open, _) if !peer.blocks => Ok(side),
        (Account::Open | Account::Suspended | Account::Erased, _) => Err(WriteRefused::Closed),
    }
}

/// Whether one more conversation may begin now: of those that the same respondent began before, `started` has the times,
/// in any order; at most `most` are begun within [`STARTS_COUNTED_OVER`], and 0 is no limit.
pub fn may_start(started: &[Timestamp], most: u32, now: Timestamp) -> Result<(), WriteRefused> {
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    let mut frees: Vec<_> = started.iter().map(|at| at.plus(STARTS_COUNTED_OVER)).filter(|free| *free > now).collect();
    if most == 0 || frees.len() < most {
        return Ok(());
    }
    frees.sort_unstable();
    // As many must have run out as leaves room for one more.
    let retry_after = now.until(frees[frees.len() - most]);
    Err(WriteRefused::TooManyStarted { retry_after })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::Seq;

    const UNWRITTEN: Head = Head::NONE;

    fn user(id: i64) -> UserId {
        UserId::new(id).expect("a valid id")
    }

    fn conversation() -> Conversation {
        Conversation::new("offer_1:2".parse().expect("a valid key"), user(1)).expect("two people")
    }

    fn written() -> Head {
        Head::from(Seq::FIRST)
    }

    #[test]
    fn exactly_two_may_write_and_only_the_respondent_begins() {
        use ListingStatus::{Closed, Open};
        let c = conversation();
        let may = |by, head, listing| may_write(&c, user(by), head, listing, &Between::default(), Intent::Say);
        assert_eq!(may(2, UNWRITTEN, Open), Ok(Side::Respondent));
        assert_eq!(may(1, UNWRITTEN, Open), Err(WriteRefused::NoRespondent));
        assert_eq!(may(2, UNWRITTEN, Closed), Err(WriteRefused::ListingClosed));
        assert_eq!(may(1, written(), Closed), Ok(Side::Owner));
        assert_eq!(may(2, written(), Closed), Ok(Side::Respondent));
        assert_eq!(may(3, written(), Open), Err(WriteRefused::NotAParticipant(NotAParticipant)));
    }

    #[test]
    fn what_stands_between_the_two_stops_both_and_tells_each_no_more_than_they_know() {
        use WriteRefused::{AccountDeleted, AccountSuspended, Closed, PeerBlocked};
        let blocks = |blocks| Standing { account: Account::Open, blocks };
        let is = |account| Standing { account, blocks: false };
        // How it stands with the owner, and what owner and respondent are told when they write.
        for (owner, of_owner, of_respondent) in [
            (is(Account::Open), Ok(Side::Owner), Ok(Side::Respondent)),
            (blocks(true), Err(PeerBlocked), Err(Closed)),
            (is(Account::Suspended), Err(AccountSuspended), Err(Closed)),
            (is(Account::Erased), Err(AccountDeleted), Err(Closed)),
        ] {
            let between = Between { owner, respondent: blocks(false) };
            let told = |by| may_write(&conversation(), user(by), written(), ListingStatus::Open, &between, Intent::Say);
            assert_eq!((told(1), told(2)), (of_owner, of_respondent), "{owner:?}");
        }
        let between = Between { owner: blocks(true), respondent: blocks(true) };
        let told = |by| may_write(&conversation(), user(by), written(), ListingStatus::Open, &between, Intent::Say);
        assert_eq!((told(1), told(2)), (Err(PeerBlocked), Err(PeerBlocked)));
        let begins = may_write(&conversation(), user(2), Head::NONE, ListingStatus::Open, &between, Intent::Say);
        assert_eq!(begins, Err(PeerBlocked));
    }

    #[test]
    fn a_handshake_can_be_ended_with_someone_who_was_erased_and_with_nobody_else_who_is_out_of_reach() {
        for (owner, expected) in [
            (Standing { account: Account::Erased, blocks: false }, Ok(Side::Respondent)),
            (Standing { account: Account::Suspended, blocks: false }, Err(WriteRefused::Closed)),
            (Standing { account: Account::Open, blocks: true }, Err(WriteRefused::Closed)),
        ] {
            let between = Between { owner, respondent: Standing::default() };
            let ends = may_write(&conversation(), user(2), written(), ListingStatus::Closed, &between, Intent::End);
            assert_eq!(ends, expected, "{owner:?}");
        }
    }

    #[test]
    fn only_what_an_erased_person_said_is_redacted() {
        for (account, expected) in [
            (Account::Erased, Ok(Side::Owner)),
            (Account::Open, Err(WriteRefused::AccountDeleted)),
            (Account::Suspended, Err(WriteRefused::AccountSuspended)),
        ] {
            let between = Between { owner: Standing { account, blocks: false }, respondent: Standing::default() };
            let redacts =
                may_write(&conversation(), user(1), written(), ListingStatus::Closed, &between, Intent::Redact);
            assert_eq!(redacts, expected, "{account:?}");
        }
    }

    #[test]
    fn a_day_takes_so_many_new_conversations_and_then_says_when_the_next_one_fits() {
        const HOUR: i64 = 3_600_000;
        let at = |hours: i64| Timestamp::from_millis(hours * HOUR);
        let wait = |hours| Err(WriteRefused::TooManyStarted { retry_after: Duration::from_hours(hours) });
        for (started, most, expected) in [
            (vec![], 1, Ok(())),
            (vec![at(99)], 2, Ok(())),
            (vec![at(99), at(90)], 2, wait(14)),
            (vec![at(90), at(99)], 1, wait(23)),
            (vec![at(76)], 1, Ok(())),
            (vec![at(77)], 1, wait(1)),
            (vec![at(99); 500], 0, Ok(())),
        ] {
            assert_eq!(may_start(&started, most, at(100)), expected, "{started:?}, {most}");
        }
    }
}
