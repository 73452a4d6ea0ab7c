//! One process of the binary: what it prints, and where it listens. Knows nothing of its database, or of what is asked.

use tokio::process::Child;

use crate::in_time;
use crate::printed::Printed;

pub(crate) struct Running {
    pub(crate) process: Child,
    pub(crate) log: Printed,
    pub(crate) output: Printed,
}

impl Running {
    /// One that was just spawned, with both its pipes. It need not listen yet.
    pub(crate) fn of(mut process: Child) -> Self {
        let log = Printed::of(process.stderr.take().expect("stderr is piped"));
        let output = Printed::of(process.stdout.take().expect("stdout is piped"));
        Self { process, log, output }
    }

    /// Waits until it listens; returns where: `127.0.0.1:PORT`.
    pub(crate) async fn listens(&self) -> String {
        let Some(address) = self.tries_to_listen().await else {
            self.log.find(|_| None::<()>).await;
            panic!("the server ended before it listened; it said:\n{}", self.log.so_far())
        };
        address
    }

    /// The same; `None` where it ends without.
    pub(crate) async fn tries_to_listen(&self) -> Option<String> {
        let address = |printed: &str| {
            let line = printed.lines().find(|line| line.contains("http://"))?;
            line.split("http://").nth(1)?.split([',', ' ']).next().map(str::to_owned)
        };
        in_time("the server to listen", self.output.find(address)).await
    }
}
