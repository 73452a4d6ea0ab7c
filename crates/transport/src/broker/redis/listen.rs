//! Hears what other nodes say, and tells the hub. Knows nothing of connections.
//!
//! What waits between Redis and here is not bounded by anyone else, so nothing here waits but for the hub's lock.

use std::sync::Arc;

use futures_util::{Stream, StreamExt};
use redis::Msg;
use tokio::sync::watch;

use super::Shared;
use super::payload::{Heard, News, Unintelligible, decode};
use crate::close::CloseReason;
use crate::hub::Hub;

/// See the module.
pub(super) struct Listener {
    pub(super) shared: Arc<Shared>,
    pub(super) hub: Arc<Hub>,
    /// The last beat of this node that came back.
    pub(super) pulse: watch::Sender<u64>,
}

impl Listener {
    /// Returns when the connection has ended.
    pub(super) async fn run(self, mut said: impl Stream<Item = Msg> + Unpin) {
        let mut warned = false;
        while let Some(said) = said.next().await {
            match decode(said.get_payload_bytes()) {
                Ok(heard) => self.hear(heard),
                Err(Unintelligible) => {
                    // Once for a connection: while nodes of two versions run, all of what one says may be such.
                    if !std::mem::replace(&mut warned, true) {
                        let channel = said.get_channel_name();
                        tracing::warn!(channel, "Redis passed on what is not understood here; what it meant is read");
                    }
                    self.shared.pace.look_now();
                }
            }
        }
    }

    fn hear(&self, heard: Heard) {
        let Heard { from, news } = heard;
        if from == self.shared.node {
            if let News::Beat(beat) = news {
                self.pulse.send_replace(beat);
            }
            return;
        }
        match news {
            News::Entries(entries) => self.hub.hear(entries),
            News::Read(cursor) => {
                if !self.hub.hear_read(cursor) {
                    self.shared.pace.look_now();
                }
            }
            News::Typing(conversation, user) => self.hub.hear_typing(&conversation, user),
            News::Objection(objection) => self.hub.hear_objection(&objection),
            News::Revoked(tokens) => self.hub.close_tokens(&tokens, CloseReason::TokenRevoked),
            News::ShutOut(user, account) => self.hub.shut_out(user, account),
            // What one node says may come after what another one has done since: that the two may see each other again is
            // looked for.
            News::Barred(pair, true) => self.hub.bar(pair, true),
            News::Barred(_, false) => self.shared.pace.look_now(),
            News::There(users) => self.hub.hear_there(from, &users),
            News::Gone(users) => self.hub.hear_gone(from, &users),
            News::WhoIsThere => self.shared.asked.notify_one(),
            News::Goodbye => {
                self.hub.hear_goodbye(from);
                // What it did last it may not have said.
                self.shared.pace.look_now();
            }
            News::Missed => self.shared.pace.look_now(),
            News::Beat(_) => {}
        }
    }
}
