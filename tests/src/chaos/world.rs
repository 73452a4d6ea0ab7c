//! What all clients share: the nodes, and what everyone is about. Knows nothing of what fails.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::{Notify, watch};

use crate::checker::timeline::Stand;
use crate::proxy::{Proxy, Weather};

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
    /// Whether connections fail now, by what clients do as well.
    sockets_fail: AtomicBool,
    sockets: AtomicU64,
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
        let (sent, replaying) = (Notify::new(), Notify::new());
        let (sockets, longest_resume_ms) = (AtomicU64::new(0), AtomicU64::new(0));
        let sockets_fail = AtomicBool::new(false);
        Self { proxies, phase, settled, sent, replaying, sockets_fail, sockets, longest_resume_ms }
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

    pub(super) fn resumed(&self, after: Duration) {
        self.sockets.fetch_add(1, Ordering::Relaxed);
        let millis = u64::try_from(after.as_millis()).unwrap_or(u64::MAX);
        self.longest_resume_ms.fetch_max(millis, Ordering::Relaxed);
    }

    pub(super) fn sockets(&self) -> u64 {
        self.sockets.load(Ordering::Relaxed)
    }

    pub(super) fn longest_resume(&self) -> Duration {
        Duration::from_millis(self.longest_resume_ms.load(Ordering::Relaxed))
    }
}
