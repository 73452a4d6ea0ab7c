//! One running server program, which ends when whoever started it does, however that ends. Knows nothing of what it serves.

use std::env;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::unprivileged;

/// Between two looks at whether a server is ready.
const PAUSE: Duration = Duration::from_millis(20);

/// Starts what follows, hands each line that it reads on as a signal, and ends it when there is nothing more to read:
/// the pipe is closed also where the process at its other end was killed. The directory goes with it then.
const GUARD: &str = r#"
directory=$1; at_the_end=$2; shift 2
"$@" </dev/null & pid=$!
while read -r signal; do
    kill "-$signal" "$pid"
    case $signal in STOP | CONT) ;; *) wait "$pid"; exit ;; esac
done
kill -CONT "$pid" 2>/dev/null; kill "-$at_the_end" "$pid" 2>/dev/null; wait "$pid"
rm -rf "$directory"
"#;

/// A directory that the server owns.
pub fn directory() -> TempDir {
    let directory = tempfile::Builder::new().prefix("handsel-service-").tempdir().expect("a directory");
    unprivileged::hand_over(directory.path());
    directory
}

/// Finds a program where Debian keeps the versions of PostgreSQL, the newest first, or on PATH: what Debian puts there for
/// PostgreSQL's clients is a script that takes longer than they do.
pub fn find(name: &str) -> PathBuf {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut folders: Vec<_> = versions.map(|version| version.path().join("bin")).collect();
    folders.sort();
    folders.reverse();
    folders.extend(env::split_paths(&env::var_os("PATH").unwrap_or_default()));
    let found = folders.into_iter().map(|folder| folder.join(name)).find(|file| file.is_file());
    found.unwrap_or_else(|| {
        panic!("there is no program {name}; `cargo xtask test` installs it, or says what to install")
    })
}

/// A server that was started, in a directory of its own. Dropped, it ends.
pub struct Program {
    guard: Child,
    input: Option<ChildStdin>,
    log: PathBuf,
}

impl Program {
    /// Starts the server with its directory as the current one. What it prints goes to a file there. The signal is the
    /// one that ends it at once: a shell lets what it starts in the background ignore some.
    pub fn start(directory: &Path, program: &Path, arguments: &[String], at_the_end: &str) -> Self {
        let log = directory.join("log");
        let output = File::options().create(true).append(true).open(&log).expect("the log can be written");
        let server = unprivileged::command(program);
        let mut guard = Command::new("sh");
        guard
            .args(["-c", GUARD, "guard"])
            .arg(directory)
            .arg(at_the_end)
            .arg(server.get_program())
            .args(server.get_args());
        guard.args(arguments).current_dir(directory).stdin(Stdio::piped());
        guard.stdout(output.try_clone().expect("a file can be shared")).stderr(output);
        let mut guard = guard.spawn().expect("a shell starts");
        let input = guard.stdin.take();
        Self { guard, input, log }
    }

    /// Whether it runs.
    pub fn lives(&mut self) -> bool {
        self.guard.try_wait().expect("it can be asked").is_none()
    }

    /// Asks until it is ready, has ended or `patience` is used up: nothing announces it. Says whether it is ready.
    pub(crate) fn becomes_ready(&mut self, patience: Duration, is_ready: impl Fn() -> bool) -> bool {
        let started = Instant::now();
        while started.elapsed() < patience && self.lives() {
            if is_ready() {
                return true;
            }
            std::thread::sleep(PAUSE);
        }
        false
    }

    /// Sends a signal that ends it, and waits until it has ended.
    pub fn end(&mut self, signal: &str) {
        if let Some(mut input) = self.input.take() {
            // It has ended by itself where this fails.
            let _ = writeln!(input, "{signal}");
            let _ = input.flush();
            self.guard.wait().expect("it can be waited for");
        }
    }

    /// Sends a signal that it lives on with.
    pub fn signal(&mut self, signal: &str) {
        let input = self.input.as_mut().expect("it has not been ended");
        writeln!(input, "{signal}").and_then(|()| input.flush()).expect("its guard lives");
    }

    /// All that it has printed.
    pub fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        drop(self.input.take());
        let _ = self.guard.wait();
    }
}
