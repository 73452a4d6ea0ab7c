//! Which event is delivered next, and what becomes of it: pure. Knows nothing of requests, nor of how progress is stored.
//!
//! Events come in one order and are delivered in parallel, each conversation's one after another: its *lane*. Where an
//! event is not taken, its lane is *held*: the place is noted, and the events of all others go on past it. What follows
//! there is read again once it is taken. So that what must be noted is bounded, there are only so many held lanes; one more
//! keeps all events behind it waiting instead.
//!
//! Here are numbers alone: an event is read when it is delivered, each time anew, so that nothing is told that was erased
//! while it waited.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

use handsel_domain::conversation::ConversationKey;
use handsel_domain::event::Event;
use handsel_domain::ids::EventId;
use handsel_domain::ports::{Delivered, Progress};
use handsel_domain::time::Timestamp;
use tokio::time::Instant;

use super::endpoint::{Endpoint, wait_after};

/// Events that are read ahead of what is delivered.
pub(super) const WINDOW_EVENTS_MAX: usize = 256;
/// Requests under way.
pub(super) const REQUESTS_MAX: usize = 16;
/// Conversations that are held.
pub(super) const HELD_MAX: usize = 1_000;

/// What is to be done for a lane: the first of its events from there up to there is to be read and delivered.
#[derive(Clone, Copy, Debug)]
pub(super) struct Work {
    pub(super) from: EventId,
    pub(super) up_to: EventId,
}

/// How a request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Taken,
    Failed,
    /// The endpoint says that it is gone for good. It is asked seldom.
    Gone,
}

#[derive(Default)]
struct Lane {
    /// Those of the window; of a held lane none.
    events: VecDeque<EventId>,
    /// Of a held lane, the first event that was not taken, and when that happened, where it is known.
    held: Option<(EventId, Option<Timestamp>)>,
    failures: u32,
    busy: bool,
}

/// See the module.
pub(super) struct Lanes {
    /// All up to there are delivered or held.
    up_to: i64,
    /// Those behind it, in their order: when each happened, until it is delivered or held.
    window: VecDeque<Option<Timestamp>>,
    by_key: HashMap<ConversationKey, Lane>,
    /// Lanes that have something to do now, and those that have it later.
    ready: VecDeque<ConversationKey>,
    waiting: BTreeSet<(Instant, ConversationKey)>,
    held: usize,
    busy: usize,
    pub(super) endpoint: Endpoint,
    /// What is not stored yet.
    changed: BTreeMap<ConversationKey, Option<EventId>>,
    stored_up_to: i64,
}

fn id(number: i64) -> Option<EventId> {
    EventId::new(number).ok()
}

impl Lanes {
    /// From where it was left. What is held is tried at once.
    pub(super) fn new(delivered: &Delivered) -> Self {
        let up_to = delivered.up_to.map_or(0, EventId::get);
        let lane =
            |(key, event): (&ConversationKey, &EventId)| (*key, Lane { held: Some((*event, None)), ..Lane::default() });
        Self {
            up_to,
            window: VecDeque::new(),
            by_key: delivered.held.iter().map(lane).collect(),
            ready: delivered.held.keys().copied().collect(),
            waiting: BTreeSet::new(),
            held: delivered.held.len(),
            busy: 0,
            endpoint: Endpoint::default(),
            changed: BTreeMap::new(),
            stored_up_to: up_to,
        }
    }

    /// Up to where events are known.
    fn known(&self) -> i64 {
        self.up_to + i64::try_from(self.window.len()).unwrap_or(i64::MAX)
    }

    /// Behind which event to read on, and how many.
    pub(super) fn reads_on(&self) -> (Option<EventId>, usize) {
        (id(self.known()), WINDOW_EVENTS_MAX.saturating_sub(self.window.len()))
    }

    /// What comes next in the feed. What is not the next is left.
    pub(super) fn add(&mut self, events: Vec<Event>) {
        for event in events {
            if event.id.get() != self.known() + 1 {
                return;
            }
            let key = event.conversation.key();
            let lane = self.by_key.entry(key).or_default();
            if lane.held.is_some() {
                self.window.push_back(None);
            } else {
                self.window.push_back(Some(event.at()));
                lane.events.push_back(event.id);
                if lane.events.len() == 1 {
                    self.ready.push_back(key);
                }
            }
        }
        self.advance();
    }

    /// What is to be done now; called until there is nothing.
    pub(super) fn next(&mut self, now: Instant) -> Option<(ConversationKey, Work)> {
        if self.busy >= self.endpoint.requests_max(now, REQUESTS_MAX) {
            return None;
        }
        while let Some((due, key)) = self.waiting.first().copied() {
            // While the endpoint is down it is tried by whoever is next, and that is due by now.
            if due > now && !(self.endpoint.is_down() && self.ready.is_empty()) {
                break;
            }
            self.waiting.remove(&(due, key));
            self.ready.push_back(key);
        }
        let up_to = id(self.known())?;
        let key = self.ready.pop_front()?;
        let lane = self.by_key.get_mut(&key)?;
        lane.busy = true;
        self.busy += 1;
        let work = match (lane.events.front(), lane.held) {
            (_, Some((from, _))) => Work { from, up_to },
            (Some(event), None) => Work { from: *event, up_to: *event },
            (None, None) => unreachable!("a lane that is ready has something to do"),
        };
        Some((key, work))
    }

