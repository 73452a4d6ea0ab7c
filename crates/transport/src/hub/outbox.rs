//! What waits for one session: a bounded queue of live frames, and how far it is behind where it must read instead.
//!
//! Knows nothing of sockets. While a session reads a conversation from the storage, live entries of that conversation
//! only move the target; they are never queued behind it. Signals wait beside the queue and take no place in it.

use std::collections::{BTreeMap, VecDeque};
use std::ops::Bound;
use std::sync::{Mutex, MutexGuard, PoisonError};

use handsel_domain::conversation::{Conversation, ConversationKey, ReadCursor};
use handsel_domain::ids::{Head, Seq, UserId};
use handsel_domain::ports::Objection;
use tokio::sync::Notify;
use tokio::time::Instant;

use super::Signals;

use crate::counts::counts;
use crate::frames::Frame;
use crate::limits::OUTBOX_FRAMES_MAX;

/// A committed entry on its way to a socket.
#[derive(Clone, Debug)]
pub struct Live {
    /// Where it was written.
    pub conversation: Conversation,
    /// Its place there.
    pub seq: Seq,
    /// When it was handed over, right after its commit where that was of this process.
    pub handed_at: Instant,
    /// Shared by all that get it.
    pub frame: Frame,
}

/// See the module.
#[derive(Default)]
pub struct Outbox {
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Default)]
struct State {
    live: VecDeque<Live>,
    /// The conversations that the session must read up to there.
    behind: BTreeMap<ConversationKey, Head>,
    /// Which of them was read last, so that each has its turn.
    last_read: Option<ConversationKey>,
    /// Live entries that came since the queue was last emptied, those included that must be read.
    waiting: usize,
    /// Most sessions have none most of the time.
    signals: Option<Box<Signals>>,
}

impl Outbox {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Queues a live entry, or moves the target of a conversation that is being read. Where the queue is full, the
    /// session must read the entry instead: a burst costs it a query, and never the connection.
    pub fn offer(&self, live: Live) {
        let mut state = self.state();
        state.waiting += 1;
        let key = live.conversation.key();
        if let Some(target) = state.behind.get_mut(&key) {
            *target = (*target).max(live.seq.into());
        } else if state.live.len() >= OUTBOX_FRAMES_MAX {
            state.behind.insert(key, live.seq.into());
            state.drop_typing();
        } else {
            state.live.push_back(live);
            counts().queued.increment(1.0);
        }
        drop(state);
        self.changed.notify_one();
    }

    /// Says that the session must read this conversation at least up to there.
    pub fn fall_behind(&self, conversation: ConversationKey, head: Head) {
        let mut state = self.state();
        let target = state.behind.entry(conversation).or_default();
        *target = (*target).max(head);
        state.drop_typing();
        drop(state);
        self.changed.notify_one();
    }

    /// Says how far somebody has read.
    pub fn offer_read(&self, cursor: ReadCursor) {
        self.signal(|signals| signals.reads.add(cursor));
    }

    /// Says whether somebody is there.
    pub fn offer_presence(&self, user: UserId, online: bool) {
        self.signal(|signals| {
            signals.presence.insert(user, online);
        });
    }

    /// Says what the ledger has refused to the peer.
    pub fn offer_objection(&self, objection: Objection) {
        self.signal(|signals| {
            signals.objections.insert(objection.conversation.key(), objection);
        });
    }

    /// Says that somebody types. It is worth nothing to a session that is not up to date: there it is dropped.
    pub fn offer_typing(&self, conversation: ConversationKey, user: UserId) {
        let state = self.state();
        if state.live.len() >= OUTBOX_FRAMES_MAX || !state.behind.is_empty() {
            return;
        }
        drop(state);
        self.signal(|signals| {
            signals.typing.insert(conversation, user);
        });
    }

    /// Forgets who types: it is worth nothing to a session that was not up to date.
    pub fn drop_typing(&self) {
        self.state().drop_typing();
    }

    /// Forgets that this user types.
    pub fn drop_typing_of(&self, user: UserId) {
        if let Some(signals) = &mut self.state().signals {
            signals.typing.retain(|_, typing| *typing != user);
        }
    }

    fn signal(&self, change: impl FnOnce(&mut Signals)) {
        change(self.state().signals.get_or_insert_default());
        self.changed.notify_one();
    }

    /// Takes all signals.
    pub fn take_signals(&self) -> Option<Box<Signals>> {
        self.state().signals.take()
    }

    /// Returns when there may be something to take; for one waiting session.
    pub async fn changed(&self) {
        self.changed.notified().await;
    }

    /// Takes all live frames.
    pub fn take_live(&self) -> VecDeque<Live> {
        let mut state = self.state();
        state.waiting = 0;
        state.taken();
        std::mem::take(&mut state.live)
    }

    /// Whether more has come than the queue holds since it was last emptied.
    pub fn has_overflowed(&self) -> bool {
        self.state().waiting > OUTBOX_FRAMES_MAX
    }

    /// A conversation that must be read, and up to where at least; each in its turn, page by page.
    pub fn next_behind(&self) -> Option<(ConversationKey, Head)> {
        let mut state = self.state();
        let after = state.last_read.map_or(Bound::Unbounded, Bound::Excluded);
        let next = state.behind.range((after, Bound::Unbounded)).next().or_else(|| state.behind.iter().next());
        let next = next.map(|(key, head)| (*key, *head));
        state.last_read = next.map(|(key, _)| key);
        next
    }

