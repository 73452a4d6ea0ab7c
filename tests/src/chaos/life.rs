//! One life of the server, from the start of its process until all that it has logged is read. Knows nothing of when it
//! ends.

use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{ExitStatus, Stdio};

use tokio::process::{Child, Command};

use crate::in_time;
use crate::printed::Printed;
use crate::seen::Breach;
use crate::server::binary;

const SIGKILL: i32 = 9;

pub(super) struct Life {
    process: Child,
    log: Printed,
    output: Printed,
}

/// What is left of a life.
pub(super) struct Ended {
    /// All that it has logged: what goes wrong in a drain is said last.
    pub(super) log: String,
    /// Where it ended in another way than it was made to.
    pub(super) breach: Option<Breach>,
}

impl Life {
    /// A process over that database. It does not listen yet.
    pub(super) fn begins(database_file: &Path, flags: &[&str]) -> Self {
        let mut process = Command::new(binary())
            .current_dir(database_file.parent().expect("a file is in a directory"))
            .args(["serve", "--port", "0", "--database-url", "sqlite://handsel.db"])
            .args(flags)
            .env_clear()
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("the binary starts");
        let log = Printed::of(process.stderr.take().expect("stderr is piped"));
        let output = Printed::of(process.stdout.take().expect("stdout is piped"));
        Self { process, log, output }
    }

    /// Waits until it listens; returns where.
    pub(super) async fn listens(&self) -> String {
        let address = |printed: &str| {
            let (_, behind) = printed.split_once("http://")?;
            behind.split_once([',', ' ', '\n']).map(|(address, _)| address.to_owned())
        };
        let listening = in_time("the server to listen", self.output.find(address)).await;
        let Some(address) = listening else {
            self.log.find(|_| None::<()>).await;
            panic!("the server ended before it listened; it said:\n{}", self.log.so_far())
        };
        address
    }

    /// What it has logged so far.
    pub(super) fn log(&self) -> String {
        self.log.so_far()
    }

    /// `kill -9`.
    pub(super) async fn is_killed(&mut self) -> Ended {
        // Where it has ended already, its status says so.
        let _ = self.process.start_kill();
        self.ends(|status| status.signal() == Some(SIGKILL)).await
    }

    /// Asked to end, as a supervisor does it: it drains, and succeeds.
    pub(super) async fn is_told_to_end(&mut self) -> Ended {
        if let Some(id) = self.process.id() {
            let _ = Command::new("kill").args(["-TERM", &id.to_string()]).status().await;
        }
        self.ends(|status| status.success()).await
    }

    async fn ends(&mut self, is_due: impl Fn(&ExitStatus) -> bool) -> Ended {
        let status = in_time("the server to end", self.process.wait()).await.expect("it can be waited for");
        // The pipe ends with the process, but may be read later.
        in_time("the end of the server's log", self.log.find(|_| None::<()>)).await;
        let breach = (!is_due(&status)).then(|| format!("a server has ended with {status}"));
        Ended { log: self.log(), breach }
    }
}
