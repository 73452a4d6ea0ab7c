//! What can be typed: commands, flags and their help. Knows nothing of what they do.
//!
//! Flags have no defaults here: the defaults are the configuration's, below its other sources.

// Help is read in terminals, where Markdown's quotes are noise.
#![allow(clippy::doc_markdown)]

mod events;
mod identity;
mod moving;
mod outbound;

pub use events::EventsArgs;
pub use identity::IdentityArgs;
pub use moving::{ExportArgs, ImportArgs};
pub use outbound::OutboundArgs;

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use handsel_domain::ports::Messages;
use serde::Serialize;

const SOURCES: &str = "\
Settings come from flags, then HANDSEL_* variables (HANDSEL_PORT for --port), then the usual names
(DATABASE_URL, PORT), then the TOML file given with --config or HANDSEL_CONFIG. A secret can be read
from a file: HANDSEL_DATABASE_URL_FILE, DATABASE_URL_FILE, HANDSEL_ADMIN_KEY_FILE.

`handsel` alone is `handsel serve`. To try it: handsel --demo";

const VERIFY: &str = "\
Read the whole database and report every breach of what Handsel promises: holes and repetitions in timelines, \
times that run backwards, entries by others than the two, handshakes that their steps do not lead to, read cursors \
ahead of their timeline, rows that point at nothing or cannot be read.

It may run beside servers that use the database: it makes and changes nothing, and keeps nobody waiting. It works on \
a file that nobody has open, too, such as a backup.";

const VERIFIED: &str = "\
Each breach is a line: its code, where it is, and what is wrong.
  seq_hole  offer_1:2 #7  this entry is missing

Exit status: 0 nothing was found, 1 something was, 2 the database could not be verified.

Examples:
  handsel verify
  handsel verify --database-url sqlite://backup.db
  handsel verify --json | jq '.breaches[].code'";

const BACKUP: &str = "\
Copy a SQLite database to a file, as it is at one moment, beside servers that use it: nobody waits for it. The file has \
its name only once it is whole and on the disk; nobody but its owner may read it, since it holds what people wrote. \
Nothing is overwritten. PostgreSQL is backed up with pg_dump instead.";

const BACKED_UP: &str = "\
Exit status: 0 the backup is there, 1 it is not.

To restore, stop the servers, move the database's file and those beside it (-wal, -shm) away, and copy the backup there.

Examples:
  handsel backup /backups/handsel-2026-11-23.db
  handsel verify --database-url sqlite:///backups/handsel-2026-11-23.db";

const HEALTHCHECK: &str = "\
Ask a running server whether it is alive (/healthz), or with --ready whether it is ready (/readyz). It finds the server \
by the same settings: the address, the port and the path prefix. Made for containers, which have no curl.";

const CHECKED: &str = "\
Exit status: 0 it is, 1 it is not or does not answer within 5 seconds.

Examples:
  handsel healthcheck
  handsel healthcheck --ready --port 8001
  handsel healthcheck --url http://127.0.0.1:8000/handsel";

/// The server that community marketplaces and time banks run their conversations on.
///
/// Two people talk in real time about one offer or one need, and shake hands on it.
#[derive(Debug, Parser)]
#[command(name = "handsel", version, after_help = SOURCES, args_conflicts_with_subcommands = true)]
pub struct Cli {
    /// What to do; without one: serve.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// The flags of `serve`.
    #[command(flatten)]
    pub serve: ServeArgs,
}

/// What can be done.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve the page, the HTTP API and sockets (the default)
    #[command(after_help = SOURCES)]
    Serve(ServeArgs),
    /// Bring the database up to date and end; `serve` does this at its start, too
    Migrate(CommonArgs),
    /// Read the whole database and report every breach of what Handsel promises; changes nothing
    #[command(long_about = VERIFY, after_help = VERIFIED)]
    Verify(VerifyArgs),
    /// Copy a SQLite database to a file, beside servers that use it
    #[command(long_about = BACKUP, after_help = BACKED_UP)]
    Backup(BackupArgs),
    /// Write users, listings and conversations to a file, beside servers that use the database
    #[command(long_about = moving::EXPORT, after_help = moving::EXPORTED)]
    Export(ExportArgs),
    /// Take in users, listings and conversations from such a file; can be run again
    #[command(long_about = moving::IMPORT, after_help = moving::IMPORTED)]
    Import(ImportArgs),
    /// Ask a running server whether it is alive, or ready; says so by its status, 0 or 1
    #[command(long_about = HEALTHCHECK, after_help = CHECKED)]
    Healthcheck(HealthcheckArgs),
    /// Manage users
    #[command(subcommand)]
    User(UserCommand),
    /// Manage tokens
    #[command(subcommand)]
    Token(TokenCommand),
    /// Read the configuration, say what would be used and where it comes from, and end
    CheckConfig(ServeArgs),
}

