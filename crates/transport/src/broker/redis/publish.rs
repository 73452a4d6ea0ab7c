//! Says what this node has to say, for as long as a connection to Redis lasts, and makes sure that it hears itself. Knows
//! nothing of what becomes of what it says.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use redis::aio::MultiplexedConnection;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, MissedTickBehavior};
use tokio_util::sync::CancellationToken;

use super::Shared;
use super::letters::{Letter, Said, Writer};
use super::link::Broken;
use super::payload::News;
use crate::hub::{Hub, PRESENCE_LEASE};

/// How often the node says something to itself.
const BEAT_INTERVAL: Duration = Duration::from_secs(1);
/// So many times it may not hear itself, before the connection counts as broken.
const BEATS_UNHEARD_MAX: u64 = 3;
/// How often the node says who is here: a user's lease at the others lasts while two of these are lost.
const ANNOUNCE_INTERVAL: Duration = Duration::from_secs(PRESENCE_LEASE.as_secs() / 3);
/// What is said at once.
const BATCH_MAX: usize = 256;
/// Commands that wait for one answer.
const PIPELINE_COMMANDS_MAX: usize = 512;
/// How long the goodbye may take.
const GOODBYE_PATIENCE: Duration = Duration::from_millis(500);

/// See the module.
pub(super) struct Publisher<'a> {
    pub(super) shared: &'a Shared,
    pub(super) hub: &'a Arc<Hub>,
    pub(super) connection: MultiplexedConnection,
    pub(super) queue: &'a mut mpsc::Receiver<Said>,
    /// The last beat that came back.
    pub(super) pulse: watch::Receiver<u64>,
}

impl Publisher<'_> {
    /// Returns when it is stopped, or with why nothing can be said any more. `up` is called once the node hears itself.
    pub(super) async fn run(mut self, stop: &CancellationToken, mut up: impl FnMut()) -> Result<(), Broken> {
        let mut beats = tokio::time::interval(BEAT_INTERVAL);
        beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut announcements = tokio::time::interval_at(Instant::now() + ANNOUNCE_INTERVAL, ANNOUNCE_INTERVAL);
        let (mut beat, mut is_up, mut said) = (0, false, Vec::with_capacity(BATCH_MAX));
        loop {
            let mut letters = tokio::select! {
                () = stop.cancelled() => return self.say_goodbye(said).await,
                _ = beats.tick() => {
                    // Counted, not timed: a machine that is busy elsewhere is not a broken connection.
                    // One of a connection before this one may come late, and says more than this one has counted.
                    if u64::saturating_sub(beat, *self.pulse.borrow()) >= BEATS_UNHEARD_MAX {
                        return Err(Broken::Unheard);
                    }
                    beat += 1;
                    vec![self.writer().to_itself(&News::Beat(beat))]
                }
                _ = self.pulse.changed(), if !is_up => {
                    is_up = true;
                    up();
                    let mut letters = self.who_is_here();
                    letters.push(self.writer().to_all(&News::WhoIsThere));
                    letters
                }
                _ = announcements.tick(), if is_up => self.who_is_here(),
                () = self.shared.asked.notified(), if is_up => self.who_is_here(),
                _ = self.queue.recv_many(&mut said, BATCH_MAX), if is_up => {
                    self.writer().write(std::mem::take(&mut said))
                }
            };
            if is_up && self.shared.missed.swap(false, Ordering::Relaxed) {
                letters.push(self.writer().to_all(&News::Missed));
            }
            if let Err(broken) = publish(&mut self.connection, &letters).await {
                // It is not known which of them were heard.
                self.shared.missed.store(true, Ordering::Relaxed);
                return Err(broken);
            }
        }
    }

    fn writer(&self) -> Writer<'_> {
        Writer { node: self.shared.node, channels: &self.shared.channels }
    }

    fn who_is_here(&self) -> Vec<Letter> {
        self.writer().to_all_of(&self.hub.live_users(), News::There)
    }

    /// What was committed last is said first.
    async fn say_goodbye(&mut self, mut said: Vec<Said>) -> Result<(), Broken> {
        while let Ok(last) = self.queue.try_recv() {
            said.push(last);
        }
        let mut letters = self.writer().write(said);
        letters.push(self.writer().to_all(&News::Goodbye));
        // Where nobody hears it, what the node has said of its users runs out by itself.
        let _ = tokio::time::timeout(GOODBYE_PATIENCE, publish(&mut self.connection, &letters)).await;
        Ok(())
    }
}

/// Returns once Redis has taken all of them.
pub(super) async fn publish(connection: &mut MultiplexedConnection, letters: &[Letter]) -> Result<(), Broken> {
    let commands = letters.iter().flat_map(|letter| letter.channels.iter().map(|channel| (channel, &letter.payload)));
    let commands: Vec<_> = commands.collect();
    for some in commands.chunks(PIPELINE_COMMANDS_MAX) {
        let mut pipeline = redis::pipe();
        for (channel, payload) in some {
            pipeline.publish(channel, payload).ignore();
        }
        pipeline.exec_async(connection).await?;
    }
    Ok(())
}