    /// There was no event to deliver. A held lane is held no more, unless others came meanwhile.
    pub(super) fn found_none(&mut self, key: ConversationKey, work: Work) {
        let known = self.known();
        let Some(lane) = self.by_key.get_mut(&key) else { return };
        lane.busy = false;
        self.busy -= 1;
        if lane.held.is_none() {
            self.taken(key, work.from);
        } else if work.up_to.get() < known {
            self.ready.push_front(key);
        } else {
            self.by_key.remove(&key);
            self.held -= 1;
            self.changed.insert(key, None);
        }
    }

    /// A lane's event could not be read.
    pub(super) fn read_failed(&mut self, key: ConversationKey, again: Instant) {
        let Some(lane) = self.by_key.get_mut(&key) else { return };
        lane.busy = false;
        self.busy -= 1;
        self.waiting.insert((again, key));
        self.endpoint.not_before(again);
    }

    /// What became of a lane's first event, which happened `at` that time. `chance` is from 0 to 1.
    pub(super) fn finished(
        &mut self,
        key: ConversationKey,
        (event, at): (EventId, Timestamp),
        outcome: Outcome,
        now: Instant,
        chance: f64,
    ) {
        let came_back = self.endpoint.heard(key, outcome, now, chance);
        let Some(lane) = self.by_key.get_mut(&key) else { return };
        lane.busy = false;
        self.busy -= 1;
        if outcome == Outcome::Taken {
            lane.failures = 0;
            self.taken(key, event);
        } else {
            lane.failures += 1;
            let wait = wait_after(outcome, lane.failures, chance);
            self.failed(key, event, at);
            self.waiting.insert((now + wait, key));
        }
        if came_back {
            let all = std::mem::take(&mut self.waiting);
            self.ready.extend(all.into_iter().map(|(_, key)| key));
        }
    }

    fn taken(&mut self, key: ConversationKey, event: EventId) {
        let Some(lane) = self.by_key.get_mut(&key) else { return };
        let number = event.get();
        if lane.held.is_some() {
            let next = id(number + 1);
            lane.held = next.map(|from| (from, None));
            self.changed.insert(key, next);
            self.ready.push_back(key);
        } else {
            lane.events.pop_front();
            if lane.events.is_empty() {
                self.by_key.remove(&key);
            } else {
                self.ready.push_back(key);
            }
            self.settle(number);
        }
        self.advance();
    }

    /// The lane is held from its first event on, where there is room.
    fn failed(&mut self, key: ConversationKey, event: EventId, at: Timestamp) {
        let Some(lane) = self.by_key.get_mut(&key) else { return };
        if lane.held.is_some() {
            lane.held = Some((event, Some(at)));
            return;
        }
        if self.held >= HELD_MAX {
            return;
        }
        lane.held = Some((event, Some(at)));
        self.held += 1;
        self.changed.insert(key, Some(event));
        for event in std::mem::take(&mut lane.events) {
            self.settle(event.get());
        }
        self.advance();
    }

    fn settle(&mut self, number: i64) {
        let place = usize::try_from(number - self.up_to - 1).ok();
        if let Some(event) = place.and_then(|place| self.window.get_mut(place)) {
            *event = None;
        }
    }

    fn advance(&mut self) {
        while let Some(None) = self.window.front() {
            self.window.pop_front();
            self.up_to += 1;
        }
    }

    /// When the next lane that waits is due, or the endpoint is.
    pub(super) fn next_due(&self) -> Option<Instant> {
        match (self.endpoint.due(), self.busy) {
            (Some(due), 0) if !(self.waiting.is_empty() && self.ready.is_empty()) => Some(due),
            (None, busy) if busy < REQUESTS_MAX => self.waiting.first().map(|(due, _)| *due),
            // What is under way comes first.
            (_, _) => None,
        }
    }

    /// What is to be stored, where there is anything.
    pub(super) fn progress(&self) -> Option<Progress> {
        let any = self.up_to != self.stored_up_to || !self.changed.is_empty();
        any.then(|| Progress { up_to: id(self.up_to), held: self.changed.clone() })
    }

    /// What is stored by now, to be stored once more.
    pub(super) fn unchanged(&self) -> Progress {
        Progress { up_to: id(self.stored_up_to), ..Progress::default() }
    }

    /// That was stored.
    pub(super) fn stored(&mut self, progress: &Progress) {
        self.stored_up_to = progress.up_to.map_or(0, EventId::get);
        self.changed.retain(|key, event| progress.held.get(key) != Some(event));
    }

    /// Up to where all are delivered or held.
    pub(super) fn up_to(&self) -> i64 {
        self.up_to
    }

    /// How many conversations are held.
    pub(super) fn held(&self) -> usize {
        self.held
    }

    /// When the oldest event happened that is known and not delivered.
    pub(super) fn oldest(&self) -> Option<Timestamp> {
        let held = self.by_key.values().filter_map(|lane| lane.held?.1);
        held.chain(self.window.iter().flatten().copied()).min()
    }
}

#[cfg(test)]
mod tests;
