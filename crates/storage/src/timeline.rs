//! The port `Timeline`: appending through the writer, reading past it. Knows nothing of who listens.
//!
//! - [`queue`]: where what is to be written waits.
//! - [`writer`]: the tasks that commit what has queued up as one transaction, and tell of it.
//! - [`batch`]: one such transaction.
//! - [`locks`]: what keeps other processes from deciding about the same conversations meanwhile.
//! - [`load`], [`plan`], [`store`]: what is read in it, what that decides, as a pure function, and what is written.
//! - [`cursors`]: read cursors, moved in the same transaction.
//! - [`import`]: what was written elsewhere, under the same locks.
//! - [`read`]: pages of a timeline.
//! - [`rows`]: what the joins select, and what it becomes.

mod batch;
mod cursors;
mod import;
mod load;
mod locks;
mod plan;
mod queue;
mod read;
pub(crate) mod rows;
mod store;
mod writer;

pub(crate) use cursors::Move;
pub(crate) use import::{Timelines, TimelinesError};
pub(crate) use queue::Queue;
pub(crate) use writer::Writer;

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
        let page = read::page(&self.database.readers, conversation, range);
        self.database.in_time(page).await.map_err(unavailable)
    }
}
