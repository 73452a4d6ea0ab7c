//! What the end-to-end tests are written with: a real server, people, and their sockets.
//!
//! Knows nothing of the server's code: it starts the binary and talks to it as clients do.

pub mod admin;
pub mod browser;
pub mod chaos;
pub mod checker;
pub mod database;
pub mod described;
pub mod django;
pub mod exposition;
pub mod extended;
pub mod feed;
pub mod http;
pub mod load;
pub mod over;
pub mod pairs;
pub mod people;
mod printed;
pub mod proxy;
pub mod receiver;
mod running;
pub mod seed;
pub mod seeding;
pub mod seen;
pub mod server;
pub mod signer;
pub mod socket;
mod verified;

pub use admin::Admin;
pub use database::Database;
pub use http::Answer;
pub use pairs::Pair;
pub use people::Person;
pub use receiver::{Posted, Receiver, Reply};
pub use seen::Seen;
pub use server::{Server, Started};
pub use socket::{Refusal, Socket};
pub use verified::VerifiedDatabase;

use std::time::Duration;

/// How long a test waits for what must come, on a machine that may be busy. It is no measure of speed: what comes,
/// comes long before, and what does not come fails the test by this.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// Waits for what must come; says what did not where it does not.
pub async fn in_time<T>(what: impl std::fmt::Display, future: impl Future<Output = T>) -> T {
    let done = tokio::time::timeout(PATIENCE, future).await;
    done.unwrap_or_else(|_| panic!("waited {PATIENCE:?} in vain for {what}"))
}
