//! Records events: when to look, and how much at once. Knows nothing of how they are numbered, nor of who is told.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use handsel_domain::Unavailable;
use handsel_domain::conversation::{Account, ReadCursor};
use handsel_domain::ids::{TokenId, UserId};
use handsel_domain::ports::{Clock, Committed, Events, Recorded};
use handsel_domain::timeline::Entry;
use tokio::sync::Notify;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::config::EventFeed;

/// Entries of one transaction.
const ENTRIES_PER_RECORDING: u32 = 500;
/// Time between two recordings: many commits are one. On SQLite each takes the only connection that writes.
const RECORDINGS_APART_MIN: Duration = Duration::from_millis(200);
/// How often to look for what other processes have committed.
const LOOK_INTERVAL: Duration = Duration::from_secs(1);
/// How often to try again while the database does not answer.
const RETRY_INTERVAL: Duration = Duration::from_secs(5);
/// What a recording takes is at most one part in so many of the time: however slow it is, others write.
const SHARE: u32 = 4;
/// How often to look for events that are not kept any more.
const SWEEP_INTERVAL: Duration = Duration::from_mins(1);
/// Events that are deleted by one transaction.
const EVENTS_PER_SWEEP: u32 = 1_000;

/// The recording of one process, where there is a site to be told.
pub(crate) struct Recording {
    feed: Option<EventFeed>,
    wake: Arc<Notify>,
}

impl Recording {
    pub(crate) fn of(feed: Option<EventFeed>) -> Self {
        Self { feed, wake: Arc::new(Notify::new()) }
    }

    /// What is told of commits so that they are recorded soon, and tells `next` of them.
    pub(crate) fn in_front_of(&self, next: Arc<dyn Committed>) -> Arc<dyn Committed> {
        if self.feed.is_none() {
            return next;
        }
        Arc::new(Waking { next, wake: Arc::clone(&self.wake) })
    }

    /// Whatever is committed here from then on is in the feed.
    pub(crate) async fn begins(&self, events: &dyn Events) -> anyhow::Result<()> {
        if self.feed.is_some() {
            events.begin().await.context("database_url: the feed of events cannot be begun")?;
        }
        Ok(())
    }

    /// Records and sweeps until it is stopped. What is left then is recorded by whoever starts next.
    pub(crate) async fn run(self, events: Arc<dyn Events>, clock: Arc<dyn Clock>, stop: CancellationToken) {
        if let Some(feed) = self.feed {
            let recorder = Recorder { events, clock, wake: self.wake, feed };
            tokio::select! {
                () = stop.cancelled() => {}
                () = async { tokio::join!(recorder.record(), recorder.sweep()); } => {}
            }
        }
    }
}

/// Passes on what was committed, and wakes the recorder.
struct Waking {
    next: Arc<dyn Committed>,
    wake: Arc<Notify>,
}

impl Committed for Waking {
    fn entries(&self, entries: &[Arc<Entry>]) {
        self.next.entries(entries);
        self.wake.notify_one();
    }

    fn cursor_moved(&self, cursor: ReadCursor) {
        self.next.cursor_moved(cursor);
    }

    fn revoked(&self, tokens: &[TokenId]) {
        self.next.revoked(tokens);
    }

    fn barred(&self, between: [UserId; 2], barred: bool) {
        self.next.barred(between, barred);
    }

    fn shut_out(&self, user: UserId, account: Account) {
        self.next.shut_out(user, account);
    }
}

struct Recorder {
    events: Arc<dyn Events>,
    clock: Arc<dyn Clock>,
    wake: Arc<Notify>,
    feed: EventFeed,
}

impl Recorder {
    async fn record(&self) {
        let mut behind_since = None;
        loop {
            let began = Instant::now();
            let recorded = self.events.record(self.clock.now(), self.feed.notify_after, ENTRIES_PER_RECORDING).await;
            let took = began.elapsed();
            if let Ok(Recorded { events, .. }) = recorded {
                metrics::counter!("handsel_events_recorded_total").increment(events);
            }
            // Whatever waits by now was committed after the last look that left nothing.
            behind_since = match recorded {
                Ok(Recorded { more: false, .. }) => None,
                Ok(_) | Err(Unavailable) => behind_since.or(Some(began)),
            };
            let behind = behind_since.map_or(Duration::ZERO, |since| since.elapsed());
            metrics::gauge!("handsel_events_lag_seconds").set(behind.as_secs_f64());

            let apart = RECORDINGS_APART_MIN.max(took * SHARE);
            match recorded {
                Err(Unavailable) => tokio::time::sleep(RETRY_INTERVAL).await,
                Ok(Recorded { more: true, .. }) => tokio::time::sleep(took).await,
                Ok(Recorded { next_due, .. }) => {
                    let due = next_due.map_or(LOOK_INTERVAL, |due| self.clock.now().until(due));
                    tokio::select! {
                        () = tokio::time::sleep_until(began + apart.max(due.min(LOOK_INTERVAL))) => {}
                        () = self.wake.notified() => tokio::time::sleep_until(began + apart).await,
                    }
                }
            }
        }
    }

