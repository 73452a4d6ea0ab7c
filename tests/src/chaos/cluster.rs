//! All that fails: the nodes and the network in front of each. Knows nothing of what clients do.

use std::ops::RangeInclusive;
use std::sync::Arc;

use fastrand::Rng;
use futures_util::future::{self, OptionFuture};
use tokio::time::{Instant, sleep_until};

use super::happened::Happened;
use super::lives::Lives;
use super::part::{Part, Stage};
use super::world::World;
use crate::proxy::{Proxy, Weather};
use crate::seen::Breach;
use crate::{Server, Started};

/// From one fault of a connection to the next, in milliseconds: each has one of its own every few seconds.
const FAULT_EVERY_MS: RangeInclusive<u64> = 500..=8_000;
const FLAGS: [&str; 8] =
    ["--frames-per-second", "0", "--sign-ins-per-minute", "0", "--drain-seconds", "1", "--log", "warn"];

pub(super) struct Cluster {
    nodes: Vec<Lives>,
}

/// One to meet at, over a fresh database.
pub(super) async fn first() -> Server {
    Started::fresh().with(&FLAGS).start().await
}

impl Cluster {
    /// So many, over what the first server leaves; each behind a proxy.
    pub(super) async fn over(first: &Started, nodes: usize) -> (Self, Vec<Proxy>) {
        let mut cluster = Self { nodes: Vec::new() };
        let mut proxies = Vec::new();
        for node in 0..nodes {
            cluster.nodes.push(Lives::begin(node, first.another().with(&FLAGS)));
        }
        // They start at once.
        for node in &mut cluster.nodes {
            proxies.push(Proxy::to(&node.listen().await, Weather::calm()).await);
        }
        (cluster, proxies)
    }

    /// Lets fail what fails in a stage; returns once it is over and all are there again.
    pub(super) async fn fails(&mut self, stage: &Stage, rng: &mut Rng, world: &Arc<World>) -> Happened {
        let before = self.so_far(world);
        let until = Instant::now() + stage.how_long;
        if stage.has(Part::Sockets) {
            world.storms(|| Weather::stormy(rng.u64(..), FAULT_EVERY_MS));
        }
        let nodes = OptionFuture::from(stage.has(Part::Nodes).then(|| {
            future::join_all(self.nodes.iter_mut().map(|node| {
                let mut rng = rng.fork();
                async move { node.fail_until(until, &mut rng, world).await }
            }))
        }));
        tokio::join!(nodes, sleep_until(until));
        world.calms();
        self.so_far(world).since(before)
    }

    /// How often what happened.
    pub(super) fn so_far(&self, world: &World) -> Happened {
        let mut happened = Happened::default();
        for proxy in &world.proxies {
            happened.faults += proxy.faults();
        }
        for node in &self.nodes {
            happened.kills += node.kills;
            happened.restarts += node.restarts;
        }
        happened
    }

    /// All are told to end. Returns what all have logged, and what was not in order.
    pub(super) async fn ends(self) -> (String, Vec<Breach>) {
        let (mut log, mut breaches) = (String::new(), Vec::new());
        for (logged, ends) in future::join_all(self.nodes.into_iter().map(|node| node.end())).await {
            log += &logged;
            breaches.extend(ends);
        }
        (log, breaches)
    }
}
