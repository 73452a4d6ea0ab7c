//! What is told about a peer beside the timeline: how far they read, that they type, whether they are there.
//!
//! Each is a state of which the latest counts, so what waits here is bounded by the conversations of its session, however
//! slow that is. Knows nothing of frames.

use std::collections::BTreeMap;

use handsel_domain::conversation::{ConversationKey, ReadCursor, Side};
use handsel_domain::ids::UserId;

/// What has changed since a session was last told.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Signals {
    /// How far somebody has read.
    pub reads: BTreeMap<(ConversationKey, Side), ReadCursor>,
    /// Whether a user has a socket open.
    pub presence: BTreeMap<UserId, bool>,
    /// Who types where.
    pub typing: BTreeMap<ConversationKey, UserId>,
}

impl Signals {
    pub(super) fn read(&mut self, cursor: ReadCursor) {
        let furthest = self.reads.entry((cursor.conversation.key(), cursor.reader)).or_insert(cursor);
        furthest.up_to = furthest.up_to.max(cursor.up_to);
    }
}
