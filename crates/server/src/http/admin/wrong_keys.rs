//! How often one may try admin keys. Knows nothing of keys.

use std::net::IpAddr;
use std::num::NonZeroU32;

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use handsel_transport::problem::Problem;
use hyper::StatusCode;

/// Wrong keys a minute from one address. No key can be guessed at any rate; this keeps the log readable.
const WRONG_KEYS_PER_MINUTE: NonZeroU32 = NonZeroU32::new(10).expect("not zero");

/// Who has tried wrong keys lately.
pub(in crate::http) struct WrongKeys(DefaultKeyedRateLimiter<IpAddr>);

impl Default for WrongKeys {
    fn default() -> Self {
        Self(RateLimiter::keyed(Quota::per_minute(WRONG_KEYS_PER_MINUTE)))
    }
}

impl WrongKeys {
    /// Counts a wrong key.
    pub(super) fn check(&self, address: IpAddr) -> Result<(), Problem> {
        self.0.check_key(&address).map_err(|refused| {
            let detail =
                format!("Too many wrong admin keys from this address; {WRONG_KEYS_PER_MINUTE} a minute are answered.");
            let wait = refused.wait_time_from(DefaultClock::default().now());
            Problem::new(StatusCode::TOO_MANY_REQUESTS, "rate_limited", detail).retry_after(wait)
        })
    }

    /// Forgets who has not tried for a while.
    pub(in crate::http) fn forget_old(&self) {
        self.0.retain_recent();
        self.0.shrink_to_fit();
    }
}
