//! What a session waits for beside its socket: signs of life, the token's end, a write that stalls, a storage that did
//! not answer. Knows nothing of what is sent.

use std::time::Duration;

use tokio::time::Instant;

use super::{Ending, Peer, Session};
use crate::close::CloseReason;
use crate::limits::{DEAD_AFTER, PING_INTERVAL, SLOW_PATIENCE};

/// A write that has waited so long and then goes on shows that the client is there.
const FLUSH_SHOWS_LIFE: Duration = Duration::from_secs(1);

/// A write that waits for the client.
#[derive(Clone, Copy)]
pub(super) struct Stall {
    since: Instant,
    /// When to look whether the queue is full by now.
    look_at: Instant,
}

impl<S: Peer> Session<S> {
    /// Remembers since when a write waits for the client.
    pub(super) fn note_stall(&mut self, flushing: bool) {
        if !flushing {
            self.stalled = None;
        } else if self.stalled.is_none() {
            let since = Instant::now();
            self.stalled = Some(Stall { since, look_at: since + SLOW_PATIENCE });
        }
    }

    /// Where a write has waited, that it goes on is a sign of life: the client has taken something.
    pub(super) fn note_flushed(&mut self) {
        if self.stalled.is_some_and(|stall| stall.since.elapsed() >= FLUSH_SHOWS_LIFE) {
            self.heard_at = Instant::now();
            // Who typed while nothing went out may have stopped long ago.
            self.membership.outbox.drop_typing();
        }
    }

    pub(super) fn deadline(&self) -> Instant {
        let heartbeat = (self.heard_at.max(self.pinged_at) + PING_INTERVAL).min(self.heard_at + DEAD_AFTER);
        let deadline = heartbeat.min(self.expires_at);
        let looks = [self.read_again_at, self.stalled.map(|stall| stall.look_at)];
        looks.into_iter().flatten().fold(deadline, Instant::min)
    }

    pub(super) fn tick(&mut self) -> Option<Ending> {
        let now = Instant::now();
        if now >= self.expires_at {
            return Some(Ending::Closed(CloseReason::TokenExpired));
        }
        if now >= self.heard_at + DEAD_AFTER {
            return Some(Ending::Dead);
        }
        if now >= self.heard_at.max(self.pinged_at) + PING_INTERVAL {
            self.pinged_at = now;
            if !self.socket.is_flushing() {
                self.socket.ping();
            }
        }
        if self.read_again_at.is_some_and(|at| now >= at) {
            self.read_again_at = None;
        }
        if let Some(stall) = self.stalled.as_mut().filter(|stall| now >= stall.look_at) {
            if self.membership.outbox.has_overflowed() {
                return Some(Ending::Closed(CloseReason::TooSlow));
            }
            stall.look_at = now + SLOW_PATIENCE;
        }
        None
    }
}
