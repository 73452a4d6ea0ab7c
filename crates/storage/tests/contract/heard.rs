//! Writes down what `Committed` was told, and lets tests wait for it. Knows nothing of who is right.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use handsel_domain::conversation::{Account, ConversationKey, ReadCursor};
use handsel_domain::ids::{TokenId, UserId};
use handsel_domain::ports::Committed;
use handsel_domain::timeline::Entry;
use tokio::sync::watch;
use tokio::time::timeout;

/// How long a test waits for what must come. No test waits so long for what must not.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

#[derive(Debug, Default)]
struct Log {
    entries: Vec<Arc<Entry>>,
    revoked: Vec<TokenId>,
    read: Vec<ReadCursor>,
    barred: Vec<([UserId; 2], bool)>,
    shut_out: Vec<(UserId, Account)>,
}

#[derive(Default)]
pub(crate) struct Heard(watch::Sender<Log>);

impl Committed for Heard {
    fn entries(&self, entries: &[Arc<Entry>]) {
        self.0.send_modify(|log| log.entries.extend_from_slice(entries));
    }

    fn cursor_moved(&self, cursor: ReadCursor) {
        self.0.send_modify(|log| log.read.push(cursor));
    }

    fn revoked(&self, tokens: &[TokenId]) {
        self.0.send_modify(|log| log.revoked.extend_from_slice(tokens));
    }

    fn shut_out(&self, user: UserId, account: Account) {
        self.0.send_modify(|log| log.shut_out.push((user, account)));
    }

    fn barred(&self, pair: [UserId; 2], barred: bool) {
        self.0.send_modify(|log| log.barred.push((pair, barred)));
    }
}

impl Heard {
    /// All entries so far, in the order in which they were told.
    pub(crate) fn entries_now(&self) -> Vec<Arc<Entry>> {
        self.0.borrow().entries.clone()
    }

    /// All entries, once there are at least so many.
    pub(crate) async fn entries(&self, at_least: usize) -> Vec<Arc<Entry>> {
        self.until(|log| log.entries.len() >= at_least, &format!("{at_least} entries")).await;
        self.entries_now()
    }

    /// All moved cursors so far, in the order in which they were told.
    pub(crate) fn read_now(&self) -> Vec<ReadCursor> {
        self.0.borrow().read.clone()
    }

    /// Between whom a block came or went, in the order in which it was told.
    pub(crate) fn barred_now(&self) -> Vec<([UserId; 2], bool)> {
        self.0.borrow().barred.clone()
    }

    /// Who was shut out, and why, in the order in which it was told.
    pub(crate) fn shut_out_now(&self) -> Vec<(UserId, Account)> {
        self.0.borrow().shut_out.clone()
    }

    /// All revoked tokens so far, in the order in which they were told.
    pub(crate) fn revoked_now(&self) -> Vec<TokenId> {
        self.0.borrow().revoked.clone()
    }

    /// All revoked tokens by id, once there are at least so many.
    pub(crate) async fn revoked(&self, at_least: usize) -> Vec<TokenId> {
        self.until(|log| log.revoked.len() >= at_least, &format!("{at_least} revoked tokens")).await;
        let mut revoked = self.revoked_now();
        revoked.sort_unstable();
        revoked
    }

    /// What `seq`s were told of each conversation, in the order in which they were told.
    pub(crate) fn seqs_by_conversation(&self) -> HashMap<ConversationKey, Vec<i64>> {
        let mut seqs: HashMap<_, Vec<_>> = HashMap::new();
        for entry in self.entries_now() {
            seqs.entry(entry.conversation.key()).or_default().push(entry.seq.get());
        }
        seqs
    }

    async fn until(&self, enough: impl Fn(&Log) -> bool, expected: &str) {
        let mut log = self.0.subscribe();
        let waited = timeout(PATIENCE, log.wait_for(enough)).await.map(|log| log.map(|_| ()));
        assert!(matches!(waited, Ok(Ok(()))), "expected to be told of {expected}; was told {:#?}", *self.0.borrow());
    }
}
