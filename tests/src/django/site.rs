//! A running site, its database and its commands; and the Handsel beside it. Knows nothing of who visits.

use std::net::{Ipv4Addr, TcpListener};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tempfile::TempDir;
use tokio::process::{Child, Command};

use super::Visitor;
use super::python::{example, python};
use crate::admin::ADMIN_KEY;
use crate::printed::Printed;
use crate::{Server, Started, in_time};

/// What Handsel signs with.
const WEBHOOK_SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
/// What runs the site as `waitress-serve` does, on a socket that listens already: so its address is known to Handsel before
/// either is there.
const SERVE: &str = "import socket, waitress; from timebank.wsgi import application; \
    waitress.serve(application, sockets=[socket.socket(fileno=0)])";
/// How long a command over 100,000 messages may take on a machine that is busy.
const LONG: Duration = Duration::from_mins(5);

/// The site, which need not be served.
pub struct Site {
    var: TempDir,
    variables: Vec<(&'static str, String)>,
    served: Option<Served>,
}

struct Served {
    _process: Child,
    log: Printed,
    address: String,
}

/// A Handsel that is started for a site.
pub struct HandselBeside {
    listener: TcpListener,
    started: Started,
    prefix: &'static str,
}

impl HandselBeside {
    /// Over a fresh file, with the settings that the example's README gives it.
    pub fn fresh() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("there is a free port");
        let started = asking(Started::fresh_file(), &address(&listener));
        Self { listener, started, prefix: "" }
    }

    /// Which pushes its events to the site.
    #[must_use]
    pub fn with_webhooks(mut self) -> Self {
        self.started = telling(self.started, &address(&self.listener));
        self
    }

    /// Below a path, on the origin of the site.
    #[must_use]
    pub fn below(self, prefix: &'static str) -> Self {
        Self { started: self.started.with(&["--path-prefix", prefix]), prefix, ..self }
    }

    /// Starts both.
    pub async fn starts(self) -> (Server, Site) {
        let Self { listener, started, prefix } = self;
        let database = started.directory().join("handsel.db");
        let handsel = started.start().await;
        let public = if prefix.is_empty() { format!("http://{}/", handsel.address) } else { format!("{prefix}/") };
        let mut site = Site::made(vec![
            ("TIMEBANK_HANDSEL_URL", format!("http://{}{prefix}", handsel.address)),
            ("TIMEBANK_HANDSEL_PUBLIC_URL", public),
            ("TIMEBANK_HANDSEL_DATABASE", database.display().to_string()),
            ("HANDSEL_ADMIN_KEY", ADMIN_KEY.to_owned()),
            ("HANDSEL_WEBHOOK_SECRET", WEBHOOK_SECRET.to_owned()),
        ])
        .await;
        site.is_served(listener);
        (handsel, site)
    }
}

fn address(listener: &TcpListener) -> String {
    listener.local_addr().expect("it is bound").to_string()
}

/// With the settings that the example's README gives a Handsel.
fn asking(handsel: Started, site: &str) -> Started {
    handsel
        .with_admin()
        .variable("HANDSEL_IDENTITY", "external")
        .variable("HANDSEL_WEBHOOK_SECRET", WEBHOOK_SECRET)
        .variable("HANDSEL_HANDSHAKE_HOOK", &format!("http://{site}/handsel/hook/"))
        .variable("HANDSEL_OUTBOUND_ALLOW", "127.0.0.1")
}

fn telling(handsel: Started, site: &str) -> Started {
    handsel.variable("HANDSEL_WEBHOOK_URL", &format!("http://{site}/handsel/events/"))
}

impl Site {
    /// A site with empty tables, and without a Handsel.
    pub async fn alone() -> Self {
        Self::made(Vec::new()).await
    }

    async fn made(variables: Vec<(&'static str, String)>) -> Self {
        let site = Self { var: tempfile::tempdir().expect("a directory"), variables, served: None };
        site.manages(&["migrate", "--verbosity=0"]).await;
        site
    }

    fn is_served(&mut self, listener: TcpListener) {
        let address = address(&listener);
        let mut serve = self.python(&["-c", SERVE]);
        let mut process = serve.stdin(Stdio::from(OwnedFd::from(listener))).spawn().expect("Python starts");
        let log = Printed::of(process.stderr.take().expect("stderr is piped"));
        self.served = Some(Served { _process: process, log, address });
    }

    fn python(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(python());
        command.current_dir(example()).args(arguments).env_clear().kill_on_drop(true);
        command.env("TIMEBANK_VAR", self.var.path()).env("PYTHONDONTWRITEBYTECODE", "1");
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// A file in the site's own directory.
    pub fn file(&self, name: &str) -> PathBuf {
        self.var.path().join(name)
    }

    /// The site's own database.
    pub fn database(&self) -> crate::Database {
        crate::Database::file(&self.file("timebank.sqlite3"))
    }

    /// `manage.py`, which must end well; returns what it printed, errors behind the rest.
    pub async fn manages(&self, arguments: &[&str]) -> String {
        let mut command = self.python(&[&["manage.py"], arguments].concat());
        let ended = tokio::time::timeout(LONG, command.output()).await;
        let ended = ended.unwrap_or_else(|_| panic!("manage.py {arguments:?} took {LONG:?}")).expect("Python starts");
        let said = String::from_utf8([ended.stdout, ended.stderr].concat()).expect("UTF-8");
        assert!(ended.status.success(), "manage.py {arguments:?}: {}\n{said}", ended.status);
        said
    }

    /// A Handsel that takes the place of the one that it was started with, and pushes its events here.
    pub fn has_beside(&self, handsel: Started) -> Started {
        telling(asking(handsel, self.address()), self.address())
    }

    /// `127.0.0.1:PORT`
    pub fn address(&self) -> &str {
        &self.served().address
    }

    /// What it has logged so far.
    pub fn log(&self) -> String {
        self.served().log.so_far()
    }

    fn served(&self) -> &Served {
        self.served.as_ref().expect("this site is served")
    }

    /// One of the people of the example's `demo`, logged in by the form.
    pub async fn logs_in(&self, username: &str) -> Visitor {
        self.logs_in_at(self.address(), username).await
    }

    /// The same, where the site has another address.
    pub async fn logs_in_at(&self, address: &str, username: &str) -> Visitor {
        let mut visitor = Visitor::at(address);
        in_time(format!("{username} to log in"), visitor.logs_in(username, "handsel-demo")).await;
        visitor
    }

    /// The directory of its repository.
    pub fn source() -> PathBuf {
        example()
    }

    /// A path as a command takes it.
    pub fn path(path: &Path) -> &str {
        path.to_str().expect("UTF-8")
    }
}
