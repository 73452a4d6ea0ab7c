//! A running `handsel` with a database of its own. Knows nothing of what is asked of it.

use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Output, Stdio};
use std::sync::{Arc, OnceLock};

use tokio::io::AsyncWriteExt;
use tokio::process::{Child, Command};

use crate::admin::ADMIN_KEY;
use crate::database::Database;
use crate::over::Over;
use crate::printed::Printed;
use crate::running::Running;
use crate::verified::VerifiedDatabase;
use crate::{Answer, Person, http, in_time};

/// The binary under test, built if need be.
pub fn binary() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| {
        // target/debug/deps/this_test → target/debug/handsel, target/release/load → target/release/handsel
        let this_program = std::env::current_exe().expect("a program has a path");
        let beside = this_program.parent().expect("a program is in a directory");
        let beside = if beside.ends_with("deps") { beside.parent().expect("target/debug") } else { beside };
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut build = std::process::Command::new(cargo);
        build.args(["build", "--quiet", "--package", "handsel", "--bin", "handsel"]);
        // What cargo tells this program of itself would pass for changes to crates that look at such variables when they
        // are built: each would be built anew, and all that depends on it.
        for (name, _) in std::env::vars_os() {
            if ["CARGO_MANIFEST_", "CARGO_PKG_"].iter().any(|prefix| name.to_string_lossy().starts_with(prefix)) {
                build.env_remove(name);
            }
        }
        if beside.ends_with("release") {
            build.arg("--release");
        }
        assert!(build.status().expect("cargo runs").success(), "the binary `handsel` does not build");
        let binary = beside.join("handsel");
        assert!(binary.is_file(), "expected the binary at {}", binary.display());
        binary
    })
}

/// A process that serves, and the database that it serves over. The database is verified when the last one that uses it
/// is dropped: it must keep what is promised, whatever the test did with it.
pub struct Server {
    process: Child,
    over: Arc<VerifiedDatabase>,
    /// `127.0.0.1:PORT`
    pub address: String,
    log: Printed,
    output: Printed,
}

/// How a server is to be started.
pub struct Started {
    over: Arc<VerifiedDatabase>,
    arguments: Vec<String>,
    variables: Vec<(String, String)>,
}

impl Started {
    /// Over a fresh database, of the kind that was chosen for this run.
    pub fn fresh() -> Self {
        Self::over(Arc::new(VerifiedDatabase::fresh()))
    }

    /// Over a fresh file of SQLite's, whatever was chosen: for what is about the file.
    pub fn fresh_file() -> Self {
        Self::over(Arc::new(VerifiedDatabase::fresh_over(Over::Sqlite)))
    }

    /// Over a fresh database of that kind, whatever was chosen.
    pub fn fresh_over(over: Over) -> Self {
        Self::over(Arc::new(VerifiedDatabase::fresh_over(over)))
    }

    /// Over a database that is somebody else's to keep: it is neither verified at the end nor removed.
    pub fn over_foreign(database: Database) -> Self {
        Self::over(Arc::new(VerifiedDatabase::foreign(database)))
    }

    fn over(over: Arc<VerifiedDatabase>) -> Self {
        Self { over, arguments: Vec::new(), variables: Vec::new() }
    }

    /// Another one over the same database, to be started on its own.
    #[must_use]
    pub fn another(&self) -> Self {
        Self::over(Arc::clone(&self.over))
    }

    /// The database, which need not have tables yet.
    pub fn database(&self) -> &Database {
        self.over.database()
    }

    /// The directory that the process will run in.
    pub fn directory(&self) -> &Path {
        self.over.directory()
    }

    /// Runs another command of the binary over the same database; returns its status, output and errors.
    pub async fn command(&self, arguments: &[&str], input: &str) -> (ExitStatus, String, String) {
        ends(self.process(arguments), arguments, input).await
    }

