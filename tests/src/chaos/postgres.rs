//! PostgreSQL, which is stopped and started again. Knows nothing of who uses it.

use std::ops::RangeInclusive;
use std::time::Duration;

use fastrand::Rng;
use handsel_services::Postgres;
use tokio::task::spawn_blocking;
use tokio::time::{Instant, sleep, sleep_until};

use super::world::World;

const PRESENT_MS: RangeInclusive<u64> = 1_500..=5_000;
const AWAY_MS: RangeInclusive<u64> = 0..=3_000;

pub(super) struct FailingPostgres {
    /// None while it changes.
    postgres: Option<Postgres>,
    /// How it goes next: each way comes after the other.
    crashes_next: bool,
    pub(super) stops: u64,
    pub(super) crashes: u64,
}

impl FailingPostgres {
    /// A fresh one; returns the URL of a database.
    pub(super) async fn start() -> (Self, String) {
        let started = spawn_blocking(|| {
            let postgres = Postgres::start();
            let url = postgres.fresh_database();
            (postgres, url)
        });
        let (postgres, url) = started.await.expect("PostgreSQL starts");
        (Self { postgres: Some(postgres), crashes_next: false, stops: 0, crashes: 0 }, url)
    }

    /// Goes and comes back until then, in order and not; returns once it is there.
    pub(super) async fn fail_until(&mut self, until: Instant, rng: &mut Rng, world: &World) {
        loop {
            sleep(Duration::from_millis(rng.u64(PRESENT_MS))).await;
            world.outages.begin();
            self.does(if self.crashes_next { Postgres::crash } else { Postgres::stop }).await;
            sleep(Duration::from_millis(rng.u64(AWAY_MS))).await;
            self.does(Postgres::start_again).await;
            world.outages.end();
            *(if self.crashes_next { &mut self.crashes } else { &mut self.stops }) += 1;
            self.crashes_next = !self.crashes_next;
            if Instant::now() + Duration::from_millis(*PRESENT_MS.end()) > until {
                return sleep_until(until).await;
            }
        }
    }

    async fn does(&mut self, change: fn(&mut Postgres)) {
        let mut postgres = self.postgres.take().expect("it does one thing after the other");
        let changed = spawn_blocking(move || {
            change(&mut postgres);
            postgres
        });
        self.postgres = Some(changed.await.expect("PostgreSQL does that"));
    }
}
