//! Who is told what was committed. Knows nothing of sessions, brokers or other processes.

use std::sync::Arc;

use crate::ids::TokenId;
use crate::timeline::Entry;

/// Hears of every commit of this process, in commit order.
///
/// What is told here is a hint and no more: whoever misses one finds it in the storage. Both methods are called
/// between two commits and must return at once.
#[cfg_attr(feature = "mock", mockall::automock)]
pub trait Committed: Send + Sync {
    /// These entries were committed; within a conversation they come in `seq` order, call after call.
    fn entries(&self, entries: &[Arc<Entry>]);

    /// These tokens were revoked.
    fn revoked(&self, tokens: &[TokenId]);
}
