//! Who is connected to this process, and who is said to be there elsewhere. Knows nothing of storage.

mod bars;
mod heard;
mod leases;
mod membership;
mod outbox;
mod presence;
mod signals;

pub use leases::PRESENCE_LEASE;
pub use membership::{Listening, Membership};
pub use outbox::{Live, Outbox};
pub use signals::{Reads, Signals};

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use handsel_domain::conversation::{Account, Conversation, ConversationKey, ConversationState, ReadCursor, Side};
use handsel_domain::ids::{TokenId, UserId};
use handsel_domain::ports::{Objection, Peers, Principal};
use handsel_domain::timeline::Entry;
use tokio::time::Instant;

use crate::broker::local::Nowhere;
use crate::broker::{BrokerState, Elsewhere};
use crate::close::CloseReason;
use crate::counts::counts;
use crate::frames;
use crate::limits::{DRAIN_SPACING_MAX, HEARS_WITHIN};
use bars::Bars;
use leases::Leases;
use membership::Member;
use presence::Followers;

/// The sessions of this process, by user.
pub struct Hub {
    sockets_per_user: usize,
    elsewhere: Arc<dyn Elsewhere>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    users: HashMap<UserId, Vec<Arc<Member>>>,
    /// Up to where each live conversation, and its cursors, were handed to the sessions here.
    handed: HashMap<ConversationKey, ConversationState>,
    followers: Followers,
    bars: Bars,
    leases: Leases,
    next_id: u64,
    /// With which tokens sessions joined, or went on, since that was last asked.
    joined: HashSet<TokenId>,
    draining: bool,
}

