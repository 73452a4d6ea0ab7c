//! `cargo xtask chaos`: everything fails, again and again; prints what did, and whether every promise was kept. Knows
//! nothing of how either is done.

use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use handsel_tests::chaos::{self, Outcome, Part, Plan};

/// Pairs talk by `handsel.v1` while their connections are cut, reset and stalled at random, and servers are killed
/// with `-9` every few seconds and started again over the same database: each alone, then all together.
///
/// Afterwards: each acknowledged message is there once, each client was given each entry once, in order, without a
/// hole, over all its sockets, and both sides, the cursors and the tables agree. Status 1 where they do not.
#[derive(Parser)]
#[command(name = "cargo xtask chaos", bin_name = "cargo xtask chaos")]
struct Cli {
    /// Plans every fault, and what people do; the timing is the machine's [default: another each time]
    #[arg(long)]
    seed: Option<u64>,
    /// For how long everything fails
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..))]
    minutes: u64,
    /// Conversations, each of two people
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..))]
    pairs: u16,
    /// Servers over one database
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..))]
    nodes: u8,
    /// What fails, each alone and then all together
    #[arg(long, value_enum, value_delimiter = ',', value_name = "PARTS", default_values = ["sockets", "nodes"])]
    faults: Vec<Part>,
}

#[tokio::main]
async fn main() -> ExitCode {
    let Cli { seed, minutes, pairs, nodes, faults } = Cli::parse();
    let seed = seed.unwrap_or_else(|| fastrand::u64(..));
    let again = format!("cargo xtask chaos --nodes {nodes} --seed {seed} --minutes {minutes} --pairs {pairs}");
    println!("chaos     seed {seed}, {pairs} pairs over {nodes} nodes for {minutes} min");
    println!("server    {}, rates off", if cfg!(debug_assertions) { "a debug build" } else { "a release build" });
    let how_long = Duration::from_mins(minutes);
    let plan = Plan { seed, pairs: pairs.into(), how_long, nodes: nodes.into(), parts: faults };
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
    eprintln!("{} breaches; the same plan again: {again}", verdict.breaches.len());
    ExitCode::FAILURE
}
