//! When the database was away. Knows nothing of why.

use std::sync::{Mutex, MutexGuard};
use std::time::{Duration, SystemTime};

/// How long after its return something may still be said of it: a caller waits five seconds for a connection, and a
/// machine has more to do.
const AFTERMATH: Duration = Duration::from_secs(15);

#[derive(Default)]
pub(super) struct Outages(Mutex<Vec<Outage>>);

struct Outage {
    from: SystemTime,
    /// None while it lasts.
    to: Option<SystemTime>,
}

impl Outages {
    fn all(&self) -> MutexGuard<'_, Vec<Outage>> {
        self.0.lock().expect("nobody panics with them in hand")
    }

    /// It is about to go.
    pub(super) fn begin(&self) {
        self.all().push(Outage { from: SystemTime::now(), to: None });
    }

    /// It is back.
    pub(super) fn end(&self) {
        if let Some(last) = self.all().last_mut() {
            last.to = Some(SystemTime::now());
        }
    }

    /// Another one each time that it goes, and that it comes: odd while it is away.
    pub(super) fn stand(&self) -> usize {
        self.all().iter().map(|outage| 1 + usize::from(outage.to.is_some())).sum()
    }

    /// Whether there was a moment without it since they stood so.
    pub(super) fn any_since(&self, stand: usize) -> bool {
        stand % 2 == 1 || stand != self.stand()
    }

    /// Whether what was said at that time can be due to one of them.
    pub(super) fn explain(&self, at: SystemTime) -> bool {
        // A log has the time of day, which is not as fine as a machine's.
        let begins = |outage: &Outage| at + Duration::from_secs(1) >= outage.from;
        let lasts = |outage: &Outage| outage.to.is_none_or(|to| at <= to + AFTERMATH);
        self.all().iter().any(|outage| begins(outage) && lasts(outage))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outage_explains_what_is_said_from_its_beginning_until_a_while_after_its_end() {
        let at = |seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        let outages = Outages(Mutex::new(vec![Outage { from: at(100), to: Some(at(110)) }]));
        for (seconds, explained) in [(98, false), (100, true), (110, true), (125, true), (126, false)] {
            assert_eq!(outages.explain(at(seconds)), explained, "{seconds}");
        }
    }

    #[test]
    fn one_that_lasts_or_has_passed_is_noticed() {
        let outages = Outages::default();
        let before = outages.stand();
        assert!(!outages.any_since(before));
        outages.begin();
        let during = outages.stand();
        assert!(outages.any_since(before) && outages.any_since(during));
        outages.end();
        assert!(outages.any_since(before) && outages.any_since(during), "it was there");
        assert!(!outages.any_since(outages.stand()));
    }
}
