//! Who wants to know whether a user is there. Knows nothing of who may: sessions ask only for those whom their users
//! talk with.

use std::collections::HashMap;
use std::sync::Arc;

use handsel_domain::ids::UserId;

use super::Outbox;

/// The sessions that follow each user, by their numbers in the hub, and whose they are.
#[derive(Default)]
pub(super) struct Followers {
    of: HashMap<UserId, HashMap<u64, (UserId, Arc<Outbox>)>>,
}

impl Followers {
    pub(super) fn add(&mut self, followed: UserId, session: u64, by: UserId, outbox: Arc<Outbox>) {
        self.of.entry(followed).or_default().insert(session, (by, outbox));
    }

    pub(super) fn remove(&mut self, followed: UserId, session: u64) {
        if let Some(sessions) = self.of.get_mut(&followed) {
            sessions.remove(&session);
            if sessions.is_empty() {
                self.of.remove(&followed);
            }
        }
    }

    /// All who follow that user, and whose sessions these are.
    pub(super) fn of(&self, user: UserId) -> impl Iterator<Item = &(UserId, Arc<Outbox>)> {
        self.of.get(&user).into_iter().flat_map(HashMap::values)
    }
}
