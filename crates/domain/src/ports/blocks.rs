//! Who has blocked whom, as a port. Knows nothing of SQL, nor of what a block keeps from being written.

use async_trait::async_trait;

use crate::Unavailable;
use crate::ids::UserId;
use crate::time::Timestamp;
use crate::user::Person;

/// A block, as the one who made it sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// Who was blocked.
    pub person: Person,
    /// Since when.
    pub created_at: Timestamp,
}

/// Most people whom one has blocked.
pub const BLOCKS_MAX: u32 = 1_000;

/// Why nobody was blocked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BlockError {
    /// No such user.
    #[error("there is no such user")]
    UnknownUser,
    /// The one to be blocked is the caller.
    #[error("you cannot block yourself")]
    OfSelf,
    /// Each one more is looked at with each of the caller's sockets.
    #[error("you have blocked {BLOCKS_MAX} people, which is the most; take one back first")]
    TooMany,
    /// The storage did not answer; the block may be there or not. To ask again is the same as to ask once.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

impl BlockError {
    /// The stable code of this error.
    pub const fn code(self) -> &'static str {
        match self {
            Self::UnknownUser => "user_not_found",
            Self::OfSelf => "block_self",
            Self::TooMany => "too_many_blocks",
            Self::Unavailable(_) => Unavailable::CODE,
        }
    }
}

/// Who has blocked whom.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Blocks: Send + Sync {
    /// Must store the block, or leave the one that is there, unless it is one more than [`BLOCKS_MAX`], and announce it to [`super::Committed`]. Must return only
    /// when nothing that was decided without it can be committed any more, by whatever process. Returns the block, and
    /// whether it is new.
    async fn block(&self, by: UserId, whom: UserId, now: Timestamp) -> Result<(Block, bool), BlockError>;

    /// Must remove the block where there is one, and announce it where nothing is between the two any more.
    async fn unblock(&self, by: UserId, whom: UserId) -> Result<(), Unavailable>;

    /// Must return the user's blocks of users with an id past `after`, in the order of those, at most `limit`.
    async fn blocks_of(&self, by: UserId, after: Option<UserId>, limit: u32) -> Result<Vec<Block>, Unavailable>;
}
