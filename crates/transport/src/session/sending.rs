//! What goes out: live entries, what must be read from the timeline instead, answers and errors. Knows nothing of how a
//! socket writes.

use std::sync::Arc;

use futures_util::{FutureExt, StreamExt};
use handsel_domain::Unavailable;
use handsel_domain::conversation::ConversationKey;
use handsel_domain::ids::Head;
use handsel_domain::timeline::{TimelinePage, TimelineRange};
use tokio::time::Instant;

use super::delivery::Next;
use super::{Peer, Session};
use crate::counts::counts;
use crate::frames::kind::Sent;
use crate::frames::{self, Frame};
use crate::hub::Live;
use crate::limits::STORAGE_RETRY;

/// What was read of a conversation that is behind.
pub(super) struct Page {
    conversation: ConversationKey,
    /// It was asked for what comes behind this.
    after: Head,
    read: Result<Option<TimelinePage>, Unavailable>,
}

impl<S: Peer> Session<S> {
    /// Sends what was handed over. Answers that are there already go first: one that was given before an entry was
    /// committed goes out before it, so that the state in it never follows a newer one.
    pub(super) fn send_what_is_there(&mut self) {
        let live = self.membership.outbox.take_live();
        self.send_ready_answers();
        for live in live {
            self.send_live(live);
        }
        self.send_signals();
    }

    fn send_ready_answers(&mut self) {
        while let Some(Some(answer)) = tokio::task::unconstrained(self.answers.next()).now_or_never() {
            self.send_answer(answer);
        }
    }

    fn send_live(&mut self, live: Live) {
        match self.delivery.next(live.conversation, live.seq) {
            Next::Send => {
                self.lag.fed(live.handed_at);
                self.feed_entry(live.frame);
                self.follow_peer_of(&live.conversation);
            }
            Next::AlreadySent => {}
            Next::Missing => self.membership.outbox.fall_behind(live.conversation.key(), live.seq.into()),
        }
    }

    /// What a base client does not know has its place in the timeline all the same, and counts as sent.
    fn feed_entry(&mut self, frame: Frame) {
        if self.extended || !Sent::is_for_extended_alone(&frame) {
            self.socket.feed(frame);
        }
    }

    /// Starts to read the next page of a conversation that is behind, one at a time, and none while a write waits: what
    /// is read is fed at once, so that at most one page is held for a client that does not take it.
    pub(super) fn read_what_is_behind(&mut self) {
        if self.socket.is_flushing() || self.reading.is_some() || self.read_again_at.is_some() {
            return;
        }
        while let Some((conversation, target)) = self.membership.outbox.next_behind() {
            let sent = self.delivery.sent(conversation);
            if sent >= target {
                self.membership.outbox.caught_up(conversation, sent);
                continue;
            }
            let talk = Arc::clone(&self.talk);
            self.reading = Some(Box::pin(async move {
                let read = talk.read(conversation, TimelineRange::after(sent)).await;
                Page { conversation, after: sent, read }
            }));
            return;
        }
    }

    pub(super) fn send_page(&mut self, page: Page) {
        let Page { conversation, after, read } = page;
        let entries = match read {
            Ok(page) => page.map(|page| page.entries).unwrap_or_default(),
            Err(Unavailable) => {
                self.read_again_at = Some(Instant::now() + STORAGE_RETRY);
                return;
            }
        };
        counts().replayed.increment(entries.len() as u64);
        self.send_ready_answers();
        for entry in entries {
            if self.delivery.next(entry.conversation, entry.seq) == Next::Send {
                self.feed_entry(frames::entry(&entry));
                self.follow_peer_of(&entry.conversation);
            }
        }
        let sent = self.delivery.sent(conversation);
        // What was handed over meanwhile may have led further than the page; where nothing did, the same page again
        // would show the same.
        if sent == after {
            tracing::error!(%conversation, %after, "the storage lacks an entry that must be there");
            self.membership.outbox.give_up(conversation);
        }
        self.membership.outbox.caught_up(conversation, sent);
        self.send_signals();
    }
}
