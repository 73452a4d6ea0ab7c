//! What those who run a site do about its users, and what is written down of it, as ports. Knows nothing of SQL, nor of
//! who may.

use async_trait::async_trait;

use crate::Unavailable;
use crate::conversation::ConversationKey;
use crate::ids::{AuditId, UserId};
use crate::time::Timestamp;
use crate::user::{Name, User};

/// What becomes of the messages of somebody who is erased.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Messages {
    /// They stay as they are, by somebody without a name.
    Keep,
    /// Nothing is left of what they said.
    Redact,
}

impl Messages {
    /// `keep` or `redact`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Keep => "keep",
            Self::Redact => "redact",
        }
    }

    /// What is called so.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Keep, Self::Redact].into_iter().find(|messages| messages.name() == name)
    }
}

/// What was erased just now; where it is done again, there is less to do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Erased {
    /// Messages of which nothing is left.
    pub redacted: u64,
    /// Conversations that the user took part in.
    pub conversations: u64,
}

/// What is done about users.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Oversight: Send + Sync {
    /// Must suspend the user, revoke all tokens, and announce both to [`super::Committed`]; or end the suspension. Must
    /// return only when nothing that was decided before can be committed any more, by the user or to them, by whatever
    /// process. Returns the user as they are then; `None` where there is none.
    async fn suspend(&self, user: UserId, suspended: bool, now: Timestamp) -> Result<Option<User>, Unavailable>;

    /// Must leave nothing of the person but a name for what they did, and that for ever: their names, password, blocks
    /// and notes go, their listings are closed and say nothing, their tokens are revoked, which is announced, and of
    /// their messages stays what is asked for. Where it ends in the middle, to ask again must do the rest. Everybody else
    /// must be able to write meanwhile. `None` where there is no such user; whoever was erased before is one.
    async fn erase(&self, user: UserId, messages: Messages, now: Timestamp) -> Result<Option<Erased>, Unavailable>;
}

/// Who does something that is written down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operator {
    /// Which of the site's keys, by its fingerprint; or that it is a command.
    pub key: String,
    /// Who at the site, as the site says.
    pub on_behalf_of: Option<Name>,
}

/// What is written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audited {
    /// Somebody read what two others wrote to each other.
    TimelineRead(ConversationKey),
    /// Somebody was suspended.
    UserSuspended(UserId),
    /// A suspension was ended.
    UserReleased(UserId),
    /// Somebody was erased, and their messages were kept or not.
    UserErased(UserId, Messages),
}

impl Audited {
    /// The stable name of what was done.
    pub const fn action(self) -> &'static str {
        match self {
            Self::TimelineRead(_) => "timeline_read",
            Self::UserSuspended(_) => "user_suspended",
            Self::UserReleased(_) => "user_released",
            Self::UserErased(_, Messages::Keep) => "user_erased_keep",
            Self::UserErased(_, Messages::Redact) => "user_erased_redact",
        }
    }

    /// Which conversation it is about, if one.
    pub const fn conversation(self) -> Option<ConversationKey> {
        match self {
            Self::TimelineRead(key) => Some(key),
            Self::UserSuspended(_) | Self::UserReleased(_) | Self::UserErased(..) => None,
        }
    }

    /// Which user it is about, if one.
    pub const fn user(self) -> Option<UserId> {
        match self {
            Self::UserSuspended(user) | Self::UserReleased(user) | Self::UserErased(user, _) => Some(user),
            Self::TimelineRead(_) => None,
        }
    }
}

/// A line of the audit log, as it is stored: what it names need not be there any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditRecord {
    /// Grows with each line.
    pub id: AuditId,
    /// When.
    pub at: Timestamp,
    /// By which key.
    pub key: String,
    /// On whose behalf, as the site said.
    pub on_behalf_of: Option<String>,
    /// What was done.
    pub action: String,
    /// In which conversation.
    pub conversation: Option<String>,
    /// About whom.
    pub user: Option<i64>,
}

/// What is written down of those who look after others.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait AuditLog: Send + Sync {
    /// Must store it and return only after the commit. Whoever is not told that it is stored must not go on.
    async fn record(&self, by: &Operator, what: Audited, now: Timestamp) -> Result<(), Unavailable>;

    /// Must return the lines in front of `before`, newest first, at most `limit`.
    async fn page(&self, before: Option<AuditId>, limit: u32) -> Result<Vec<AuditRecord>, Unavailable>;
}
