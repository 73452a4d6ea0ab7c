//! Who is said to be there at other nodes, each for as long as a lease runs: a node that dies takes nothing back, so
//! what it said must end by itself. Knows nothing of how it is said, nor of who wants to know.

use std::collections::HashMap;
use std::time::Duration;

use handsel_domain::ids::UserId;
use tokio::time::Instant;

use crate::node::NodeId;

/// How long it counts that a node has a user. A node says it again several times within this.
pub const PRESENCE_LEASE: Duration = Duration::from_secs(30);

/// See the module. A user is there as long as one lease of them runs, at whichever node.
#[derive(Default)]
pub(super) struct Leases {
    of: HashMap<UserId, HashMap<NodeId, Instant>>,
}

impl Leases {
    pub(super) fn is_there(&self, user: UserId) -> bool {
        self.of.contains_key(&user)
    }

    /// Begins or renews a lease; whether the user was nowhere before.
    pub(super) fn renew(&mut self, user: UserId, node: NodeId, now: Instant) -> bool {
        let nodes = self.of.entry(user).or_default();
        let came = nodes.is_empty();
        nodes.insert(node, now + PRESENCE_LEASE);
        came
    }

    /// Ends a lease; whether the user is nowhere now, and was there before.
    pub(super) fn end(&mut self, user: UserId, node: NodeId) -> bool {
        let Some(nodes) = self.of.get_mut(&user) else { return false };
        nodes.remove(&node);
        let left = nodes.is_empty();
        if left {
            self.of.remove(&user);
        }
        left
    }

    /// Ends all leases of a node; who is nowhere now.
    pub(super) fn end_all(&mut self, node: NodeId) -> Vec<UserId> {
        self.retain(|of, _| of != node)
    }

    /// Ends those that have run out; who is nowhere now.
    pub(super) fn expire(&mut self, now: Instant) -> Vec<UserId> {
        self.retain(|_, until| until > now)
    }

    fn retain(&mut self, keep: impl Fn(NodeId, Instant) -> bool) -> Vec<UserId> {
        let mut left = Vec::new();
        self.of.retain(|user, nodes| {
            nodes.retain(|node, until| keep(*node, *until));
            if nodes.is_empty() {
                left.push(*user);
            }
            !nodes.is_empty()
        });
        left
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STEP: Duration = Duration::from_secs(10);

    fn user(id: i64) -> UserId {
        UserId::new(id).expect("an id")
    }

    #[test]
    fn a_user_is_there_until_the_last_node_has_said_otherwise() {
        let (mut leases, now) = (Leases::default(), Instant::now());
        let (here, there) = (NodeId::random(), NodeId::random());
        assert!(leases.renew(user(1), here, now));
        assert!(!leases.renew(user(1), there, now), "that one was there before");
        assert!(!leases.end(user(1), here), "and is at the other one still");
        assert!(leases.is_there(user(1)));
        assert!(leases.end(user(1), there));
        assert!(!leases.end(user(1), there), "there is nobody to leave");
        assert!(!leases.is_there(user(1)));
    }

    #[test]
    fn a_lease_that_nobody_renews_runs_out() {
        let (mut leases, start, node) = (Leases::default(), Instant::now(), NodeId::random());
        leases.renew(user(1), node, start);
        leases.renew(user(2), node, start);
        leases.renew(user(2), node, start + STEP);
        assert_eq!(leases.expire(start + PRESENCE_LEASE - Duration::from_millis(1)), []);
        assert_eq!(leases.expire(start + PRESENCE_LEASE), [user(1)]);
        assert!(leases.is_there(user(2)));
        assert_eq!(leases.expire(start + STEP + PRESENCE_LEASE), [user(2)]);
    }

    #[test]
    fn a_node_that_says_goodbye_takes_its_users_along() {
        let (mut leases, now) = (Leases::default(), Instant::now());
        let (here, there) = (NodeId::random(), NodeId::random());
        for (id, node) in [(1, here), (2, here), (2, there), (3, there)] {
            leases.renew(user(id), node, now);
        }
        assert_eq!(leases.end_all(here), [user(1)]);
        assert!(leases.is_there(user(2)) && leases.is_there(user(3)));
    }
}
