//! `cargo xtask load`: pairs write to each other as fast as they can; prints how fast that was, what the server weighed,
//! and whether every promise was kept. Knows nothing of how any of it is found out.

use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use handsel_tests::load::{self, Speed, Weight, machine};
use handsel_tests::{Pair, Server};

/// Pairs write to each other over a fresh server, each side its next message once the last has come back.
///
/// Afterwards: each message reached both sides once, in order, without a hole, and the timeline and the table agree
/// with what was heard. Status 1 where they do not. With `HANDSEL_TESTS_OVER=postgres` the database is a PostgreSQL that
/// is started for it. Many pairs need `ulimit -n` above four times as many.
#[derive(Parser)]
#[command(name = "cargo xtask load", bin_name = "cargo xtask load")]
struct Cli {
    /// Conversations, each of two sockets
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u16).range(1..))]
    pairs: u16,
    /// For how long they write
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..))]
    seconds: u64,
}

#[tokio::main]
async fn main() -> ExitCode {
    let Cli { pairs, seconds } = Cli::parse();
    println!("machine   {}", machine::facts());
    println!("server    {}, rates off", if cfg!(debug_assertions) { "a debug build" } else { "a release build" });
    let server = load::server().await;
    let idle = Weight::of(&server).await;
    let met = Pair::meet(&server, pairs.into()).await;
    let logged_in = Weight::of(&server).await;
    let opened = load::open(met).await;
    let connected = Weight::of(&server).await;
    println!("load      {pairs} pairs for {seconds} s, both sides in closed loop, on the same machine");
    let ran = load::run(&server, opened, Duration::from_secs(seconds)).await;
    server.database().is_sound().await;
    match ran {
        Ok(speed) => {
            print(&speed);
            let after = Weight::of(&server).await;
            print_weights(&server, &speed, 2 * u32::from(pairs), [idle, logged_in, connected, after]);
        }
        Err(breaches) => {
            for breach in &breaches {
                eprintln!("broken: {breach}");
            }
            eprintln!("the server has logged:\n{}", server.log());
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

fn print(speed: &Speed) {
    let millis = |duration: Duration| duration.as_secs_f64() * 1_000.0;
    println!("messages  {} in {:.1} s", speed.messages(), speed.took.as_secs_f64());
    println!("rate      {:.0} messages/s, each to both sides", speed.messages_per_second());
    println!(
        "latency   p50 {:.1} ms, p99 {:.1} ms, until both have it",
        millis(speed.percentile(50)),
        millis(speed.percentile(99))
    );
    println!("kept      each once, in order, without a hole; both sides, the timeline and the table agree");
}

#[expect(clippy::cast_precision_loss, reason = "nobody weighs that much")]
fn print_weights(server: &Server, speed: &Speed, sockets: u32, [idle, logged_in, connected, after]: [Weight; 4]) {
    let mebibytes = |bytes: u64| bytes as f64 / 1_048_576.0;
    println!(
        "memory    {:.0} MiB idle, {:.0} after all have logged in, {:.0} with {sockets} open sockets ({:.0} KiB each), {:.0} \
         at most",
        mebibytes(idle.resident),
        mebibytes(logged_in.resident),
        mebibytes(connected.resident),
        connected.resident.saturating_sub(logged_in.resident) as f64 / 1024.0 / f64::from(sockets),
        mebibytes(server.resident_bytes_max())
    );
    println!("files     {} idle, {} with the sockets", idle.files, connected.files);
    let stored = (after.stored - connected.stored) as f64 / 1_048_576.0;
    println!("disk      {:.2} MiB for each 1,000 messages", stored * 1_000.0 / speed.messages().max(1) as f64);
    if let Some(connections) = after.connections {
        println!("database  {connections} connections to it");
    }
}