/// What every command needs.
#[derive(Clone, Debug, Default, Args, Serialize)]
pub struct CommonArgs {
    /// Where the data is: sqlite://FILE or postgres://USER:PASSWORD@HOST/DATABASE [default: sqlite://handsel.db]
    #[arg(long, value_name = "URL")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub database_url: Option<String>,
    /// A TOML file with settings, named as the flags are with _ for - [default: none]
    #[arg(long, value_name = "FILE")]
    #[serde(skip)]
    pub config: Option<PathBuf>,
    /// What to log: error, warn, info, debug, trace, or per part, for instance info,handsel_storage=debug [default: info]
    #[arg(long, value_name = "FILTER")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log: Option<String>,
    /// How to log: human or json [default: human]
    #[arg(long, value_name = "FORMAT")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log_format: Option<String>,
}

/// The flags of `verify`.
#[derive(Clone, Debug, Default, Args, Serialize)]
pub struct VerifyArgs {
    /// Print one JSON object instead of lines; it lists at most 1,000 breaches, and counts all [default: off]
    #[arg(long)]
    #[serde(skip)]
    pub json: bool,
    /// What every command needs.
    #[command(flatten)]
    #[serde(flatten)]
    pub common: CommonArgs,
}

/// Where a server is reached, for whoever listens there or asks there.
#[derive(Clone, Debug, Default, Args, Serialize)]
pub struct AddressArgs {
    /// Address to listen on; 0.0.0.0 is every one of this machine's [default: 127.0.0.1]
    #[arg(short, long, value_name = "ADDR")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bind: Option<IpAddr>,
    /// Port to listen on; 0 takes a free one and says which [default: 8000]
    #[arg(short, long)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
    /// Path under which everything is served, for instance /handsel; a proxy passes it on as it is [default: none]
    #[arg(long, value_name = "PATH")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path_prefix: Option<String>,
}

/// The flags of `backup`.
#[derive(Clone, Debug, Default, Args, Serialize)]
pub struct BackupArgs {
    /// The file to write; it must not be there yet
    #[serde(skip)]
    pub file: PathBuf,
    /// What every command needs.
    #[command(flatten)]
    #[serde(flatten)]
    pub common: CommonArgs,
}

/// The flags of `healthcheck`.
#[derive(Clone, Debug, Default, Args, Serialize)]
pub struct HealthcheckArgs {
    /// Where the server is, its path prefix included [default: where one with these settings is]
    #[arg(long, value_name = "URL")]
    #[serde(skip)]
    pub url: Option<String>,
    /// Ask whether it is ready: its database answers, and it is not about to end [default: off]
    #[arg(long)]
    #[serde(skip)]
    pub ready: bool,
    /// Where it is reached.
    #[command(flatten)]
    #[serde(flatten)]
    pub address: AddressArgs,
    /// What every command needs.
    #[command(flatten)]
    #[serde(flatten)]
    pub common: CommonArgs,
}

/// The flags of `serve`.
#[derive(Clone, Debug, Default, Args, Serialize)]
// Each is a switch of its own on the command line.
#[allow(clippy::struct_excessive_bools)]
pub struct ServeArgs {
    /// Redis that tells several processes over one database of each other: redis://HOST:PORT, or rediss:// for TLS [default: none]
    #[arg(long, value_name = "URL")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub redis_url: Option<String>,
    /// What the names of all channels in Redis begin with; the same for all processes over one database [default: handsel:]
    #[arg(long, value_name = "PREFIX")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub redis_prefix: Option<String>,
    /// Where it is reached.
    #[command(flatten)]
    #[serde(flatten)]
    pub address: AddressArgs,
    /// Address of its own for /metrics, which the public one then no longer has: IP:PORT; /healthz and /readyz are on both [default: none]
    #[arg(long, value_name = "IP:PORT")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub admin_bind: Option<SocketAddr>,
    /// Whose the users are.
    #[command(flatten)]
    #[serde(flatten)]
    pub identity: IdentityArgs,
    /// What a site is told.
    #[command(flatten)]
    #[serde(flatten)]
    pub events: EventsArgs,
    /// Origin of pages that may use this server from a browser, beside its own host; may be repeated [default: none]
    #[arg(long, value_name = "ORIGIN")]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub allow_origin: Vec<String>,
    /// Network of reverse proxies whose X-Forwarded-For is believed; may be repeated [default: none]
    #[arg(long, value_name = "CIDR")]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub trusted_proxy: Vec<String>,
    /// Frames a second that a socket may send, twice as many in a burst; 0 is no limit [default: 20]
    #[arg(long, value_name = "N")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub frames_per_second: Option<u32>,
    /// Sockets of one user; one more closes the oldest [default: 20]
    #[arg(long, value_name = "N")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sockets_per_user: Option<usize>,
    /// Registrations and log-ins a minute from one address; 0 is no limit [default: 120]
    #[arg(long, value_name = "N")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sign_ins_per_minute: Option<u32>,
    /// New conversations that one respondent may begin within 24 hours; 0 is no limit [default: 200]
    #[arg(long, value_name = "N")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conversations_started_per_day: Option<u32>,
    /// How long sockets are given to close at a shutdown, in seconds [default: 8]
    #[arg(long, value_name = "SECONDS")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub drain_seconds: Option<u64>,
    /// Whom the server asks by HTTP.
    #[command(flatten)]
    #[serde(flatten)]
    pub outbound: OutboundArgs,
    /// Serve no page at /, the HTTP API and sockets alone [default: off]
    #[arg(long)]
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub no_frontend: bool,
    /// Fill an empty database with two users, an offer and a need, and say how to talk as either [default: off]
    #[arg(long)]
    #[serde(skip)]
    pub demo: bool,
    /// Serve the page and the HTTP API alone; sockets are served by another process over the same database [default: off]
    #[arg(long, conflicts_with = "websocket_only")]
    #[serde(skip)]
    pub no_websocket: bool,
    /// Serve sockets alone; the page and the HTTP API are served by another process over the same database [default: off]
    #[arg(long)]
    #[serde(skip)]
    pub websocket_only: bool,
    /// What every command needs.
    #[command(flatten)]
    #[serde(flatten)]
    pub common: CommonArgs,
}

