//! For which users this node should be subscribed, for which it is, and who waits for that. Knows nothing of Redis: it
//! is told what was done.
//!
//! A user may leave and come back while a command is under way. So commands follow what is wanted at the moment that
//! they are sent, and what has changed since is looked at again.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use handsel_domain::ids::UserId;
use tokio::sync::{Notify, oneshot};

/// See the module.
#[derive(Default)]
pub(super) struct Subscriptions {
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Default)]
struct State {
    wanted: HashMap<UserId, Wanted>,
    /// Users of whom it must be looked at whether they are wanted.
    changed: HashSet<UserId>,
    /// Whether what is said reaches this node at all.
    up: bool,
}

#[derive(Default)]
struct Wanted {
    confirmed: bool,
    /// Came while nothing was heard, and so waited for nothing.
    went_on: bool,
    waiting: Vec<oneshot::Sender<()>>,
}

/// What is to be done next.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Change {
    pub(super) subscribe: Vec<UserId>,
    pub(super) unsubscribe: Vec<UserId>,
}

impl Subscriptions {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A user is here from now on.
    pub(super) fn want(&self, user: UserId) {
        let mut state = self.state();
        let went_on = !state.up;
        state.wanted.insert(user, Wanted { went_on, ..Wanted::default() });
        state.changed.insert(user);
        self.changed.notify_one();
    }

    /// A user is not here any more.
    pub(super) fn want_no_more(&self, user: UserId) {
        let mut state = self.state();
        state.wanted.remove(&user);
        state.changed.insert(user);
        self.changed.notify_one();
    }

    /// What resolves once the user's subscription is confirmed; `None` where it is, or nothing can be heard anyway.
    pub(super) fn wait_for(&self, user: UserId) -> Option<oneshot::Receiver<()>> {
        let mut state = self.state();
        let wanted = if state.up { state.wanted.get_mut(&user) } else { None };
        let wanted = wanted.filter(|wanted| !wanted.confirmed)?;
        let (confirmed, waiting) = oneshot::channel();
        wanted.waiting.push(confirmed);
        Some(waiting)
    }

    /// A new connection: nothing is subscribed yet. Who is here at this moment is to be subscribed first, and need not be
    /// taken; who comes or goes from now on is taken afterwards, so that a crowd that comes and goes holds nobody up.
    pub(super) fn begin(&self) -> Vec<UserId> {
        let mut state = self.state();
        state.changed.clear();
        for wanted in state.wanted.values_mut() {
            wanted.confirmed = false;
        }
        state.wanted.keys().copied().collect()
    }

    /// Up to so many users of whom something has changed.
    pub(super) fn take_change(&self, most: usize) -> Change {
        let mut state = self.state();
        let users: Vec<_> = state.changed.iter().take(most).copied().collect();
        let mut change = Change::default();
        for user in users {
            state.changed.remove(&user);
            match state.wanted.get(&user) {
                Some(_) => change.subscribe.push(user),
                None => change.unsubscribe.push(user),
            }
        }
        change
    }

    /// These were subscribed. Whoever left meanwhile is looked at again. Whether somebody went on before: they may have
    /// missed something that nobody looks for soon.
    pub(super) fn confirm(&self, users: &[UserId]) -> bool {
        let mut state = self.state();
        let (mut went_on, up) = (false, state.up);
        for user in users {
            let Some(wanted) = state.wanted.get_mut(user) else { continue };
            wanted.confirmed = true;
            went_on |= std::mem::take(&mut wanted.went_on) && up;
            for waiting in wanted.waiting.drain(..) {
                went_on |= waiting.send(()).is_err();
            }
        }
        went_on
    }

    /// From now on what is said is heard; what those missed who are subscribed by now is looked for at this moment.
    pub(super) fn up(&self) {
        let mut state = self.state();
        state.up = true;
        for wanted in state.wanted.values_mut().filter(|wanted| wanted.confirmed) {
            wanted.went_on = false;
        }
    }

    /// Nothing is heard any more, and nobody needs to wait. Whether anything was heard before.
    pub(super) fn down(&self) -> bool {
        let mut state = self.state();
        for wanted in state.wanted.values_mut() {
            *wanted = Wanted { went_on: true, ..Wanted::default() };
        }
        std::mem::replace(&mut state.up, false)
    }

    pub(super) fn is_up(&self) -> bool {
        self.state().up
    }

