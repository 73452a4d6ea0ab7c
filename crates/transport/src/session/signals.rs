//! What a session is told about its peers beside the timeline. Knows nothing of entries.

use handsel_domain::conversation::{Conversation, ReadCursor};

use super::{Peer, Session};
use crate::frames::signal;
use crate::hub::Signals;

impl<S: Peer> Session<S> {
    /// Sends what has changed. A cursor waits here until what it covers was sent, and the user's own until it is clear
    /// whether it was moved over this socket.
    pub(super) fn send_signals(&mut self) {
        let signals = self.membership.outbox.take_signals();
        if signals.is_none() && self.waiting_reads.is_empty() {
            return;
        }
        let Signals { reads, presence, typing, objections } = signals.map(|signals| *signals).unwrap_or_default();
        for cursor in std::mem::take(&mut self.waiting_reads).into_iter().chain(reads) {
            if self.must_wait(cursor) {
                self.waiting_reads.add(cursor);
            } else if self.delivery.moves(cursor) {
                self.socket.feed(signal::read(cursor));
            }
        }
        for (user, online) in presence {
            // Who went and came back in between has not changed.
            if self.peers.insert(user, online) != Some(online) {
                self.socket.feed(signal::presence(user, online));
            }
        }
        for objection in objections.into_values() {
            self.socket.feed(signal::refused(&objection));
        }
        for (conversation, user) in typing {
            self.socket.feed(signal::typing(conversation, user));
        }
    }

    fn must_wait(&self, cursor: ReadCursor) -> bool {
        let key = cursor.conversation.key();
        let own = cursor.conversation.user(cursor.reader) == self.seat.caller.id;
        cursor.up_to > self.delivery.sent(key) || (own && self.reads_under_way.contains(&key))
    }

    /// Begins to follow the peer of a conversation in which there is something now.
    pub(super) fn follow_peer_of(&mut self, conversation: &Conversation) {
        let peer = conversation.peer_of(self.seat.caller.id);
        let Some(peer) = peer.filter(|peer| self.extended && !self.peers.contains_key(peer)) else { return };
        let online = self.membership.follow(&[peer]).contains(&true);
        self.peers.insert(peer, online);
        // Of whom nothing was told, a client thinks that they are not there.
        if online {
            self.socket.feed(signal::presence(peer, online));
        }
    }
}
