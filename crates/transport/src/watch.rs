//! Finds what nobody told this process: entries committed and tokens revoked elsewhere, or hints that were lost.
//!
//! It compares; it never asks for "ids greater than the last seen", since ids do not commit in order. Knows nothing of
//! how the storage tells that something changed.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use handsel_domain::Unavailable;
use handsel_domain::ids::{TokenId, UserId};
use handsel_domain::ports::{DeadToken, Tokens};
use handsel_domain::usecases::Talk;
use tokio::sync::Notify;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::close::CloseReason;
use crate::hub::Hub;

/// How often to compare while no broker reaches the other processes.
pub const INTERVAL_WITHOUT_BROKER: Duration = Duration::from_secs(1);
/// How often to compare while a broker tells of most.
pub const INTERVAL_WITH_BROKER: Duration = Duration::from_secs(5);
/// Time between two looks that somebody asks for: many hints are one look.
const LOOKS_APART_MIN: Duration = Duration::from_millis(200);
/// How long the writer of this process may take from a commit to the hub. What was committed here is then handed over,
/// and need not be read. Nothing but reads is saved by it: without this wait, too, every entry is sent once.
const HAND_OVER_TIME: Duration = Duration::from_millis(50);
/// Users whose conversations are compared by one query.
const USERS_PER_QUERY: usize = 1_000;

/// How often to look, as the broker has it.
#[derive(Default)]
pub struct Pace {
    with_broker: AtomicBool,
    now: Notify,
}

impl Pace {
    /// Says whether a broker reaches the other processes. What it did not tell before that is looked for at once.
    pub fn rely_on_broker(&self, with_broker: bool) {
        self.with_broker.store(with_broker, Ordering::Relaxed);
        self.look_now();
    }

    /// Says that there may be something.
    pub fn look_now(&self) {
        self.now.notify_one();
    }

    fn interval(&self) -> Duration {
        if self.with_broker.load(Ordering::Relaxed) { INTERVAL_WITH_BROKER } else { INTERVAL_WITHOUT_BROKER }
    }
}

/// See the module.
pub struct Watch {
    hub: Arc<Hub>,
    talk: Arc<Talk>,
    tokens: Arc<dyn Tokens>,
}

impl Watch {
    /// Watches over that hub.
    pub fn new(hub: Arc<Hub>, talk: Arc<Talk>, tokens: Arc<dyn Tokens>) -> Self {
        Self { hub, talk, tokens }
    }

    /// Compares at that pace until it is stopped.
    pub async fn run(self, pace: Arc<Pace>, stop: CancellationToken) {
        tokio::join!(self.look(&pace, &stop), self.look_at_who_joined(&stop));
    }

