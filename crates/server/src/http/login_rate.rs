//! How often one may try to log in: 10 times a minute for a name and address. Knows nothing of passwords.

use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use handsel_domain::user::UsernameKey;

/// Attempts a minute for a name and an address.
const LOGINS_PER_MINUTE: NonZeroU32 = NonZeroU32::new(10).expect("not zero");

pub(super) struct LogInRate {
    /// Names are hashed, with a key of this process's own: what is tried may be long, and is nobody's business.
    names: RandomState,
    attempts: DefaultKeyedRateLimiter<(u64, IpAddr)>,
}

impl LogInRate {
    pub(super) fn new() -> Self {
        Self { names: RandomState::new(), attempts: RateLimiter::keyed(Quota::per_minute(LOGINS_PER_MINUTE)) }
    }

    /// Counts an attempt; where it is one too many, says for how long to wait.
    pub(super) fn check(&self, username: &str, address: IpAddr) -> Result<(), Duration> {
        let key = (self.names.hash_one(UsernameKey::of(username)), address);
        self.attempts.check_key(&key).map_err(|refused| refused.wait_time_from(DefaultClock::default().now()))
    }

    /// Forgets who has not tried for a while.
    pub(super) fn forget_old(&self) {
        self.attempts.retain_recent();
        self.attempts.shrink_to_fit();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_from_an_address_may_try_ten_times() {
        let rate = LogInRate::new();
        let [here, there] = [IpAddr::from([127, 0, 0, 1]), IpAddr::from([127, 0, 0, 2])];
        assert!((0..10).all(|_| rate.check("ada", here).is_ok()));
        let wait = rate.check("ADA", here).expect_err("the eleventh, in any case of the name");
        assert!(wait <= Duration::from_mins(1), "{wait:?}");
        assert!(rate.check("bo", here).is_ok() && rate.check("ada", there).is_ok());
    }
}
