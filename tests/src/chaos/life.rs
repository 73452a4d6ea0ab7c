//! One life of the server, from the start of its process until all that it has logged is read. Knows nothing of when it
//! ends.

use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;

use tokio::process::Command;

use crate::running::Running;
use crate::{Started, in_time};

const SIGKILL: i32 = 9;

pub(super) struct Life {
    running: Running,
    has_listened: bool,
}

/// What is left of a life.
pub(super) struct Ended {
    /// All that it has logged: what goes wrong in a drain is said last.
    pub(super) log: String,
    pub(super) status: ExitStatus,
    /// Whether it ended in the way that it was made to.
    pub(super) as_due: bool,
    /// Whether it could ever be reached.
    pub(super) has_listened: bool,
}

impl Life {
    /// A process that does not listen yet.
    pub(super) fn begins(how: &Started) -> Self {
        Self { running: Running::of(how.spawn()), has_listened: false }
    }

    /// Waits until it listens; returns where, or `None` where it ends without.
    pub(super) async fn listens(&mut self) -> Option<String> {
        let address = self.running.tries_to_listen().await;
        self.has_listened |= address.is_some();
        address
    }

    /// What it has logged so far.
    pub(super) fn log(&self) -> String {
        self.running.log.so_far()
    }

    /// `kill -9`.
    pub(super) async fn is_killed(&mut self) -> Ended {
        // Where it has ended already, its status says so.
        let _ = self.running.process.start_kill();
        self.ends(|status| status.signal() == Some(SIGKILL)).await
    }

    /// Asked to end, as a supervisor does it: it drains, and succeeds.
    pub(super) async fn is_told_to_end(&mut self) -> Ended {
        if let Some(id) = self.running.process.id() {
            let _ = Command::new("kill").args(["-TERM", &id.to_string()]).status().await;
        }
        self.ends(ExitStatus::success).await
    }

    /// It ends by itself, which nobody asked it to.
    pub(super) async fn ends_by_itself(&mut self) -> Ended {
        self.ends(|_| false).await
    }

    async fn ends(&mut self, is_due: impl Fn(&ExitStatus) -> bool) -> Ended {
        let status = in_time("the server to end", self.running.process.wait()).await.expect("it can be waited for");
        // The pipe ends with the process, but may be read later.
        in_time("the end of the server's log", self.running.log.find(|_| None::<()>)).await;
        Ended { log: self.log(), status, as_due: is_due(&status), has_listened: self.has_listened }
    }
}
