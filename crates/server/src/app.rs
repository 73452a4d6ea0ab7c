//! Joins adapters to use cases: the one place where storage and transport meet. Knows nothing of requests.

use std::sync::Arc;

use anyhow::Context;
use handsel_domain::ports::{Clock, Committed, Deliveries, Events, Jwts, Ledger, Peers, Tokens};
use handsel_domain::usecases::{Accounts, Agreement, Directory, Market, Moderation, Talk};
use handsel_storage::{Argon2Passwords, DatabaseUrl, Storage};
use tokio_util::task::TaskTracker;

use crate::agreed::AgreedTimeline;
use crate::clock::SystemClock;

/// The use cases over one open database.
pub struct App {
    /// Users and their tokens.
    pub accounts: Arc<Accounts>,
    /// What a site says of its users and listings.
    pub directory: Arc<Directory>,
    /// Offers and needs.
    pub market: Arc<Market>,
    /// Conversations.
    pub talk: Arc<Talk>,
    /// Who keeps whom from writing.
    pub moderation: Arc<Moderation>,
    /// How far it was pushed to it.
    pub deliveries: Arc<dyn Deliveries>,
    /// What a site is told.
    pub events: Arc<dyn Events>,
    /// Which tokens still speak for someone.
    pub tokens: Arc<dyn Tokens>,
    /// The time of day.
    pub clock: Arc<dyn Clock>,
    starts_per_day: u32,
    storage: Storage,
}

impl App {
    /// Opens the database, applies pending migrations and builds the use cases over it. A respondent may begin so many
    /// conversations a day; 0 is no limit.
    pub async fn open(
        database: &DatabaseUrl,
        committed: Arc<dyn Committed>,
        starts_per_day: u32,
    ) -> anyhow::Result<Self> {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let storage = Storage::open(database, Arc::clone(&clock), committed).await.context("database_url")?;
        let accounts = Accounts::new(
            Arc::clone(&storage.users),
            Arc::new(Argon2Passwords::default()),
            Arc::clone(&storage.tokens),
            Arc::clone(&clock),
        );
        let talk =
            Talk::new(Arc::clone(&storage.listings), Arc::clone(&storage.conversations), Arc::clone(&storage.timeline));
        Ok(Self {
            accounts: Arc::new(accounts),
            directory: Arc::new(Directory::new(
                Arc::clone(&storage.users),
                Arc::clone(&storage.listings),
                Arc::clone(&storage.tokens),
                Arc::clone(&clock),
            )),
            market: Arc::new(Market::new(Arc::clone(&storage.listings), Arc::clone(&clock))),
            deliveries: Arc::clone(&storage.deliveries),
            events: Arc::clone(&storage.events),
            talk: Arc::new(talk.starting_at_most(starts_per_day)),
            moderation: Arc::new(Moderation::new(
                Arc::clone(&storage.blocks),
                Arc::clone(&storage.oversight),
                Arc::clone(&storage.audit_log),
                Arc::clone(&storage.timeline),
                Arc::clone(&clock),
            )),
            tokens: Arc::clone(&storage.tokens),
            clock,
            starts_per_day,
            storage,
        })
    }

    /// From now on a site's own JWTs speak for its users, too.
    pub fn take_jwts(&mut self, jwts: Arc<dyn Jwts>) {
        self.accounts = Arc::new(Accounts::clone(&self.accounts).with_jwts(jwts));
    }

    /// From now on that ledger agrees first to what concerns it. What waits for it is done by `tasks`.
    pub fn agree_first(&mut self, ledger: Arc<dyn Ledger>, peers: Arc<dyn Peers>, tasks: TaskTracker) {
        let Storage { listings, conversations, timeline, .. } = &self.storage;
        let agreement = Agreement::new(ledger, Arc::clone(conversations), Arc::clone(timeline), peers);
        let agreed = AgreedTimeline { timeline: Arc::clone(timeline), agreement: Arc::new(agreement), tasks };
        let talk = Talk::new(Arc::clone(listings), Arc::clone(conversations), Arc::new(agreed));
        self.talk = Arc::new(talk.starting_at_most(self.starts_per_day));
    }

    /// Resolves only if nothing can be written any more: the process should end then, and be started again.
    pub async fn failed(&mut self) {
        self.storage.failed().await;
    }

    /// Commits what was taken and lets go of the database.
    pub async fn close(self) {
        self.storage.close().await;
    }
}
