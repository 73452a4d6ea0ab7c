//! People who talk by `handsel.v1` over a network that fails, with a server that is killed again and again, and what
//! became of all that they said. Knows nothing of flags or of printing.

mod client;
mod crowd;
mod diary;
mod habits;
mod life;
mod lives;
mod log;
mod opening;

use std::collections::HashMap;
use std::fmt;
use std::ops::RangeInclusive;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use fastrand::Rng;
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};
use tokio::sync::{Notify, oneshot, watch};
use tokio::task::{JoinError, JoinSet};
use tokio::time::{sleep, timeout};

use crate::checker::{
    Record, Run, Tally, Verdict,
    timeline::{self, Stand},
};
use crate::proxy::{Faults, Proxy, Weather};
use crate::seen::Breach;
use crate::{PATIENCE, database, server};
use client::{Client, Ended};
use crowd::Crowd;
use lives::Lives;

/// From one fault of a connection to the next, in milliseconds: each has one of its own every few seconds.
const FAULT_EVERY_MS: RangeInclusive<u64> = 500..=8_000;

/// What is to happen.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// Plans every fault, and what people do; the timing is the machine's.
    pub seed: u64,
    /// Conversations, each of two people.
    pub pairs: usize,
    /// For how long everything fails.
    pub how_long: Duration,
}

/// What happened.
#[derive(Debug)]
pub struct Outcome {
    /// What the network did.
    pub faults: Faults,
    /// How often the server was killed.
    pub kills: u64,
    /// How often it was told to end, and did.
    pub restarts: u64,
    /// Sockets that were opened, the first of each client among them.
    pub sockets: u64,
    /// How long anyone tried until there was a socket again, at the longest.
    pub longest_resume: Duration,
    /// Whether the promises were kept. Whatever else went wrong is a breach, too.
    pub verdict: Verdict,
    /// What the servers have logged, one after the other.
    pub log: String,
}

/// What all clients share.
struct World {
    proxy: Proxy,
    phase: watch::Receiver<Phase>,
    /// One for each client that has an answer to all that it said.
    settled: UnboundedSender<()>,
    /// Someone has just sent something.
    sent: Notify,
    /// Someone has just gone on where it stopped, and is being sent what it missed.
    replaying: Notify,
    sockets: AtomicU64,
    longest_resume_ms: AtomicU64,
}

/// What the clients are about.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Phase {
    /// They talk, and everything fails.
    Storm,
    /// Nothing fails any more: each connects again, and goes on until all that it said is answered.
    Settling,
    /// Nobody writes any more: each goes on until it has everything up to these heads, and was told of these cursors.
    CatchingUp(Arc<HashMap<String, Stand>>),
}

impl World {
    fn resumed(&self, after: Duration) {
        self.sockets.fetch_add(1, Ordering::Relaxed);
        let millis = u64::try_from(after.as_millis()).unwrap_or(u64::MAX);
        self.longest_resume_ms.fetch_max(millis, Ordering::Relaxed);
    }
}

