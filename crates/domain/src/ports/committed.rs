//! Who is told what was committed. Knows nothing of sessions, brokers or other processes.

use std::sync::Arc;

use crate::conversation::{Account, ReadCursor};
use crate::ids::{TokenId, UserId};
use crate::timeline::Entry;

/// Hears of every commit of this process, in commit order.
///
/// What is told here is a hint and no more: whoever misses one finds it in the storage. All methods must return
/// at once: the next commit waits for them.
#[cfg_attr(feature = "mock", mockall::automock)]
pub trait Committed: Send + Sync {
    /// These entries were committed; within a conversation they come in `seq` order, call after call.
    fn entries(&self, entries: &[Arc<Entry>]);

    /// A read cursor was moved. Two that were moved at the same moment may come in either order: the furthest counts.
    fn cursor_moved(&self, cursor: ReadCursor);

    /// These tokens were revoked.
    fn revoked(&self, tokens: &[TokenId]);

    /// This user can do nothing any more, for what has become of the account: all their sockets must close.
    fn shut_out(&self, user: UserId, account: Account);

    /// One of these two has blocked the other, or neither has any more.
    fn barred(&self, pair: [UserId; 2], barred: bool);
}
