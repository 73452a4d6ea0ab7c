//! What the channels are called: one for each user, one for all nodes, one for each node. Knows nothing of what is said
//! over them.

use handsel_domain::ids::UserId;

use super::RedisPrefix;
use crate::node::NodeId;

/// Names of channels.
#[derive(Clone, Debug)]
pub(super) struct Channels {
    prefix: RedisPrefix,
}

impl Channels {
    pub(super) fn new(prefix: RedisPrefix) -> Self {
        Self { prefix }
    }

    /// What concerns one user; heard by the nodes where that user has a session.
    pub(super) fn user(&self, user: UserId) -> String {
        format!("{}user:{user}", self.prefix.as_str())
    }

    /// What concerns all nodes.
    pub(super) fn all(&self) -> String {
        format!("{}all", self.prefix.as_str())
    }

    /// What a node says to itself, to know that it is heard.
    pub(super) fn node(&self, node: NodeId) -> String {
        format!("{}node:{node}", self.prefix.as_str())
    }
}
