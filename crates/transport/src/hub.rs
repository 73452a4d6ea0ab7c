//! Who is connected to this process. Knows nothing of storage.

mod outbox;

pub use outbox::{Live, Outbox};

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use handsel_domain::conversation::{Conversation, ConversationKey, ConversationState, Side};
use handsel_domain::ids::{Head, TokenId, UserId};
use handsel_domain::ports::Principal;
use handsel_domain::timeline::Entry;
use handsel_domain::usecases::Scope;
use tokio::sync::oneshot;

use crate::close::CloseReason;
use crate::frames;
use crate::limits::DRAIN_SPACING_MAX;

/// The sessions of this process, by user.
pub struct Hub {
    sockets_per_user: usize,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    users: HashMap<UserId, Vec<Arc<Member>>>,
    /// Up to where each live conversation was handed to the sessions here.
    handed: HashMap<ConversationKey, Head>,
    next_id: u64,
    /// Whether anyone joined since the last comparison.
    joined: bool,
    draining: bool,
}

/// One session, as the hub sees it.
struct Member {
    id: u64,
    token: TokenId,
    scope: Scope,
    outbox: Arc<Outbox>,
    closing: Mutex<Option<oneshot::Sender<CloseReason>>>,
}

impl Member {
    /// The first reason is the one that counts.
    fn close(&self, reason: CloseReason) {
        if let Some(closing) = lock(&self.closing).take() {
            // The session has ended by itself where this fails.
            let _ = closing.send(reason);
        }
    }
}

/// A session's place in the hub; dropping it gives the place back.
pub struct Membership {
    hub: Arc<Hub>,
    user: UserId,
    id: u64,
    /// What the hub hands to the session.
    pub outbox: Arc<Outbox>,
    /// When the hub wants the session to close.
    pub closing: oneshot::Receiver<CloseReason>,
}

impl Drop for Membership {
    fn drop(&mut self) {
        self.hub.leave(self.user, self.id);
    }
}

/// What is held is whole between two statements, so a panic elsewhere leaves it usable.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Hub {
    /// An empty hub.
    pub fn new(sockets_per_user: usize) -> Self {
        Self { sockets_per_user: sockets_per_user.max(1), state: Mutex::default() }
    }

    /// Takes a session in; from now on it is handed what concerns it. Where the user has too many, the oldest closes.
    pub fn join(self: &Arc<Self>, principal: &Principal, scope: Scope) -> Result<Membership, CloseReason> {
        let user = principal.person.id;
        let (close, closing) = oneshot::channel();
        let outbox = Arc::new(Outbox::default());
        let mut state = lock(&self.state);
        if state.draining {
            return Err(CloseReason::Restarting);
        }
        let id = state.next_id;
        state.next_id += 1;
        state.joined = true;
        let member =
            Member { id, token: principal.token, scope, outbox: Arc::clone(&outbox), closing: Mutex::new(Some(close)) };
        let members = state.users.entry(user).or_default();
        members.push(Arc::new(member));
        let excess = members.len().saturating_sub(self.sockets_per_user);
        for oldest in members.drain(..excess) {
            oldest.close(CloseReason::TooManySockets);
        }
        metrics::gauge!("handsel_sockets").increment(1.0);
        Ok(Membership { hub: Arc::clone(self), user, id, outbox, closing })
    }

    fn leave(&self, user: UserId, id: u64) {
        let mut state = lock(&self.state);
        if let Some(members) = state.users.get_mut(&user) {
            members.retain(|member| member.id != id);
            if members.is_empty() {
                state.users.remove(&user);
            }
        }
        metrics::gauge!("handsel_sockets").decrement(1.0);
    }

    /// Hands committed entries, in commit order, to the sessions of their two readers. Each is encoded at most once.
    pub fn deliver(&self, entries: &[Arc<Entry>]) {
        let mut state = lock(&self.state);
        for entry in entries {
            let (key, mut frame) = (entry.conversation.key(), None);
            for member in state.readers(&entry.conversation) {
                let frame = frame.get_or_insert_with(|| frames::entry(entry)).clone();
                member.outbox.offer(Live { conversation: key, seq: entry.seq, frame });
            }
            if frame.is_some() {
                let handed = state.handed.entry(key).or_default();
                *handed = (*handed).max(entry.seq.into());
            }
        }
    }

    /// Compares the heads of the live users' conversations with what was handed over, and has the sessions read what
    /// is missing. A session that has it all heeds no hint.
    pub fn compare(&self, stored: &[ConversationState]) {
        let mut state = lock(&self.state);
        let mut handed = HashMap::with_capacity(stored.len());
        for ConversationState { conversation, head, .. } in stored {
            let key = conversation.key();
            // An entry may have been handed over after the heads were read: what is known never goes back.
            let known = state.handed.get(&key).copied();
            if known.is_none_or(|known| known < *head) {
                for member in state.readers(conversation) {
                    member.outbox.fall_behind(key, *head);
                }
            }
            handed.insert(key, known.map_or(*head, |known| known.max(*head)));
        }
        state.handed = handed;
    }

    /// Closes the sockets of these tokens.
    pub fn close_tokens(&self, tokens: &[TokenId], reason: CloseReason) {
        if tokens.is_empty() {
            return;
        }
        let state = lock(&self.state);
        for member in state.users.values().flatten().filter(|member| tokens.contains(&member.token)) {
            member.close(reason);
        }
    }

    /// Takes nobody in any more and closes all, spread over at most `over`.
    pub async fn drain(&self, over: Duration) {
        let members: Vec<_> = {
            let mut state = lock(&self.state);
            state.draining = true;
            state.users.values().flatten().map(Arc::clone).collect()
        };
        let spacing = (over / u32::try_from(members.len().max(1)).unwrap_or(u32::MAX)).min(DRAIN_SPACING_MAX);
        for member in members {
            member.close(CloseReason::Restarting);
            tokio::time::sleep(spacing).await;
        }
    }

    /// Who has a session here.
    pub fn live_users(&self) -> Vec<UserId> {
        lock(&self.state).users.keys().copied().collect()
    }

    /// The tokens of the sessions here, each once.
    pub fn live_tokens(&self) -> Vec<TokenId> {
        let mut tokens: Vec<_> = lock(&self.state).users.values().flatten().map(|member| member.token).collect();
        tokens.sort_unstable();
        tokens.dedup();
        tokens
    }

    /// Whether anyone has joined since this was last asked: whoever did may have missed what was told just before.
    pub fn take_joined(&self) -> bool {
        std::mem::take(&mut lock(&self.state).joined)
    }
}

impl State {
    /// The sessions that read this conversation: of its two users, and of no other.
    fn readers<'a>(&'a self, conversation: &'a Conversation) -> impl Iterator<Item = &'a Arc<Member>> {
        let users = [Side::Owner, Side::Respondent].map(|side| conversation.user(side));
        users
            .into_iter()
            .flat_map(|user| self.users.get(&user).into_iter().flatten())
            .filter(move |member| member.scope.contains(conversation))
    }
}
