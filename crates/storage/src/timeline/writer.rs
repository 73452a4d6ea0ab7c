//! The tasks that commit what has queued up while the last commit ran, as one transaction, and tell of it.
//!
//! No timer: an idle task adds no latency, a busy one commits hundreds of entries at once. There is one on SQLite, which
//! has one writer anyway, and a few on PostgreSQL; a conversation is always the same one's, so that what is told of it is
//! told in the order of the commits. Knows nothing of SQL, which is the batch's, nor of who listens, which is the port
//! `Committed`'s.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use handsel_domain::Unavailable;
use handsel_domain::conversation::ConversationKey;
use handsel_domain::ports::{AppendError, Appended, Clock, Committed};
use handsel_domain::timeline::Entry;
use tokio::sync::{mpsc, oneshot};
use tokio::task::{JoinError, JoinSet};
use tokio::time::sleep;

use super::batch::{self, Batch, BatchError};
use super::cursors::Placed;
use super::locks::Patience;
use super::plan::Verdict;
use super::queue::{self, Job, Queue};
use crate::database::Database;
use crate::errors::{is_lasting, is_locked, is_waited_out, unavailable};

/// Most items of one transaction.
const BATCH_ITEMS_MAX: usize = 512;

/// How often what somebody's lock is in the way of is tried again with the rest, and how long that one has before it.
const LOOKS: usize = 2;
const LOOK_PAUSE: Duration = Duration::from_millis(50);

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
            let (sender, jobs) = queue::channel();
            let (stop, stopped) = oneshot::channel();
            let (clock, committed) = (Arc::clone(clock), Arc::clone(committed));
            let writes = Loop { database: database.clone(), clock, committed, held: HashSet::new(), waited_out: false };
            tasks.spawn(writes.run(jobs, stopped));
            queues.push(sender);
            stops.push(stop);
        }
        Self { queue: Queue::over(queues), stops, tasks }
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
    /// What somebody else kept locked at the last attempt.
    held: HashSet<ConversationKey>,
    /// All the time that there is was spent on waiting for the database.
    waited_out: bool,
}

