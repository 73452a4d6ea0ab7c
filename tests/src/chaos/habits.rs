//! What people do next, and at which pace: chance that can be had again. Knows nothing of how it is done.

use std::ops::RangeInclusive;
use std::time::Duration;

use fastrand::Rng;

use crate::proxy::{Ending, Fault, Moment, Way};

const PAUSE_MS: RangeInclusive<u64> = 0..=80;
const AWAY_MS: RangeInclusive<u64> = 200..=3_000;
/// One absence in so many is a long one: what was missed is several pages.
const LONG_AWAY_IN: u32 = 4;
const LONG_AWAY_MS: RangeInclusive<u64> = 5_000..=15_000;
/// One resume in so many is that of a client that has forgotten some of what it had, at most so many entries.
const FORGETS_IN: u32 = 15;
const FORGETS_MAX: i64 = 600;
const BURST: RangeInclusive<usize> = 2..=10;
/// One message in so many is a long one.
const LONG_IN: u32 = 40;
const LONG_WORDS: usize = 300;
/// Most bytes of a replay that pass before it is cut.
const REPLAY_BYTES_MAX: usize = 20_000;
/// One resume in so many is cut in its replay.
const CUT_IN_REPLAY_IN: u32 = 6;
/// One message in so many is given up with its socket.
const GIVEN_UP_IN: u32 = 10;

const STEPS: [&str; 7] = [
    "handshake_start",
    "handshake_start",
    "handshake_approve",
    "handshake_approve",
    "handshake_decline",
    "handshake_cancel",
    "handshake_complete",
];

/// What someone does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Act {
    /// Writes so many messages without waiting.
    Say(usize),
    /// Sends again what has no answer yet.
    SayOpenAgain,
    /// Sends again what was answered.
    SayAnsweredAgain,
    /// Has read what there is.
    Mark,
    /// Types.
    Type,
    /// Takes a step, whether or not it is possible.
    Step(&'static str),
    /// Writes, and loses the connection in this way.
    SayAndSuffer(Fault),
    /// Goes, with or without a good-bye, and comes back after so long.
    GoAway {
        /// Whether the socket is closed in order.
        politely: bool,
        /// How long.
        how_long: Duration,
    },
}

/// What someone does next.
pub(super) fn next(rng: &mut Rng) -> Act {
    match rng.u32(0..1_000) {
        0..630 => Act::Say(1),
        630..710 => Act::Say(rng.usize(BURST)),
        710..725 => Act::SayOpenAgain,
        725..750 => Act::SayAnsweredAgain,
        750..860 => Act::Mark,
        860..920 => Act::Type,
        920..994 => Act::Step(STEPS[rng.usize(..STEPS.len())]),
        994..997 => Act::SayAndSuffer(end(rng)),
        _ => Act::GoAway { politely: rng.bool(), how_long: away(rng) },
    }
}

/// Right after a send: before it has arrived, or while its answer is on its way.
fn end(rng: &mut Rng) -> Fault {
    let ending = if rng.bool() { Ending::Cut } else { Ending::Reset };
    let moment = match rng.u32(0..3) {
        0 => Moment::Now,
        1 => Moment::After(Way::Up, rng.usize(..100)),
        _ => Moment::After(Way::Down, rng.usize(..100)),
    };
    Fault::End(ending, moment)
}

/// What someone suffers who has just gone on where it stopped.
pub(super) fn cut_in_replay(rng: &mut Rng) -> Option<Fault> {
    let bytes = rng.usize(..REPLAY_BYTES_MAX);
    (rng.u32(..CUT_IN_REPLAY_IN) == 0).then_some(Fault::End(Ending::Cut, Moment::After(Way::Down, bytes)))
}

fn away(rng: &mut Rng) -> Duration {
    let long = rng.u32(..LONG_AWAY_IN) == 0;
    Duration::from_millis(rng.u64(if long { LONG_AWAY_MS } else { AWAY_MS }))
}

/// How many of the last entries someone forgets, and is to be given again.
pub(super) fn forgets(rng: &mut Rng) -> i64 {
    if rng.u32(..FORGETS_IN) == 0 { rng.i64(0..=FORGETS_MAX) } else { 0 }
}

/// Whether a message is never sent again, so that nobody learns what became of it.
pub(super) fn gives_up(rng: &mut Rng) -> bool {
    rng.u32(..GIVEN_UP_IN) == 0
}

/// Until someone does the next thing.
pub(super) fn pause(rng: &mut Rng) -> Duration {
    Duration::from_millis(rng.u64(PAUSE_MS))
}

/// Until someone tries to connect again, having tried so often.
pub(super) fn backoff(rng: &mut Rng, tries: u64) -> Duration {
    Duration::from_millis(rng.u64(1..=10) * tries.clamp(1, 10))
}

/// What someone says.
pub(super) fn content(rng: &mut Rng, number: usize) -> String {
    match rng.u32(0..LONG_IN) {
        0 => "word ".repeat(rng.usize(1..=LONG_WORDS)),
        1 => format!("  {number} with white space around it, and a \"quote\" \\ in it\n "),
        2..6 => format!("{number} 🤝 Grüße, 你好, مرحبا"),
        _ => format!("{number} is a message as long as most are"),
    }
}
