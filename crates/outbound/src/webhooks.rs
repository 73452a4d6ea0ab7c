//! Pushes events to the marketplace. Knows nothing of how they are recorded or encoded, nor of where progress is stored.
//!
//! Each event is delivered at least once, and in each conversation in its order; one that is not taken holds back what
//! follows it there and nothing else. It is a task of its own, with connections of its own: whatever becomes of the endpoint,
//! nobody who writes notices.
//!
//! - `lanes`: which event is next, and what becomes of it.
//! - `endpoint`: how it stands with whoever is told, and how long to wait.
//! - `counted`: what the metrics say of it.

mod counted;
mod endpoint;
mod lanes;

use std::sync::Arc;
use std::time::Duration;

use handsel_domain::Unavailable;
use handsel_domain::conversation::ConversationKey;
use handsel_domain::event::Event;
use handsel_domain::ids::EventId;
use handsel_domain::ports::{Clock, Delivered, Deliveries, Events, EventsPage, EventsPageError, Progress};
use handsel_domain::time::Timestamp;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, sleep_until, timeout, timeout_at};
use tokio_util::sync::CancellationToken;

use crate::client::{Answer, CallError, Client, Target};
use crate::signature::Secrets;
use lanes::{Lanes, Outcome, WINDOW_EVENTS_MAX, Work};

/// How long the endpoint may take for one event.
pub const WEBHOOK_TIMEOUT: Duration = Duration::from_secs(15);
/// For how long a process may deliver without saying that it still does: after a kill another one takes over by then.
const LEASE: Duration = Duration::from_secs(6);
/// How often it says so.
const LEASE_RENEWAL: Duration = Duration::from_secs(2);
/// How often the others look whether it has stopped.
const LEASE_LOOK: Duration = Duration::from_secs(1);
/// How often to look for new events.
const LOOK_INTERVAL: Duration = Duration::from_millis(500);
/// Time between two savings of what was delivered: what lies between is delivered again after a kill.
const SAVINGS_APART: Duration = Duration::from_millis(250);
/// What requests under way are given at the end.
const LAST_MOMENT: Duration = Duration::from_secs(2);

/// An event as it is told.
pub type Encode = Arc<dyn Fn(&Event) -> Vec<u8> + Send + Sync>;

/// See the module.
pub struct Webhooks {
    /// What there is to tell.
    pub events: Arc<dyn Events>,
    /// How far it was told.
    pub deliveries: Arc<dyn Deliveries>,
    /// The time of day.
    pub clock: Arc<dyn Clock>,
    /// What makes the requests.
    pub client: Client,
    /// Whom to tell.
    pub target: Target,
    /// What signs.
    pub secrets: Secrets,
    /// How events are told.
    pub encode: Encode,
    /// What this process is called among those over the same database.
    pub holder: String,
}

/// What a task has done for a lane.
enum Done {
    Posted {
        event: EventId,
        at: Timestamp,
        answer: Result<Answer, CallError>,
    },
    /// There is no such event.
    FoundNone(Work),
    NotRead,
}

/// Why this process delivers no more.
enum Over {
    Stopped,
    /// Somebody else does, or it is not known who.
    Lost,
    /// The feed is not where it was left.
    Moved(Option<EventId>),
}

/// One process's time to deliver.
struct Turn {
    lanes: Lanes,
    tasks: JoinSet<(ConversationKey, Done)>,
    /// Until when nobody else does.
    until: Instant,
    saved_at: Instant,
    /// Before that, what could not be saved is not tried again.
    save_after: Instant,
    look_at: Instant,
    /// There was more in the feed than there was room for.
    more: bool,
    count_at: Instant,
    /// The newest event that there is.
    newest: i64,
}

impl Webhooks {
    /// Delivers, whenever nobody else does, until it is stopped.
    pub async fn run(self, stop: CancellationToken) {
        counted::begin();
        let this = Arc::new(self);
        while !stop.is_cancelled() {
            let asked_at = Instant::now();
            if let Ok(Some(delivered)) = this.deliveries.take(&this.holder, LEASE).await {
                match this.deliver(delivered, asked_at, &stop).await {
                    Over::Moved(to) => this.go_on_behind(to).await,
                    Over::Stopped | Over::Lost => {}
                }
                counted::nothing();
            }
            tokio::select! {
                () = stop.cancelled() => {}
                () = sleep(LEASE_LOOK) => {}
            }
        }
        // Where it is not told, the others find out a little later.
        let _ = timeout(LAST_MOMENT, this.deliveries.leave(&this.holder)).await;
    }

