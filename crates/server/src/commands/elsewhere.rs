//! Whom a command tells of what it has done: the nodes, where there is a Redis. Knows nothing of what that was.

use std::sync::{Arc, Mutex, PoisonError};

use handsel_domain::conversation::{Account, ReadCursor};
use handsel_domain::ids::{TokenId, UserId};
use handsel_domain::ports::Committed;
use handsel_domain::timeline::Entry;
use handsel_transport::broker::redis::announce;

use crate::config::Redis;

/// Writes down which tokens were revoked and who was shut out, until the nodes are told. Nothing else that a command does is waited for.
#[derive(Default)]
pub(super) struct Elsewhere {
    revoked: Mutex<Vec<TokenId>>,
    shut_out: Mutex<Vec<(UserId, Account)>>,
}

impl Elsewhere {
    /// Tells the nodes, where there is a Redis. Where they do not hear it, they find it a little later.
    pub(super) async fn is_told(&self, redis: Option<Redis>) {
        let revoked = std::mem::take(&mut *self.revoked.lock().unwrap_or_else(PoisonError::into_inner));
        let shut_out = std::mem::take(&mut *self.shut_out.lock().unwrap_or_else(PoisonError::into_inner));
        let is_nothing = revoked.is_empty() && shut_out.is_empty();
        let Some(Redis { url, prefix }) = redis.filter(|_| !is_nothing) else { return };
        if let Err(reason) = announce(&url, prefix, shut_out, revoked).await {
            tracing::warn!(
                redis = url.shown(),
                %reason,
                "Redis (redis_url) was not told; the nodes find within seconds which tokens were revoked"
            );
        }
    }
}

impl Committed for Elsewhere {
    fn entries(&self, _: &[Arc<Entry>]) {}

    fn cursor_moved(&self, _: ReadCursor) {}

    fn revoked(&self, tokens: &[TokenId]) {
        self.revoked.lock().unwrap_or_else(PoisonError::into_inner).extend(tokens);
    }

    fn shut_out(&self, user: UserId, account: Account) {
        self.shut_out.lock().unwrap_or_else(PoisonError::into_inner).push((user, account));
    }

    fn barred(&self, _: [UserId; 2], _: bool) {}
}
