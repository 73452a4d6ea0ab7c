//! Between whom a block stands, as far as it concerns those who have a session here: neither is told of the other beside
//! the timeline, and each looks to the other as if they had left. Knows nothing of who made it, nor of storage.

use std::collections::{HashMap, HashSet};

use handsel_domain::ids::UserId;

use super::{Hub, State, lock};

/// See the module.
#[derive(Default)]
pub(super) struct Bars {
    /// Each pair both ways round.
    of: HashMap<UserId, HashSet<UserId>>,
    /// Counts every change, so that what was read before one is not believed after it.
    changes: u64,
}

impl Bars {
    pub(super) fn between(&self, one: UserId, other: UserId) -> bool {
        self.of.get(&one).is_some_and(|others| others.contains(&other))
    }

    /// Whether that changes anything.
    fn put(&mut self, [one, other]: [UserId; 2]) -> bool {
        self.of.entry(other).or_default().insert(one);
        self.of.entry(one).or_default().insert(other)
    }

    /// Whether that changes anything.
    fn remove(&mut self, [one, other]: [UserId; 2]) -> bool {
        [(one, other), (other, one)].into_iter().fold(false, |was_there, (one, other)| {
            let Some(others) = self.of.get_mut(&one) else { return was_there };
            let removed = others.remove(&other);
            if others.is_empty() {
                self.of.remove(&one);
            }
            was_there | removed
        })
    }

    fn pairs(&self) -> Vec<[UserId; 2]> {
        let of =
            |(one, others): (&UserId, &HashSet<UserId>)| others.iter().map(|other| [*one, *other]).collect::<Vec<_>>();
        self.of.iter().flat_map(of).filter(|[one, other]| one < other).collect()
    }

    /// Forgets what concerns nobody who is left, now that this one has gone.
    pub(super) fn forget(&mut self, gone: UserId, is_here: impl Fn(UserId) -> bool) {
        let others: Vec<_> = self.of.get(&gone).into_iter().flatten().copied().collect();
        for other in others.into_iter().filter(|other| !is_here(*other)) {
            self.remove([gone, other]);
        }
    }
}

impl Hub {
    /// One of these has blocked the other, or neither has any more.
    pub fn bar(&self, pair: [UserId; 2], barred: bool) {
        let mut state = lock(&self.state);
        state.bars.changes += 1;
        if barred {
            state.raise(pair);
        } else {
            state.lift(pair);
        }
    }

    /// What somebody who has just joined finds between themselves and others.
    pub fn bar_all(&self, pairs: &[[UserId; 2]]) {
        let mut state = lock(&self.state);
        for pair in pairs {
            // What is known already is no news to whoever reads all of them at this moment.
            if state.raise(*pair) {
                state.bars.changes += 1;
            }
        }
    }

    /// Counts on with every change that is told here.
    pub fn bars_changed(&self) -> u64 {
        lock(&self.state).bars.changes
    }

    /// These are all, as they were read when that many changes had been told. `false` where more were told meanwhile:
    /// then they must be read again.
    #[must_use]
    pub fn compare_bars(&self, stored: &[[UserId; 2]], changes: u64) -> bool {
        let mut state = lock(&self.state);
        if state.bars.changes != changes {
            return false;
        }
        let stored: HashSet<_> = stored.iter().map(|pair| sorted(*pair)).collect();
        for old in state.bars.pairs() {
            if !stored.contains(&old) {
                state.lift(old);
            }
        }
        for pair in stored {
            state.raise(pair);
        }
        true
    }
}

fn sorted(mut pair: [UserId; 2]) -> [UserId; 2] {
    pair.sort_unstable();
    pair
}

impl State {
    /// To each of the two the other one leaves. Whether that is new here.
    fn raise(&mut self, pair: [UserId; 2]) -> bool {
        let concerns = pair.iter().any(|user| self.users.contains_key(user));
        let is_new = concerns && self.bars.put(pair);
        if is_new {
            self.show(pair, |_| false);
        }
        is_new
    }

    /// To each of the two the other one comes, where they are there.
    fn lift(&mut self, pair: [UserId; 2]) {
        if self.bars.remove(pair) {
            self.show(pair, |user| self.is_there(user));
        }
    }

