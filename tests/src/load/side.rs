//! One side of a pair: writes, waits for its own message to come back, writes the next. Knows nothing of the other.

use std::time::Instant;

use crate::seen::Breach;
use crate::socket::Heard;
use crate::{Person, Seen, Socket};

pub(super) struct Side {
    pub(super) id: i64,
    pub(super) name: String,
    socket: Socket,
    /// When each of its messages was written.
    pub(super) sent_at: Vec<Instant>,
    /// What came, from both sides, and when.
    pub(super) heard: Vec<Seen>,
    pub(super) heard_at: Vec<Instant>,
}

impl Side {
    pub(super) fn new(person: &Person, socket: Socket) -> Self {
        let (sent_at, heard, heard_at) = (Vec::new(), Vec::new(), Vec::new());
        Self { id: person.id, name: person.username.clone(), socket, sent_at, heard, heard_at }
    }

    pub(super) fn sent(&self) -> usize {
        self.sent_at.len()
    }

    pub(super) async fn writes_until(&mut self, end: Instant) -> Result<(), Breach> {
        while Instant::now() < end {
            let number = self.sent();
            self.sent_at.push(Instant::now());
            self.socket.says(&format!("{number} is a message as long as most are")).await;
            while self.hears().await?.sender != self.id {}
        }
        Ok(())
    }

    /// Hears until it has so many, and nothing more is on its way.
    pub(super) async fn hears_all(&mut self, total: usize) -> Result<(), Breach> {
        while self.heard.len() < total {
            self.hears().await?;
        }
        match self.socket.has_heard_by_now().await.first() {
            None => Ok(()),
            Some(more) => Err(format!("{}: after all {total} messages came {more:?}", self.name)),
        }
    }

    async fn hears(&mut self) -> Result<&Seen, Breach> {
        let seen = match self.socket.next().await {
            Heard::Frame(frame) if frame["type"] == "message" => Seen::in_frame(&frame),
            other => return Err(format!("{}: expected a message, saw {other:?}", self.name)),
        };
        self.heard_at.push(Instant::now());
        self.heard.push(seen);
        Ok(&self.heard[self.heard.len() - 1])
    }
}

/// Which of its sender's messages it is.
pub(super) fn number(seen: &Seen) -> Option<usize> {
    seen.content.split(' ').next()?.parse().ok()
}
