//! What the hub hears from other nodes. It may be old, come twice or lack something in between: none of that is believed
//! further than it can be. Knows nothing of how it came.

use handsel_domain::conversation::{Conversation, ReadCursor};
use handsel_domain::ids::UserId;
use handsel_domain::ports::Objection;
use tokio::time::Instant;

use super::{Hub, Live, lock};
use crate::node::NodeId;

impl Hub {
    /// Hands entries that another node has committed to the sessions of their two readers. Each is heard once for each
    /// of the two who has a session here.
    pub fn hear(&self, entries: Vec<Live>) {
        let mut state = lock(&self.state);
        for live in entries {
            let (conversation, seq) = (live.conversation, live.seq);
            let known = state.handed.get(&conversation.key()).map(|known| known.head);
            if known.is_some_and(|known| known.covers(seq)) {
                continue;
            }
            let mut anyone = false;
            for member in state.readers(&conversation) {
                member.outbox.offer(live.clone());
                anyone = true;
            }
            // Only what follows on what is known: a number that is too large would keep this hub from comparing.
            if anyone && known.is_some_and(|known| known.next() == seq) {
                state.handed(conversation).head = seq.into();
            }
        }
    }

    /// Hands a cursor that another node has moved to the sessions of both users. `false` where it lies further than what
    /// is known of the conversation: then it must be looked for.
    #[must_use]
    pub fn hear_read(&self, cursor: ReadCursor) -> bool {
        let (mut state, conversation) = (lock(&self.state), cursor.conversation);
        let known = state.handed.get(&conversation.key()).map(|known| known.head);
        if known.is_some_and(|known| cursor.up_to <= known) {
            state.hand_cursor(cursor);
            return true;
        }
        // One that is too far would keep those that are right from all who are told of it.
        !state.readers(&conversation).any(|member| member.listening.signals)
    }

    /// Tells the peer's sessions that somebody types at another node.
    pub fn hear_typing(&self, conversation: &Conversation, user: UserId) {
        lock(&self.state).hand_typing(conversation, user);
    }

    /// Tells the peer's sessions what the ledger has refused somebody at another node.
    pub fn hear_objection(&self, objection: &Objection) {
        lock(&self.state).hand_objection(objection);
    }

    /// These users have a session at that node, for as long as a lease runs.
    pub fn hear_there(&self, node: NodeId, users: &[UserId]) {
        let (mut state, now) = (lock(&self.state), Instant::now());
        for user in users {
            if state.leases.renew(*user, node, now) && !state.users.contains_key(user) {
                state.tell_presence(*user, true);
            }
        }
    }

    /// These users have no session at that node any more.
    pub fn hear_gone(&self, node: NodeId, users: &[UserId]) {
        let mut state = lock(&self.state);
        for user in users {
            if state.leases.end(*user, node) {
                state.tell_gone(*user);
            }
        }
    }

    /// That node has ended.
    pub fn hear_goodbye(&self, node: NodeId) {
        let mut state = lock(&self.state);
        for user in state.leases.end_all(node) {
            state.tell_gone(user);
        }
    }

    /// Ends what other nodes have said of their users and not repeated.
    pub fn end_old_leases(&self) {
        let mut state = lock(&self.state);
        for user in state.leases.expire(Instant::now()) {
            state.tell_gone(user);
        }
    }
}

impl super::State {
    /// No other node has this user any more.
    fn tell_gone(&self, user: UserId) {
        if !self.users.contains_key(&user) {
            self.tell_presence(user, false);
        }
    }
}

#[cfg(test)]
mod tests;
