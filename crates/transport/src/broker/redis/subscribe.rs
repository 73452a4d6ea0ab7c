//! Keeps this node subscribed to the channels of those who are here. Knows nothing of what is said over them.

use std::time::Duration;

use handsel_domain::ids::UserId;
use redis::aio::PubSubSink;
use tokio::time::timeout;

use super::Shared;
use super::link::Broken;
use super::subscriptions::Change;

/// Channels of one command.
const CHANNELS_MAX: usize = 500;
/// How long Redis may take to confirm one command.
const CONFIRM_PATIENCE: Duration = Duration::from_secs(3);

/// See the module.
pub(super) struct Subscriber<'a> {
    pub(super) shared: &'a Shared,
    pub(super) sink: PubSubSink,
}

impl Subscriber<'_> {
    /// Subscribes to what every node hears, and to the channels of all who are here by now. It ends, however many come and
    /// go meanwhile: those are followed afterwards.
    pub(super) async fn begin(&mut self) -> Result<(), Broken> {
        let channels = &self.shared.channels;
        self.confirmed(true, vec![channels.all(), channels.node(self.shared.node)]).await?;
        for here in self.shared.subscriptions.begin().chunks(CHANNELS_MAX) {
            self.subscribe(here).await?;
        }
        Ok(())
    }

    /// Follows who comes and goes; returns with why that is not possible any more.
    pub(super) async fn run(mut self) -> Result<(), Broken> {
        loop {
            self.shared.subscriptions.changed().await;
            self.follow().await?;
        }
    }

    async fn follow(&mut self) -> Result<(), Broken> {
        loop {
            let Change { subscribe, unsubscribe } = self.shared.subscriptions.take_change(CHANNELS_MAX);
            if subscribe.is_empty() && unsubscribe.is_empty() {
                return Ok(());
            }
            self.subscribe(&subscribe).await?;
            self.confirmed(false, self.names(&unsubscribe)).await?;
        }
    }

    async fn subscribe(&mut self, users: &[UserId]) -> Result<(), Broken> {
        self.confirmed(true, self.names(users)).await?;
        if self.shared.subscriptions.confirm(users) {
            self.shared.pace.look_now();
        }
        Ok(())
    }

    fn names(&self, users: &[UserId]) -> Vec<String> {
        users.iter().map(|user| self.shared.channels.user(*user)).collect()
    }

    async fn confirmed(&mut self, subscribe: bool, channels: Vec<String>) -> Result<(), Broken> {
        if channels.is_empty() {
            return Ok(());
        }
        let asked = async {
            if subscribe { self.sink.subscribe(channels).await } else { self.sink.unsubscribe(channels).await }
        };
        timeout(CONFIRM_PATIENCE, asked).await.map_err(|_| Broken::Silent)??;
        Ok(())
    }
}
