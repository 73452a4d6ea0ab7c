//! How often what failed. Knows nothing of how it was done.

use std::fmt;

use crate::proxy::Faults;

/// How often what failed, so far or in one stage.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Happened {
    /// What the network did.
    pub faults: Faults,
    /// How often a node was killed.
    pub kills: u64,
    /// How often one was told to end, and did.
    pub restarts: u64,
}

impl Happened {
    /// What has come to it since.
    pub(super) fn since(self, before: Self) -> Self {
        let (now, then) = (self.faults, before.faults);
        let faults = Faults {
            delays: now.delays - then.delays,
            stalls: now.stalls - then.stalls,
            cuts: now.cuts - then.cuts,
            resets: now.resets - then.resets,
        };
        Self { faults, kills: self.kills - before.kills, restarts: self.restarts - before.restarts }
    }
}

impl fmt::Display for Happened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { faults, kills, restarts } = self;
        write!(f, "{faults}; {kills} kills, {restarts} restarts in order")
    }
}