/// What can be done with users.
#[derive(Debug, Subcommand)]
pub enum UserCommand {
    /// Add a user; the password is asked for, or read from standard input where that is no terminal
    Add {
        /// Name to log in with: 3 to 150 letters, digits and @.+-_
        username: String,
        /// First name [default: none]
        #[arg(long, default_value = "", hide_default_value = true)]
        first_name: String,
        /// Last name [default: none]
        #[arg(long, default_value = "", hide_default_value = true)]
        last_name: String,
        /// What every command needs.
        #[command(flatten)]
        common: CommonArgs,
    },
    /// List the users: id, username, full name, when they joined
    List(CommonArgs),
    /// Suspend a user: their sockets close, their tokens are revoked, and nothing is written by them or to them any more
    Suspend(WhichUser),
    /// End a user's suspension; they log in anew
    Unsuspend(WhichUser),
    /// Erase a person for ever: names, password, blocks, notes and listings' texts go, and their messages as is asked for
    Erase {
        /// Whom
        #[command(flatten)]
        whom: WhichUser,
        /// What becomes of their messages: keep or redact
        #[arg(long, value_name = "WHAT", value_parser = parse_messages)]
        messages: Messages,
    },
    /// Write all that is held about one person to a file, to be given to them; beside servers that use the database
    #[command(long_about = moving::PERSON, after_help = moving::PERSON_EXPORTED)]
    Export {
        /// About whom
        #[command(flatten)]
        whom: WhichUser,
        /// The file to write, which must not be there yet; - is standard output [default: -]
        #[arg(default_value = "-", hide_default_value = true)]
        file: PathBuf,
    },
    /// Set a new password, which revokes all of the user's tokens; asked for as `add` does
    SetPassword {
        /// Whose
        username: String,
        /// What every command needs.
        #[command(flatten)]
        common: CommonArgs,
    },
}

/// A user, and what every command needs.
#[derive(Debug, Args)]
pub struct WhichUser {
    /// By username; or by id, as id:42, where there is no name any more
    pub user: String,
    /// What every command needs.
    #[command(flatten)]
    pub common: CommonArgs,
}

fn parse_messages(name: &str) -> Result<Messages, &'static str> {
    Messages::from_name(name).ok_or("keep or redact")
}

/// What can be done with tokens.
#[derive(Debug, Subcommand)]
pub enum TokenCommand {
    /// Issue a token without a password and print it; valid for 24 hours
    Issue {
        /// For whom, by username
        user: String,
        /// What every command needs.
        #[command(flatten)]
        common: CommonArgs,
    },
    /// Revoke all tokens of a user, which closes the user's sockets
    Revoke {
        /// Whose, by username
        user: String,
        /// What every command needs.
        #[command(flatten)]
        common: CommonArgs,
    },
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn the_two_halves_exclude_each_other() {
        assert!(Cli::try_parse_from(["handsel", "--no-websocket", "--websocket-only"]).is_err());
        assert!(Cli::try_parse_from(["handsel", "serve", "-b", "0.0.0.0", "-p", "0"]).is_ok());
        assert!(Cli::try_parse_from(["handsel", "--demo"]).is_ok_and(|cli| cli.serve.demo && cli.command.is_none()));
    }
}
