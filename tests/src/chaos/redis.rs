//! Redis, which goes and comes back empty. Knows nothing of who uses it.

use std::ops::RangeInclusive;
use std::time::Duration;

use fastrand::Rng;
use handsel_services::Redis;
use tokio::task::spawn_blocking;
use tokio::time::{Instant, sleep, sleep_until};

use super::world::World;

const PRESENT_MS: RangeInclusive<u64> = 500..=2_000;
const AWAY: Duration = Duration::from_secs(10);
/// Beyond what its users wait for an answer, so that they take it for gone.
const FROZEN: Duration = Duration::from_secs(5);
/// One outage in so many, after the first, is a process that stands still: its connections stay open.
const FROZEN_IN: u32 = 3;

/// None while it is away.
pub(super) struct FailingRedis {
    redis: Option<Redis>,
    pub(super) outages: u64,
    pub(super) freezes: u64,
}

impl FailingRedis {
    /// A fresh one; returns its URL.
    pub(super) async fn start() -> (Self, String) {
        let redis = spawn_blocking(Redis::start).await.expect("Redis starts");
        let url = redis.url();
        (Self { redis: Some(redis), outages: 0, freezes: 0 }, url)
    }

    /// Goes and comes back until then; returns once it is there.
    pub(super) async fn fail_until(&mut self, until: Instant, rng: &mut Rng, world: &World) {
        let mut freezes = false;
        loop {
            sleep(Duration::from_millis(rng.u64(PRESENT_MS))).await;
            if freezes {
                self.freeze(world).await;
            } else {
                self.go(world).await;
            }
            if Instant::now() + AWAY > until {
                return sleep_until(until).await;
            }
            freezes = rng.u32(..FROZEN_IN) == 0;
        }
    }

    async fn go(&mut self, world: &World) {
        self.does(Redis::stop).await;
        world.crossing.redis_goes();
        sleep(AWAY).await;
        world.crossing.redis_comes();
        self.does(Redis::start_again).await;
        self.outages += 1;
    }

    async fn freeze(&mut self, world: &World) {
        self.does(Redis::freeze).await;
        world.crossing.redis_goes();
        sleep(FROZEN).await;
        world.crossing.redis_comes();
        self.does(Redis::thaw).await;
        self.freezes += 1;
    }

    async fn does(&mut self, change: impl FnOnce(&mut Redis) + Send + 'static) {
        let mut redis = self.redis.take().expect("it does one thing after the other");
        let changed = spawn_blocking(move || {
            change(&mut redis);
            redis
        });
        self.redis = Some(changed.await.expect("Redis does that"));
    }
}
