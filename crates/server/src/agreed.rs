//! A timeline on which the ledger agrees first. Knows nothing of what it is asked, nor of how.

use std::sync::Arc;

use async_trait::async_trait;
use handsel_domain::Unavailable;
use handsel_domain::conversation::ConversationKey;
use handsel_domain::ports::{Append, AppendError, Appended, Timeline};
use handsel_domain::timeline::{TimelinePage, TimelineRange};
use handsel_domain::usecases::Agreement;
use tokio_util::task::TaskTracker;

/// What concerns the ledger is done by a task of its own: whoever has asked for a step and is gone before the ledger has
/// answered has asked for it all the same.
pub(crate) struct AgreedTimeline {
    pub(crate) timeline: Arc<dyn Timeline>,
    pub(crate) agreement: Arc<Agreement>,
    pub(crate) tasks: TaskTracker,
}

#[async_trait]
impl Timeline for AgreedTimeline {
    async fn append(&self, append: Append) -> Result<Appended, AppendError> {
        if !Agreement::concerns(&append.draft) {
            return self.timeline.append(append).await;
        }
        let agreement = Arc::clone(&self.agreement);
        let done = self.tasks.spawn(async move { agreement.append(append).await });
        done.await.unwrap_or(Err(AppendError::OutcomeUnknown))
    }

    async fn read(
        &self,
        conversation: ConversationKey,
        range: TimelineRange,
    ) -> Result<Option<TimelinePage>, Unavailable> {
        self.timeline.read(conversation, range).await
    }
}
