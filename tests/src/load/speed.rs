//! How fast it went. Knows nothing of what was promised.

use std::time::Duration;

use super::Talk;
use super::side::{Side, number};

/// What was measured, from the clients' side.
#[derive(Clone, Debug)]
pub struct Speed {
    /// From the first message to the last that was heard.
    pub took: Duration,
    /// From each message's writing until both sides had it, shortest first.
    latencies: Vec<Duration>,
}

impl Speed {
    pub(super) fn of(talks: &[Talk], took: Duration) -> Self {
        let mut latencies: Vec<_> = talks.iter().flat_map(latencies).collect();
        latencies.sort_unstable();
        Self { took, latencies }
    }

    /// How many messages reached both sides.
    pub fn messages(&self) -> usize {
        self.latencies.len()
    }

    /// Messages a second.
    #[expect(clippy::cast_precision_loss, reason = "nobody counts that far")]
    pub fn messages_per_second(&self) -> f64 {
        self.messages() as f64 / self.took.as_secs_f64()
    }

    /// So many percent of the messages were with both sides within that time.
    pub fn percentile(&self, percent: usize) -> Duration {
        let place = (self.latencies.len() * percent).div_ceil(100).saturating_sub(1);
        self.latencies.get(place).copied().unwrap_or_default()
    }
}

fn latencies(talk: &Talk) -> impl Iterator<Item = Duration> {
    let Talk { owner, respondent, .. } = talk;
    let both_heard = owner.heard_at.iter().zip(&respondent.heard_at).map(|(one, other)| one.max(other));
    owner.heard.iter().zip(both_heard).filter_map(|(seen, heard_at)| {
        let sender: &Side = if seen.sender == owner.id { owner } else { respondent };
        Some(heard_at.duration_since(*sender.sent_at.get(number(seen)?)?))
    })
}
