//! How long something took to reach another process. Knows nothing of what it was.

use std::time::Duration;

/// What one process commits, the sockets of another hear within that time.
const HEARD_ELSEWHERE_WITHIN: Duration = Duration::from_secs(2);

/// Expects that most were in time: one may have met the moment in which the machine did something else.
pub(super) fn are_short(mut waits: Vec<Duration>) {
    waits.sort_unstable();
    println!("heard in another process after {waits:?}");
    assert!(waits[waits.len() / 2] <= HEARD_ELSEWHERE_WITHIN, "{waits:?}");
}
