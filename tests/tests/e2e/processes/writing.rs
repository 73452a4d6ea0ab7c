//! Pairs that write until their server ends, and what became of what they heard. Knows nothing of how it ends.

use std::sync::Arc;

use futures_util::future::join_all;
use handsel_tests::seen::{self, kept};
use handsel_tests::socket::Heard;
use handsel_tests::{Pair, Seen, Server, Socket, in_time};
use serde_json::json;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

/// Both sides of all pairs, each with a socket.
pub(super) struct Writing {
    /// One for each frame that anyone has heard.
    frames: Arc<Semaphore>,
    sides: JoinSet<Side>,
}

/// What one side has heard.
pub(super) struct Side {
    /// Of which pair, by its place among them.
    pair: usize,
    heard: Vec<Seen>,
    /// How its connection ended.
    pub(super) end: Heard,
}

impl Writing {
    /// Both sides of each write, the next once the last has come back; `when` tells their messages from others'.
    pub(super) async fn begins(pairs: &[Pair], when: &str) -> Self {
        let (frames, mut sides) = (Arc::new(Semaphore::new(0)), JoinSet::new());
        for (pair, (owners, respondents)) in join_all(pairs.iter().map(Pair::open)).await.into_iter().enumerate() {
            for (side, socket) in [("owner", owners), ("respondent", respondents)] {
                sides.spawn(writes(pair, socket, format!("{side} {pair}, {when}"), Arc::clone(&frames)));
            }
        }
        Self { frames, sides }
    }

    /// Returns once so many frames were heard: the same moment, however fast the machine is.
    pub(super) async fn has_heard(&self, frames: u32) {
        let counted = in_time(format!("{frames} frames"), self.frames.acquire_many(frames)).await;
        counted.expect("it is never closed").forget();
    }

    /// What all have heard, once every connection has ended.
    pub(super) async fn ends(self) -> Vec<Side> {
        in_time("all connections to end", self.sides.join_all()).await
    }
}

async fn writes(pair: usize, mut socket: Socket, who: String, frames: Arc<Semaphore>) -> Side {
    let mut heard: Vec<Seen> = Vec::new();
    for number in 0.. {
        let content = format!("{who}: message {number}");
        // Where this fails, what had come before it is still to be read.
        socket.tries_to_send(json!({"type": "message", "content": content})).await;
        while heard.last().is_none_or(|last| last.content != content) {
            match socket.next().await {
                Heard::Frame(frame) => heard.push(Seen::in_frame(&frame)),
                end => return Side { pair, heard, end },
            }
            frames.add_permits(1);
        }
    }
    unreachable!("no server lives for ever")
}

/// Everything that was heard is in the timeline of the server that runs now, as it was heard; it has no hole.
pub(super) async fn is_all_there(server: &Server, pairs: &[Pair], sides: &[Side]) {
    for Side { pair, heard, .. } in sides {
        let Pair { owner, key, .. } = &pairs[*pair];
        let timeline = seen::in_frames(&owner.timeline(key).await);
        kept(seen::without_a_hole(key, &timeline, 1));
        kept(seen::is_kept(key, heard, &timeline));
        let table = server.database().messages(key).await;
        kept(seen::the_same("the table", &table, "the timeline", &timeline));
    }
    server.database().is_sound().await;
    println!("{} frames were heard, and all are there", sides.iter().map(|side| side.heard.len()).sum::<usize>());
}