    async fn go_on_behind(&self, event: Option<EventId>) {
        let progress = Progress { up_to: event, ..Progress::default() };
        if let Err(unavailable) = self.deliveries.save(&self.holder, LEASE, &progress).await {
            tracing::debug!(%unavailable, "it is tried again");
        }
    }

    async fn deliver(self: &Arc<Self>, delivered: Delivered, since: Instant, stop: &CancellationToken) -> Over {
        let up_to = delivered.up_to.map_or(0, EventId::get);
        tracing::info!(endpoint = %self.target, up_to, held = delivered.held.len(), "events are delivered from here");
        let lanes = Lanes::new(&delivered);
        let (until, now) = (since + LEASE, Instant::now());
        let (tasks, newest, more) = (JoinSet::new(), up_to, false);
        let mut turn =
            Turn { lanes, tasks, until, saved_at: since, save_after: now, look_at: now, more, count_at: now, newest };
        loop {
            if let Err(over) = self.round(&mut turn).await {
                return over;
            }
            let next = turn.next();
            tokio::select! {
                () = stop.cancelled() => return self.end(turn).await,
                Some(done) = turn.tasks.join_next(), if !turn.tasks.is_empty() => {
                    // A task that has panicked ends this turn: its lane would be busy for ever.
                    let Ok((key, done)) = done else { return Over::Lost };
                    self.take_in(&mut turn, key, done);
                }
                () = sleep_until(next) => {}
            }
        }
    }

    /// Looks for what is new, begins what is due, and saves what was done.
    async fn round(self: &Arc<Self>, turn: &mut Turn) -> Result<(), Over> {
        if Instant::now() >= turn.look_at || turn.more {
            self.read_on(turn).await?;
        }
        let now = Instant::now();
        // A process that stood still may find that another one delivers by now.
        if now >= turn.until {
            return Err(Over::Lost);
        }
        while let Some((key, work)) = turn.lanes.next(now) {
            self.begin(turn, key, work);
        }
        let progress = turn.lanes.progress();
        let is_rest = progress.is_some() && turn.tasks.is_empty();
        if now >= turn.save_at() || (is_rest && now >= turn.save_after) {
            self.save(turn, progress.unwrap_or_else(|| turn.lanes.unchanged())).await?;
        }
        if now >= turn.count_at {
            turn.count_at = now + LOOK_INTERVAL;
            counted::stand(&turn.lanes, turn.newest, self.clock.now());
        }
        Ok(())
    }

    async fn save(&self, turn: &mut Turn, progress: Progress) -> Result<(), Over> {
        let asked_at = Instant::now();
        let saving = self.deliveries.save(&self.holder, LEASE, &progress);
        match timeout_at(turn.until, saving).await {
            Ok(Ok(true)) => {
                turn.lanes.stored(&progress);
                (turn.until, turn.saved_at) = (asked_at + LEASE, asked_at);
                Ok(())
            }
            Ok(Ok(false)) | Err(_) => Err(Over::Lost),
            Ok(Err(Unavailable)) => {
                // Until somebody else may, this is tried again.
                turn.save_after = asked_at + LOOK_INTERVAL;
                if Instant::now() < turn.until { Ok(()) } else { Err(Over::Lost) }
            }
        }
    }

    async fn read_on(&self, turn: &mut Turn) -> Result<(), Over> {
        if Instant::now() >= turn.look_at {
            turn.look_at = Instant::now() + LOOK_INTERVAL;
        }
        let (after, room) = turn.lanes.reads_on();
        // Many at once, and not each as soon as one is done.
        if room < WINDOW_EVENTS_MAX / 2 {
            return Ok(());
        }
        let room = u32::try_from(room).unwrap_or(u32::MAX);
        match timeout_at(turn.until, self.events.page(after, room)).await {
            Ok(Ok(EventsPage { events, newest })) => {
                turn.newest = newest.map_or(0, EventId::get);
                // Without a place, the feed begins with what is kept.
                let begin = events.first().and_then(|first| EventId::new(first.id.get() - 1).ok());
                if let (None, Some(begin)) = (after, begin) {
                    return Err(Over::Moved(Some(begin)));
                }
                turn.more = events.len() == room as usize;
                turn.lanes.add(events);
                Ok(())
            }
            Ok(Err(EventsPageError::Unavailable(_))) => Ok(()),
            Ok(Err(EventsPageError::Expired { up_to })) => {
                tracing::error!(after = ?after, %up_to, "events expired before they were delivered");
                Err(Over::Moved(Some(up_to)))
            }
            Ok(Err(EventsPageError::Ahead { newest })) => {
                tracing::warn!(after = ?after, "the feed is another one than was delivered from; it goes on at its end");
                Err(Over::Moved(newest))
            }
            Err(_) => Err(Over::Lost),
        }
    }