    /// The binary, about to run over the same database with these arguments, its output and errors piped.
    pub fn process(&self, arguments: &[&str]) -> Command {
        piped(self.directory(), arguments, &self.over.variables())
    }

    /// What the test does to its database breaks promises, so that it is not verified at the end.
    #[must_use]
    pub fn breaks_its_database(self) -> Self {
        self.over.is_broken();
        self
    }

    /// With more flags.
    #[must_use]
    pub fn with(mut self, arguments: &[&str]) -> Self {
        self.arguments.extend(arguments.iter().map(|argument| (*argument).to_owned()));
        self
    }

    /// With a variable of the environment.
    #[must_use]
    pub fn variable(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    /// With a site that has a key for the admin API: [`Admin::of`](crate::Admin::of).
    #[must_use]
    pub fn with_admin(self) -> Self {
        self.variable("HANDSEL_ADMIN_KEY", ADMIN_KEY)
    }

    pub(crate) fn spawn(&self) -> Child {
        let mut serve = self.process(&["serve", "--port", "0"]);
        serve.args(&self.arguments).envs(self.variables.iter().map(|(name, value)| (name, value)));
        serve.stdin(Stdio::null()).spawn().expect("the binary starts")
    }

    /// Starts it where it cannot serve, and waits until it has ended; returns its status, output and errors.
    pub async fn ends_by_itself(self) -> (ExitStatus, String, String) {
        let ended = in_time("the server to end by itself", self.spawn().wait_with_output()).await.expect("it runs");
        texts(ended)
    }

    /// Starts it, and returns once it listens.
    pub async fn start(self) -> Server {
        let running = Running::of(self.spawn());
        let address = running.listens().await;
        let Running { process, log, output } = running;
        Server { process, over: self.over, address, log, output }
    }
}

impl Server {
    /// A server with all defaults over a fresh database.
    pub async fn start() -> Self {
        Started::fresh().start().await
    }

    /// Another server over the same database.
    pub fn another(&self) -> Started {
        Started::over(Arc::clone(&self.over))
    }

    /// The database that it serves over.
    pub fn database(&self) -> &Database {
        self.over.database()
    }

    /// What the test does to its database breaks promises, so that it is not verified at the end.
    pub fn breaks_its_database(&self) {
        self.over.is_broken();
    }

    /// What it has logged so far.
    pub fn log(&self) -> String {
        self.log.so_far()
    }

    /// Waits until it has logged that; returns all that it has logged by then.
    pub async fn logs(&self, text: &str) -> String {
        let logged = self.log.find(|log| log.contains(text).then(|| log.to_owned()));
        let logged = in_time(format!("{text:?} in the log"), logged).await;
        logged.unwrap_or_else(|| panic!("the server ended without {text:?} in its log:\n{}", self.log.so_far()))
    }

    /// Waits until it has printed what is looked for.
    pub async fn prints<T>(&self, what: &str, find: impl Fn(&str) -> Option<T>) -> T {
        let found = in_time(what, self.output.find(find)).await;
        found.unwrap_or_else(|| panic!("the server ended without {what}:\n{}", self.output.so_far()))
    }

    /// What it has printed so far.
    pub fn output(&self) -> String {
        self.output.so_far()
    }

    /// Has [`Server::resident_bytes_max`] begin anew with what it takes at this moment.
    pub fn forgets_its_peak(&self) {
        let id = self.process.id().expect("it runs");
        std::fs::write(format!("/proc/{id}/clear_refs"), "5").expect("Linux lets the owner of a process do so");
    }

    /// The most memory that it has taken from the machine so far, in bytes.
    pub fn resident_bytes_max(&self) -> u64 {
        self.memory("VmHWM:")
    }

    /// The memory that it has taken from the machine now, in bytes.
    pub fn resident_bytes(&self) -> u64 {
        self.memory("VmRSS:")
    }

