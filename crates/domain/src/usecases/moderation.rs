//! Who keeps whom from writing. Knows nothing of the edge one comes from, nor of how it is kept.

use std::sync::Arc;

use crate::Unavailable;
use crate::ids::UserId;
use crate::ports::{Block, BlockError, Blocks, Clock};

/// Blocks between users.
pub struct Moderation {
    blocks: Arc<dyn Blocks>,
    clock: Arc<dyn Clock>,
}

impl Moderation {
    /// Over these ports.
    pub fn new(blocks: Arc<dyn Blocks>, clock: Arc<dyn Clock>) -> Self {
        Self { blocks, clock }
    }

    /// From now on nothing can be written between the two; returns the block, and whether it is new.
    pub async fn block(&self, caller: UserId, other: UserId) -> Result<(Block, bool), BlockError> {
        if caller == other { Err(BlockError::OfSelf) } else { self.blocks.block(caller, other, self.clock.now()).await }
    }

    /// Takes the caller's block back, where there is one.
    pub async fn unblock(&self, caller: UserId, other: UserId) -> Result<(), Unavailable> {
        self.blocks.unblock(caller, other).await
    }

    /// Whom the caller has blocked, in the order of their ids.
    pub async fn blocks_of(
        &self,
        caller: UserId,
        after: Option<UserId>,
        limit: u32,
    ) -> Result<Vec<Block>, Unavailable> {
        self.blocks.blocks_of(caller, after, limit).await
    }
}
