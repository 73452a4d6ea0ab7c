//! A running `handsel` with a database of its own. Knows nothing of what is asked of it.

use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex, OnceLock};

use serde_json::json;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::process::{Child, Command};

use crate::{Answer, Person, http, in_time};

/// The binary under test, built if need be.
pub fn binary() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let built = std::process::Command::new(cargo)
            .args(["build", "--quiet", "--package", "handsel", "--bin", "handsel"])
            .status()
            .expect("cargo runs");
        assert!(built.success(), "the binary `handsel` does not build");
        // target/debug/deps/this_test → target/debug/handsel
        let this_test = std::env::current_exe().expect("a test has a path");
        let binary = this_test.parent().and_then(Path::parent).expect("target/debug").join("handsel");
        assert!(binary.is_file(), "expected the binary at {}", binary.display());
        binary
    })
}

/// A process that serves, and the directory that its database is in.
pub struct Server {
    process: Child,
    directory: Arc<TempDir>,
    /// `127.0.0.1:PORT`
    pub address: String,
    log: Arc<Mutex<String>>,
    output: Arc<Mutex<String>>,
}

/// How a server is to be started.
pub struct Started {
    directory: Arc<TempDir>,
    arguments: Vec<String>,
    variables: Vec<(String, String)>,
}

impl Started {
    /// Over a fresh database.
    pub fn fresh() -> Self {
        Self::over(Arc::new(tempfile::tempdir().expect("a directory for the database")))
    }

    fn over(directory: Arc<TempDir>) -> Self {
        Self { directory, arguments: Vec::new(), variables: Vec::new() }
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

    /// Starts it, and returns once it listens.
    pub async fn start(self) -> Server {
        let mut process = Command::new(binary())
            .current_dir(self.directory.path())
            .arg("serve")
            .args(["--port", "0", "--database-url", "sqlite://handsel.db"])
            .args(&self.arguments)
            .env_clear()
            .envs(self.variables)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("the binary starts");
        let log = keep(process.stderr.take().expect("stderr is piped"));
        let mut lines = BufReader::new(process.stdout.take().expect("stdout is piped")).lines();
        let output = Arc::new(Mutex::new(String::new()));
        let listening = async {
            while let Ok(Some(line)) = lines.next_line().await {
                let address =
                    line.split("http://").nth(1).and_then(|rest| rest.split([',', ' ']).next()).map(str::to_owned);
                add_line(&output, &line);
                if let Some(address) = address {
                    return address;
                }
            }
            let log = log.lock().expect("no writer panics").clone();
            panic!("the server ended before it listened; it said:\n{log}")
        };
        let address = in_time("the server to listen", listening).await;
        let rest = Arc::clone(&output);
        tokio::spawn(async move {
            while let Ok(Some(line)) = lines.next_line().await {
                add_line(&rest, &line);
            }
        });
        Server { process, directory: self.directory, address, log, output }
    }
}

fn add_line(kept: &Mutex<String>, line: &str) {
    let mut kept = kept.lock().expect("no writer panics");
    kept.push_str(line);
    kept.push('\n');
}

fn keep(stream: impl AsyncRead + Send + Unpin + 'static) -> Arc<Mutex<String>> {
    let kept = Arc::new(Mutex::new(String::new()));
    let keeper = Arc::clone(&kept);
    tokio::spawn(async move {
        let mut lines = BufReader::new(stream).lines();
        while let Ok(Some(line)) = lines.next_line().await {
            add_line(&keeper, &line);
        }
    });
    kept
}

impl Server {
    /// A server with all defaults over a fresh database.
    pub async fn start() -> Self {
        Started::fresh().start().await
    }

    /// Another server over the same database.
    pub fn another(&self) -> Started {
        Started::over(Arc::clone(&self.directory))
    }

    /// Where the database is.
    pub fn database_file(&self) -> PathBuf {
        self.directory.path().join("handsel.db")
    }

    /// What it has logged so far.
    pub fn log(&self) -> String {
        self.log.lock().expect("no writer panics").clone()
    }

    /// What it has printed so far.
    pub fn output(&self) -> String {
        self.output.lock().expect("no writer panics").clone()
    }

    /// Runs another command of the binary over the same database; returns its status, output and errors.
    pub async fn command(&self, arguments: &[&str], input: &str) -> (ExitStatus, String, String) {
        command(self.directory.path(), arguments, input).await
    }

    /// Asks it to end, as an operator or a supervisor does.
    pub async fn terminate(&self) {
        let id = self.process.id().expect("it runs").to_string();
        let asked = Command::new("kill").args(["-TERM", &id]).status().await.expect("kill runs");
        assert!(asked.success(), "SIGTERM was not sent");
    }

    /// Waits until it has ended.
    pub async fn ended(mut self) -> ExitStatus {
        in_time("the server to end", self.process.wait()).await.expect("it can be waited for")
    }

    /// `kill -9`: it ends between two instructions. Returns how to start one over what it left.
    pub async fn kill(mut self) -> Started {
        self.process.kill().await.expect("it can be killed");
        Started::over(Arc::clone(&self.directory))
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
        let password = format!("{username}'s password");
        let registered = self.post("/api/auth/register/", json!({"username": username, "password": password})).await;
        registered.is(201);
        self.logs_in(username).await
    }

    /// Logs in someone who was registered with [`Server::person`].
    pub async fn logs_in(&self, username: &str) -> Person {
        let password = format!("{username}'s password");
        let granted = self.post("/api/auth/login/", json!({"username": username, "password": password})).await;
        granted.is(200);
        Person::new(&self.address, &granted.json)
    }
}

/// Runs a command of the binary in a directory.
pub async fn command(directory: &Path, arguments: &[&str], input: &str) -> (ExitStatus, String, String) {
    use tokio::io::AsyncWriteExt;
    let mut process = Command::new(binary())
        .current_dir(directory)
        .args(arguments)
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("the binary starts");
    let mut stdin = process.stdin.take().expect("stdin is piped");
    // A command that reads nothing may have ended already.
    let _ = stdin.write_all(input.as_bytes()).await;
    drop(stdin);
    let output =
        in_time(format!("handsel {}", arguments.join(" ")), process.wait_with_output()).await.expect("it runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    (output.status, text(output.stdout), text(output.stderr))
}
