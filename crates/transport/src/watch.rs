//! Finds what nobody told this process: entries committed and tokens revoked elsewhere, or hints that were lost.
//!
//! It compares; it never asks for "ids greater than the last seen", since ids do not commit in order. Knows nothing of
//! how the storage tells that something changed.

use std::sync::Arc;
use std::time::Duration;

use handsel_domain::Unavailable;
use handsel_domain::ids::UserId;
use handsel_domain::ports::Tokens;
use handsel_domain::usecases::Talk;
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

use crate::close::CloseReason;
use crate::hub::Hub;

/// How often to compare while no broker reaches the other processes.
pub const INTERVAL_WITHOUT_BROKER: Duration = Duration::from_secs(1);
/// How long the writer of this process may take from a commit to the hub. What was committed here is then handed over,
/// and need not be read. Nothing but reads is saved by it: without this wait, too, every entry is sent once.
const HAND_OVER_TIME: Duration = Duration::from_millis(50);
/// Users whose conversations are compared by one query.
const USERS_PER_QUERY: usize = 1_000;

/// See the module.
pub struct Watch {
    hub: Arc<Hub>,
    talk: Arc<Talk>,
    tokens: Arc<dyn Tokens>,
}

impl Watch {
    /// Watches over that hub.
    pub fn new(hub: Arc<Hub>, talk: Arc<Talk>, tokens: Arc<dyn Tokens>) -> Self {
        Self { hub, talk, tokens }
    }

    /// Compares at every interval until it is stopped.
    pub async fn run(self, interval: Duration, stop: CancellationToken) {
        let mut ticks = tokio::time::interval(interval);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        // What one look says is due until a comparison has succeeded.
        let mut due = true;
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = ticks.tick() => {}
            }
            let joined = self.hub.take_joined();
            due = match self.talk.changed().await {
                Ok(changed) => due || joined || changed,
                Err(Unavailable) => true,
            };
            if due {
                due = self.compare().await.is_err();
            }
        }
    }

    /// One comparison.
    pub async fn compare(&self) -> Result<(), Unavailable> {
        let users = self.hub.live_users();
        let mut stored = Vec::new();
        for some in users.chunks(USERS_PER_QUERY) {
            let some: &[UserId] = some;
            stored.extend(self.talk.heads_of_users(some).await?);
        }
        if !stored.is_empty() {
            tokio::time::sleep(HAND_OVER_TIME).await;
        }
        self.hub.compare(&stored);
        let tokens = self.hub.live_tokens();
        if !tokens.is_empty() {
            self.hub.close_tokens(&self.tokens.dead_among(&tokens).await?, CloseReason::TokenRevoked);
        }
        Ok(())
    }
}
