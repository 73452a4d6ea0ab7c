//! Tells the other processes over the same database, the nodes, what they should hear at once. What it tells is a hint:
//! whatever is lost of it is found by comparing ([`crate::watch`]).
//!
//! - [`local`]: for a process that is alone, or whose nodes find everything by comparing.
//! - [`redis`]: over Redis.

pub mod local;
pub mod redis;

use handsel_domain::conversation::Conversation;
use handsel_domain::ids::UserId;
use handsel_domain::ports::Objection;
use tokio::sync::oneshot;

pub use local::LocalBroker;

/// How it stands with the broker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BrokerState {
    /// There is none, and none was asked for.
    Local,
    /// What is said is heard.
    Ok,
    /// It is away: what others commit is found by comparing.
    Degraded,
}

impl BrokerState {
    /// `local`, `ok` or `degraded`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::Ok => "ok",
            Self::Degraded => "degraded",
        }
    }
}

/// The other nodes, as the hub speaks to them. All methods must return at once and call nothing of the hub, which is
/// locked meanwhile.
pub trait Elsewhere: Send + Sync {
    /// This user's first session here has joined.
    fn came(&self, user: UserId);

    /// This user's last session here has left.
    fn left(&self, user: UserId);

    /// This user, who has a session here, types.
    fn types(&self, conversation: Conversation, user: UserId);

    /// The ledger has refused somebody a step; the peer may have a session elsewhere.
    fn objected(&self, objection: Objection);

    /// What resolves once that which is said to the user elsewhere is heard here; `None` where there is nothing to wait
    /// for. The user has a session here.
    fn hears(&self, user: UserId) -> Option<oneshot::Receiver<()>>;

    /// Whether others hear what is said here.
    fn state(&self) -> BrokerState;
}
