//! Where what is to be written to timelines waits for the task that writes it. Knows nothing of batches, nor of the
//! database.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use handsel_domain::Unavailable;
use handsel_domain::conversation::ConversationKey;
use handsel_domain::ports::{Append, AppendError, Appended, ReadMoved};
use tokio::sync::{mpsc, oneshot};

use super::cursors::Move;

/// Items that wait for the writer before callers wait for a place.
const QUEUE_ITEMS_MAX: usize = 4_096;

/// Something to write, and who waits for what becomes of it.
pub(super) enum Job {
    Append { append: Append, answer: oneshot::Sender<Result<Appended, AppendError>> },
    Move { asked: Move, answer: oneshot::Sender<Result<ReadMoved, Unavailable>> },
}

impl Job {
    pub(super) const fn conversation(&self) -> ConversationKey {
        match self {
            Self::Append { append, .. } => append.conversation,
            Self::Move { asked, .. } => asked.key,
        }
    }

    /// Whoever waits may be gone.
    pub(super) fn refuse(self, error: &AppendError) {
        match self {
            Self::Append { answer, .. } => {
                let _ = answer.send(Err(error.clone()));
            }
            // To move it again is the same as to move it once.
            Self::Move { answer, .. } => {
                let _ = answer.send(Err(Unavailable));
            }
        }
    }
}

/// Where everything that is written to a timeline waits its turn: a queue for each task.
#[derive(Clone)]
pub(crate) struct Queue(Arc<[mpsc::Sender<Job>]>);

/// Of one task.
pub(super) fn channel() -> (mpsc::Sender<Job>, mpsc::Receiver<Job>) {
    mpsc::channel(QUEUE_ITEMS_MAX)
}

impl Queue {
    pub(super) fn over(queues: Vec<mpsc::Sender<Job>>) -> Self {
        Self(queues.into())
    }

    /// Waits its turn and for the commit. Whoever stops waiting changes nothing: what was taken is committed and told.
    pub(crate) async fn append(&self, append: Append) -> Result<Appended, AppendError> {
        let (answer, answered) = oneshot::channel();
        let queue = self.of(append.conversation);
        queue.send(Job::Append { append, answer }).await.map_err(|_| Unavailable)?;
        answered.await.unwrap_or(Err(AppendError::OutcomeUnknown))
    }

    /// The same for a read cursor: one that moves with every message would otherwise cost a commit of its own each time.
    pub(crate) async fn move_cursor(&self, asked: Move) -> Result<ReadMoved, Unavailable> {
        let (answer, answered) = oneshot::channel();
        self.of(asked.key).send(Job::Move { asked, answer }).await.map_err(|_| Unavailable)?;
        answered.await.unwrap_or(Err(Unavailable))
    }

    fn of(&self, conversation: ConversationKey) -> &mpsc::Sender<Job> {
        let mut hasher = DefaultHasher::new();
        conversation.hash(&mut hasher);
        let queues = self.0.len() as u64;
        &self.0[usize::try_from(hasher.finish() % queues).unwrap_or_default()]
    }
}
