//! What all clients share: the nodes, and what everyone is about. Knows nothing of what fails.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use fastrand::Rng;
use serde_json::Value;
use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::{Notify, watch};

use super::crossing::Crossing;
use super::outages::Outages;
use crate::checker::timeline::Stand;
use crate::proxy::{Proxy, Weather};

/// What is said where a database is away, and hardly ever otherwise.
const PASSING: [&str; 2] = ["unavailable", "outcome_unknown"];

pub(super) struct World {
    /// One in front of each node.
    pub(super) proxies: Vec<Proxy>,
    pub(super) phase: watch::Receiver<Phase>,
    /// One for each client that has an answer to all that it said.
    pub(super) settled: UnboundedSender<()>,
    /// Someone has just sent something.
    pub(super) sent: Notify,
    /// Someone has just gone on where it stopped, and is being sent what it missed.
    pub(super) replaying: Notify,
    pub(super) crossing: Crossing,
    /// Whether connections fail now, by what clients do as well.
    sockets_fail: AtomicBool,
    /// The database's.
    pub(super) outages: Outages,
    /// The nodes to which a balancer leads clients.
    in_rotation: Vec<AtomicBool>,
    /// Whether it leads a client on to the next node where one does not take it.
    finds_out: AtomicBool,
    /// How often somebody was told to come again while the database was there.
    put_off: AtomicU64,
    sockets: AtomicU64,
    most_tries: AtomicU64,
    longest_resume_ms: AtomicU64,
}

/// What the clients are about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// They talk, and everything fails.
    Storm,
    /// Nothing fails any more: each connects again, and goes on until all that it said is answered.
    Settling,
    /// Nobody writes any more: each goes on until it has everything up to these heads, and was told of these cursors.
    CatchingUp(Arc<HashMap<String, Stand>>),
}

impl World {
    pub(super) fn new(proxies: Vec<Proxy>, phase: watch::Receiver<Phase>, settled: UnboundedSender<()>) -> Self {
        Self {
            in_rotation: proxies.iter().map(|_| AtomicBool::new(true)).collect(),
            finds_out: AtomicBool::new(false),
            proxies,
            phase,
            settled,
            sent: Notify::new(),
            replaying: Notify::new(),
            crossing: Crossing::default(),
            sockets_fail: AtomicBool::new(false),
            outages: Outages::default(),
            put_off: AtomicU64::new(0),
            sockets: AtomicU64::new(0),
            most_tries: AtomicU64::new(0),
            longest_resume_ms: AtomicU64::new(0),
        }
    }

    /// From now on connections fail.
    pub(super) fn storms(&self, weather: impl FnMut() -> Weather) {
        self.sockets_fail.store(true, Ordering::Relaxed);
        self.proxies.iter().zip(std::iter::repeat_with(weather)).for_each(|(proxy, weather)| proxy.storms(weather));
    }

    /// From now on they hold.
    pub(super) fn calms(&self) {
        self.sockets_fail.store(false, Ordering::Relaxed);
        self.proxies.iter().for_each(Proxy::calms);
    }

    pub(super) fn sockets_fail(&self) -> bool {
        self.sockets_fail.load(Ordering::Relaxed)
    }

    /// Leads clients to that node, or no longer.
    pub(super) fn rotates(&self, node: usize, to: bool) {
        self.in_rotation[node].store(to, Ordering::SeqCst);
    }

    /// Leads a client on to the next node where one does not take it, or no longer.
    pub(super) fn finds_out(&self, does: bool) {
        self.finds_out.store(does, Ordering::SeqCst);
    }

    /// Where a client is led that this node did not take, and has been led to so many.
    pub(super) fn next_node(&self, node: usize, led: usize) -> Option<usize> {
        let goes_on = self.finds_out.load(Ordering::SeqCst) && led < self.proxies.len();
        goes_on.then(|| (node + 1) % self.proxies.len())
    }

    /// Any node, of those to which clients are led.
    pub(super) fn any_node(&self, rng: &mut Rng) -> usize {
        let place = rng.usize(..);
        let led_to = |node: &usize| self.in_rotation[*node].load(Ordering::SeqCst);
        // The clients of a balancer without a node find nobody at any of them.
        let all: Vec<_> = (0..self.proxies.len()).filter(led_to).collect();
        if all.is_empty() { place % self.proxies.len() } else { all[place % all.len()] }
    }

    pub(super) fn resumed(&self, after: Duration, tries: u64) {
        self.most_tries.fetch_max(tries, Ordering::Relaxed);
        self.sockets.fetch_add(1, Ordering::Relaxed);
        let millis = u64::try_from(after.as_millis()).unwrap_or(u64::MAX);
        self.longest_resume_ms.fetch_max(millis, Ordering::Relaxed);
    }

    /// Somebody has heard that.
    pub(super) fn hears(&self, frame: &Value) {
        let is_passing = frame["type"] == "error" && PASSING.iter().any(|code| frame["code"] == *code);
        if is_passing && !self.outages.explain(SystemTime::now()) {
            self.put_off.fetch_add(1, Ordering::Relaxed);
        }
    }

    pub(super) fn put_off(&self) -> u64 {
        self.put_off.load(Ordering::Relaxed)
    }

    pub(super) fn sockets(&self) -> u64 {
        self.sockets.load(Ordering::Relaxed)
    }

    pub(super) fn most_tries(&self) -> u64 {
        self.most_tries.load(Ordering::Relaxed)
    }

    pub(super) fn longest_resume(&self) -> Duration {
        Duration::from_millis(self.longest_resume_ms.load(Ordering::Relaxed))
    }
}
