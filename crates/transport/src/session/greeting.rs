//! How a session begins: what its first frame says, and from where on it delivers. Knows nothing of what follows.

use std::collections::HashMap;

use handsel_domain::conversation::ConversationState;
use handsel_domain::ids::{Head, UserId};
use handsel_domain::user::Person;

use super::delivery::Delivery;
use super::{Opening, Peer, Session};
use crate::frames::Frame;
use crate::frames::hello::{Greeted, Hello};
use crate::limits::HELLO_CONVERSATIONS_MAX;

/// What a client of the extended protocol asked for, and is told at the beginning.
pub(crate) struct Extension {
    /// Behind which entry the socket goes on; `None`: from the head on.
    pub(crate) after: Option<Head>,
    /// The peers of the conversations that are to be listed.
    pub(crate) people: Vec<Person>,
}

/// The conversations of a socket that its `hello` lists.
pub(crate) fn listed(heads: &[ConversationState]) -> &[ConversationState] {
    &heads[..heads.len().min(HELLO_CONVERSATIONS_MAX)]
}

/// What a session is sent first, and what it has to go on with.
pub(super) struct Beginning {
    pub(super) delivery: Delivery,
    pub(super) hello: Option<Frame>,
    /// Who is followed, and whether they are there.
    pub(super) peers: HashMap<UserId, bool>,
}

impl Beginning {
    /// Where the client goes on behind an entry, the session is behind from the start: it reads what was missed like
    /// anything else that it missed.
    pub(super) fn of(opening: &mut Opening) -> Self {
        let mut delivery = Delivery::from_heads(&opening.heads);
        let Some(Extension { after, people }) = &opening.extension else {
            return Self { delivery, hello: None, peers: HashMap::new() };
        };
        // There is one conversation where `after` is given, or none has begun yet.
        let only = opening.heads.first();
        let head = only.map(|state| state.head).unwrap_or_default();
        let reset = after.is_some_and(|after| after > head);
        if let (Some(after), Some(state)) = (after.filter(|after| *after < head), only) {
            delivery.resume(state.conversation, after);
            opening.membership.outbox.fall_behind(state.conversation.key(), head);
        }
        let user = opening.seat.caller.id;
        let people: HashMap<_, _> = people.iter().map(|person| (person.id, person)).collect();
        let listed = listed(&opening.heads);
        let begun = listed.iter().filter(|state| state.head > Head::NONE);
        let followed: Vec<_> = begun.filter_map(|state| state.conversation.peer_of(user)).collect();
        let online = opening.membership.follow(&followed);
        let peers: HashMap<_, _> = followed.into_iter().zip(online).collect();
        let greeted = |state: &ConversationState| {
            let peer = people.get(&state.conversation.peer_of(user)?)?;
            Some(Greeted { state: *state, peer, online: peers.get(&peer.id).copied().unwrap_or(false) })
        };
        let hello = Hello {
            user,
            expires_at: opening.expires_at,
            conversations: listed.iter().filter_map(greeted).collect(),
            more: listed.len() < opening.heads.len(),
            reset,
            limits: &opening.limits,
        };
        Self { delivery, hello: Some(hello.encode()), peers }
    }
}

impl<S: Peer> Session<S> {
    /// The first frame of the extended protocol.
    pub(super) fn greet(&mut self) {
        if let Some(hello) = self.hello.take() {
            self.socket.feed(hello);
        }
    }
}