    fn begin(self: &Arc<Self>, turn: &mut Turn, key: ConversationKey, work: Work) {
        let (this, until) = (Arc::clone(self), turn.until);
        turn.tasks.spawn(async move { (key, this.attempt(key, work, until).await) });
    }

    /// Reads what is next as it is now, and posts it, where that is before `until`.
    async fn attempt(&self, key: ConversationKey, work: Work, until: Instant) -> Done {
        let reading = self.deliveries.of_conversation(key, work.from, work.up_to, 1);
        let Ok(Ok(events)) = timeout_at(until, reading).await else { return Done::NotRead };
        let Some(event) = events.first() else { return Done::FoundNone(work) };
        if Instant::now() >= until {
            return Done::NotRead;
        }
        let body = (self.encode)(event);
        let signed = self.secrets.sign(&name(event), self.clock.now(), &body);
        let by = Instant::now() + WEBHOOK_TIMEOUT;
        let answer = self.client.post(&self.target, &signed, None, body, by).await;
        Done::Posted { event: event.id, at: event.at(), answer }
    }

    fn take_in(&self, turn: &mut Turn, key: ConversationKey, done: Done) {
        let now = Instant::now();
        match done {
            Done::FoundNone(work) => turn.lanes.found_none(key, work),
            Done::NotRead => turn.lanes.read_failed(key, now + LOOK_INTERVAL),
            Done::Posted { event, at, answer } => {
                let outcome = outcome(&answer);
                counted::attempt(outcome);
                let was_down = turn.lanes.endpoint.is_down();
                turn.lanes.finished(key, (event, at), outcome, now, fastrand::f64());
                let why = answer.map_or_else(|error| error.to_string(), |answer| format!("status {}", answer.status));
                match (was_down, turn.lanes.endpoint.is_down()) {
                    (false, true) => {
                        let endpoint = &self.target;
                        tracing::warn!(%endpoint, why, "the webhooks' endpoint takes nothing; it is tried less and less often");
                    }
                    (true, false) => {
                        tracing::info!(endpoint = %self.target, "the webhooks' endpoint takes events again");
                    }
                    (_, _) if outcome != Outcome::Taken => {
                        tracing::debug!(conversation = %key, why, "an event was not taken");
                    }
                    (_, _) => {}
                }
            }
        }
    }

    /// What is under way is finished, where that is soon.
    async fn end(&self, mut turn: Turn) -> Over {
        let by = (Instant::now() + LAST_MOMENT).min(turn.until);
        while let Ok(Some(Ok((key, done)))) = timeout_at(by, turn.tasks.join_next()).await {
            self.take_in(&mut turn, key, done);
        }
        if let Some(progress) = turn.lanes.progress() {
            // What is not saved is delivered again.
            let _ = self.save(&mut turn, progress).await;
        }
        Over::Stopped
    }
}

impl Turn {
    /// When there is something to do though nothing happens.
    fn next(&self) -> Instant {
        let due = self.lanes.next_due().unwrap_or(self.look_at);
        self.save_at().min(self.look_at).min(due)
    }

    fn save_at(&self) -> Instant {
        let apart = if self.lanes.progress().is_some() { SAVINGS_APART } else { LEASE_RENEWAL };
        (self.saved_at + apart).max(self.save_after)
    }
}

/// What an event is called when it is told, each time. Its time is part of that: a database that was moved or restored counts
/// from an earlier number again, and what is new there must not pass for what was told before.
fn name(event: &Event) -> String {
    format!("evt_{}_{}", event.id, event.at().as_millis())
}

fn outcome(answer: &Result<Answer, CallError>) -> Outcome {
    match answer {
        Ok(Answer { status: 200..=299, .. }) => Outcome::Taken,
        Ok(Answer { status: 410, .. }) => Outcome::Gone,
        Ok(_) | Err(_) => Outcome::Failed,
    }
}

#[cfg(test)]
mod tests;
