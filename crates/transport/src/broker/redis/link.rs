//! The link to Redis: made, watched over, made again. Knows nothing of what is said over it.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use redis::aio::{MultiplexedConnection, PubSub};
use redis::{AsyncConnectionConfig, RedisError};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::letters::Said;
use super::listen::Listener;
use super::publish::Publisher;
use super::subscribe::Subscriber;
use super::{RedisUrl, Shared};
use crate::hub::Hub;

/// How long both connections may take.
const CONNECT_PATIENCE: Duration = Duration::from_secs(3);
/// How long Redis may take to answer.
const ANSWER_PATIENCE: Duration = Duration::from_secs(2);
/// How long to wait before it is tried again, at first.
const RETRY_MIN: Duration = Duration::from_millis(50);
/// How long to wait at most.
const RETRY_MAX: Duration = Duration::from_secs(1);

/// Why there is no link.
#[derive(Debug, thiserror::Error)]
pub(super) enum Broken {
    /// Redis, or the way to it, says so.
    #[error(transparent)]
    Redis(#[from] RedisError),
    /// It does not answer.
    #[error("Redis does not answer")]
    Silent,
    /// The subscribed connection has ended.
    #[error("Redis has closed the connection")]
    Closed,
    /// What is published does not come back.
    #[error("what is published does not come back")]
    Unheard,
}

/// The task that keeps the link. Until it runs, and whenever there is no link, the broker is degraded.
pub struct Link {
    pub(super) shared: Arc<Shared>,
    pub(super) url: RedisUrl,
    pub(super) queue: mpsc::Receiver<Said>,
}

impl Link {
    /// Keeps the link until it is stopped; then the other nodes are told that this one has ended.
    pub async fn run(mut self, hub: Arc<Hub>, stop: CancellationToken) {
        metrics::gauge!("handsel_broker_up").set(0.0);
        let _ended = DownAtTheEnd(Arc::clone(&self.shared));
        let (mut outage, mut wait) = (Outage::default(), RETRY_MIN);
        loop {
            let broken = tokio::select! {
                () = stop.cancelled() => return,
                connected = self.connected() => match connected {
                    Ok((connection, pubsub)) => match self.hold(connection, pubsub, &hub, &stop, &mut outage).await {
                        Ok(()) => return,
                        Err(broken) => broken,
                    },
                    Err(broken) => broken,
                },
            };
            if self.shared.down() {
                wait = RETRY_MIN;
            }
            outage.warn(&self.url, &broken);
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(wait.mul_f64(0.5 + fastrand::f64() / 2.0)) => {}
            }
            wait = (wait * 2).min(RETRY_MAX);
        }
    }

    async fn connected(&self) -> Result<(MultiplexedConnection, PubSub), Broken> {
        let both = async { Ok((connect(&self.url).await?, self.url.client().get_async_pubsub().await?)) };
        timeout(CONNECT_PATIENCE, both).await.map_err(|_| Broken::Silent)?
    }

    /// For as long as the link lasts; `Ok` where it was stopped.
    async fn hold(
        &mut self,
        connection: MultiplexedConnection,
        pubsub: PubSub,
        hub: &Arc<Hub>,
        stop: &CancellationToken,
        outage: &mut Outage,
    ) -> Result<(), Broken> {
        // What was said while nobody could hear it is old by now.
        while self.queue.try_recv().is_ok() {
            self.shared.missed.store(true, Ordering::Relaxed);
        }
        let (sink, said) = pubsub.split();
        let (heard, pulse) = watch::channel(0);
        let listener = Listener { shared: Arc::clone(&self.shared), hub: Arc::clone(hub), pulse: heard };
        // On its own, so that whatever waits for an answer of Redis keeps nobody from hearing; it ends with this.
        let mut listening = JoinSet::new();
        listening.spawn(listener.run(said));
        let mut subscriber = Subscriber { shared: &self.shared, sink };
        let publisher = Publisher { shared: &self.shared, hub, connection, queue: &mut self.queue, pulse };
        let held = async {
            tokio::select! {
                () = stop.cancelled() => return Ok(()),
                begun = subscriber.begin() => begun?,
            }
            let up = || {
                self.shared.up();
                outage.end(&self.url);
            };
            tokio::select! {
                ended = publisher.run(stop, up) => ended,
                ended = subscriber.run() => ended,
            }
        };
        tokio::select! {
            held = held => held,
            _ = listening.join_next() => Err(Broken::Closed),
        }
    }
}

/// A connection that commands are sent over.
pub(super) async fn connect(url: &RedisUrl) -> Result<MultiplexedConnection, Broken> {
    // The crate that makes the connections leaves it to the process which implementation is used. That another was
    // chosen before is as well.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let config = AsyncConnectionConfig::new()
        .set_connection_timeout(Some(CONNECT_PATIENCE))
        .set_response_timeout(Some(ANSWER_PATIENCE));
    Ok(url.client().get_multiplexed_async_connection_with_config(&config).await?)
}

/// However the task ends: from then on there is no broker, and comparing finds everything.
struct DownAtTheEnd(Arc<Shared>);

impl Drop for DownAtTheEnd {
    fn drop(&mut self) {
        self.0.down();
    }
}

/// What was logged since there is no link: each reason once.
#[derive(Default)]
struct Outage {
    logged: HashSet<String>,
    was_up: bool,
}

impl Outage {
    fn warn(&mut self, url: &RedisUrl, broken: &Broken) {
        let reason = broken.to_string();
        if self.logged.contains(&reason) {
            return;
        }
        tracing::warn!(
            redis = url.shown(),
            reason,
            "Redis (redis_url) cannot be used; until it can, what other nodes commit is found each second"
        );
        self.logged.insert(reason);
    }

    fn end(&mut self, url: &RedisUrl) {
        tracing::info!(redis = url.shown(), again = self.was_up, "Redis is used");
        self.logged.clear();
        self.was_up = true;
    }
}
