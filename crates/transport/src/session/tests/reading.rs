//! Reading for a client that does not read: whatever that client does, the storage is not kept from others.

use std::sync::Arc;

use async_trait::async_trait;
use handsel_domain::Unavailable;
use handsel_domain::conversation::ConversationKey;
use handsel_domain::ports::{Append, AppendError, Appended, Timeline};
use handsel_domain::timeline::{TimelinePage, TimelineRange};
use tokio::sync::{Notify, Semaphore};

use super::bench::{Bench, entry, page};

/// A storage with one connection, and a query that takes until it is let go on.
struct OneConnection {
    connections: Semaphore,
    asked: Notify,
    goes_on: Notify,
}

#[async_trait]
impl Timeline for OneConnection {
    async fn append(&self, _: Append) -> Result<Appended, AppendError> {
        Err(Unavailable.into())
    }

    async fn read(&self, _: ConversationKey, _: TimelineRange) -> Result<Option<TimelinePage>, Unavailable> {
        let _connection = self.connections.acquire().await.map_err(|_| Unavailable)?;
        self.asked.notify_one();
        self.goes_on.notified().await;
        Ok(Some(page(1..=2)))
    }
}

#[tokio::test(start_paused = true)]
async fn a_read_ends_although_its_client_takes_nothing() {
    let storage =
        Arc::new(OneConnection { connections: Semaphore::new(1), asked: Notify::new(), goes_on: Notify::new() });
    let own_timeline = Some(Arc::clone(&storage) as Arc<dyn Timeline>);
    let mut open = Bench { own_timeline, connection_bytes: 64, ..Bench::default() }.open().await;
    // A hole makes the session read …
    open.hub.deliver(&[entry(2)]);
    storage.asked.notified().await;
    // … and an error that the client does not take makes its writes wait.
    open.says("{}").await;
    tokio::task::yield_now().await;
    storage.goes_on.notify_one();
    let free = tokio::time::timeout(crate::limits::SLOW_PATIENCE, storage.connections.acquire()).await;
    assert!(free.is_ok(), "the connection is kept for a client that does not read");
}
