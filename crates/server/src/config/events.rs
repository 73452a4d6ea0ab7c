//! What a site is told, and for how long it can be read. Knows nothing of how it is recorded.

use std::time::Duration;

use anyhow::Context;

use super::Loaded;

/// Longest duration: a hundred years, past which instants could not be counted.
const DURATION_MAX: Duration = Duration::from_hours(100 * 366 * 24);

/// The feed of events, where there is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventFeed {
    /// How long a message waits unread until the site is told; zero: it is not told.
    pub notify_after: Duration,
    /// How long events are kept.
    pub kept: Duration,
}

impl EventFeed {
    pub(crate) fn new(loaded: &Loaded) -> anyhow::Result<Self> {
        let notify_after = duration(loaded, "notify_after", &loaded.settings.notify_after)?;
        let kept = duration(loaded, "events_kept", &loaded.settings.events_kept)?;
        anyhow::ensure!(
            kept >= Duration::from_secs(1),
            "{}: at least one second; a site must be able to read an event before it is gone",
            loaded.place("events_kept")
        );
        Ok(Self { notify_after, kept })
    }
}

fn duration(loaded: &Loaded, name: &str, text: &str) -> anyhow::Result<Duration> {
    let duration = humantime::parse_duration(text)
        .with_context(|| format!("{text:?} is no duration; write for instance 5m, 90s or 30d"))
        .with_context(|| loaded.place(name))?;
    anyhow::ensure!(duration <= DURATION_MAX, "{}: at most 100 years", loaded.place(name));
    Ok(duration)
}
