//! A PostgreSQL server with databases for tests. Knows nothing of their tables.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use tempfile::TempDir;

use crate::program::{self, Program};
use crate::{PASSWORD, PASSWORD_IN_URL, certificates, ports, unprivileged};

const USER: &str = "handsel";
/// How long it may take to start, on a machine that may be busy.
const PATIENCE: Duration = Duration::from_mins(1);
const ATTEMPTS: u32 = 5;

/// A server of its own, stopped and removed when it is dropped, or when this process ends in whatever way.
pub struct Postgres {
    program: Program,
    directory: TempDir,
    port: u16,
    databases: AtomicU32,
}

impl Postgres {
    /// One for all tests of this process.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Postgres> = OnceLock::new();
        SHARED.get_or_init(Self::start)
    }

    /// A fresh one.
    pub fn start() -> Self {
        Self::start_in(program::directory())
    }

    /// A fresh one that speaks TLS with whoever wants to. Its certificate is for `localhost`.
    pub fn start_with_tls() -> Self {
        let directory = program::directory();
        certificates::make(directory.path());
        Self::start_in(directory)
    }

    fn start_in(directory: TempDir) -> Self {
        let password = directory.path().join("password");
        fs::write(&password, PASSWORD).expect("the password is written");
        unprivileged::hand_over(&password);
        let mut initdb = unprivileged::command(&program::find("initdb"));
        initdb.arg("--pgdata").arg(directory.path().join("data")).args(["--username", USER, "--auth=scram-sha-256"]);
        initdb.arg("--pwfile").arg(&password).args([
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
            "--no-instructions",
        ]);
        let made = initdb.current_dir(directory.path()).output().expect("initdb runs");
        assert!(made.status.success(), "initdb: {}", String::from_utf8_lossy(&made.stderr));

        let mut last = String::new();
        for _ in 0..ATTEMPTS {
            let port = ports::free();
            let mut program = launch(&directory, port);
            if is_ready(&mut program, port) {
                return Self { program, directory, port, databases: AtomicU32::new(0) };
            }
            last = program.log();
            // The directory is needed for the next attempt.
            program.end("QUIT");
        }
        panic!("PostgreSQL does not start:\n{last}");
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The file with the certificate of the authority that vouches for it, where it speaks TLS.
    pub fn authority(&self) -> PathBuf {
        self.directory.path().join(certificates::AUTHORITY)
    }

    /// The URL of an empty database that nobody else uses.
    pub fn fresh_database(&self) -> String {
        let name = format!("test_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        self.run("postgres", &format!("CREATE DATABASE {name}"));
        self.url(&name)
    }

    /// The URL of a database by its name.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://{USER}:{PASSWORD_IN_URL}@127.0.0.1:{}/{database}", self.port)
    }

    /// Runs statements in a database by its name; returns what they select, a row a line.
    pub fn run(&self, database: &str, sql: &str) -> String {
        let ran = psql(self.port, database).args(["--command", sql]).output().expect("psql runs");
        assert!(ran.status.success(), "{sql}: {}", String::from_utf8_lossy(&ran.stderr));
        String::from_utf8(ran.stdout).expect("UTF-8")
    }

    /// Ends it as an operator does it: what is under way is broken off, everything is written.
    pub fn stop(&mut self) {
        self.program.end("INT");
    }

    /// Ends it at once, as if it had been killed: it recovers at the next start.
    pub fn crash(&mut self) {
        self.program.end("QUIT");
    }

    /// Starts it again where it was, with what it had.
    pub fn start_again(&mut self) {
        self.program = launch(&self.directory, self.port);
        assert!(is_ready(&mut self.program, self.port), "PostgreSQL does not start again:\n{}", self.program.log());
    }

    /// All that it has logged.
    pub fn log(&self) -> String {
        self.program.log()
    }
}

fn launch(directory: &TempDir, port: u16) -> Program {
    let mut arguments = vec!["-D".to_owned(), directory.path().join("data").display().to_string()];
    // Commits wait for the disk, as they do for those who rely on them: what comes of that wait is tested, too.
    for setting in [
        &format!("port={port}"),
        "listen_addresses=127.0.0.1",
        "unix_socket_directories=",
        "max_connections=300",
        "shared_buffers=64MB",
    ] {
        arguments.extend(["-c".to_owned(), setting.to_owned()]);
    }
    let (certificate, key) =
        (directory.path().join(certificates::SERVER), directory.path().join(certificates::SERVER_KEY));
    if certificate.exists() {
        let (certificate, key) = (certificate.display(), key.display());
        let tls = ["ssl=on".to_owned(), format!("ssl_cert_file={certificate}"), format!("ssl_key_file={key}")];
        arguments.extend(tls.into_iter().flat_map(|setting| ["-c".to_owned(), setting]));
    }
    Program::start(directory.path(), &program::find("postgres"), &arguments, "QUIT")
}

fn psql(port: u16, database: &str) -> Command {
    let mut psql = Command::new(program::find("psql"));
    psql.args(["--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1"]);
    psql.args(["--host=127.0.0.1", "--username", USER, "--dbname", database]);
    psql.arg(format!("--port={port}")).env("PGPASSWORD", PASSWORD);
    psql
}

fn is_ready(program: &mut Program, port: u16) -> bool {
    program.becomes_ready(PATIENCE, || {
        // Somebody else may have taken the port: then this password is not the right one, and our server ends.
        ports::answers(port)
            && psql(port, "postgres").args(["--command", "SELECT 1"]).output().expect("psql runs").status.success()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_stored_outlives_a_crash() {
        let mut postgres = Postgres::start();
        let url = postgres.fresh_database();
        let database = url.rsplit('/').next().expect("a URL ends with the database").to_owned();
        postgres.run(&database, "CREATE TABLE t (x INT); INSERT INTO t VALUES (42)");
        postgres.crash();
        assert!(!ports::answers(postgres.port()), "nobody answers any more");
        postgres.start_again();
        assert_eq!(postgres.run(&database, "SELECT x FROM t").trim(), "42");
    }
}
