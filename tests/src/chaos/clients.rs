//! All clients, and what came of those that have ended. Knows nothing of what one of them does.

use tokio::sync::mpsc::UnboundedReceiver;
use tokio::task::{JoinError, JoinSet};
use tokio::time::timeout;

use super::client::{Client, Ended};
use crate::PATIENCE;
use crate::checker::Record;
use crate::seen::Breach;

pub(super) struct Clients {
    running: JoinSet<Ended>,
    settling: UnboundedReceiver<()>,
    pub(super) records: Vec<Record>,
    pub(super) breaches: Vec<Breach>,
}

impl Clients {
    /// Lets them live. `begun` is what was said before any of them was there.
    pub(super) fn all(clients: Vec<Client>, settling: UnboundedReceiver<()>, begun: Vec<Record>) -> Self {
        let running = clients.into_iter().map(Client::lives).collect();
        Self { running, settling, records: begun, breaches: Vec::new() }
    }

    /// Until each has an answer to all that it said, or has ended.
    pub(super) async fn settle(&mut self) {
        let count = self.running.len();
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
    pub(super) async fn end(&mut self) {
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