    /// How many files it has open, sockets included.
    pub fn open_files(&self) -> usize {
        std::fs::read_dir(self.in_proc("fd")).expect("Linux tells of a process").count()
    }

    fn in_proc(&self, what: &str) -> PathBuf {
        let id = self.process.id().expect("it runs");
        Path::new("/proc").join(id.to_string()).join(what)
    }

    fn memory(&self, which: &str) -> u64 {
        let status = std::fs::read_to_string(self.in_proc("status")).expect("Linux tells of a process");
        let line = status.lines().find_map(|line| line.strip_prefix(which)).expect("a process has memory");
        let kibibytes: u64 = line.trim().trim_end_matches(" kB").parse().expect("a number of kB");
        kibibytes * 1024
    }

    /// Runs another command of the binary over the same database; returns its status, output and errors.
    pub async fn command(&self, arguments: &[&str], input: &str) -> (ExitStatus, String, String) {
        self.another().command(arguments, input).await
    }

    /// Asks it to end, as an operator or a supervisor does.
    pub async fn terminate(&self) {
        self.signal("TERM").await;
    }

    /// Ctrl-C.
    pub async fn interrupt(&self) {
        self.signal("INT").await;
    }

    async fn signal(&self, name: &str) {
        let id = self.process.id().expect("it runs").to_string();
        let asked = Command::new("kill").args([&format!("-{name}"), &id]).status().await.expect("kill runs");
        assert!(asked.success(), "SIG{name} was not sent");
    }

    /// Waits until it has ended.
    pub async fn ended(mut self) -> ExitStatus {
        in_time("the server to end", self.process.wait()).await.expect("it can be waited for")
    }

    /// `kill -9`: it ends between two instructions. Returns how to start one over what it left.
    pub async fn kill(mut self) -> Started {
        self.process.kill().await.expect("it can be killed");
        Started::over(Arc::clone(&self.over))
    }

    /// Sends a request without a token and without a body.
    pub async fn get(&self, path: &str) -> Answer {
        http::request(&self.address, "GET", path, None, None).await
    }

    /// Sends a JSON body without a token.
    pub async fn post(&self, path: &str, body: serde_json::Value) -> Answer {
        http::request(&self.address, "POST", path, None, Some(body)).await
    }

    /// Registers someone by that name and logs them in.
    pub async fn person(&self, username: &str) -> Person {
        Person::registers(&self.address, username).await
    }

    /// Logs in someone who was registered with [`Server::person`].
    pub async fn logs_in(&self, username: &str) -> Person {
        Person::logs_in(&self.address, username).await
    }
}

/// Runs a command of the binary in a directory.
pub async fn command(directory: &Path, arguments: &[&str], input: &str) -> (ExitStatus, String, String) {
    command_with(directory, arguments, &[], input).await
}

/// Runs a command of the binary in a directory, with these variables and no others.
pub async fn command_with(
    directory: &Path,
    arguments: &[&str],
    variables: &[(&str, &str)],
    input: &str,
) -> (ExitStatus, String, String) {
    ends(piped(directory, arguments, variables), arguments, input).await
}

fn piped(directory: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Command {
    let mut process = Command::new(binary());
    process.current_dir(directory).args(arguments).env_clear().envs(variables.iter().copied());
    process.stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    process
}

async fn ends(mut process: Command, arguments: &[&str], input: &str) -> (ExitStatus, String, String) {
    let mut process = process.stdin(Stdio::piped()).spawn().expect("the binary starts");
    let mut stdin = process.stdin.take().expect("stdin is piped");
    // A command that reads nothing may have ended already.
    let _ = stdin.write_all(input.as_bytes()).await;
    drop(stdin);
    let output =
        in_time(format!("handsel {}", arguments.join(" ")), process.wait_with_output()).await.expect("it runs");
    texts(output)
}

fn texts(output: Output) -> (ExitStatus, String, String) {
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    (output.status, text(output.stdout), text(output.stderr))
}
