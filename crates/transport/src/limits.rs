//! How much one socket may take of the server. Knows nothing of who enforces it.

use std::time::Duration;

/// Longest frame from a client in bytes, all of its fragments together.
pub const FRAME_BYTES_MAX: usize = 64 * 1024;
/// Live frames that wait for a socket; what does not fit is read from the timeline when the socket has room again.
pub const OUTBOX_FRAMES_MAX: usize = 256;
/// What one socket's client may have under way at the same time; past it the socket is not read.
pub const APPENDS_IN_FLIGHT_MAX: usize = 16;
/// How long an ending session waits for what its client still has under way.
pub const ANSWERS_PATIENCE: Duration = Duration::from_secs(2);
/// Conversations that a `hello` lists, the newest ones; also those whose peers' presence is told without an entry.
pub const HELLO_CONVERSATIONS_MAX: usize = 1_000;
/// Clients wait a random time up to this before they connect again after a restart.
pub const RECONNECT_JITTER: Duration = Duration::from_secs(2);
/// How often the server asks a quiet socket whether it is still there.
pub const PING_INTERVAL: Duration = Duration::from_secs(25);
/// A socket of which nothing was heard for so long is dead.
pub const DEAD_AFTER: Duration = Duration::from_mins(1);
/// How long a write may wait for a client whose queue is full, before the socket is closed with 4008.
pub const SLOW_PATIENCE: Duration = Duration::from_secs(5);
/// How long a close may take, before the connection is reset.
pub const CLOSE_PATIENCE: Duration = Duration::from_secs(5);
/// Refused frames beyond the rate, before a socket is closed with 4029.
pub const RATE_REFUSALS_MAX: u32 = 100;
/// How long a session waits before it reads from a storage again that did not answer.
pub const STORAGE_RETRY: Duration = Duration::from_secs(1);
/// Longest time between two closes of a drain, so that a few sockets do not take the whole of it.
pub const DRAIN_SPACING_MAX: Duration = Duration::from_millis(50);

/// How long a socket waits for the broker to hear for its user, before it goes on without.
pub const HEARS_WITHIN: Duration = Duration::from_secs(1);

/// What an operator can set.
#[derive(Clone, Debug)]
pub struct SocketLimits {
    /// Frames a second that a client may send, twice as many in a burst; 0 is no limit.
    pub frames_per_second: u32,
    /// Sockets of one user in this process; one more closes the oldest.
    pub sockets_per_user: usize,
}

impl Default for SocketLimits {
    fn default() -> Self {
        Self { frames_per_second: 20, sockets_per_user: 20 }
    }
}