impl Loop {
    async fn run(mut self, mut jobs: mpsc::Receiver<Job>, mut stopped: oneshot::Receiver<()>) {
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
                    _ => {
                        self.commit(std::mem::take(&mut batch)).await;
                        if std::mem::take(&mut self.waited_out) {
                            refuse(std::iter::from_fn(|| jobs.try_recv().ok()));
                        }
                    }
                }
            }
        }
    }

    /// One transaction for all. Where somebody's lock is in the way of some, the others go first: another node lets go
    /// of its own within milliseconds, and what still cannot be done then is refused. Nobody waits twice for what
    /// somebody held at the last attempt.
    async fn commit(&mut self, jobs: Vec<Job>) {
        let (known, new) = jobs.into_iter().partition(|job| self.held.contains(&job.conversation()));
        let mut left = self.commit_together(new, Patience::Waiting).await;
        for _ in 0..LOOKS {
            if !left.is_empty() {
                sleep(LOOK_PAUSE).await;
                left = self.commit_together(left, Patience::Skipping).await;
            }
        }
        self.commit_one_by_one(left).await;
        let left = self.commit_together(known, Patience::Skipping).await;
        self.commit_one_by_one(left).await;
    }

    /// Returns those that somebody's lock is in the way of, all of a conversation or none.
    async fn commit_together(&mut self, mut jobs: Vec<Job>, mut patience: Patience) -> Vec<Job> {
        let mut left = Vec::new();
        while !jobs.is_empty() {
            if self.waited_out {
                refuse(jobs.drain(..));
                break;
            }
            match self.try_commit(&jobs, patience).await {
                Ok(batch) => {
                    self.tell(jobs, batch);
                    break;
                }
                Err(BatchError::Held(conversations)) => {
                    let is_held = |job: &Job| conversations.contains(&job.conversation());
                    let (held, free): (Vec<_>, _) = jobs.into_iter().partition(is_held);
                    left.extend(held);
                    (jobs, patience) = (free, Patience::Skipping);
                }
                Err(BatchError::Failed(error)) if is_locked(&error) => match patience {
                    Patience::Waiting => patience = Patience::Skipping,
                    // It is no conversation's, so that nobody can say whose way it is in.
                    Patience::Skipping => {
                        left.append(&mut jobs);
                    }
                },
                Err(BatchError::Failed(error))
                    if jobs.len() > 1 && !is_lasting(&error, self.database.is_postgres()) =>
                {
                    tracing::warn!(%error, items = jobs.len(), "a batch failed; its items are tried one by one");
                    self.commit_one_by_one(jobs).await;
                    break;
                }
                Err(error) => {
                    self.answer_all(jobs, error);
                    break;
                }
            }
        }
        left
    }

    /// So that no item can fail another's. Until the database goes away meanwhile: what is left would only wait as long
    /// again, each.
    async fn commit_one_by_one(&mut self, jobs: Vec<Job>) {
        let (mut held, mut jobs) = (Vec::new(), jobs.into_iter());
        let mut conversations = HashSet::new();
        while let Some(job) = jobs.next() {
            let conversation = job.conversation();
            // What is said later comes behind what was said earlier, or not at all.
            if conversations.contains(&conversation) {
                held.push(job);
                continue;
            }
            match self.try_commit(std::slice::from_ref(&job), Patience::Skipping).await {
                Ok(batch) => self.tell(vec![job], batch),
                Err(error) if error.is_of_a_lock() => {
                    conversations.insert(conversation);
                    held.push(job);
                }
                Err(BatchError::Failed(error)) if is_lasting(&error, self.database.is_postgres()) => {
                    let left = std::iter::once(job).chain(jobs.by_ref()).collect();
                    self.answer_all(left, BatchError::Failed(error));
                }
                Err(error) => self.answer_all(vec![job], error),
            }
        }
        if !held.is_empty() {
            let (conversations, items) = (conversations.len(), held.len());
            tracing::warn!(conversations, items, "somebody else keeps locked what is to be written to");
        }
        self.held.extend(conversations);
        refuse(held);
    }

    async fn try_commit(&self, jobs: &[Job], patience: Patience) -> Result<Batch, BatchError> {
        let (mut appends, mut moves) = (Vec::new(), Vec::new());
        for job in jobs {
            match job {
                Job::Append { append, .. } => appends.push(append),
                Job::Move { asked, .. } => moves.push(Placed { asked: *asked, place: appends.len() }),
            }
        }
        let started = Instant::now();
        let batch = batch::commit(&self.database, &appends, &moves, self.clock.now(), patience).await?;
        if !batch.entries.is_empty() {
            metrics::histogram!("handsel_commit_duration_seconds").record(started.elapsed());
            metrics::histogram!("handsel_commit_batch_size")
                .record(f64::from(u32::try_from(batch.entries.len()).unwrap_or(u32::MAX)));
            metrics::counter!("handsel_entries_committed_total").increment(batch.entries.len() as u64);
        }
        Ok(batch)
    }

    /// The listeners first, in commit order; then those who wait, each of whom may be gone.
    fn tell(&mut self, jobs: Vec<Job>, batch: Batch) {
        for job in &jobs {
            self.held.remove(&job.conversation());
        }
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

    /// Nothing was stored for them, or nobody knows whether it was.
    fn answer_all(&mut self, jobs: Vec<Job>, error: BatchError) {
        let answer = match error {
            BatchError::Failed(error) => {
                // What came meanwhile would wait in vain, too, in one batch after another.
                self.waited_out |= is_waited_out(&error, self.database.is_postgres());
                AppendError::Unavailable(unavailable(error))
            }
            BatchError::CommitUnknown(error) => {
                tracing::error!(%error, "the answer to a commit was lost");
                AppendError::OutcomeUnknown
            }
            BatchError::Overtaken => {
                tracing::error!("other processes began the same conversations again and again");
                AppendError::Unavailable(Unavailable)
            }
            BatchError::Held(_) => AppendError::Unavailable(Unavailable),
        };
        for job in jobs {
            job.refuse(&answer);
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

/// Nothing was changed for these, and to ask again may help.
fn refuse(jobs: impl IntoIterator<Item = Job>) {
    for job in jobs {
        job.refuse(&AppendError::Unavailable(Unavailable));
    }
}
