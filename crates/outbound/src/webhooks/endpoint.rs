//! How it stands with the endpoint, and how long to wait after failures. Knows nothing of events.

use std::time::Duration;

use handsel_domain::conversation::ConversationKey;
use tokio::time::Instant;

use super::lanes::Outcome;

/// The wait after a first failure; each one more doubles it …
pub(super) const WAIT_MIN: Duration = Duration::from_secs(1);
/// … up to this.
pub(super) const WAIT_MAX: Duration = Duration::from_mins(5);
/// After so many failures with nothing taken in between, it is the endpoint that fails and not an event.
const FAILURES_UNTIL_DOWN: u32 = 10;

/// How long to wait after so many failures in a row: from half of it to all of it, so that not all come back at once.
pub(super) fn wait_after(outcome: Outcome, failures: u32, chance: f64) -> Duration {
    let doubled = WAIT_MIN.saturating_mul(1_u32.checked_shl(failures.saturating_sub(1)).unwrap_or(u32::MAX));
    let whole = if outcome == Outcome::Gone { WAIT_MAX } else { doubled.min(WAIT_MAX) };
    whole.mul_f64(0.5 + chance.clamp(0.0, 1.0) / 2.0)
}

/// See the module.
#[derive(Default)]
pub(super) struct Endpoint {
    /// With nothing taken in between; those of one conversation in a row are one, which its event alone may be to blame for.
    failures: u32,
    failed: Option<ConversationKey>,
    /// While it is down, when it is tried again: by one request.
    down_until: Option<Instant>,
}

impl Endpoint {
    /// Learns from a request for that conversation. Returns whether it is there again after it was not.
    pub(super) fn heard(&mut self, key: ConversationKey, outcome: Outcome, now: Instant, chance: f64) -> bool {
        if outcome == Outcome::Taken {
            (self.failures, self.failed) = (0, None);
            return self.down_until.take().is_some();
        }
        // What was under way when it went down says nothing new.
        if self.down_until.is_some_and(|until| now < until) {
            return false;
        }
        let is_the_same = self.failed.replace(key) == Some(key);
        if self.is_down() || !is_the_same {
            self.failures = self.failures.saturating_add(1);
        }
        let over = self.failures.saturating_sub(FAILURES_UNTIL_DOWN - 1);
        if over > 0 || outcome == Outcome::Gone {
            self.down_until = Some(now + wait_after(outcome, over.max(1), chance));
        }
        false
    }

    /// While it is down, it is not tried before then.
    pub(super) fn not_before(&mut self, then: Instant) {
        self.down_until = self.down_until.map(|until| until.max(then));
    }

    /// Whether nothing is taken by now.
    pub(super) const fn is_down(&self) -> bool {
        self.down_until.is_some()
    }

    /// When it is tried again.
    pub(super) const fn due(&self) -> Option<Instant> {
        self.down_until
    }

    /// How many requests may be under way.
    pub(super) fn requests_max(&self, now: Instant, up: usize) -> usize {
        match self.down_until {
            None => up,
            Some(until) => usize::from(until <= now),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_five_minutes_and_are_spread() {
        let waits: Vec<_> = (1..=12).map(|n| wait_after(Outcome::Failed, n, 1.0).as_secs()).collect();
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300]);
        assert_eq!(wait_after(Outcome::Failed, 200, 0.0), WAIT_MAX / 2);
        assert_eq!(wait_after(Outcome::Failed, 1, 0.0), WAIT_MIN / 2);
        assert_eq!(wait_after(Outcome::Gone, 1, 1.0), WAIT_MAX);
    }

    fn key(number: u32) -> ConversationKey {
        format!("offer_1:{}", number + 2).parse().expect("a key")
    }

    #[tokio::test(start_paused = true)]
    async fn one_conversation_that_fails_says_nothing_of_the_endpoint_until_it_is_down() {
        let (mut endpoint, now) = (Endpoint::default(), Instant::now());
        for _ in 0..10 * FAILURES_UNTIL_DOWN {
            endpoint.heard(key(1), Outcome::Failed, now, 1.0);
        }
        assert!(!endpoint.is_down());
        for number in 0..FAILURES_UNTIL_DOWN {
            endpoint.heard(key(number % 2), Outcome::Failed, now, 1.0);
        }
        assert!(endpoint.is_down(), "two who fail by turns");
        // Whoever tries it by then, it waits longer each time.
        let mut waits = Vec::new();
        for _ in 0..3 {
            let due = endpoint.due().expect("it is down");
            endpoint.heard(key(1), Outcome::Failed, due, 1.0);
            waits.push((endpoint.due().expect("it is down") - due).as_secs());
        }
        assert_eq!(waits, [2, 4, 8]);
    }

    #[tokio::test(start_paused = true)]
    async fn it_is_down_after_many_failures_alone_and_tried_by_one_request() {
        let (mut endpoint, now) = (Endpoint::default(), Instant::now());
        for number in 1..FAILURES_UNTIL_DOWN {
            assert!(!endpoint.heard(key(number), Outcome::Failed, now, 1.0));
        }
        assert_eq!((endpoint.is_down(), endpoint.requests_max(now, 16)), (false, 16));
        for number in 0..16 {
            endpoint.heard(key(number), Outcome::Failed, now, 1.0);
        }
        assert_eq!((endpoint.is_down(), endpoint.requests_max(now, 16)), (true, 0));
        let due = endpoint.due().expect("it is down");
        assert_eq!((due - now, endpoint.requests_max(due, 16)), (WAIT_MIN, 1));
        assert!(endpoint.heard(key(1), Outcome::Taken, due, 1.0), "it is there again");
        assert_eq!((endpoint.is_down(), endpoint.requests_max(due, 16)), (false, 16));
        endpoint.heard(key(1), Outcome::Gone, now, 1.0);
        assert_eq!(endpoint.due().map(|due| due - now), Some(WAIT_MAX), "one that is gone is asked seldom at once");
    }
}
