//! Who keeps whom from writing, and what those who run a site do about its users. Knows nothing of the edge one comes
//! from, nor of how it is kept.

use std::sync::Arc;

use crate::Unavailable;
use crate::conversation::ConversationKey;
use crate::ids::{AuditId, UserId};
use crate::ports::{
    AuditLog, AuditRecord, Audited, Block, BlockError, Blocks, Clock, Erased, Messages, Operator, Oversight, Timeline,
};
use crate::timeline::{TimelinePage, TimelineRange};
use crate::user::User;

/// Blocks between users, and what is done about users from outside.
pub struct Moderation {
    blocks: Arc<dyn Blocks>,
    oversight: Arc<dyn Oversight>,
    audit_log: Arc<dyn AuditLog>,
    timeline: Arc<dyn Timeline>,
    clock: Arc<dyn Clock>,
}

impl Moderation {
    /// Over these ports.
    pub fn new(
        blocks: Arc<dyn Blocks>,
        oversight: Arc<dyn Oversight>,
        audit_log: Arc<dyn AuditLog>,
        timeline: Arc<dyn Timeline>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self { blocks, oversight, audit_log, timeline, clock }
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

    /// Stops a user, whose sockets close and who writes nothing any more, or lets them go on. Returns the user; `None`
    /// where there is none.
    pub async fn suspend(&self, by: &Operator, user: UserId, suspended: bool) -> Result<Option<User>, Unavailable> {
        let what = if suspended { Audited::UserSuspended(user) } else { Audited::UserReleased(user) };
        self.audit_log.record(by, what, self.clock.now()).await?;
        self.oversight.suspend(user, suspended, self.clock.now()).await
    }

    /// Leaves nothing of a person but a name for what they did. `None` where there is no such user; to erase somebody
    /// again does what was left to do.
    pub async fn erase(&self, by: &Operator, user: UserId, messages: Messages) -> Result<Option<Erased>, Unavailable> {
        self.audit_log.record(by, Audited::UserErased(user, messages), self.clock.now()).await?;
        self.oversight.erase(user, messages, self.clock.now()).await
    }

    /// Reads what two others wrote to each other. That somebody did is written down before anything is shown.
    pub async fn read(
        &self,
        by: &Operator,
        conversation: ConversationKey,
        range: TimelineRange,
    ) -> Result<Option<TimelinePage>, Unavailable> {
        self.audit_log.record(by, Audited::TimelineRead(conversation), self.clock.now()).await?;
        self.timeline.read(conversation, range).await
    }

    /// Who read what, and did what about whom, newest first.
    pub async fn audit_log(&self, before: Option<AuditId>, limit: u32) -> Result<Vec<AuditRecord>, Unavailable> {
        self.audit_log.page(before, limit).await
    }
}
