//! How fast one client may send frames. Knows nothing of what they say.

use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};

use crate::limits::RATE_REFUSALS_MAX;

/// Whether a frame fits in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Allowance {
    /// It does.
    Fits,
    /// It would after so long.
    Wait(Duration),
    /// The client goes on and on beyond its rate.
    Exhausted,
}

/// Two buckets: one for frames, and one for those that the first refused.
pub(super) struct Rate {
    buckets: Option<(DefaultDirectRateLimiter, DefaultDirectRateLimiter)>,
    received: u64,
}

impl Rate {
    /// So many frames a second, twice as many in a burst; 0 is no limit.
    pub(super) fn new(frames_per_second: u32) -> Self {
        let buckets = NonZeroU32::new(frames_per_second).map(|rate| {
            let frames = Quota::per_second(rate).allow_burst(rate.saturating_mul(NonZeroU32::MIN.saturating_add(1)));
            let refusals = Quota::per_second(rate).allow_burst(NonZeroU32::new(RATE_REFUSALS_MAX).unwrap_or(rate));
            (RateLimiter::direct(frames), RateLimiter::direct(refusals))
        });
        Self { buckets, received: 0 }
    }

    /// How many frames were checked.
    pub(super) const fn received(&self) -> u64 {
        self.received
    }

    pub(super) fn check(&mut self) -> Allowance {
        self.received += 1;
        let Some((frames, refusals)) = &self.buckets else { return Allowance::Fits };
        match frames.check() {
            Ok(()) => Allowance::Fits,
            Err(_) if refusals.check().is_err() => Allowance::Exhausted,
            Err(refused) => Allowance::Wait(refused.wait_time_from(DefaultClock::default().now())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_fits_then_one_waits_and_in_the_end_it_is_enough() {
        // So slow a rate that no time of the test refills it.
        let mut rate = Rate::new(1);
        let seen: Vec<_> = (0..200).map(|_| rate.check()).collect();
        let fits = seen.iter().take_while(|allowance| **allowance == Allowance::Fits).count();
        assert_eq!(fits, 2, "a burst is twice the rate");
        assert!(matches!(seen[2], Allowance::Wait(_)), "{:?}", seen[2]);
        assert_eq!(seen.last(), Some(&Allowance::Exhausted));
        assert_eq!(rate.received(), 200);
    }

    #[test]
    fn zero_is_no_limit() {
        let mut rate = Rate::new(0);
        assert!((0..10_000).all(|_| rate.check() == Allowance::Fits));
    }
}
