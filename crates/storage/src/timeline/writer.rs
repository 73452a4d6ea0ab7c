//! The tasks that commit what has queued up while the last commit ran, as one transaction, and tell of it.
//!
//! No timer: an idle task adds no latency, a busy one commits hundreds of entries at once. There is one on SQLite, which
//! has one writer anyway, and a few on PostgreSQL; a conversation is always the same one's, so that what is told of it is
//! told in the order of the commits. Knows nothing of SQL, which is the batch's, nor of who listens, which is the port
//! `Committed`'s.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use std::time::Instant;

use handsel_domain::Unavailable;
use handsel_domain::conversation::ConversationKey;
use handsel_domain::ports::{Append, AppendError, Appended, Clock, Committed, ReadMoved};
use handsel_domain::timeline::Entry;
use tokio::sync::{mpsc, oneshot};
use tokio::task::{JoinError, JoinSet};

use super::batch::{self, Batch, BatchError};
use super::cursors::{Move, Placed};
use super::plan::Verdict;
use crate::database::Database;
use crate::errors::{is_lasting, unavailable};

/// Most items of one transaction.
const BATCH_ITEMS_MAX: usize = 512;
/// Items that wait for the writer before callers wait for a place.
const QUEUE_ITEMS_MAX: usize = 4_096;

/// Something to write, and who waits for what becomes of it.
enum Job {
    Append { append: Append, answer: oneshot::Sender<Result<Appended, AppendError>> },
    Move { asked: Move, answer: oneshot::Sender<Result<ReadMoved, Unavailable>> },
}

/// Where everything that is written to a timeline waits its turn: a queue for each task.
#[derive(Clone)]
pub(crate) struct Queue(Arc<[mpsc::Sender<Job>]>);