/// What is held is whole between two statements, so a panic elsewhere leaves it usable.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Hub {
    /// An empty hub of a process that is alone.
    pub fn new(sockets_per_user: usize) -> Self {
        Self::among(sockets_per_user, Arc::new(Nowhere))
    }

    /// An empty hub of one of several nodes.
    pub fn among(sockets_per_user: usize, elsewhere: Arc<dyn Elsewhere>) -> Self {
        Self { sockets_per_user: sockets_per_user.max(1), elsewhere, state: Mutex::default() }
    }

    /// How it stands with the broker that reaches the other nodes.
    pub fn broker(&self) -> BrokerState {
        self.elsewhere.state()
    }

    /// Returns once what is said to this user elsewhere is heard here, and after [`HEARS_WITHIN`] in any case: what is
    /// lost then is found by comparing. The user has a session here.
    pub async fn hears(&self, user: UserId) {
        if let Some(heard) = self.elsewhere.hears(user) {
            // Late, or no more: both are found out by whoever looks after the broker.
            let _ = tokio::time::timeout(HEARS_WITHIN, heard).await;
        }
    }

    /// Takes a session in; from now on it is handed what concerns it. Where the user has too many, the oldest closes.
    pub fn join(self: &Arc<Self>, principal: &Principal, listening: Listening) -> Result<Membership, CloseReason> {
        let user = principal.person.id;
        let mut state = lock(&self.state);
        if state.draining {
            return Err(CloseReason::Restarting);
        }
        let id = state.next_id;
        state.next_id += 1;
        state.joined.insert(principal.token);
        let (membership, member) = Membership::new(Arc::clone(self), principal, id, listening);
        let members = state.users.entry(user).or_default();
        let first = members.is_empty();
        members.push(member);
        let excess = members.len().saturating_sub(self.sockets_per_user);
        for oldest in members.drain(..excess) {
            oldest.close(CloseReason::TooManySockets);
        }
        if first {
            self.elsewhere.came(user);
            if !state.leases.is_there(user) {
                state.tell_presence(user, true);
            }
        }
        counts().sockets.increment(1.0);
        Ok(membership)
    }

    fn leave(&self, user: UserId, id: u64, followed: &[UserId]) {
        let mut state = lock(&self.state);
        for peer in followed {
            state.followers.remove(*peer, id);
        }
        if let Some(members) = state.users.get_mut(&user) {
            members.retain(|member| member.id != id);
            if members.is_empty() {
                state.users.remove(&user);
                self.elsewhere.left(user);
                let State { users, bars, .. } = &mut *state;
                bars.forget(user, |other| users.contains_key(&other));
                if !state.leases.is_there(user) {
                    state.tell_presence(user, false);
                }
            }
        }
        counts().sockets.decrement(1.0);
    }

    /// Hands committed entries, in commit order, to the sessions of their two readers. Each is encoded at most once.
    pub fn deliver(&self, entries: &[Arc<Entry>]) {
        let mut state = lock(&self.state);
        let handed_at = Instant::now();
        for entry in entries {
            let (conversation, mut frame) = (entry.conversation, None);
            for member in state.readers(&entry.conversation) {
                let frame = frame.get_or_insert_with(|| frames::entry(entry)).clone();
                member.outbox.offer(Live { conversation, seq: entry.seq, handed_at, frame });
            }
            if frame.is_some() {
                let handed = state.handed(conversation);
                handed.head = handed.head.max(entry.seq.into());
            }
        }
    }

    /// Hands a moved read cursor to the sessions of both users.
    pub fn cursor_moved(&self, cursor: ReadCursor) {
        lock(&self.state).hand_cursor(cursor);
    }

    /// Compares the heads and cursors of the live users' conversations with what was handed over, and has the sessions
    /// read what is missing. A session that has it all heeds no hint.
    pub fn compare(&self, stored: &[ConversationState]) {
        let mut state = lock(&self.state);
        let mut handed = HashMap::with_capacity(stored.len());
        for found in stored {
            let (key, head) = (found.conversation.key(), found.head);
            // An entry may have been handed over after the heads were read: what is known never goes back.
            let known = state.handed.get(&key).copied();
            if known.is_none_or(|known| known.head < head) {
                for member in state.readers(&found.conversation) {
                    member.outbox.fall_behind(key, head);
                }
            }
            for side in [Side::Owner, Side::Respondent] {
                let (conversation, up_to) = (found.conversation, found.read_up_to(side));
                state.hand_cursor(ReadCursor { conversation, reader: side, up_to });
            }
            let known = state.handed(found.conversation);
            known.head = known.head.max(head);
            handed.insert(key, *known);
        }
        state.handed = handed;
    }

    /// Closes the sockets of these tokens.
    pub fn close_tokens(&self, tokens: &[TokenId], reason: CloseReason) {
        if tokens.is_empty() {
            return;
        }
        let state = lock(&self.state);
        for member in state.users.values().flatten().filter(|member| tokens.contains(&member.token())) {
            member.close(reason);
        }
    }

    /// Closes all sockets of this user, for what has become of the account.
    pub fn shut_out(&self, user: UserId, account: Account) {
        let reason = match account {
            Account::Suspended => CloseReason::AccountSuspended,
            Account::Open | Account::Erased => CloseReason::TokenRevoked,
        };
        for member in lock(&self.state).users.get(&user).into_iter().flatten() {
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
        let mut due = Instant::now();
        for member in members {
            member.close(CloseReason::Restarting);
            // By the clock, so that a sleep that takes longer than it should delays nobody behind it.
            due += spacing;
            tokio::time::sleep_until(due).await;
        }
    }

    /// Who has a session here.
    pub fn live_users(&self) -> Vec<UserId> {
        lock(&self.state).users.keys().copied().collect()
    }

    /// The tokens of the sessions here, each once.
    pub fn live_tokens(&self) -> Vec<TokenId> {
        let mut tokens: Vec<_> = lock(&self.state).users.values().flatten().map(|member| member.token()).collect();
        tokens.sort_unstable();
        tokens.dedup();
        tokens
    }

    /// The tokens with which sessions have joined, or gone on, since this was last asked: that one of them was revoked may
    /// have been told just before.
    pub fn take_joined(&self) -> HashSet<TokenId> {
        std::mem::take(&mut lock(&self.state).joined)
    }
}

impl Peers for Hub {
    fn objected(&self, objection: Objection) {
        lock(&self.state).hand_objection(&objection);
        self.elsewhere.objected(objection);
    }
}

impl State {
    /// Whether the user has a session, here or elsewhere.
    fn is_there(&self, user: UserId) -> bool {
        self.users.contains_key(&user) || self.leases.is_there(user)
    }

    /// Tells those who follow the user, and may know it, whether they are there.
    fn tell_presence(&self, user: UserId, online: bool) {
        for (_, outbox) in self.followers.of(user).filter(|(follower, _)| !self.bars.between(user, *follower)) {
            outbox.offer_presence(user, online);
        }
    }

