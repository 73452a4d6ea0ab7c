//! What can fail, and when which of it does: each alone, then all together. Knows nothing of how it fails.

use std::fmt;
use std::time::Duration;

use clap::ValueEnum;

/// Something that can fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Part {
    /// Connections of clients are delayed, stalled, cut and reset.
    Sockets,
    /// Nodes are killed with `-9`, or told to end, and started again.
    Nodes,
    /// Redis is stopped for ten seconds and started empty, or stands still for a while.
    Redis,
    /// PostgreSQL is stopped, in order or as by a loss of power, and started again.
    Postgres,
    /// Nodes are told to end and started again, one after the other, as for an upgrade.
    Rollout,
}

impl Part {
    /// What fails where nobody chooses, over one SQLite file.
    pub const OVER_SQLITE: [Self; 2] = [Self::Sockets, Self::Nodes];
    /// The same over PostgreSQL and Redis.
    pub const OVER_SERVICES: [Self; 4] = [Self::Sockets, Self::Nodes, Self::Redis, Self::Postgres];

    /// Whether it takes PostgreSQL and Redis to let it fail.
    pub fn is_of_services(self) -> bool {
        matches!(self, Self::Redis | Self::Postgres)
    }

    /// How much of the time is its own. An outage of Redis is long.
    const fn share(self) -> u32 {
        match self {
            Self::Sockets => 1,
            Self::Nodes | Self::Postgres | Self::Rollout => 2,
            Self::Redis => 3,
        }
    }
}

/// The share of the time in which all fail.
const TOGETHER: u32 = 4;

/// A time in which the same parts fail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stage {
    /// Which they are.
    pub parts: Vec<Part>,
    /// How long it lasts.
    pub how_long: Duration,
}

impl Stage {
    pub(super) fn has(&self, part: Part) -> bool {
        self.parts.contains(&part)
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.parts.iter().map(|part| format!("{part:?}").to_lowercase()).collect();
        write!(f, "{} for {} s", names.join(", "), self.how_long.as_secs())
    }
}

/// Each of them alone, then all together, in so much time.
pub(super) fn stages(parts: &[Part], how_long: Duration) -> Vec<Stage> {
    if let [part] = parts {
        return vec![Stage { parts: vec![*part], how_long }];
    }
    let all = TOGETHER + parts.iter().map(|part| part.share()).sum::<u32>();
    let stage = |parts: &[Part], share| Stage { parts: parts.to_vec(), how_long: how_long * share / all };
    let alone = parts.iter().map(|part| stage(&[*part], part.share()));
    alone.chain([stage(parts, TOGETHER)]).collect()
}

#[cfg(test)]
mod tests {
    use super::Part::Nodes;
    use super::*;

    #[test]
    fn each_fails_alone_and_then_all_together() {
        let seconds = |parts: &[Part], seconds| -> Vec<_> {
            let stages = stages(parts, Duration::from_secs(seconds));
            stages.into_iter().map(|stage| (stage.parts, stage.how_long.as_secs())).collect()
        };
        let all = Part::OVER_SERVICES;
        let expected = [(&all[..1], 5), (&all[1..2], 10), (&all[2..3], 15), (&all[3..], 10), (&all[..], 20)];
        assert_eq!(seconds(&all, 60), expected.map(|(parts, seconds)| (parts.to_vec(), seconds)));
        assert_eq!(seconds(&[Nodes], 60), [(vec![Nodes], 60)], "one alone is all there is");
    }
}
