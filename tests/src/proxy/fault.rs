//! What can happen to a connection, and how often it did. Knows nothing of how it is done.

use std::fmt;
use std::ops::AddAssign;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Which way bytes go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// From the client to the server.
    Up,
    /// From the server to the client.
    Down,
    /// Each of the two, on its own.
    Both,
}

/// How a connection is ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// Both sides are told that nothing more comes (FIN).
    Cut,
    /// Both sides are told that the connection is broken (RST).
    Reset,
}

/// When a connection is ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// At once.
    Now,
    /// Once so many bytes more have gone that way, and another is due: in the middle of a frame, nearly always.
    After(Way, usize),
}

/// What happens to a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// From now on whatever goes that way comes so much later.
    Delay(Way, Duration),
    /// For so long nothing goes that way; then it goes on.
    Stall(Way, Duration),
    /// It ends.
    End(Ending, Moment),
    /// Delays, stalls and ends that are due are forgotten.
    Calm,
}

/// How often what happened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Faults {
    /// Lines that became slow.
    pub delays: u64,
    /// Lines that stood still for a while.
    pub stalls: u64,
    /// Connections that were closed.
    pub cuts: u64,
    /// Connections that were reset.
    pub resets: u64,
}

impl AddAssign for Faults {
    fn add_assign(&mut self, other: Self) {
        let Self { delays, stalls, cuts, resets } = other;
        self.delays += delays;
        self.stalls += stalls;
        self.cuts += cuts;
        self.resets += resets;
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { delays, stalls, cuts, resets } = self;
        write!(f, "{cuts} cuts, {resets} resets, {stalls} stalls, {delays} delays")
    }
}

#[derive(Debug, Default)]
pub(super) struct Counts {
    delays: AtomicU64,
    stalls: AtomicU64,
    cuts: AtomicU64,
    resets: AtomicU64,
}

impl Counts {
    pub(super) fn delay(&self) {
        self.delays.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn stall(&self) {
        self.stalls.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn end(&self, ending: Ending) {
        let count = match ending {
            Ending::Cut => &self.cuts,
            Ending::Reset => &self.resets,
        };
        count.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn so_far(&self) -> Faults {
        let read = |count: &AtomicU64| count.load(Ordering::Relaxed);
        Faults {
            delays: read(&self.delays),
            stalls: read(&self.stalls),
            cuts: read(&self.cuts),
            resets: read(&self.resets),
        }
    }
}