impl Queue {
    /// Waits its turn and for the commit. Whoever stops waiting changes nothing: what was taken is committed and told.
    pub(super) async fn append(&self, append: Append) -> Result<Appended, AppendError> {
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

/// The running tasks.
pub(crate) struct Writer {
    queue: Queue,
    stops: Vec<oneshot::Sender<()>>,
    tasks: JoinSet<()>,
}

impl Writer {
    pub(crate) fn start(database: &Database, clock: &Arc<dyn Clock>, committed: &Arc<dyn Committed>) -> Self {
        let (mut queues, mut stops, mut tasks) = (Vec::new(), Vec::new(), JoinSet::new());
        for _ in 0..database.writers() {
            let (sender, jobs) = mpsc::channel(QUEUE_ITEMS_MAX);
            let (stop, stopped) = oneshot::channel();
            let (clock, committed) = (Arc::clone(clock), Arc::clone(committed));
            tasks.spawn(Loop { database: database.clone(), clock, committed }.run(jobs, stopped));
            queues.push(sender);
            stops.push(stop);
        }
        Self { queue: Queue(queues.into()), stops, tasks }
    }

    pub(crate) fn queue(&self) -> Queue {
        self.queue.clone()
    }

    /// Resolves only if a task ends without having been asked to: without it not everything can be written.
    pub(crate) async fn failed(&mut self) {
        if let Some(ended) = self.tasks.join_next().await {
            report(ended);
        }
    }

    /// Commits what is queued, takes no more, and ends.
    pub(crate) async fn stop(mut self) {
        for stop in self.stops {
            // The task has ended already where this fails.
            let _ = stop.send(());
        }
        while let Some(ended) = self.tasks.join_next().await {
            report(ended);
        }
    }
}

fn report(ended: Result<(), JoinError>) {
    if let Err(error) = ended {
        tracing::error!(%error, "the writer ended badly");
    }
}

struct Loop {
    database: Database,
    clock: Arc<dyn Clock>,
    committed: Arc<dyn Committed>,
}

impl Loop {
    async fn run(self, mut jobs: mpsc::Receiver<Job>, mut stopped: oneshot::Receiver<()>) {
        let mut batch = Vec::with_capacity(BATCH_ITEMS_MAX);
        let mut stopping = false;
        loop {
            tokio::select! {
                biased;
                _ = &mut stopped, if !stopping => {
                    stopping = true;
                    jobs.close();
                }
                taken = jobs.recv_many(&mut batch, BATCH_ITEMS_MAX) => match taken {
                    0 => return,
                    _ => self.commit(std::mem::take(&mut batch)).await,
                }
            }
        }
    }

    /// One transaction for all; where that fails, one for each, so that no item can fail another's.
    async fn commit(&self, jobs: Vec<Job>) {
        match self.try_commit(&jobs).await {
            Ok(batch) => self.tell(jobs, batch),
            // Where the database is away, or another process keeps the lock beyond all patience, each item alone would only
            // wait as long again.
            Err(BatchError::Failed(error)) if jobs.len() > 1 && !is_lasting(&error, self.database.is_postgres()) => {
                tracing::warn!(%error, items = jobs.len(), "a batch failed; its items are tried one by one");
                self.commit_one_by_one(jobs).await;
            }
            Err(error) => answer_all(jobs, error),
        }
    }

    /// Until the database goes away meanwhile: what is left would only wait as long again, each.
    async fn commit_one_by_one(&self, jobs: Vec<Job>) {
        let mut jobs = jobs.into_iter();
        while let Some(job) = jobs.next() {
            match self.try_commit(std::slice::from_ref(&job)).await {
                Ok(batch) => self.tell(vec![job], batch),
                Err(BatchError::Failed(error)) if is_lasting(&error, self.database.is_postgres()) => {
                    let left = std::iter::once(job).chain(jobs).collect();
                    return answer_all(left, BatchError::Failed(error));
                }
                Err(error) => answer_all(vec![job], error),
            }
        }
    }

    async fn try_commit(&self, jobs: &[Job]) -> Result<Batch, BatchError> {
        let (mut appends, mut moves) = (Vec::new(), Vec::new());
        for job in jobs {
            match job {
                Job::Append { append, .. } => appends.push(append),
                Job::Move { asked, .. } => moves.push(Placed { asked: *asked, place: appends.len() }),
            }
        }
        let started = Instant::now();
        let batch = batch::commit(&self.database, &appends, &moves, self.clock.now()).await?;
        if !batch.entries.is_empty() {
            metrics::histogram!("handsel_commit_duration_seconds").record(started.elapsed());
            metrics::histogram!("handsel_commit_batch_size")
                .record(f64::from(u32::try_from(batch.entries.len()).unwrap_or(u32::MAX)));
            metrics::counter!("handsel_entries_committed_total").increment(batch.entries.len() as u64);
        }
        Ok(batch)
    }

    /// The listeners first, in commit order; then those who wait, each of whom may be gone.
    fn tell(&self, jobs: Vec<Job>, batch: Batch) {
        let Batch { verdicts, entries, moves } = batch;
        if !entries.is_empty() {
            self.committed.entries(&entries);
        }
        moves.cursors.into_iter().for_each(|cursor| self.committed.cursor_moved(cursor));
        let (mut verdicts, mut moved) = (verdicts.into_iter(), moves.answers.into_iter());
        for job in jobs {
            match job {
                Job::Append { answer, .. } => {
                    let _ = answer.send(appended(verdicts.next(), &entries));
                }
                Job::Move { answer, .. } => {
                    let _ = answer.send(moved.next().ok_or(Unavailable));
                }
            }
        }
    }
}

/// There is one verdict for each append, in their order.
fn appended(verdict: Option<Verdict>, entries: &[Arc<Entry>]) -> Result<Appended, AppendError> {
    match verdict.ok_or(AppendError::OutcomeUnknown)? {
        Verdict::New(entry) => Ok(Appended::New(Arc::clone(&entries[entry]))),
        Verdict::RepeatsPlanned(entry) => Ok(Appended::RepeatedMessage(Arc::clone(&entries[entry]))),
        Verdict::RepeatsStored(entry) => Ok(Appended::RepeatedMessage(entry)),
        Verdict::RepeatsStep(conversation, handshake) => Ok(Appended::RepeatedStep(conversation, handshake)),
        Verdict::Refused(error) => Err(error),
    }
}

fn answer_all(jobs: Vec<Job>, error: BatchError) {
    let answer = match error {
        BatchError::Failed(error) => AppendError::Unavailable(unavailable(error)),
        BatchError::CommitUnknown(error) => {
            tracing::error!(%error, "the answer to a commit was lost");
            AppendError::OutcomeUnknown
        }
        BatchError::Overtaken => {
            tracing::error!("other processes began the same conversations again and again");
            AppendError::Unavailable(Unavailable)
        }
    };
    for job in jobs {
        match job {
            Job::Append { answer: waiting, .. } => {
                let _ = waiting.send(Err(answer.clone()));
            }
            // To move it again is the same as to move it once.
            Job::Move { answer: waiting, .. } => {
                let _ = waiting.send(Err(Unavailable));
            }
        }
    }
}
