//! The port `Timeline`: appending through the writer, reading past it. Knows nothing of who listens.
//!
//! - [`writer`]: the task that commits what has queued up as one transaction, and tells of it.
//! - [`batch`]: one such transaction, statement by statement.
//! - [`plan`]: what is decided in it, as a pure function.
//! - [`cursors`]: read cursors, moved in the same transaction.
//! - [`read`]: pages of a timeline.
//! - [`rows`]: what the joins select, and what it becomes.

mod batch;
mod cursors;
mod plan;
mod read;
pub(crate) mod rows;
mod writer;

pub(crate) use cursors::Move;
pub(crate) use writer::{Queue, Writer};

use async_trait::async_trait;
use handsel_domain::Unavailable;
use handsel_domain::conversation::ConversationKey;
use handsel_domain::ports::{Append, AppendError, Appended, Timeline};
use handsel_domain::timeline::{TimelinePage, TimelineRange};

use crate::database::Database;
use crate::errors::unavailable;

pub(crate) struct SqlTimeline {
    database: Database,
    queue: Queue,
}

impl SqlTimeline {
    pub(crate) fn new(database: Database, queue: Queue) -> Self {
        Self { database, queue }
    }
}

#[async_trait]
impl Timeline for SqlTimeline {
    async fn append(&self, append: Append) -> Result<Appended, AppendError> {
        self.queue.append(append).await
    }

    async fn read(
        &self,
        conversation: ConversationKey,
        range: TimelineRange,
    ) -> Result<Option<TimelinePage>, Unavailable> {
        read::page(&self.database.readers, conversation, range).await.map_err(unavailable)
    }
}
