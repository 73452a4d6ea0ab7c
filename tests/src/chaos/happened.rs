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
    /// How often all nodes were restarted, one after the other.
    pub rollouts: u64,
    /// How often Redis was away for ten seconds, and came back empty.
    pub redis_outages: u64,
    /// How often it stood still for a while.
    pub redis_freezes: u64,
    /// How many entries came to clients of other nodes while it did neither hear nor tell.
    pub crossed: u64,
    /// How often PostgreSQL was stopped in order, and started again.
    pub postgres_stops: u64,
    /// How often it was ended as by a loss of power.
    pub postgres_crashes: u64,
    /// How often one was started while there was no database, and ended by itself.
    pub in_vain: u64,
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
        Self {
            faults,
            kills: self.kills - before.kills,
            restarts: self.restarts - before.restarts,
            rollouts: self.rollouts - before.rollouts,
            redis_outages: self.redis_outages - before.redis_outages,
            redis_freezes: self.redis_freezes - before.redis_freezes,
            crossed: self.crossed - before.crossed,
            postgres_stops: self.postgres_stops - before.postgres_stops,
            postgres_crashes: self.postgres_crashes - before.postgres_crashes,
            in_vain: self.in_vain - before.in_vain,
        }
    }
}

impl fmt::Display for Happened {
    /// What did happen; what did not, is not named.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Faults { cuts, resets, stalls, delays } = self.faults;
        let counts = [
            (cuts, "cuts"),
            (resets, "resets"),
            (stalls, "stalls"),
            (delays, "delays"),
            (self.kills, "kills"),
            (self.restarts, "restarts in order"),
            (self.in_vain, "starts without a database"),
            (self.rollouts, "rolling restarts"),
            (self.redis_outages, "times no Redis for ten seconds"),
            (self.redis_freezes, "times a Redis that stands still"),
            (self.crossed, "entries from node to node meanwhile"),
            (self.postgres_stops, "stops of PostgreSQL"),
            (self.postgres_crashes, "crashes of PostgreSQL"),
        ];
        let told = counts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}"));
        f.write_str(&told.collect::<Vec<_>>().join(", "))
    }
}
