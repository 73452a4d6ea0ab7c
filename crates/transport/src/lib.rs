//! The wire: frames, sessions, who is connected here, and what others committed.
//!
//! The only place that knows the socket library and the JSON of the frames. Knows nothing of SQL, nor of the HTTP API
//! beside it; it acts through the domain's use cases alone.

pub mod broker;
pub mod close;
pub mod counts;
pub mod frames;
pub mod gateway;
pub mod hub;
pub mod limits;
pub mod node;
pub mod origin;
pub mod problem;
pub mod request_id;
mod session;
pub mod watch;