    /// Returns when there may be something to take; for one who waits.
    pub(super) async fn changed(&self) {
        self.changed.notified().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANY: usize = 100;

    fn user(id: i64) -> UserId {
        UserId::new(id).expect("an id")
    }

    fn subscribe(users: &[UserId]) -> Change {
        Change { subscribe: users.to_vec(), unsubscribe: Vec::new() }
    }

    fn unsubscribe(users: &[UserId]) -> Change {
        Change { subscribe: Vec::new(), unsubscribe: users.to_vec() }
    }

    fn up() -> Subscriptions {
        let subscriptions = Subscriptions::default();
        subscriptions.begin();
        subscriptions.up();
        subscriptions
    }

    #[test]
    fn one_waits_until_it_is_confirmed() {
        let subscriptions = up();
        subscriptions.want(user(1));
        let mut waiting = subscriptions.wait_for(user(1)).expect("not yet");
        assert_eq!(subscriptions.take_change(MANY), subscribe(&[user(1)]));
        assert!(waiting.try_recv().is_err());
        assert!(!subscriptions.confirm(&[user(1)]));
        assert_eq!(waiting.try_recv(), Ok(()));
        assert!(subscriptions.wait_for(user(1)).is_none());
    }

    #[test]
    fn who_leaves_and_comes_back_meanwhile_waits_for_the_second_time() {
        let subscriptions = up();
        subscriptions.want(user(1));
        subscriptions.take_change(MANY);
        subscriptions.confirm(&[user(1)]);
        subscriptions.want_no_more(user(1));
        assert_eq!(subscriptions.take_change(MANY), unsubscribe(&[user(1)]));
        // The command is under way.
        subscriptions.want(user(1));
        let mut waiting = subscriptions.wait_for(user(1)).expect("it may be unsubscribed by now");
        assert_eq!(subscriptions.take_change(MANY), subscribe(&[user(1)]));
        subscriptions.confirm(&[user(1)]);
        assert_eq!(waiting.try_recv(), Ok(()));
    }

    #[test]
    fn who_leaves_while_it_is_subscribed_is_unsubscribed() {
        let subscriptions = up();
        subscriptions.want(user(1));
        subscriptions.take_change(MANY);
        subscriptions.want_no_more(user(1));
        subscriptions.confirm(&[user(1)]);
        assert_eq!(subscriptions.take_change(MANY), unsubscribe(&[user(1)]));
        assert_eq!(subscriptions.take_change(MANY), Change::default());
    }

    #[test]
    fn who_did_not_wait_long_enough_is_told_of() {
        let subscriptions = up();
        subscriptions.want(user(1));
        drop(subscriptions.wait_for(user(1)));
        subscriptions.take_change(MANY);
        assert!(subscriptions.confirm(&[user(1)]));
    }

    #[test]
    fn while_nothing_is_heard_nobody_waits() {
        let subscriptions = up();
        subscriptions.want(user(1));
        let mut waiting = subscriptions.wait_for(user(1)).expect("not yet");
        subscriptions.down();
        assert_eq!(waiting.try_recv(), Err(oneshot::error::TryRecvError::Closed));
        assert!(subscriptions.wait_for(user(1)).is_none());
    }

    #[test]
    fn a_new_connection_begins_with_all_who_are_here() {
        let subscriptions = up();
        subscriptions.want(user(1));
        subscriptions.want(user(2));
        subscriptions.take_change(MANY);
        subscriptions.confirm(&[user(1), user(2)]);
        subscriptions.down();
        subscriptions.want_no_more(user(2));
        assert_eq!(subscriptions.begin(), [user(1)]);
        // Comes while the others are subscribed, and before anything is heard.
        subscriptions.want(user(3));
        assert!(subscriptions.wait_for(user(3)).is_none());
        assert!(!subscriptions.confirm(&[user(1)]), "what was missed is looked for when it is up");
        subscriptions.up();
        assert_eq!(subscriptions.take_change(MANY), subscribe(&[user(3)]));
        assert!(subscriptions.confirm(&[user(3)]), "what it missed must be looked for now");
        assert!(!subscriptions.confirm(&[user(1), user(3)]));
    }

    #[test]
    fn who_leaves_while_a_connection_begins_is_unsubscribed_and_who_comes_back_stays() {
        let subscriptions = Subscriptions::default();
        subscriptions.want(user(1));
        subscriptions.want(user(2));
        assert_eq!(subscriptions.begin().len(), 2);
        for id in [1, 2] {
            subscriptions.want_no_more(user(id));
        }
        subscriptions.want(user(2));
        subscriptions.confirm(&[user(1), user(2)]);
        subscriptions.up();
        let change = Change { subscribe: vec![user(2)], unsubscribe: vec![user(1)] };
        assert_eq!(subscriptions.take_change(MANY), change);
    }
}