    async fn look(&self, pace: &Pace, stop: &CancellationToken) {
        // What one look says is due until a comparison has succeeded.
        let mut due = true;
        loop {
            let began = Instant::now();
            self.hub.end_old_leases();
            due = match self.talk.changed().await {
                Ok(changed) => due || changed,
                Err(Unavailable) => true,
            };
            if due {
                due = self.compare().await.is_err();
            }
            // What could not be read is not left until a broker tells of it: it need not.
            let interval = if due { INTERVAL_WITHOUT_BROKER } else { pace.interval() };
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep_until(began + interval) => {}
                () = pace.now.notified() => tokio::time::sleep_until(began + LOOKS_APART_MIN).await,
            }
        }
    }

    /// A token may be revoked, and that told, after it was looked up and before its session joins: then nobody heard it
    /// here. However seldom all is compared, those few tokens are looked up again soon.
    async fn look_at_who_joined(&self, stop: &CancellationToken) {
        let mut joined = HashSet::new();
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(INTERVAL_WITHOUT_BROKER) => {}
            }
            joined.extend(self.hub.take_joined());
            let tokens: Vec<_> = joined.iter().copied().collect();
            if self.close_dead_among(&tokens).await.is_ok() {
                joined.clear();
            }
        }
    }

    /// One comparison.
    pub async fn compare(&self) -> Result<(), Unavailable> {
        let users = self.hub.live_users();
        let mut stored = Vec::new();
        for some in users.chunks(USERS_PER_QUERY) {
            let some: &[UserId] = some;
            stored.extend(self.talk.heads_of_users(some).await?);
        }
        if !stored.is_empty() {
            tokio::time::sleep(HAND_OVER_TIME).await;
        }
        self.hub.compare(&stored);
        // Whoever blocks and unblocks without end keeps no revoked socket open.
        let dead = self.close_dead_among(&self.hub.live_tokens()).await;
        self.compare_bars(&users).await.and(dead)
    }

    /// Where more is told while they are read, they are read again with the next look.
    async fn compare_bars(&self, users: &[UserId]) -> Result<(), Unavailable> {
        let (changes, mut stored) = (self.hub.bars_changed(), Vec::new());
        for some in users.chunks(USERS_PER_QUERY) {
            stored.extend(self.talk.barred(some).await?);
        }
        if self.hub.compare_bars(&stored, changes) { Ok(()) } else { Err(Unavailable) }
    }

    async fn close_dead_among(&self, tokens: &[TokenId]) -> Result<(), Unavailable> {
        if !tokens.is_empty() {
            let (suspended, revoked): (Vec<_>, Vec<_>) =
                self.tokens.dead_among(tokens).await?.into_iter().partition(|dead| dead.suspended);
            let ids = |dead: Vec<DeadToken>| dead.into_iter().map(|dead| dead.token).collect::<Vec<_>>();
            self.hub.close_tokens(&ids(suspended), CloseReason::AccountSuspended);
            self.hub.close_tokens(&ids(revoked), CloseReason::TokenRevoked);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use handsel_domain::ports::{MockConversations, MockListings, MockTimeline, MockTokens, Principal};
    use handsel_domain::time::Timestamp;
    use handsel_domain::usecases::Scope;
    use handsel_domain::user::{Person, Username};
    use tokio::time::timeout;

    use super::*;
    use crate::hub::{Listening, Membership};

    fn joins(hub: &Arc<Hub>, id: i64) -> Membership {
        let name = Username::parse(&format!("user{id}")).expect("a name");
        let principal = Principal {
            person: Arc::new(Person::new(UserId::new(id).expect("an id"), name, "", "")),
            token: TokenId::new(id).expect("an id"),
            expires_at: Timestamp::from_millis(0),
        };
        hub.join(&principal, Listening { scope: Scope::Everything, signals: true }).expect("the hub is open")
    }

    /// Nothing changes any more, and every token is revoked.
    fn watch(hub: &Arc<Hub>) -> Watch {
        let (mut conversations, mut tokens) = (MockConversations::new(), MockTokens::new());
        conversations.expect_changed().returning(|| Ok(false));
        conversations.expect_of_users().returning(|_| Ok(Vec::new()));
        conversations.expect_barred().returning(|_| Ok(Vec::new()));
        let dead =
            |tokens: &[TokenId]| tokens.iter().map(|token| DeadToken { token: *token, suspended: false }).collect();
        tokens.expect_dead_among().returning(move |tokens| Ok(dead(tokens)));
        let talk = Talk::new(Arc::new(MockListings::new()), Arc::new(conversations), Arc::new(MockTimeline::new()));
        Watch::new(Arc::clone(hub), Arc::new(talk), Arc::new(tokens))
    }

    #[tokio::test]
    async fn a_revoked_token_is_found_though_blocks_change_without_end() {
        let hub = Arc::new(Hub::new(20));
        let mut session = joins(&hub, 1);
        let mut watch = watch(&hub);
        let (mut conversations, hears) = (MockConversations::new(), Arc::clone(&hub));
        conversations.expect_of_users().returning(|_| Ok(Vec::new()));
        conversations.expect_barred().returning(move |_| {
            hears.bar([1, 2].map(|id| UserId::new(id).expect("an id")), true);
            Ok(Vec::new())
        });
        let (listings, timeline) = (Arc::new(MockListings::new()), Arc::new(MockTimeline::new()));
        watch.talk = Arc::new(Talk::new(listings, Arc::new(conversations), timeline));
        assert_eq!(watch.compare().await, Err(Unavailable), "the blocks are to be read again");
        assert_eq!(session.closing.try_recv(), Ok(CloseReason::TokenRevoked));
    }

    #[tokio::test(start_paused = true)]
    async fn a_token_that_was_revoked_while_its_session_joined_is_found_soon_though_a_broker_tells_of_most() {
        let (hub, pace) = (Arc::new(Hub::new(20)), Arc::new(Pace::default()));
        pace.rely_on_broker(true);
        tokio::spawn(watch(&hub).run(Arc::clone(&pace), CancellationToken::new()));
        // The looks that come with the beginning are over.
        tokio::time::sleep(INTERVAL_WITHOUT_BROKER / 2).await;
        for user in 1..=3 {
            let mut session = joins(&hub, user);
            let closed = timeout(INTERVAL_WITHOUT_BROKER * 2, &mut session.closing).await;
            assert_eq!(closed, Ok(Ok(CloseReason::TokenRevoked)));
        }
    }
}
