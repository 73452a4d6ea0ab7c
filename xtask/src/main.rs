//! The project's own commands. Stands alone: knows how the crates are built and tested, and nothing of what they do.

mod dev;
mod frontend;
mod lint;
mod process;
mod release;
mod requirements;
mod screenshots;
mod test;
mod tidy;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// The project's own commands: what CI runs, run the same way here.
#[derive(Parser)]
#[command(
    name = "cargo xtask",
    bin_name = "cargo xtask",
    after_help = "Before a change goes in, `.ci/run` must pass: it is `lint`, then `test`."
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Build the server, then run all tests: unit, property, documentation and end-to-end, the page in a real browser.
    ///
    /// First finds the programs that the tests call; on Debian and Ubuntu, as root, missing ones are installed with
    /// apt-get. One that cannot be had fails the run, so that no test is ever skipped unseen.
    ///
    /// The end-to-end tests run twice wherever they are among what is chosen: with all others over SQLite, then on
    /// their own over PostgreSQL with Redis, which they start themselves. With `HANDSEL_TESTS_OVER=sqlite` or
    /// `=postgres` they run once, over that.
    #[command(after_help = "Examples:\n  \
        cargo xtask test                        everything\n  \
        cargo xtask test -p handsel-domain      one crate, without npm and a browser\n  \
        cargo xtask test handshake              tests whose name contains `handshake`\n  \
        cargo xtask test handshake -- --nocapture")]
    Test {
        /// Passed on to `cargo test`; what follows `--` goes to the tests themselves.
        #[arg(allow_hyphen_values = true)]
        args: Vec<OsString>,
        #[arg(last = true, hide = true)]
        test_args: Vec<OsString>,
    },

    /// Check formatting, clippy, documentation and the architecture's rules; the first that fails ends it.
    ///
    /// Every warning is an error, with the default features and with all of them. Changes no file.
    Lint,

    /// Run the server with demo data, and start it again whenever a file under crates/ changes.
    ///
    /// The page's files are read from frontend/ at each request: a reload shows a change. The database is target/dev/handsel.db; delete it to begin anew. While a change does not compile, the server as
    /// it was goes on. Ctrl-C ends both.
    #[command(after_help = "Examples:\n  cargo xtask dev\n  cargo xtask dev --port 9000 --no-websocket")]
    Dev {
        /// Passed on to `handsel serve`.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<OsString>,
    },

    /// Let pairs of people write to each other as fast as they can, and check that every promise was kept.
    ///
    /// Builds a release, starts a fresh server with rates off and writes from both sides of each pair at once. Prints
    /// messages, messages a second and latency; fails where a message is lost, doubled or out of order.
    #[command(after_help = "Examples:\n  \
        cargo xtask load                            50 pairs for 30 seconds\n  \
        cargo xtask load --pairs 5 --seconds 10")]
    Load {
        /// `--pairs N` [default: 50] and `--seconds N` [default: 30].
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<OsString>,
    },

    /// Let pairs of people talk while their connections break and servers are killed, and check every promise.
    ///
    /// Builds a release, and starts it behind a proxy that delays, stalls, cuts and resets at random; kills it with -9
    /// every few seconds, and starts it again. Several nodes share a PostgreSQL and a Redis of their own, which fail as
    /// well: Redis goes for ten seconds and comes back empty, PostgreSQL is stopped and crashes. Each fails alone, then
    /// all together; a client's next socket goes to any node. Prints what failed how often; fails where a promise was
    /// not kept. A seed gives the same plan of faults and habits again; the timing is the machine's.
    #[command(after_help = "Examples:\n  \
        cargo xtask chaos                                  20 pairs for 5 minutes\n  \
        cargo xtask chaos --nodes 3                        three servers over PostgreSQL and Redis\n  \
        cargo xtask chaos --nodes 3 --faults redis         only Redis fails\n  \
        cargo xtask chaos --nodes 3 --faults rollout       rolling restarts\n  \
        cargo xtask chaos --seed 1 --minutes 1 --pairs 4   the same plan of faults again")]
    Chaos {
        /// `--nodes N` [default: 1], `--over sqlite|postgres` [default: postgres for several nodes], `--faults` of
        /// sockets,nodes,redis,postgres,rollout [default: all but the last], `--seed N` [default: another each time],
        /// `--minutes M` [default: 5] and `--pairs P` [default: 20].
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<OsString>,
    },

    /// Take the README's pictures again: the page on a phone and a desktop, light and dark.
    ///
    /// Drives Chromium through a short conversation of ada and bo, and writes docs/screenshots/.
    Screenshots,

    /// Check the architecture's rules, and print each breach as `path:line: rule: what to do`.
    ///
    /// The rules: which crate may depend on which; every source file opens with a header (`//!`, in frontend/src `//`)
    /// and has at most 400 lines; sea-orm is named in crates/storage alone; domain and storage are free of serde; no file that goes into
    /// the repository names a path of a developer's machine.
    Tidy {
        /// The workspace to check, in place of this one.
        #[arg(long, value_name = "DIR")]
        root: Option<PathBuf>,
    },
}

fn main() -> ExitCode {
    let outcome = match Cli::parse().command {
        Command::Test { mut args, test_args } => {
            if !test_args.is_empty() {
                args.push("--".into());
                args.extend(test_args);
            }
            test::run(&args)
        }
        Command::Lint => lint::run(),
        Command::Dev { args } => dev::run(&args),
        Command::Load { args } => release::run("load", &args),
        Command::Chaos { args } => release::run("chaos", &args),
        Command::Screenshots => screenshots::run(),
        Command::Tidy { root } => tidy::run(root.as_deref().unwrap_or(process::root())),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}
