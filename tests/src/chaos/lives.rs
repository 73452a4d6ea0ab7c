//! The server's lives, one after the other: killed at a bad moment, and started again over the same database. Knows
//! nothing of clients.

use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

use fastrand::Rng;
use tokio::sync::oneshot;
use tokio::time::{sleep, timeout};

use super::World;
use crate::{Server, Started};

const FLAGS: [&str; 8] =
    ["--frames-per-second", "0", "--sign-ins-per-minute", "0", "--drain-seconds", "1", "--log", "warn"];
const LIFE_MS: RangeInclusive<u64> = 2_000..=9_000;
/// How long a bad moment is waited for.
const MOMENT_MAX: Duration = Duration::from_secs(1);
/// How long after that moment the end comes.
const TOO_LATE_MICROS: RangeInclusive<u64> = 0..=4_000;
/// One end in so many is in order.
const IN_ORDER_IN: u32 = 6;

pub(super) struct Lives {
    pub(super) server: Server,
    pub(super) kills: u64,
    pub(super) restarts: u64,
    /// What those before it have logged.
    log: String,
}

/// The first one, over a fresh database.
pub(super) async fn first() -> Server {
    Started::fresh().with(&FLAGS).start().await
}

impl Lives {
    pub(super) fn new(server: Server) -> Self {
        Self { server, kills: 0, restarts: 0, log: String::new() }
    }

    /// One life after the other, until `enough`: then one server runs, and goes on.
    pub(super) async fn go_on(self, mut rng: Rng, world: Arc<World>, mut enough: oneshot::Receiver<()>) -> Self {
        let Self { mut server, mut kills, mut restarts, mut log } = self;
        loop {
            tokio::select! {
                _ = &mut enough => return Self { server, kills, restarts, log },
                () = sleep(Duration::from_millis(rng.u64(LIFE_MS))) => {}
            }
            let moment = if rng.bool() { &world.sent } else { &world.replaying };
            // Where nobody does it, any moment is as bad.
            let _ = timeout(MOMENT_MAX, moment.notified()).await;
            sleep(Duration::from_micros(rng.u64(TOO_LATE_MICROS))).await;
            let next = if rng.u32(..IN_ORDER_IN) == 0 {
                restarts += 1;
                let next = server.another();
                server.terminate().await;
                log += &server.log();
                server.ended().await;
                next
            } else {
                kills += 1;
                log += &server.log();
                server.kill().await
            };
            server = next.with(&FLAGS).start().await;
            world.proxy.leads_to(&server.address);
        }
    }

    /// All that was logged, by all of them.
    pub(super) fn log(&self) -> String {
        format!("{}{}", self.log, self.server.log())
    }
}
