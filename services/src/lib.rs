//! PostgreSQL and Redis for tests: real servers, each in a directory of its own and on a free port, as an unprivileged
//! user, gone with the process that started them.
//!
//! Knows nothing of what is tested over them. Everything here blocks for as long as a server takes to start or end.

mod certificates;
mod ports;
mod postgres;
mod program;
mod redis;
mod unprivileged;

pub use ports::free as free_port;
pub use postgres::Postgres;
pub use program::{Program, directory, find};
pub use redis::Redis;
pub use unprivileged::command;

/// The password of each server. It needs quoting in a URL, as a real one may.
pub const PASSWORD: &str = "pass/word@home";
/// The same as a URL has it.
pub const PASSWORD_IN_URL: &str = "pass%2Fword%40home";
