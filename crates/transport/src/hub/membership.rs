//! A session's place in the hub, from both sides. Knows nothing of frames.

use std::sync::{Arc, Mutex};

use handsel_domain::conversation::Conversation;
use handsel_domain::ids::{TokenId, UserId};
use handsel_domain::ports::Principal;
use handsel_domain::usecases::Scope;
use tokio::sync::oneshot;

use super::{Hub, Outbox, lock};
use crate::close::CloseReason;

/// How a session takes part.
#[derive(Clone, Copy, Debug)]
pub struct Listening {
    /// What it reads.
    pub scope: Scope,
    /// Whether it is told of what is beside the timeline.
    pub signals: bool,
}

/// One session, as the hub sees it.
pub(super) struct Member {
    pub(super) id: u64,
    pub(super) listening: Listening,
    pub(super) outbox: Arc<Outbox>,
    token: Mutex<TokenId>,
    closing: Mutex<Option<oneshot::Sender<CloseReason>>>,
}

impl Member {
    pub(super) fn token(&self) -> TokenId {
        *lock(&self.token)
    }

    pub(super) fn hears_signals(&self, conversation: &Conversation) -> bool {
        self.listening.signals && self.listening.scope.contains(conversation)
    }

    /// The first reason is the one that counts.
    pub(super) fn close(&self, reason: CloseReason) {
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
    followed: Vec<UserId>,
    /// What the hub hands to the session.
    pub outbox: Arc<Outbox>,
    /// When the hub wants the session to close.
    pub closing: oneshot::Receiver<CloseReason>,
}

impl Membership {
    /// Both sides of a place.
    pub(super) fn new(hub: Arc<Hub>, principal: &Principal, id: u64, listening: Listening) -> (Self, Arc<Member>) {
        let (close, closing) = oneshot::channel();
        let outbox = Arc::new(Outbox::default());
        let member = Member {
            id,
            listening,
            outbox: Arc::clone(&outbox),
            token: Mutex::new(principal.token),
            closing: Mutex::new(Some(close)),
        };
        (Self { hub, user: principal.person.id, id, followed: Vec::new(), outbox, closing }, Arc::new(member))
    }

    /// Whether these users are there now, as far as this session's user may know; from now on the session is told when that changes.
    pub fn follow(&mut self, peers: &[UserId]) -> Vec<bool> {
        self.followed.extend(peers);
        let mut state = lock(&self.hub.state);
        for peer in peers {
            state.followers.add(*peer, self.id, self.user, Arc::clone(&self.outbox));
        }
        peers.iter().map(|peer| state.is_there(*peer) && !state.bars.between(self.user, *peer)).collect()
    }

    /// Tells the peer's sessions, here and elsewhere, that this session's user types.
    pub fn type_in(&self, conversation: &Conversation) {
        let state = lock(&self.hub.state);
        if state.is_barred(conversation) {
            return;
        }
        state.hand_typing(conversation, self.user);
        drop(state);
        self.hub.elsewhere.types(*conversation, self.user);
    }

    /// From now on the session stands and falls with this token.
    pub fn renew(&self, token: TokenId) {
        let mut state = lock(&self.hub.state);
        let own = state.users.get(&self.user).into_iter().flatten().find(|member| member.id == self.id);
        if let Some(member) = own {
            *lock(&member.token) = token;
        }
        // That it was revoked may have been told before it was known here.
        state.joined.insert(token);
    }
}

impl Drop for Membership {
    fn drop(&mut self) {
        self.hub.leave(self.user, self.id, &self.followed);
    }
}
