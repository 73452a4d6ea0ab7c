//! The server's lives, one after the other: killed at a bad moment, and started again over the same database. Knows
//! nothing of clients.

use std::future::pending;
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

use fastrand::Rng;
use tokio::sync::oneshot;
use tokio::time::{sleep, timeout};

use super::World;
use super::life::{Ended, Life};
use crate::seen::Breach;
use crate::{Server, Started};

const FLAGS: [&str; 8] =
    ["--frames-per-second", "0", "--sign-ins-per-minute", "0", "--drain-seconds", "1", "--log", "warn"];
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
    life: Life,
    /// How each is started; keeps the database, which outlives them all.
    pub(super) over: Started,
    pub(super) kills: u64,
    pub(super) restarts: u64,
    pub(super) breaches: Vec<Breach>,
    /// What those that have ended have logged.
    pub(super) log: String,
}

/// One to meet at, over a fresh database.
pub(super) async fn first() -> Server {
    Started::fresh().with(&FLAGS).start().await
}

impl Lives {
    /// The next one, over what the first one leaves.
    pub(super) async fn after(first: Server) -> Self {
        let (over, log) = (first.another().with(&FLAGS), first.log());
        first.terminate().await;
        let status = first.ended().await;
        let breaches = if status.success() { Vec::new() } else { vec![format!("the first server: {status}")] };
        let life = Life::begins(&over);
        Self { life, over, kills: 0, restarts: 0, breaches, log }
    }

    /// Waits until the one that lives listens; returns where.
    pub(super) async fn listens(&self) -> String {
        self.life.listens().await
    }

    /// One life after the other, until `enough`: then one server runs, and goes on.
    pub(super) async fn go_on(mut self, mut rng: Rng, world: Arc<World>, mut enough: oneshot::Receiver<()>) -> Self {
        loop {
            world.proxy.leads_to(&self.listens().await);
            tokio::select! {
                _ = &mut enough => return self,
                () = sleep(Duration::from_millis(rng.u64(LIFE_MS))) => {}
            }
            let moment = if rng.bool() { &world.sent } else { &world.replaying };
            // Where nobody does it, any moment is as bad.
            let _ = timeout(MOMENT_MAX, moment.notified()).await;
            sleep(Duration::from_micros(rng.u64(TOO_LATE_MICROS))).await;
            if rng.u32(..IN_ORDER_IN) == 0 {
                self.is_told_to_end().await;
                self.restarts += 1;
            } else {
                self.is_killed().await;
            }
            self.begins_again();
            while rng.u32(..SHORT_IN) == 0 {
                let met = async {
                    world.proxy.leads_to(&self.listens().await);
                    pending::<()>().await;
                };
                let _ = timeout(Duration::from_millis(rng.u64(SHORT_LIFE_MS)), met).await;
                self.is_killed().await;
                self.begins_again();
            }
        }
    }

    fn begins_again(&mut self) {
        self.life = Life::begins(&self.over);
    }

    async fn is_killed(&mut self) {
        let ended = self.life.is_killed().await;
        self.note(ended);
        self.kills += 1;
    }

    /// In order.
    pub(super) async fn is_told_to_end(&mut self) {
        let ended = self.life.is_told_to_end().await;
        self.note(ended);
    }

    fn note(&mut self, ended: Ended) {
        self.log += &ended.log;
        self.breaches.extend(ended.breach);
    }
}
