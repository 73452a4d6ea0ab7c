//! A Redis server for tests. Knows nothing of what is kept in it.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::path::PathBuf;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use tempfile::TempDir;

use crate::program::{self, Program};
use crate::{PASSWORD, PASSWORD_IN_URL, certificates, ports};

const PATIENCE: Duration = Duration::from_secs(30);
const ATTEMPTS: u32 = 5;

/// A server of its own, stopped and removed when it is dropped, or when this process ends in whatever way.
pub struct Redis {
    program: Program,
    directory: TempDir,
    port: u16,
    /// A second one, where it speaks TLS.
    tls_port: Option<u16>,
    prefixes: AtomicU32,
}

impl Redis {
    /// One for all tests of this process.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Redis> = OnceLock::new();
        SHARED.get_or_init(Self::start)
    }

    /// A fresh one.
    pub fn start() -> Self {
        Self::start_in(program::directory(), false)
    }

    /// A fresh one that speaks TLS as well, at a port of its own. Its certificate is for `localhost`.
    pub fn start_with_tls() -> Self {
        let directory = program::directory();
        certificates::make(directory.path());
        Self::start_in(directory, true)
    }

    fn start_in(directory: TempDir, with_tls: bool) -> Self {
        let mut last = String::new();
        for _ in 0..ATTEMPTS {
            let (port, tls_port) = (ports::free(), with_tls.then(ports::free));
            let mut program = launch(&directory, port, tls_port);
            if is_ready(&mut program, port) {
                return Self { program, directory, port, tls_port, prefixes: AtomicU32::new(0) };
            }
            last = program.log();
            program.end("KILL");
        }
        panic!("Redis does not start:\n{last}");
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// With its password.
    pub fn url(&self) -> String {
        format!("redis://:{PASSWORD_IN_URL}@127.0.0.1:{}", self.port)
    }

    /// With its password, for TLS.
    pub fn url_with_tls(&self) -> String {
        let port = self.tls_port.expect("it was started with TLS");
        format!("rediss://:{PASSWORD_IN_URL}@localhost:{port}")
    }

    /// The file with the certificate of the authority that vouches for it, where it speaks TLS.
    pub fn authority(&self) -> PathBuf {
        self.directory.path().join(certificates::AUTHORITY)
    }

    /// A prefix for channels that nobody else uses, so that tests can share one server.
    pub fn fresh_prefix(&self) -> String {
        format!("test{}:", self.prefixes.fetch_add(1, Ordering::Relaxed))
    }

    /// Ends it.
    pub fn stop(&mut self) {
        self.program.end("TERM");
    }

    /// Starts it again where it was, empty.
    pub fn start_again(&mut self) {
        self.program = launch(&self.directory, self.port, self.tls_port);
        assert!(is_ready(&mut self.program, self.port), "Redis does not start again:\n{}", self.program.log());
    }

    /// Stops its process without ending it: connections stay open, and nothing answers.
    pub fn freeze(&mut self) {
        self.program.signal("STOP");
    }

    /// Lets it go on.
    pub fn thaw(&mut self) {
        self.program.signal("CONT");
    }

    /// Sends one command with the password, and returns what comes back.
    pub fn ask(&self, command: &str) -> String {
        ask(self.port, command).expect("Redis answers")
    }
}

fn launch(directory: &TempDir, port: u16, tls_port: Option<u16>) -> Program {
    let mut arguments = vec!["--port".to_owned(), port.to_string()];
    let settings = ["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--requirepass", PASSWORD];
    arguments.extend(settings.map(str::to_owned));
    if let Some(port) = tls_port {
        let file = |name| directory.path().join(name).display().to_string();
        arguments.extend(["--tls-port".to_owned(), port.to_string(), "--tls-cert-file".to_owned()]);
        arguments.extend([file(certificates::SERVER), "--tls-key-file".to_owned(), file(certificates::SERVER_KEY)]);
        arguments.extend(["--tls-ca-cert-file".to_owned(), file(certificates::AUTHORITY)]);
        arguments.extend(["--tls-auth-clients", "no"].map(str::to_owned));
    }
    Program::start(directory.path(), &program::find("redis-server"), &arguments, "KILL")
}

fn ask(port: u16, command: &str) -> std::io::Result<String> {
    let mut connection = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    connection.set_read_timeout(Some(PATIENCE))?;
    write!(connection, "AUTH {PASSWORD}\r\n{command}\r\nQUIT\r\n")?;
    let mut answer = String::new();
    connection.read_to_string(&mut answer)?;
    Ok(answer)
}

fn is_ready(program: &mut Program, port: u16) -> bool {
    program.becomes_ready(PATIENCE, || ask(port, "PING").is_ok_and(|answer| answer.contains("+PONG")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_starts_again_empty() {
        let mut redis = Redis::start();
        redis.ask("SET hand shake");
        assert!(redis.ask("GET hand").contains("shake"));
        redis.stop();
        redis.start_again();
        assert!(!redis.ask("GET hand").contains("shake"));
    }
}