    async fn sweep(&self) {
        let mut ticks = tokio::time::interval(SWEEP_INTERVAL.min(self.feed.kept));
        loop {
            ticks.tick().await;
            let before = self.clock.now().minus(self.feed.kept);
            loop {
                let began = Instant::now();
                match self.events.expire(before, EVENTS_PER_SWEEP).await {
                    Ok(deleted) if deleted < u64::from(EVENTS_PER_SWEEP) => break,
                    Ok(_) => tokio::time::sleep(began.elapsed() * SHARE).await,
                    Err(unavailable) => {
                        tracing::warn!(%unavailable, "old events were not deleted");
                        break;
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use handsel_domain::ports::{MockClock, MockEvents};
    use handsel_domain::time::Timestamp;
    use tokio::sync::mpsc;

    use super::*;

    /// A recording that comes to these, and then to nothing; what wakes and stops it; and when it looked.
    fn recording(
        comes_to: Vec<Result<Recorded, Unavailable>>,
    ) -> (impl Future<Output = ()>, Arc<Notify>, CancellationToken, mpsc::UnboundedReceiver<Instant>) {
        let (made, times) = mpsc::unbounded_channel();
        let comes_to = Mutex::new(comes_to.into_iter());
        let (mut events, mut clock) = (MockEvents::new(), MockClock::new());
        events.expect_record().returning(move |_, _, _| {
            made.send(Instant::now()).expect("the test listens");
            comes_to.lock().expect("nobody panics").next().unwrap_or(Ok(Recorded::default()))
        });
        events.expect_expire().returning(|_, _| Ok(0));
        clock.expect_now().returning(|| Timestamp::from_millis(0));
        let feed = EventFeed { notify_after: Duration::from_mins(5), kept: Duration::from_hours(1) };
        let (recording, stop) = (Recording::of(Some(feed)), CancellationToken::new());
        let wake = Arc::clone(&recording.wake);
        (recording.run(Arc::new(events), Arc::new(clock), stop.clone()), wake, stop, times)
    }

    #[tokio::test(start_paused = true)]
    async fn many_commits_are_one_recording() {
        let (runs, wake, stop, mut times) = recording(Vec::new());
        let runs = tokio::spawn(runs);
        let first = times.recv().await.expect("it looks as it begins");
        for _ in 0..100 {
            wake.notify_one();
        }
        let mut since = first;
        // The first of them wakes it, and the last of them is looked for once it is awake.
        for apart in [RECORDINGS_APART_MIN, RECORDINGS_APART_MIN, LOOK_INTERVAL, LOOK_INTERVAL] {
            let next = times.recv().await.expect("it looks");
            assert_eq!(next - since, apart);
            since = next;
        }
        stop.cancel();
        runs.await.expect("it ends");
    }

    #[tokio::test(start_paused = true)]
    async fn it_looks_when_a_message_has_waited_for_too_long() {
        let due = Recorded { next_due: Some(Timestamp::from_millis(700)), ..Recorded::default() };
        let (runs, _wake, _stop, mut times) = recording(vec![Ok(due)]);
        let runs = tokio::spawn(runs);
        let (first, second) = (times.recv().await, times.recv().await);
        assert_eq!(second.zip(first).map(|(second, first)| second - first), Some(Duration::from_millis(700)));
        runs.abort();
    }

    #[tokio::test(start_paused = true)]
    async fn a_database_that_does_not_answer_is_asked_again_but_not_at_once() {
        let (runs, _wake, _stop, mut times) = recording(vec![Err(Unavailable)]);
        let runs = tokio::spawn(runs);
        let (first, second) = (times.recv().await, times.recv().await);
        assert_eq!(second.zip(first).map(|(second, first)| second - first), Some(RETRY_INTERVAL));
        runs.abort();
    }
}
