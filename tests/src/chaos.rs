//! People who talk by `handsel.v1` over a network that fails, with servers that are killed again and again, and what
//! became of all that they said. Knows nothing of flags or of printing.

mod client;
mod clients;
mod cluster;
mod crossing;
mod crowd;
mod diary;
mod habits;
mod happened;
mod life;
mod lives;
mod log;
mod opening;
mod outages;
mod outcome;
mod part;
mod postgres;
mod redis;
mod world;

pub use happened::Happened;
pub use outcome::Outcome;
pub use part::{Part, Stage};

use std::sync::Arc;
use std::time::Duration;

use fastrand::Rng;
use tokio::sync::{mpsc, watch};

use crate::checker::{Run, timeline};
use crate::over::Over;
use crate::seen::Breach;
use client::Client;
use clients::Clients;
use cluster::{Cluster, Ground};
use crowd::Crowd;
use world::{Phase, World};

/// What is to happen.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Plans every fault, and what people do; the timing is the machine's.
    pub seed: u64,
    /// Conversations, each of two people.
    pub pairs: usize,
    /// For how long something fails.
    pub how_long: Duration,
    /// Servers over one database.
    pub nodes: usize,
    /// What they run over: one file, or PostgreSQL with Redis.
    pub over: Over,
    /// What fails: each alone, then all together.
    pub parts: Vec<Part>,
}

/// Lets it all happen; then everything that was promised is checked.
pub async fn run(plan: Plan) -> Outcome {
    let mut rng = Rng::with_seed(plan.seed);
    let ground = Ground::fresh(plan.over).await;
    let first = ground.node().start().await;
    let Crowd { participants, keys, begun } = Crowd::meets(&first, plan.pairs).await;
    first.terminate().await;
    let mut breaches: Vec<Breach> = Vec::new();
    let status = first.ended().await;
    if !status.success() {
        breaches.push(format!("the first server: {status}"));
    }
    let (mut cluster, proxies) = Cluster::over(ground, plan.nodes).await;
    let (phases, phase) = watch::channel(Phase::Storm);
    let (settled, settling) = mpsc::unbounded_channel();
    let world = Arc::new(World::new(proxies, phase, settled));

    let mut client = |(number, participant)| {
        // Two who talk to each other do it over different nodes, at first.
        Client::new(participant, number % plan.nodes, rng.fork(), Arc::clone(&world))
    };
    let clients = participants.into_iter().enumerate().map(&mut client).collect();
    let mut clients = Clients::all(clients, settling, begun);
    let mut stages = Vec::new();
    for stage in part::stages(&plan.parts, plan.how_long) {
        let happened = cluster.fails(&stage, &mut rng, &world).await;
        stages.push((stage, happened));
    }
    phases.send_replace(Phase::Settling);
    clients.settle().await;
    let database = cluster.ground.database().clone();
    phases.send_replace(Phase::CatchingUp(Arc::new(timeline::stands(&database).await)));
    clients.end().await;

    breaches.extend(clients.breaches);
    breaches.extend(is_sound(&cluster.ground).await);
    let stored = timeline::stands(&database).await;
    let mut timelines = Vec::new();
    for key in stored.keys() {
        timelines.push(timeline::read(&database, key).await);
    }
    let happened = cluster.so_far(&world);
    let (log, ends) = cluster.ends(&world).await;
    breaches.extend(ends);
    let is_explained = |line: &str| log::tells_of_no_database(line).is_some_and(|at| world.outages.explain(at));
    let grave = log.lines().filter(|line| log::is_grave(line) && !is_explained(line));
    breaches.extend(grave.map(|line| format!("a server has logged {line}")));
    breaches.extend(stored.keys().filter(|key| !keys.contains(key)).map(|key| format!("nobody has begun {key}")));
    breaches.extend(keys.iter().filter(|key| !stored.contains_key(*key)).map(|key| format!("{key} is not there")));
    let mut verdict = Run { records: clients.records, timelines }.judged();
    verdict.breaches.splice(..0, breaches);
    let (sockets, longest_resume) = (world.sockets(), world.longest_resume());
    let (most_tries, put_off) = (world.most_tries(), world.put_off());
    Outcome { stages, happened, sockets, most_tries, longest_resume, put_off, verdict, log }
}

/// What the server's own verifier finds, beside servers that live, and what can be counted by hand.
async fn is_sound(ground: &Ground) -> Option<Breach> {
    let database = ground.database().clone();
    let sound = tokio::spawn(async move { database.is_sound().await }).await;
    if let Err(panicked) = sound {
        return Some(format!("the database is not sound: {panicked}"));
    }
    let (status, output, errors) = ground.node().command(&["verify", "--json"], "").await;
    (!status.success()).then(|| format!("handsel verify: {status}\n{output}{errors}"))
}
