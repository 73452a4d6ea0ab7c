//! One node's lives, one after the other: killed at a bad moment, and started again over the same database. Knows
//! nothing of clients, nor of the other nodes.

use std::future::pending;
use std::ops::RangeInclusive;
use std::time::Duration;

use fastrand::Rng;
use tokio::time::{Instant, sleep, sleep_until, timeout};

use super::life::{Ended, Life};
use super::world::World;
use crate::seen::Breach;
use crate::{Started, http, in_time};

const LIFE_MS: RangeInclusive<u64> = 2_000..=9_000;
/// One life in so many is over before it has well begun: while it opens the database, or meets the first who come back.
const SHORT_IN: u32 = 5;
const SHORT_LIFE_MS: RangeInclusive<u64> = 0..=200;
/// How long a bad moment is waited for.
const MOMENT_MAX: Duration = Duration::from_secs(1);
/// How long after that moment the end comes.
const TOO_LATE_MICROS: RangeInclusive<u64> = 0..=4_000;
/// One end in so many is in order.
const IN_ORDER_IN: u32 = 6;
/// How long a supervisor waits before it starts one again that has ended by itself.
const RESTART_PAUSE: Duration = Duration::from_millis(100);

/// How a balancer learns that a node is about to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Balancer {
    /// Before it is.
    IsTold,
    /// By what comes of leading a client there, who is led to the next one then.
    FindsOut,
}

pub(super) struct Lives {
    /// Which node it is.
    node: usize,
    life: Life,
    /// Where the database's outages stood when this life began.
    since: usize,
    /// How each is started; keeps the database, which outlives them all.
    over: Started,
    pub(super) kills: u64,
    pub(super) restarts: u64,
    /// How often one ended because there was no database to begin with.
    pub(super) in_vain: u64,
    breaches: Vec<Breach>,
    /// What those that have ended have logged.
    log: String,
}

impl Lives {
    /// The first one begins.
    pub(super) fn begin(node: usize, over: Started) -> Self {
        let (breaches, log) = (Vec::new(), String::new());
        Self { node, life: Life::begins(&over), since: 0, over, kills: 0, restarts: 0, in_vain: 0, breaches, log }
    }

    /// Waits until the first one listens; returns where.
    pub(super) async fn listen(&mut self) -> String {
        match self.life.listens().await {
            Some(address) => address,
            None => panic!("a server ended before it listened; it said:\n{}", self.life.log()),
        }
    }

    /// Kills this one and that, until then; returns once one lives that is reached.
    pub(super) async fn fail_until(&mut self, until: Instant, rng: &mut Rng, world: &World) {
        loop {
            let end = Instant::now() + Duration::from_millis(rng.u64(LIFE_MS));
            // The first one ends in any case: what did not fail was not tried.
            if end > until && self.kills + self.restarts > 0 {
                return sleep_until(until).await;
            }
            sleep_until(end.min(until)).await;
            let moment = if rng.bool() { &world.sent } else { &world.replaying };
            // Where nobody does it, any moment is as bad.
            let _ = timeout(MOMENT_MAX, moment.notified()).await;
            sleep(Duration::from_micros(rng.u64(TOO_LATE_MICROS))).await;
            if rng.u32(..IN_ORDER_IN) == 0 {
                let ended = self.life.is_told_to_end().await;
                self.note(ended, world);
                self.restarts += 1;
            } else {
                self.are_killed(world).await;
            }
            self.begin_again(world);
            while rng.u32(..SHORT_IN) == 0 {
                let met = async {
                    self.serve(world).await;
                    pending::<()>().await;
                };
                let _ = timeout(Duration::from_millis(rng.u64(SHORT_LIFE_MS)), met).await;
                self.are_killed(world).await;
                self.begin_again(world);
            }
            self.serve(world).await;
        }
    }

    /// One is told to end, and the next one begins, as for an upgrade. A balancer leads clients elsewhere until the next
    /// one is ready: from when that one is told to end, or from when the balancer finds out.
    pub(super) async fn roll(&mut self, balancer: Balancer, world: &World) {
        if balancer == Balancer::IsTold {
            world.rotates(self.node, false);
        }
        world.finds_out(balancer == Balancer::FindsOut);
        let ended = self.life.is_told_to_end().await;
        self.note(ended, world);
        self.begin_again(world);
        self.serve(world).await;
        let proxy = &world.proxies[self.node];
        // It says so to nobody but who asks.
        in_time("a node to be ready", async { while !is_ready(&proxy.address).await {} }).await;
        world.rotates(self.node, true);
        world.finds_out(false);
    }

    /// Leads the clients to this one, once it listens; to the next one where there was no database for it.
    async fn serve(&mut self, world: &World) {
        loop {
            if let Some(address) = self.life.listens().await {
                return world.proxies[self.node].leads_to(&address);
            }
            let ended = self.life.ends_by_itself().await;
            if !self.note(ended, world) {
                return;
            }
            sleep(RESTART_PAUSE).await;
            self.begin_again(world);
        }
    }

    fn begin_again(&mut self, world: &World) {
        self.since = world.outages.stand();
        self.life = Life::begins(&self.over);
    }

    async fn are_killed(&mut self, world: &World) {
        let ended = self.life.is_killed().await;
        self.note(ended, world);
        self.kills += 1;
    }

    /// The last one is told to end. Returns what all of them have logged, and what was not in order.
    pub(super) async fn end(mut self, world: &World) -> (String, Vec<Breach>) {
        let ended = self.life.is_told_to_end().await;
        self.note(ended, world);
        (self.log, self.breaches)
    }

    /// Whether it is in order that one has ended so.
    fn note(&mut self, ended: Ended, world: &World) -> bool {
        let Ended { log, status, as_due, has_listened } = ended;
        let in_vain = !as_due && !has_listened && status.code() == Some(1) && world.outages.any_since(self.since);
        self.in_vain += u64::from(in_vain);
        self.log += &log;
        if !as_due && !in_vain {
            self.breaches.push(format!("node {} has ended with {status}; it said:\n{log}", self.node));
        }
        as_due || in_vain
    }
}

async fn is_ready(address: &str) -> bool {
    http::tries_to_get(address, "/readyz", "").await.is_some_and(|answer| answer.status == 200)
}
