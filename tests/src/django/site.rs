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
use crate::printed::Printed;
use crate::{Admin, Server, Started, in_time};

/// What runs the site as `waitress-serve` does, on a socket that listens already: so its address is known to Handsel before
/// either is there.
const SERVE: &str = "import socket, waitress; from timebank.wsgi import application; \
    waitress.serve(application, sockets=[socket.socket(fileno=0)])";
/// How the variables begin that a site and its Handsel share.
const HANDSEL_S: &str = "HANDSEL_";
/// How long a command over 100,000 messages may take on a machine that is busy.
const LONG: Duration = Duration::from_mins(5);

/// What has Handsel serve as the example's README has it, on whatever port is free.
const SERVES: [&str; 1] = ["--no-frontend"];

/// The site, which need not be served.
pub struct Site {
    var: TempDir,
    variables: Vec<(String, String)>,
    served: Option<Served>,
}

struct Served {
    _process: Child,
    log: Printed,
    address: String,
}

/// A Handsel that is started for a site, with the variables that the site's `handsel_env` prints.
pub struct HandselBeside {
    started: Started,
    /// Variables that it is not given.
    without: Vec<&'static str>,
    prefix: &'static str,
}

impl HandselBeside {
    /// Over a fresh file.
    pub fn fresh() -> Self {
        Self { started: Started::fresh_file().with(&SERVES), without: Vec::new(), prefix: "" }
    }

    /// Which pushes no event to the site.
    #[must_use]
    pub fn without_webhooks(self) -> Self {
        Self { without: vec!["HANDSEL_WEBHOOK_URL"], ..self }
    }

    /// Below a path, on the origin of the site.
    #[must_use]
    pub fn below(self, prefix: &'static str) -> Self {
        Self { started: self.started.with(&["--path-prefix", prefix]), prefix, ..self }
    }

    /// Starts both.
    pub async fn starts(self) -> (Server, Site) {
        let Self { started, without, prefix } = self;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("there is a free port");
        let address = listener.local_addr().expect("it is bound").to_string();
        let database = started.directory().join("handsel.db");
        let mut site = Site::alone().await;
        site.shares(&format!("http://{address}"), &database).await;
        let handsel = with_all(started, &site.variables, &without).start().await;
        let public = if prefix.is_empty() { format!("http://{}/", handsel.address) } else { format!("{prefix}/") };
        site.variables.extend(
            [
                ("TIMEBANK_HANDSEL_URL", format!("http://{}{prefix}", handsel.address)),
                ("TIMEBANK_HANDSEL_PUBLIC_URL", public),
                ("TIMEBANK_HANDSEL_DATABASE", database.display().to_string()),
            ]
            .map(|(name, value)| (name.to_owned(), value)),
        );
        site.is_served(listener, address);
        (handsel, site)
    }
}

/// With all that begins as Handsel's own variables do, but for some.
fn with_all(handsel: Started, variables: &[(String, String)], without: &[&str]) -> Started {
    let given = variables.iter().filter(|(name, _)| name.starts_with(HANDSEL_S) && !without.contains(&name.as_str()));
    given.fold(handsel, |handsel, (name, value)| handsel.variable(name, value))
}

impl Site {
    /// A site with empty tables, and without a Handsel.
    pub async fn alone() -> Self {
        let site = Self { var: tempfile::tempdir().expect("a directory"), variables: Vec::new(), served: None };
        site.manages(&["migrate", "--verbosity=0"]).await;
        site
    }

    /// Has the variables that it shares with its Handsel printed into a file, and takes them from there as a shell does.
    async fn shares(&mut self, address: &str, database: &Path) {
        let file = self.file("handsel.env");
        let printed = self.manages(&["handsel_env", "--site", address, "--database", Self::path(database)]).await;
        std::fs::write(&file, printed).expect("written");
        let mut shell = Command::new("sh");
        shell.env_clear().args(["-c", "set -a; . \"$1\"; set +a; env -0", "sh"]).arg(&file);
        let ended = in_time("a shell to end", shell.kill_on_drop(true).output()).await.expect("sh runs");
        assert!(ended.status.success(), "what handsel_env prints is for a shell: {ended:?}");
        let all = String::from_utf8(ended.stdout).expect("UTF-8");
        let all = all.split('\0').filter_map(|variable| variable.split_once('='));
        let theirs = all.filter(|(name, _)| name.starts_with(HANDSEL_S));
        self.variables.extend(theirs.map(|(name, value)| (name.to_owned(), value.to_owned())));
    }

    fn is_served(&mut self, listener: TcpListener, address: String) {
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

    /// A Handsel over another database, which takes the place of the one that it was started with.
    pub fn has_beside(&self, handsel: Started) -> Started {
        with_all(handsel.with(&SERVES), &self.variables, &["HANDSEL_DATABASE_URL"])
    }

    /// What this site has its Handsel do, by the key that they share.
    pub fn admin_of(&self, handsel: &Server) -> Admin {
        let key = self.variables.iter().find_map(|(name, value)| (name == "HANDSEL_ADMIN_KEY").then_some(value));
        Admin::at(&handsel.address, key.expect("they share a key"))
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
