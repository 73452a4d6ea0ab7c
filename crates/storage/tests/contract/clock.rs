//! A clock that stands still until a test sets it, backwards too. Knows nothing of the time of day.

use std::sync::atomic::{AtomicI64, Ordering};

use handsel_domain::ports::Clock;
use handsel_domain::time::Timestamp;

/// What the clock shows until it is set.
pub(crate) const START: Timestamp = Timestamp::from_millis(1_700_000_000_000);

pub(crate) struct TestClock(AtomicI64);

impl Default for TestClock {
    fn default() -> Self {
        Self(AtomicI64::new(START.as_millis()))
    }
}

impl TestClock {
    /// Sets it so many milliseconds away from [`START`], and returns what it shows then.
    pub(crate) fn set(&self, from_start: i64) -> Timestamp {
        let instant = Timestamp::from_millis(START.as_millis() + from_start);
        self.0.store(instant.as_millis(), Ordering::SeqCst);
        instant
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::SeqCst))
    }
}
