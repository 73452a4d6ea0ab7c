//! What a session is told about its peers beside the timeline. Knows nothing of entries.

use handsel_domain::conversation::Conversation;

use super::{Peer, Session};
use crate::frames::signal;
use crate::hub::Signals;

impl<S: Peer> Session<S> {
    /// After the entries that were handed over before them: a cursor is then not told before what it covers.
    pub(super) fn send_signals(&mut self) {
        let Some(signals) = self.membership.outbox.take_signals() else { return };
        let Signals { reads, presence, typing } = *signals;
        for cursor in reads.into_values() {
            if self.delivery.moves(cursor) {
                self.socket.feed(signal::read(cursor));
            }
        }
        for (user, online) in presence {
            // Who went and came back in between has not changed.
            if self.peers.insert(user, online) != Some(online) {
                self.socket.feed(signal::presence(user, online));
            }
        }
        for (conversation, user) in typing {
            self.socket.feed(signal::typing(conversation, user));
        }
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