    fn show(&self, [one, other]: [UserId; 2], is_there: impl Fn(UserId) -> bool) {
        for (seen, by) in [(one, other), (other, one)] {
            for outbox in self.followers.of(seen).filter(|(follower, _)| *follower == by).map(|(_, outbox)| outbox) {
                outbox.offer_presence(seen, is_there(seen));
                outbox.drop_typing_of(seen);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use handsel_domain::conversation::{Conversation, ReadCursor, Side};
    use handsel_domain::ids::{Head, TokenId};
    use handsel_domain::ports::Principal;
    use handsel_domain::time::Timestamp;
    use handsel_domain::usecases::Scope;
    use handsel_domain::user::{Person, Username};

    use super::*;
    use crate::hub::{Listening, Membership, Signals};

    const ANA: i64 = 1;
    const BO: i64 = 2;

    fn user(id: i64) -> UserId {
        UserId::new(id).expect("an id")
    }

    fn joins(hub: &Arc<Hub>, id: i64) -> Membership {
        let name = Username::parse(&format!("user{id}")).expect("a name");
        let principal = Principal {
            person: Arc::new(Person::new(user(id), name, "", "")),
            token: TokenId::new(id).expect("an id"),
            expires_at: Timestamp::from_millis(0),
        };
        hub.join(&principal, Listening { scope: Scope::Everything, signals: true }).expect("the hub is open")
    }

    fn told(session: &Membership) -> Signals {
        session.outbox.take_signals().map(|signals| *signals).unwrap_or_default()
    }

    fn presence(session: &Membership) -> Vec<(i64, bool)> {
        told(session).presence.into_iter().map(|(user, online)| (user.get(), online)).collect()
    }

    fn conversation() -> Conversation {
        Conversation::new("offer_1:2".parse().expect("a key"), user(ANA)).expect("two people")
    }

    #[test]
    fn to_each_of_the_two_the_other_one_leaves_and_comes_back() {
        let hub = Arc::new(Hub::new(20));
        let (mut ana, mut bo, mut cleo) = (joins(&hub, ANA), joins(&hub, BO), joins(&hub, 3));
        assert_eq!(ana.follow(&[user(BO)]), [true]);
        assert_eq!((bo.follow(&[user(ANA)]), cleo.follow(&[user(ANA)])), (vec![true], vec![true]));
        hub.bar([user(ANA), user(BO)], true);
        assert_eq!((presence(&ana), presence(&bo)), (vec![(BO, false)], vec![(ANA, false)]));
        assert_eq!(presence(&cleo), [], "it is none of Cleo's business");

        // Nothing that either does shows to the other.
        let again = joins(&hub, ANA);
        drop(ana);
        drop(again);
        let mut ana = joins(&hub, ANA);
        assert_eq!((presence(&bo), presence(&cleo)), (vec![], vec![(ANA, true)]));
        assert_eq!(ana.follow(&[user(BO)]), [false]);
        ana.type_in(&conversation());
        // Another node may not know of the block yet.
        hub.hear_typing(&conversation(), user(ANA));
        let cursor =
            ReadCursor { conversation: conversation(), reader: Side::Owner, up_to: Head::new(3).expect("a head") };
        hub.cursor_moved(cursor);
        assert_eq!(told(&bo), Signals::default());
        assert_eq!(told(&ana).reads.into_iter().count(), 1, "one's own other sockets are told");

        hub.bar([user(BO), user(ANA)], false);
        assert_eq!((presence(&ana), presence(&bo)), (vec![(BO, true)], vec![(ANA, true)]));
        ana.type_in(&conversation());
        assert_eq!(told(&bo).typing.len(), 1);
    }

    #[test]
    fn who_types_when_the_block_comes_is_not_said_any_more() {
        let hub = Arc::new(Hub::new(20));
        let (ana, mut bo) = (joins(&hub, ANA), joins(&hub, BO));
        bo.follow(&[user(ANA)]);
        ana.type_in(&conversation());
        hub.bar([user(ANA), user(BO)], true);
        assert_eq!(told(&bo).typing.len(), 0);
    }

    #[test]
    fn what_is_read_is_believed_only_where_nothing_was_told_meanwhile() {
        let hub = Arc::new(Hub::new(20));
        let (mut ana, _bo) = (joins(&hub, ANA), joins(&hub, BO));
        ana.follow(&[user(BO)]);
        let changes = hub.bars_changed();
        hub.bar([user(ANA), user(BO)], true);
        assert!(!hub.compare_bars(&[], changes), "it was read before that was told");
        assert_eq!(presence(&ana), [(BO, false)]);
        assert!(hub.compare_bars(&[[user(BO), user(ANA)]], hub.bars_changed()));
        assert_eq!(presence(&ana), [], "nothing has changed");
        assert!(hub.compare_bars(&[], hub.bars_changed()));
        assert_eq!(presence(&ana), [(BO, true)]);
    }

    #[test]
    fn what_concerns_nobody_here_is_not_kept() {
        let hub = Arc::new(Hub::new(20));
        let ana = joins(&hub, ANA);
        hub.bar([user(BO), user(3)], true);
        hub.bar_all(&[[user(ANA), user(BO)]]);
        assert_eq!(lock(&hub.state).bars.pairs(), [[user(ANA), user(BO)]]);
        drop(ana);
        assert_eq!(lock(&hub.state).bars.pairs(), Vec::<[UserId; 2]>::new());
    }
}
