//! Whom a command tells of what it has done: the nodes, where there is a Redis. Knows nothing of what that was.

use std::sync::{Arc, Mutex, PoisonError};

use handsel_domain::conversation::ReadCursor;
use handsel_domain::ids::{TokenId, UserId};
use handsel_domain::ports::Committed;
use handsel_domain::timeline::Entry;
use handsel_transport::broker::redis::announce_revoked;

use crate::config::Redis;

/// Writes down which tokens were revoked, until the nodes are told. Nothing else that a command does is waited for.
#[derive(Default)]
pub(super) struct Elsewhere {
    revoked: Mutex<Vec<TokenId>>,
}

impl Elsewhere {
    /// Tells the nodes, where there is a Redis. Where they do not hear it, they find it a little later.
    pub(super) async fn is_told(&self, redis: Option<Redis>) {
        let revoked = std::mem::take(&mut *self.revoked.lock().unwrap_or_else(PoisonError::into_inner));
        let Some(Redis { url, prefix }) = redis.filter(|_| !revoked.is_empty()) else { return };
        if let Err(reason) = announce_revoked(&url, prefix, revoked).await {
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

    fn barred(&self, _: [UserId; 2], _: bool) {}
}
