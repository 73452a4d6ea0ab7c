//! All that fails: nodes, the network in front of each, and what they share. Knows nothing of what clients do.

use std::ops::RangeInclusive;

use fastrand::Rng;
use futures_util::future;
use tokio::time::{Instant, sleep_until};

use super::happened::Happened;
use super::lives::{Balancer, Lives};
use super::part::{Part, Stage};
use super::postgres::FailingPostgres;
use super::redis::FailingRedis;
use super::world::World;
use crate::Started;
use crate::database::Database;
use crate::over::Over;
use crate::proxy::{Proxy, Weather};
use crate::seen::Breach;

/// From one fault of a connection to the next, in milliseconds: each has one of its own every few seconds.
const FAULT_EVERY_MS: RangeInclusive<u64> = 500..=8_000;
const FLAGS: [&str; 8] =
    ["--frames-per-second", "0", "--sign-ins-per-minute", "0", "--drain-seconds", "1", "--log", "warn"];

/// What all nodes are started over.
pub(super) struct Ground {
    over: Started,
    services: Option<Services>,
}

struct Services {
    redis: FailingRedis,
    redis_url: String,
    postgres: FailingPostgres,
}

impl Ground {
    /// A fresh file, or a PostgreSQL and a Redis of its own.
    pub(super) async fn fresh(over: Over) -> Self {
        if over == Over::Sqlite {
            return Self { over: Started::fresh_file(), services: None };
        }
        let (redis, postgres) = tokio::join!(FailingRedis::start(), FailingPostgres::start());
        let ((redis, redis_url), (postgres, database_url)) = (redis, postgres);
        let over = Started::over_foreign(Database::at(database_url));
        Self { over, services: Some(Services { redis, redis_url, postgres }) }
    }

    /// How a node is started.
    pub(super) fn node(&self) -> Started {
        let node = self.over.another().with(&FLAGS);
        match &self.services {
            // It has a password.
            Some(Services { redis_url, .. }) => node.variable("REDIS_URL", redis_url),
            None => node,
        }
    }

    pub(super) fn database(&self) -> &Database {
        self.over.database()
    }
}

pub(super) struct Cluster {
    pub(super) ground: Ground,
    nodes: Vec<Lives>,
    rollouts: u64,
}

impl Cluster {
    /// So many nodes, started at once, each behind a proxy.
    pub(super) async fn over(ground: Ground, nodes: usize) -> (Self, Vec<Proxy>) {
        let mut nodes: Vec<_> = (0..nodes).map(|node| Lives::begin(node, ground.node())).collect();
        let mut proxies = Vec::new();
        for node in &mut nodes {
            proxies.push(Proxy::to(&node.listen().await, Weather::calm()).await);
        }
        (Self { ground, nodes, rollouts: 0 }, proxies)
    }

    /// Lets fail what fails in a stage; returns once it is over, and all are there again.
    pub(super) async fn fails(&mut self, stage: &Stage, rng: &mut Rng, world: &World) -> Happened {
        let before = self.so_far(world);
        let until = Instant::now() + stage.how_long;
        if stage.has(Part::Sockets) {
            world.storms(|| Weather::stormy(rng.u64(..), FAULT_EVERY_MS));
        }
        let (mut of_redis, mut of_postgres) = (rng.fork(), rng.fork());
        let services = async {
            let Some(Services { redis, postgres, .. }) = &mut self.ground.services else { return };
            let redis = async {
                if stage.has(Part::Redis) {
                    redis.fail_until(until, &mut of_redis, world).await;
                }
            };
            let postgres = async {
                if stage.has(Part::Postgres) {
                    postgres.fail_until(until, &mut of_postgres, world).await;
                }
            };
            tokio::join!(redis, postgres);
        };
        let mut rngs: Vec<_> = self.nodes.iter().map(|_| rng.fork()).collect();
        let nodes = async {
            if stage.has(Part::Nodes) {
                let each = self.nodes.iter_mut().zip(&mut rngs);
                future::join_all(each.map(|(node, rng)| node.fail_until(until, rng, world))).await;
            }
            while stage.has(Part::Rollout) && Instant::now() < until {
                let balancer = if self.rollouts.is_multiple_of(2) { Balancer::FindsOut } else { Balancer::IsTold };
                for node in &mut self.nodes {
                    node.roll(balancer, world).await;
                }
                self.rollouts += 1;
            }
        };
        tokio::join!(services, nodes, sleep_until(until));
        world.calms();
        self.so_far(world).since(before)
    }

    /// How often what happened.
    pub(super) fn so_far(&self, world: &World) -> Happened {
        let mut happened =
            Happened { rollouts: self.rollouts, crossed: world.crossing.crossed(), ..Happened::default() };
        for proxy in &world.proxies {
            happened.faults += proxy.faults();
        }
        for node in &self.nodes {
            happened.kills += node.kills;
            happened.restarts += node.restarts;
            happened.in_vain += node.in_vain;
        }
        if let Some(Services { redis, postgres, .. }) = &self.ground.services {
            (happened.redis_outages, happened.redis_freezes) = (redis.outages, redis.freezes);
            (happened.postgres_stops, happened.postgres_crashes) = (postgres.stops, postgres.crashes);
        }
        happened
    }

    /// All are told to end. Returns what all have logged, and what was not in order.
    pub(super) async fn ends(self, world: &World) -> (String, Vec<Breach>) {
        let (mut log, mut breaches) = (String::new(), Vec::new());
        for (logged, ends) in future::join_all(self.nodes.into_iter().map(|node| node.end(world))).await {
            log += &logged;
            breaches.extend(ends);
        }
        (log, breaches)
    }
}
