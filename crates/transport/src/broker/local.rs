//! For a process without a broker: tells its own hub, and nobody else. Knows nothing of other processes, which find out
//! by [`crate::watch`].

use std::sync::Arc;

use handsel_domain::conversation::{Account, Conversation, ReadCursor};
use handsel_domain::ids::{TokenId, UserId};
use handsel_domain::ports::{Committed, Objection};
use handsel_domain::timeline::Entry;
use tokio::sync::oneshot;

use super::{BrokerState, Elsewhere};
use crate::close::CloseReason;
use crate::hub::Hub;

/// From the writer of this process to the hub of this process.
pub struct LocalBroker {
    hub: Arc<Hub>,
}

impl LocalBroker {
    /// Tells that hub.
    pub fn new(hub: Arc<Hub>) -> Self {
        Self { hub }
    }
}

impl Committed for LocalBroker {
    fn entries(&self, entries: &[Arc<Entry>]) {
        self.hub.deliver(entries);
    }

    fn cursor_moved(&self, cursor: ReadCursor) {
        self.hub.cursor_moved(cursor);
    }

    fn revoked(&self, tokens: &[TokenId]) {
        self.hub.close_tokens(tokens, CloseReason::TokenRevoked);
    }

    fn shut_out(&self, user: UserId, account: Account) {
        self.hub.shut_out(user, account);
    }

    fn barred(&self, pair: [UserId; 2], barred: bool) {
        self.hub.bar(pair, barred);
    }
}

/// There is nobody elsewhere, or nobody who could be told.
pub struct Nowhere;

impl Elsewhere for Nowhere {
    fn came(&self, _: UserId) {}

    fn left(&self, _: UserId) {}

    fn types(&self, _: Conversation, _: UserId) {}

    fn objected(&self, _: Objection) {}

    fn hears(&self, _: UserId) -> Option<oneshot::Receiver<()>> {
        None
    }

    fn state(&self) -> BrokerState {
        BrokerState::Local
    }
}
