//! The port `Events`: the feed of what was committed. Knows nothing of who reads or pushes it.
//!
//! What was committed is found in the entries themselves, so that no statement on the path of a message knows of it: a
//! task gives numbers to what has none yet, in transactions of its own that take turns among all processes.
//!
//! - [`record`]: one such transaction.
//! - [`window`]: up to where nothing can come any more, though ids do not commit in order.
//! - [`unread`]: messages that wait for their reader.
//! - [`feed`]: pages of it.
//! - [`expire`]: what is not kept any more.
//! - [`deliveries`]: how far they were pushed, and by whom.

mod deliveries;
mod expire;
mod feed;
mod record;
mod unread;
mod window;

pub(crate) use deliveries::SqlDeliveries;
pub(crate) use record::record_of;

use std::time::Duration;

use async_trait::async_trait;
use handsel_domain::Unavailable;
use handsel_domain::ids::EventId;
use handsel_domain::ports::{Events, EventsPage, EventsPageError, Recorded};
use handsel_domain::time::Timestamp;
use sea_orm::{DatabaseTransaction, DbErr};

use crate::database::{Alone, Database};
use crate::errors::unavailable;

/// How an event's kind is stored: a conversation began, with this entry.
const STARTED: &str = "started";
/// How an event's kind is stored: the entry was committed.
const ENTRY: &str = "entry";
/// How an event's kind is stored: the entry and what follows it wait unread.
const UNREAD: &str = "unread";

pub(crate) struct SqlEvents {
    database: Database,
}

impl SqlEvents {
    pub(crate) fn new(database: Database) -> Self {
        Self { database }
    }

    /// Does that alone among all processes, all or nothing.
    async fn alone<T>(
        &self,
        work: impl AsyncFnOnce(&DatabaseTransaction) -> Result<T, DbErr>,
    ) -> Result<T, Unavailable> {
        let alone = async {
            let (_turn, transaction) = self.database.begin_alone(Alone::Recording).await?;
            match work(&transaction).await {
                Ok(done) => transaction.commit().await.map(|()| done),
                Err(error) => {
                    // Whatever becomes of it, the error is what there is to tell.
                    let _ = transaction.rollback().await;
                    Err(error)
                }
            }
        };
        self.database.in_time(alone).await.map_err(unavailable)
    }
}

#[async_trait]
impl Events for SqlEvents {
    async fn begin(&self) -> Result<(), Unavailable> {
        self.alone(record::begin).await
    }

    async fn record(&self, now: Timestamp, notify_after: Duration, limit: u32) -> Result<Recorded, Unavailable> {
        let readers = &self.database.readers;
        let glance = self.database.in_time(record::glance(readers, now, notify_after)).await.map_err(unavailable)?;
        match glance {
            record::Glance::Nothing(recorded) => Ok(recorded),
            record::Glance::Something => {
                self.alone(async |transaction| record::record(transaction, now, notify_after, limit).await).await
            }
        }
    }

    async fn page(&self, after: Option<EventId>, limit: u32) -> Result<EventsPage, EventsPageError> {
        let page = feed::page(&self.database.readers, after, limit);
        self.database.in_time(page).await.map_err(unavailable)?
    }

    async fn expire(&self, before: Timestamp, limit: u32) -> Result<u64, Unavailable> {
        let readers = &self.database.readers;
        let any = self.database.in_time(expire::any(readers, before)).await.map_err(unavailable)?;
        if !any {
            return Ok(0);
        }
        self.alone(async |transaction| expire::expire(transaction, before, limit).await).await
    }
}
