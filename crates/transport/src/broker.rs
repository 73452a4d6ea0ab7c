//! Tells of what was committed. The local one tells this process's hub; knows nothing of other processes, which find
//! out by [`crate::watch`].

use std::sync::Arc;

use handsel_domain::conversation::ReadCursor;
use handsel_domain::ids::TokenId;
use handsel_domain::ports::Committed;
use handsel_domain::timeline::Entry;

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
}
