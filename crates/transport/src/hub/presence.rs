//! Who wants to know whether a user is there. Knows nothing of who may: sessions ask only for those whom their users
//! talk with.

use std::collections::HashMap;
use std::sync::Arc;

use handsel_domain::ids::UserId;

use super::Outbox;

/// The sessions that follow each user, by their numbers in the hub.
#[derive(Default)]
pub(super) struct Followers {
    of: HashMap<UserId, HashMap<u64, Arc<Outbox>>>,
}

impl Followers {
    pub(super) fn add(&mut self, followed: UserId, session: u64, outbox: Arc<Outbox>) {
        self.of.entry(followed).or_default().insert(session, outbox);
    }

    pub(super) fn remove(&mut self, followed: UserId, session: u64) {
        if let Some(sessions) = self.of.get_mut(&followed) {
            sessions.remove(&session);
            if sessions.is_empty() {
                self.of.remove(&followed);
            }
        }
    }

    /// Tells all who follow that user.
    pub(super) fn tell(&self, user: UserId, online: bool) {
        for outbox in self.of.get(&user).into_iter().flat_map(HashMap::values) {
            outbox.offer_presence(user, online);
        }
    }
}
