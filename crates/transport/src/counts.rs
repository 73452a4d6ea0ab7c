//! What is counted of sockets and frames, by handles that are kept: nothing is looked up or allocated for a frame.
//! Knows nothing of who reads the numbers; no user is ever a label.

use std::sync::LazyLock;

use metrics::{Counter, Gauge, Histogram, counter, gauge, histogram};

use crate::close::CloseReason;
use crate::frames::kind::{RECEIVED, Received, SENT, Sent};

/// A client that closed, and a connection that broke: what the server did not close has these codes.
pub(crate) const CLIENT_LEFT: u16 = 1000;
/// See [`CLIENT_LEFT`].
pub(crate) const BROKE: u16 = 1006;

pub(crate) struct Counts {
    /// Open sockets.
    pub(crate) sockets: Gauge,
    /// Frames that wait in the queues of all sessions.
    pub(crate) queued: Gauge,
    /// Entries that sessions read from the storage.
    pub(crate) replayed: Counter,
    /// From the commit to the socket, for live entries.
    pub(crate) lag: Histogram,
    received: Vec<Counter>,
    sent: Vec<Counter>,
}

/// The one set of handles of this process. Whoever installs a recorder does so before the first socket.
pub(crate) fn counts() -> &'static Counts {
    static COUNTS: LazyLock<Counts> = LazyLock::new(Counts::new);
    &COUNTS
}

/// Has every series begin at zero whose labels are known, so that the first event of a kind is seen as a step.
pub fn begin() {
    let counts = counts();
    counts.sockets.increment(0.0);
    counts.queued.increment(0.0);
    counts.replayed.increment(0);
    metrics::counter!("handsel_broker_dropped_total").increment(0);
    counts.received.iter().chain(&counts.sent).for_each(|counter| counter.increment(0));
    for reason in CloseReason::ALL {
        closes(reason.close_code()).increment(0);
        errors(reason.code()).increment(0);
    }
    for code in [CLIENT_LEFT, BROKE] {
        closes(code).increment(0);
    }
}

/// Ended sockets with that close code.
pub(crate) fn closes(code: u16) -> Counter {
    counter!("handsel_socket_closes_total", "code" => code.to_string())
}

/// Errors told to clients, by frame or over HTTP.
pub(crate) fn errors(code: &'static str) -> Counter {
    counter!("handsel_errors_total", "code" => code)
}

impl Counts {
    fn new() -> Self {
        let frames = |direction: &'static str, kinds: &[&'static str]| {
            let one = |kind: &&'static str| counter!("handsel_frames_total", "direction" => direction, "type" => *kind);
            kinds.iter().map(one).collect()
        };
        Self {
            sockets: gauge!("handsel_sockets"),
            queued: gauge!("handsel_queue_depth"),
            replayed: counter!("handsel_replayed_entries_total"),
            lag: histogram!("handsel_delivery_lag_seconds"),
            received: frames("in", &RECEIVED),
            sent: frames("out", &SENT),
        }
    }

    pub(crate) fn received(&self, kind: Received) {
        self.received[kind.0].increment(1);
    }

    pub(crate) fn sent(&self, kind: Sent) {
        self.sent[kind.0].increment(1);
    }
}
