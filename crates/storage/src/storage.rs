//! Opens a database, brings it up to date and hands out its ports. Knows nothing of who uses them.

use std::sync::Arc;
use std::time::Duration;

use handsel_domain::ports::{
    AuditLog, Blocks, Clock, Committed, Conversations, Deliveries, Events, Listings, Oversight, Timeline, Tokens, Users,
};

use crate::audit_log::SqlAuditLog;
use crate::blocks::SqlBlocks;
use crate::changes::Changes;
use crate::conversations::SqlConversations;
use crate::database::{Database, DatabaseUrl};
use crate::errors::OpenError;
use crate::events::{SqlDeliveries, SqlEvents};
use crate::import::{Importer, Telling};
use crate::listings::SqlListings;
use crate::migrations;
use crate::oversight::SqlOversight;
use crate::timeline::SqlTimeline;
use crate::timeline::Writer;
use crate::tokens::SqlTokens;
use crate::users::SqlUsers;

/// An open database and the ports over it.
pub struct Storage {
    /// Who is known here.
    pub users: Arc<dyn Users>,
    /// Who is logged in.
    pub tokens: Arc<dyn Tokens>,
    /// What is offered and needed.
    pub listings: Arc<dyn Listings>,
    /// Who talks about what.
    pub conversations: Arc<dyn Conversations>,
    /// Who has blocked whom.
    pub blocks: Arc<dyn Blocks>,
    /// What is done about users from outside.
    pub oversight: Arc<dyn Oversight>,
    /// What is written down of that.
    pub audit_log: Arc<dyn AuditLog>,
    /// The ordered logs.
    pub timeline: Arc<dyn Timeline>,
    /// How far the feed was pushed to a site.
    pub deliveries: Arc<dyn Deliveries>,
    /// The feed of what was committed.
    pub events: Arc<dyn Events>,
    clock: Arc<dyn Clock>,
    writer: Writer,
    database: Database,
}

impl Storage {
    /// Connects, applies pending migrations and starts the writer.
    ///
    /// `committed` hears of every commit that goes through these ports.
    pub async fn open(
        url: &DatabaseUrl,
        clock: Arc<dyn Clock>,
        committed: Arc<dyn Committed>,
    ) -> Result<Self, OpenError> {
        let failed = |problem: String| OpenError::Database { url: url.shown().to_owned(), problem };
        let database = Database::connect(url).await.map_err(|error| failed(error.to_string()))?;
        migrations::apply(&database).await.map_err(|error| failed(error.to_string()))?;
        let writer = Writer::start(&database, &clock, &committed);
        Ok(Self {
            users: Arc::new(SqlUsers::new(database.clone(), Arc::clone(&committed))),
            blocks: Arc::new(SqlBlocks::new(database.clone(), Arc::clone(&committed))),
            oversight: Arc::new(SqlOversight::new(database.clone(), Arc::clone(&committed), writer.queue())),
            audit_log: Arc::new(SqlAuditLog::new(database.clone())),
            tokens: Arc::new(SqlTokens::new(database.clone(), committed)),
            listings: Arc::new(SqlListings::new(database.clone())),
            conversations: Arc::new(SqlConversations::new(database.clone(), Changes::default(), writer.queue())),
            timeline: Arc::new(SqlTimeline::new(database.clone(), writer.queue())),
            deliveries: Arc::new(SqlDeliveries::new(database.clone())),
            events: Arc::new(SqlEvents::new(database.clone())),
            clock,
            writer,
            database,
        })
    }

    /// Takes in what moved, beside these ports and other processes. What people write meanwhile is told after so long, if
    /// nobody has read it, as by [`Events::record`].
    pub fn importer(&self, notify_after: Duration) -> Importer {
        Importer::new(self.database.clone(), Telling { clock: Arc::clone(&self.clock), notify_after })
    }

    /// Resolves only if nothing can be written any more, whatever the database does: the process should end then.
    pub async fn failed(&mut self) {
        self.writer.failed().await;
    }

    /// Commits what was taken, refuses the rest and lets go of the database.
    pub async fn close(self) {
        self.writer.stop().await;
        self.database.close().await;
    }
}
