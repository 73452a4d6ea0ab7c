//! One node's lives, one after the other: killed at a bad moment, and started again over the same database. Knows
//! nothing of clients, nor of the other nodes.

use std::future::pending;
use std::ops::RangeInclusive;
use std::time::Duration;

use fastrand::Rng;
use tokio::time::{Instant, sleep, sleep_until, timeout};

use super::life::{Ended, Life};
use super::world::World;
use crate::Started;
use crate::seen::Breach;

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

pub(super) struct Lives {
    /// Which node it is.
    node: usize,
    life: Life,
    /// How each is started; keeps the database, which outlives them all.
    over: Started,
    pub(super) kills: u64,
    pub(super) restarts: u64,
    breaches: Vec<Breach>,
    /// What those that have ended have logged.
    log: String,
}

impl Lives {
    /// The first one begins.
    pub(super) fn begin(node: usize, over: Started) -> Self {
        let (breaches, log) = (Vec::new(), String::new());
        Self { node, life: Life::begins(&over), over, kills: 0, restarts: 0, breaches, log }
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
                self.note(ended);
                self.restarts += 1;
            } else {
                self.are_killed().await;
            }
            self.begin_again();
            while rng.u32(..SHORT_IN) == 0 {
                let met = async {
                    self.serve(world).await;
                    pending::<()>().await;
                };
                let _ = timeout(Duration::from_millis(rng.u64(SHORT_LIFE_MS)), met).await;
                self.are_killed().await;
                self.begin_again();
            }
            self.serve(world).await;
        }
    }

    /// Leads the clients to this one, once it listens.
    async fn serve(&mut self, world: &World) {
        match self.life.listens().await {
            Some(address) => world.proxies[self.node].leads_to(&address),
            None => {
                let ended = self.life.ends_by_itself().await;
                self.note(ended);
            }
        }
    }

    fn begin_again(&mut self) {
        self.life = Life::begins(&self.over);
    }

    async fn are_killed(&mut self) {
        let ended = self.life.is_killed().await;
        self.note(ended);
        self.kills += 1;
    }

    /// The last one is told to end. Returns what all of them have logged, and what was not in order.
    pub(super) async fn end(mut self) -> (String, Vec<Breach>) {
        let ended = self.life.is_told_to_end().await;
        self.note(ended);
        (self.log, self.breaches)
    }

    fn note(&mut self, ended: Ended) {
        let Ended { log, status, as_due } = ended;
        if !as_due {
            self.breaches.push(format!("node {} has ended with {status}; it said:\n{log}", self.node));
        }
        self.log += &log;
    }
}
