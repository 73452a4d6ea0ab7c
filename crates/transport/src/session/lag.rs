//! How long live entries take from their commit to the socket. Knows nothing of what they say.

use tokio::time::Instant;

use crate::counts::counts;

/// Entries of so many commits wait for a flush without more memory being held afterwards than before.
const COMMITS_KEPT: usize = 8;

/// What was fed and is not with the system yet: when it was handed over, and how many entries of that moment.
#[derive(Default)]
pub(super) struct Lag {
    fed: Vec<(Instant, usize)>,
}

impl Lag {
    /// A live entry was fed. Those of one commit were handed over at one moment.
    pub(super) fn fed(&mut self, handed_at: Instant) {
        match self.fed.last_mut() {
            Some((moment, entries)) if *moment == handed_at => *entries += 1,
            Some(_) | None => self.fed.push((handed_at, 1)),
        }
    }

    /// All that was fed is with the system.
    pub(super) fn flushed(&mut self) {
        for (handed_at, entries) in self.fed.drain(..) {
            counts().lag.record_many(handed_at.elapsed().as_secs_f64(), entries);
        }
        self.fed.shrink_to(COMMITS_KEPT);
    }
}
