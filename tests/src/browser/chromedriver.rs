//! One `chromedriver` of its own, on a port that it chose. Knows nothing of pages.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use tempfile::TempDir;
use tokio::process::{Child, Command};

use crate::in_time;
use crate::printed::Printed;

/// What Debian, Ubuntu and Google call it.
const BROWSERS: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];

/// Ends when our end of the pipe closes, however this program ends. Its browser ends with it, by a pipe as well. Where it
/// ends by itself, the shell does, too, and with it what they print.
const LIVES_AS_LONG_AS_WE: &str = "exec 3<&0; chromedriver --port=0 </dev/null 3<&- & driver=$!; \
    { read -r _ <&3; kill -KILL $driver; } >/dev/null 2>&1 & exec 3<&-; wait $driver";
/// It takes a free port of IPv4, and ends where somebody has the same one of IPv6.
const STARTS_MAX: usize = 3;

pub(super) struct Chromedriver {
    /// Holds the pipe.
    _process: Child,
    /// Everything that the two write: the browser's profile, sockets, caches.
    directory: TempDir,
    pub(super) url: String,
}

impl Chromedriver {
    pub(super) async fn starts() -> Self {
        let mut said = String::new();
        for _ in 0..STARTS_MAX {
            match Self::tries_to_start().await {
                Ok(started) => return started,
                Err(ended) => said += &ended,
            }
        }
        panic!("chromedriver does not start (apt-get install chromium chromium-driver brings it):\n{said}")
    }

    /// Or what it said before it ended.
    async fn tries_to_start() -> Result<Self, String> {
        let directory = tempfile::Builder::new().prefix("handsel-browser").tempdir().expect("a directory");
        let mut process = Command::new("sh")
            .args(["-c", LIVES_AS_LONG_AS_WE])
            .env("TMPDIR", directory.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("sh starts");
        let output = Printed::of(process.stdout.take().expect("stdout is piped"));
        let errors = Printed::of(process.stderr.take().expect("stderr is piped"));
        let port = |printed: &str| {
            let (_, rest) = printed.split_once("started successfully on port ")?;
            rest.split_once('.').map(|(port, _)| port.to_owned())
        };
        let Some(port) = in_time("chromedriver to listen", output.find(port)).await else {
            return Err(format!("{}{}", output.so_far(), errors.so_far()));
        };
        Ok(Self { _process: process, directory, url: format!("http://127.0.0.1:{port}") })
    }

    /// A directory for the browser's profile.
    pub(super) fn profile(&self) -> PathBuf {
        self.directory.path().join("profile")
    }
}

/// The browser's program, found as a shell finds it.
pub(super) fn browser() -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let candidates = BROWSERS.iter().flat_map(|name| std::env::split_paths(&path).map(move |folder| folder.join(name)));
    let found = candidates.into_iter().find(|file: &PathBuf| Path::is_file(file));
    found.unwrap_or_else(|| panic!("none of {BROWSERS:?} is on PATH; on Debian and Ubuntu: apt-get install chromium"))
}
