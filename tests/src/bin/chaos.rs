//! `cargo xtask chaos`: everything fails, again and again; prints what did, and whether every promise was kept. Knows
//! nothing of how either is done.

use std::process::ExitCode;
use std::time::Duration;

use clap::error::ErrorKind;
use clap::{CommandFactory, Parser};
use handsel_tests::chaos::{self, Outcome, Part, Plan};
use handsel_tests::over::Over;

/// Pairs talk by `handsel.v1` over several servers while their connections are cut, reset and stalled, servers are
/// killed with `-9` or told to end, Redis goes for ten seconds and comes back empty, and PostgreSQL is stopped and
/// crashes: each alone, then all together.
///
/// Afterwards: each acknowledged message is there once, each client was given each entry once, in order, without a
/// hole, over all its sockets, and both sides, the cursors and the tables agree. Status 1 where they do not.
#[derive(Parser)]
#[command(name = "cargo xtask chaos", bin_name = "cargo xtask chaos")]
struct Cli {
    /// Servers over one database: a client's next socket goes to any of them
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..))]
    nodes: u8,
    /// What they run over: one file, or a PostgreSQL and a Redis that are started for it [default: sqlite for one node,
    /// postgres for more]
    #[arg(long, value_enum)]
    over: Option<Over>,
    /// What fails, each alone and then all together [default: sockets,nodes and over postgres also redis,postgres]
    #[arg(long, value_enum, value_delimiter = ',', value_name = "PART")]
    faults: Vec<Part>,
    /// Plans every fault, and what people do; the timing is the machine's [default: another each time]
    #[arg(long)]
    seed: Option<u64>,
    /// For how long something fails
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..))]
    minutes: u64,
    /// Conversations, each of two people
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..))]
    pairs: u16,
}

impl Cli {
    fn plan(self) -> Result<Plan, &'static str> {
        let Self { nodes, over, faults, seed, minutes, pairs } = self;
        let over = over.unwrap_or(if nodes > 1 { Over::Postgres } else { Over::Sqlite });
        let parts = match over {
            _ if !faults.is_empty() => faults,
            Over::Sqlite => Part::OVER_SQLITE.to_vec(),
            Over::Postgres => Part::OVER_SERVICES.to_vec(),
        };
        if over == Over::Sqlite && parts.iter().any(|part| part.is_of_services()) {
            return Err("redis and postgres can fail only with --over postgres");
        }
        let (seed, how_long) = (seed.unwrap_or_else(|| fastrand::u64(..)), Duration::from_mins(minutes));
        Ok(Plan { seed, pairs: pairs.into(), how_long, nodes: nodes.into(), over, parts })
    }
}

/// The arguments that give the same plan again.
fn arguments(plan: &Plan) -> String {
    let Plan { seed, pairs, how_long, nodes, over, parts } = plan;
    let name = |value: &dyn std::fmt::Debug| format!("{value:?}").to_lowercase();
    let faults: Vec<_> = parts.iter().map(|part| name(part)).collect();
    let (over, faults, minutes) = (name(over), faults.join(","), how_long.as_secs() / 60);
    format!("--nodes {nodes} --over {over} --faults {faults} --seed {seed} --minutes {minutes} --pairs {pairs}")
}

#[tokio::main]
async fn main() -> ExitCode {
    let plan = match Cli::parse().plan() {
        Ok(plan) => plan,
        Err(problem) => Cli::command().error(ErrorKind::ArgumentConflict, problem).exit(),
    };
    let arguments = arguments(&plan);
    println!("chaos     {arguments}");
    println!("servers   {}, rates off", if cfg!(debug_assertions) { "debug builds" } else { "release builds" });
    let outcome = chaos::run(plan).await;
    println!("{outcome}");
    let Outcome { verdict, log, .. } = outcome;
    if verdict.breaches.is_empty() {
        println!("kept      each once, in order, without a hole; all clients, the cursors and the tables agree");
        return ExitCode::SUCCESS;
    }
    eprintln!("the servers have logged:\n{log}");
    for breach in &verdict.breaches {
        eprintln!("broken: {breach}");
    }
    eprintln!("{} breaches; the same plan again: cargo xtask chaos {arguments}", verdict.breaches.len());
    ExitCode::FAILURE
}