/// Lets it all happen; then everything that was promised is checked.
pub async fn run(plan: Plan) -> Outcome {
    let mut rng = Rng::with_seed(plan.seed);
    let server = lives::first().await;
    let Crowd { participants, keys, begun } = Crowd::meets(&server, plan.pairs).await;
    let lives = Lives::after(server).await;
    let proxy = Proxy::to(&lives.listens().await, Weather::stormy(rng.u64(..), FAULT_EVERY_MS)).await;
    let (phases, phase) = watch::channel(Phase::Storm);
    let (settled, settling) = mpsc::unbounded_channel();
    let (sent, replaying) = (Notify::new(), Notify::new());
    let (sockets, longest_resume_ms) = (AtomicU64::new(0), AtomicU64::new(0));
    let world = Arc::new(World { proxy, phase, settled, sent, replaying, sockets, longest_resume_ms });

    let (enough, is_enough) = oneshot::channel();
    let lives = tokio::spawn(lives.go_on(rng.fork(), Arc::clone(&world), is_enough));
    let mut clients = Clients { running: JoinSet::new(), settling, records: begun, breaches: Vec::new() };
    for participant in &participants {
        clients.running.spawn(Client::new(participant, rng.fork(), Arc::clone(&world)).lives());
    }
    sleep(plan.how_long).await;

    let _ = enough.send(());
    let mut lives = lives.await.expect("a server runs");
    world.proxy.calms();
    phases.send_replace(Phase::Settling);
    clients.settle(participants.len()).await;
    let file = lives.over.database_file();
    phases.send_replace(Phase::CatchingUp(Arc::new(timeline::stands(&file).await)));
    clients.end().await;

    let Clients { records, mut breaches, .. } = clients;
    breaches.extend(is_sound(&file).await);
    let stored = timeline::stands(&file).await;
    let mut timelines = Vec::new();
    for key in stored.keys() {
        timelines.push(timeline::read(&file, key).await);
    }
    lives.is_told_to_end().await;
    let Lives { over, kills, restarts, breaches: ends, log, .. } = lives;
    // It is verified above: a panic when it is dropped would come before the report with its seed.
    drop(over.breaks_its_database());
    breaches.extend(ends);
    breaches.extend(log.lines().filter(|line| log::is_grave(line)).map(|line| format!("the server has logged {line}")));
    breaches.extend(stored.keys().filter(|key| !keys.contains(key)).map(|key| format!("nobody has begun {key}")));
    breaches.extend(keys.iter().filter(|key| !stored.contains_key(*key)).map(|key| format!("{key} is not there")));
    let mut verdict = Run { records, timelines }.judged();
    verdict.breaches.splice(..0, breaches);
    Outcome {
        faults: world.proxy.faults(),
        kills,
        restarts,
        sockets: world.sockets.load(Ordering::Relaxed),
        longest_resume: Duration::from_millis(world.longest_resume_ms.load(Ordering::Relaxed)),
        verdict,
        log,
    }
}

/// All clients, and what came of those that have ended.
struct Clients {
    running: JoinSet<Ended>,
    settling: UnboundedReceiver<()>,
    records: Vec<Record>,
    breaches: Vec<Breach>,
}

impl Clients {
    /// Until so many have an answer to all that they said, or have ended.
    async fn settle(&mut self, count: usize) {
        let mut settled = 0;
        let all = async {
            while settled < count {
                tokio::select! {
                    _ = self.settling.recv() => {}
                    Some(ended) = self.running.join_next() => note(ended, &mut self.records, &mut self.breaches),
                }
                settled += 1;
            }
        };
        if timeout(PATIENCE + PATIENCE, all).await.is_err() {
            self.breaches.push(format!("{settled} of {count} clients have an answer to all that they said"));
        }
    }

    /// Until all have ended.
    async fn end(&mut self) {
        while let Some(ended) = self.running.join_next().await {
            note(ended, &mut self.records, &mut self.breaches);
        }
    }
}

fn note(ended: Result<Ended, JoinError>, records: &mut Vec<Record>, breaches: &mut Vec<Breach>) {
    match ended {
        Ok(Ended { record, breach }) => {
            records.push(record);
            breaches.extend(breach);
        }
        Err(panicked) => breaches.push(panicked.to_string()),
    }
}

/// What the server's own verifier finds, beside a server that lives, and what SQLite does.
async fn is_sound(file: &Path) -> Option<Breach> {
    let in_tables = file.to_owned();
    let sound = tokio::spawn(async move { database::is_sound(&in_tables).await }).await;
    if let Err(panicked) = sound {
        return Some(format!("the database is not sound: {panicked}"));
    }
    let directory = file.parent().expect("a file is in a directory");
    let (status, output, errors) = server::command(directory, &["verify", "--json"], "").await;
    (!status.success()).then(|| format!("handsel verify: {status}\n{output}{errors}"))
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { faults, kills, restarts, sockets, longest_resume, verdict, .. } = self;
        let Tally { sent, sent_again, settled, acknowledged, refused, maybe, maybe_there } = verdict.messages;
        writeln!(f, "faults    {faults}")?;
        writeln!(f, "server    {kills} kills, {restarts} restarts in order")?;
        writeln!(f, "sockets   {sockets} opened, the longest wait for one {:.1} s", longest_resume.as_secs_f64())?;
        write!(
            f,
            "messages  {sent} sent, {sent_again} times again (a repeat settled {settled}), {acknowledged} acknowledged, {refused} refused, "
        )?;
        writeln!(f, "{maybe} without an answer, of which {maybe_there} are there")?;
        let Verdict { entries, repeats, cursors, steps, .. } = verdict;
        write!(f, "checked   {entries} entries given to clients, {repeats} of them repeats; {cursors} cursors; ")?;
        write!(f, "{steps} handshake steps stored")
    }
}
