//! How often one may try to log in or register. Knows nothing of passwords.
//!
//! Two limits: one for a name and an address, against guessing; one for an address, against keeping everyone else
//! waiting, since a password takes its time to be checked.

use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use handsel_domain::user::UsernameKey;

/// Attempts a minute for a name and an address.
const LOGINS_PER_MINUTE: NonZeroU32 = NonZeroU32::new(10).expect("not zero");

pub(super) struct SignInRate {
    /// Names are hashed, with a key of this process's own: what is tried may be long, and is nobody's business.
    names: RandomState,
    of_a_name: DefaultKeyedRateLimiter<(u64, IpAddr)>,
    of_an_address: Option<DefaultKeyedRateLimiter<IpAddr>>,
}

/// One attempt too many; for how long to wait.
pub(super) enum TooMany {
    OfThisName(Duration),
    OfThisAddress(Duration),
}

impl SignInRate {
    /// So many attempts a minute for an address; 0 is no limit.
    pub(super) fn new(per_minute: u32) -> Self {
        Self {
            names: RandomState::new(),
            of_a_name: RateLimiter::keyed(Quota::per_minute(LOGINS_PER_MINUTE)),
            of_an_address: NonZeroU32::new(per_minute).map(|limit| RateLimiter::keyed(Quota::per_minute(limit))),
        }
    }

    /// Counts an attempt to log in.
    pub(super) fn check_log_in(&self, username: &str, address: IpAddr) -> Result<(), TooMany> {
        let key = (self.names.hash_one(UsernameKey::of(username)), address);
        let now = || DefaultClock::default().now();
        self.of_a_name.check_key(&key).map_err(|refused| TooMany::OfThisName(refused.wait_time_from(now())))?;
        self.check_address(address)
    }

    /// Counts anything else that a password is hashed for.
    pub(super) fn check_address(&self, address: IpAddr) -> Result<(), TooMany> {
        let Some(limiter) = &self.of_an_address else { return Ok(()) };
        let now = || DefaultClock::default().now();
        limiter.check_key(&address).map_err(|refused| TooMany::OfThisAddress(refused.wait_time_from(now())))
    }

    /// Forgets who has not tried for a while.
    pub(super) fn forget_old(&self) {
        self.of_a_name.retain_recent();
        self.of_a_name.shrink_to_fit();
        if let Some(limiter) = &self.of_an_address {
            limiter.retain_recent();
            limiter.shrink_to_fit();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);
    const THERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(127, 0, 0, 2));

    #[test]
    fn a_name_from_an_address_may_try_ten_times() {
        let rate = SignInRate::new(0);
        assert!((0..10).all(|_| rate.check_log_in("ada", HERE).is_ok()));
        let Err(TooMany::OfThisName(wait)) = rate.check_log_in("ADA", HERE) else { panic!("in any case of the name") };
        assert!(wait <= Duration::from_mins(1), "{wait:?}");
        assert!(rate.check_log_in("bo", HERE).is_ok() && rate.check_log_in("ada", THERE).is_ok());
    }

    #[test]
    fn an_address_may_not_try_all_names() {
        let rate = SignInRate::new(30);
        assert!((0..20).all(|n| rate.check_log_in(&format!("name{n}"), HERE).is_ok()));
        assert!((0..10).all(|_| rate.check_address(HERE).is_ok()), "registering counts, too");
        assert!(matches!(rate.check_log_in("another", HERE), Err(TooMany::OfThisAddress(_))));
        assert!(rate.check_log_in("another", THERE).is_ok());
    }
}
