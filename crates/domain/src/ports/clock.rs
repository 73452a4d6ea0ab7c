//! The time of day, as a port. Knows nothing of where it comes from.

use crate::time::Timestamp;

/// Tells the time.
#[cfg_attr(feature = "mock", mockall::automock)]
pub trait Clock: Send + Sync {
    /// Must return the present instant. It may step back; whoever orders by time guards against that.
    fn now(&self) -> Timestamp;
}