    /// Whether a block stands between the two.
    fn is_barred(&self, conversation: &Conversation) -> bool {
        self.bars.between(conversation.user(Side::Owner), conversation.user(Side::Respondent))
    }

    /// Hands it to the peer's sessions here that somebody types.
    fn hand_typing(&self, conversation: &Conversation, user: UserId) {
        let peer = conversation.peer_of(user).filter(|_| !self.is_barred(conversation));
        let peer = peer.and_then(|peer| self.users.get(&peer));
        for member in peer.into_iter().flatten().filter(|member| member.hears_signals(conversation)) {
            member.outbox.offer_typing(conversation.key(), user);
        }
    }

    /// Hands it to the peer's sessions here that the ledger has refused a step.
    fn hand_objection(&self, objection: &Objection) {
        let conversation = &objection.conversation;
        let peer = conversation.peer_of(objection.actor).filter(|_| !self.is_barred(conversation));
        let peer = peer.and_then(|peer| self.users.get(&peer));
        for member in peer.into_iter().flatten().filter(|member| member.hears_signals(conversation)) {
            member.outbox.offer_objection(objection.clone());
        }
    }

    /// The sessions that read this conversation: of its two users, and of no other.
    fn readers<'a>(&'a self, conversation: &'a Conversation) -> impl Iterator<Item = &'a Arc<Member>> {
        [Side::Owner, Side::Respondent].into_iter().flat_map(|side| self.readers_on(side, conversation))
    }

    /// Those of one of its two users.
    fn readers_on<'a>(
        &'a self,
        side: Side,
        conversation: &'a Conversation,
    ) -> impl Iterator<Item = &'a Arc<Member>> + use<'a> {
        let members = self.users.get(&conversation.user(side)).into_iter().flatten();
        members.filter(move |member| member.listening.scope.contains(conversation))
    }

    /// What the sessions here were handed of this conversation.
    fn handed(&mut self, conversation: Conversation) -> &mut ConversationState {
        self.handed.entry(conversation.key()).or_insert_with(|| ConversationState::unwritten(conversation))
    }

    /// Hands a cursor to the sessions of both users, where it is further than what they were handed; behind a block, to the
    /// reader's own alone.
    fn hand_cursor(&mut self, cursor: ReadCursor) {
        let ReadCursor { conversation, reader, up_to } = cursor;
        let known = self.handed.get(&conversation.key()).map(|state| state.read_up_to(reader)).unwrap_or_default();
        if up_to <= known {
            return;
        }
        let (mut anyone, is_barred) = (false, self.is_barred(&conversation));
        let sides = [Side::Owner, Side::Respondent].into_iter().filter(|side| *side == reader || !is_barred);
        let members = sides.flat_map(|side| self.readers_on(side, &conversation));
        for member in members.filter(|member| member.listening.signals) {
            member.outbox.offer_read(cursor);
            anyone = true;
        }
        if anyone {
            *self.handed(conversation).read_up_to_mut(reader) = up_to;
        }
    }
}

#[cfg(test)]
mod tests {
    use handsel_domain::time::Timestamp;
    use handsel_domain::usecases::Scope;
    use handsel_domain::user::{Person, Username};

    use super::*;

    fn principal(user: i64) -> Principal {
        let id = UserId::new(user).expect("an id");
        let name = Username::parse(&format!("user{user}")).expect("a name");
        Principal {
            person: Arc::new(Person::new(id, name, "", "")),
            token: TokenId::new(user).expect("an id"),
            expires_at: Timestamp::from_millis(0),
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_drain_of_thousands_tells_all_of_them_in_its_time() {
        let hub = Arc::new(Hub::new(20));
        let listening = Listening { scope: Scope::Everything, signals: true };
        let mut members: Vec<_> =
            (1..=9_000).map(|user| hub.join(&principal(user), listening).expect("the hub is open")).collect();
        let (started, over) = (Instant::now(), Duration::from_millis(4_800));
        hub.drain(over).await;
        assert!(started.elapsed() <= over + Duration::from_millis(1), "it took {:?}", started.elapsed());
        for member in &mut members {
            assert_eq!(member.closing.try_recv(), Ok(CloseReason::Restarting));
        }
        assert!(hub.join(&principal(1), listening).is_err(), "nobody is taken in any more");
    }
}
