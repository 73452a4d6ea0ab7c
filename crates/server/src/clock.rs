//! The system's clock, for the domain's port. Knows nothing of who asks.

use std::time::{SystemTime, UNIX_EPOCH};

use handsel_domain::ports::Clock;
use handsel_domain::time::Timestamp;

/// The time of day of this machine.
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_millis(i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX))
    }
}
