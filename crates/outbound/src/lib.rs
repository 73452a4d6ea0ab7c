//! HTTP to others: asks the marketplace's ledger, and tells it what was committed. Knows nothing of SQL, sockets or frames.
//!
//! - [`allow`]: which addresses may be reached.
//! - [`client`]: one request, to an address that was checked, in bounded time.
//! - [`signature`]: how the receiver knows that it is ours: Standard Webhooks.
//! - [`hook`]: the port `Ledger`, asked by such a request.
//! - [`webhooks`]: events, pushed by such requests.

pub mod allow;
pub mod client;
pub mod hook;
pub mod signature;
pub mod webhooks;