    /// Says that the conversation was read up to `sent`. Unless the target has moved past it, live entries queue again.
    pub fn caught_up(&self, conversation: ConversationKey, sent: Head) {
        let mut state = self.state();
        if state.behind.get(&conversation).is_some_and(|target| *target <= sent) {
            state.behind.remove(&conversation);
        }
    }

    /// Forgets a target that the storage does not have.
    pub fn give_up(&self, conversation: ConversationKey) {
        self.state().behind.remove(&conversation);
    }
}

impl State {
    /// What waits no longer is no longer counted.
    fn taken(&self) {
        if !self.live.is_empty() {
            counts().queued.decrement(f64::from(u32::try_from(self.live.len()).unwrap_or(u32::MAX)));
        }
    }

    fn drop_typing(&mut self) {
        if let Some(signals) = &mut self.signals {
            signals.typing.clear();
        }
    }
}

/// A session that ends leaves behind what it did not take.
impl Drop for State {
    fn drop(&mut self) {
        self.taken();
    }
}

#[cfg(test)]
mod tests {
    use handsel_domain::conversation::Side;

    use super::*;

    fn live(seq: i64) -> Live {
        Live {
            conversation: conversation(),
            seq: Seq::new(seq).expect("a seq"),
            handed_at: Instant::now(),
            frame: Frame::from_static("{}"),
        }
    }

    fn conversation() -> Conversation {
        Conversation::new(key(), UserId::new(1).expect("an id")).expect("two people")
    }

    fn key() -> ConversationKey {
        "offer_1:2".parse().expect("a key")
    }

    fn head(head: i64) -> Head {
        Head::new(head).expect("a head")
    }

    #[test]
    fn the_queue_is_bounded_and_what_does_not_fit_is_read() {
        let outbox = Outbox::default();
        let full = i64::try_from(OUTBOX_FRAMES_MAX).expect("small");
        (1..=full).for_each(|seq| outbox.offer(live(seq)));
        assert!(!outbox.has_overflowed() && outbox.next_behind().is_none());
        (full + 1..=full + 9).for_each(|seq| outbox.offer(live(seq)));
        assert!(outbox.has_overflowed());
        assert_eq!(outbox.next_behind(), Some((key(), head(full + 9))));
        assert_eq!(outbox.take_live().len(), OUTBOX_FRAMES_MAX);
        assert!(!outbox.has_overflowed());
    }

    #[test]
    fn of_signals_the_latest_waits_and_typing_goes_first() {
        let (outbox, peer) = (Outbox::default(), UserId::new(1).expect("an id"));
        for up_to in [3, 7, 5] {
            outbox.offer_read(ReadCursor { conversation: conversation(), reader: Side::Owner, up_to: head(up_to) });
        }
        outbox.offer_presence(peer, true);
        outbox.offer_presence(peer, false);
        outbox.offer_typing(key(), peer);
        (1..=1_000).for_each(|seq| outbox.offer(live(seq)));
        outbox.offer_typing(key(), peer);
        let signals = outbox.take_signals().expect("some");
        assert_eq!(signals.reads.into_iter().map(|cursor| cursor.up_to).collect::<Vec<_>>(), [head(7)]);
        assert_eq!(signals.presence.into_values().collect::<Vec<_>>(), [false]);
        assert!(signals.typing.is_empty(), "the queue is full");
        assert_eq!(outbox.take_signals(), None);

        let outbox = Outbox::default();
        outbox.offer_typing(key(), peer);
        outbox.offer(live(1));
        assert_eq!(outbox.take_signals().map(|signals| signals.typing.len()), Some(1), "there is room");
        outbox.offer_typing(key(), peer);
        outbox.fall_behind(key(), head(9));
        outbox.offer_typing(key(), peer);
        assert_eq!(outbox.take_signals().map(|signals| signals.typing.len()), Some(0), "it is not up to date");
    }

    #[test]
    fn of_those_that_are_behind_each_has_its_turn() {
        let outbox = Outbox::default();
        let keys = ["offer_1:2", "offer_1:3", "need_1:2"].map(|key| key.parse::<ConversationKey>().expect("a key"));
        for key in keys {
            outbox.fall_behind(key, head(1_000));
        }
        let mut turns: Vec<_> = (0..6).filter_map(|_| outbox.next_behind()).map(|(key, _)| key).collect();
        assert_eq!(turns[..3], turns[3..]);
        turns.sort_unstable();
        turns.dedup();
        assert_eq!(turns.len(), 3, "{turns:?}");
    }

    #[test]
    fn while_behind_live_entries_move_the_target_and_fill_nothing() {
        let outbox = Outbox::default();
        outbox.fall_behind(key(), head(3));
        (4..=1_000).for_each(|seq| outbox.offer(live(seq)));
        assert_eq!(outbox.take_live().len(), 0);
        assert_eq!(outbox.next_behind(), Some((key(), head(1_000))));
        outbox.caught_up(key(), head(999));
        assert_eq!(outbox.next_behind(), Some((key(), head(1_000))), "one is missing still");
        outbox.caught_up(key(), head(1_000));
        assert_eq!(outbox.next_behind(), None);
        outbox.offer(live(1_001));
        assert_eq!(outbox.take_live().len(), 1);
    }
}
