//! Which faults come by themselves, and when: chance that can be had again. Knows nothing of connections.

use std::ops::RangeInclusive;
use std::time::Duration;

use fastrand::Rng;

use super::fault::{Ending, Fault, Moment, Way};

/// Most bytes that still pass before a connection ends: a few frames, so that it ends in one.
const LAST_BYTES_MAX: usize = 600;
const DELAY_MS: RangeInclusive<u64> = 1..=15;
const STALL_MS: RangeInclusive<u64> = 20..=300;
/// One stall in so many is a long one.
const LONG_STALL_IN: u32 = 12;
const LONG_STALL_MS: RangeInclusive<u64> = 1_000..=2_500;

/// A series of faults for a connection. The same seed gives the same series.
#[derive(Clone, Debug)]
pub struct Weather {
    rng: Rng,
    seed: u64,
    /// From one fault to the next; never, where there is none.
    every: Option<RangeInclusive<u64>>,
}

impl Weather {
    /// None comes by itself.
    pub fn calm() -> Self {
        Self { rng: Rng::with_seed(0), seed: 0, every: None }
    }

    /// Each connection has one in such a time, milliseconds, again and again until it ends.
    pub fn stormy(seed: u64, every_ms: RangeInclusive<u64>) -> Self {
        Self { rng: Rng::with_seed(seed), seed, every: Some(every_ms) }
    }

    /// That of one connection, by its number: the same whatever the others do.
    pub(super) fn for_connection(&self, number: u64) -> Self {
        let seed = self.seed ^ number.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        Self { rng: Rng::with_seed(seed), seed, every: self.every.clone() }
    }

    /// What comes next, and after which time.
    pub(super) fn next(&mut self) -> Option<(Duration, Fault)> {
        let after = self.rng.u64(self.every.clone()?);
        Some((Duration::from_millis(after), self.fault()))
    }

    fn fault(&mut self) -> Fault {
        let rng = &mut self.rng;
        let way = [Way::Up, Way::Down, Way::Both][rng.usize(0..3)];
        let mut millis = |range: RangeInclusive<u64>| Duration::from_millis(rng.u64(range));
        let (delay, short, long) = (millis(DELAY_MS), millis(STALL_MS), millis(LONG_STALL_MS));
        match rng.u32(0..10) {
            0..2 => Fault::Delay(way, delay),
            2..5 => Fault::Stall(way, if rng.u32(0..LONG_STALL_IN) == 0 { long } else { short }),
            5..8 => Fault::End(Ending::Cut, Moment::After(way, rng.usize(0..=LAST_BYTES_MAX))),
            _ => Fault::End(Ending::Reset, Moment::After(way, rng.usize(0..=LAST_BYTES_MAX))),
        }
    }
}
