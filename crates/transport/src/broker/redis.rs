//! Over Redis: each commit is published to the channels of the two who may read it, and a node is subscribed to the
//! channels of those who have a socket there.
//!
//! - `settings`: where Redis is. `channels`: what the channels are called.
//! - `payload`: what is said, as JSON. `letters`: which publications that makes.
//! - `publish`, `listen`: saying and hearing it.
//! - `subscriptions`, `subscribe`: to whose channels a node listens.
//! - `link`: the connections, made again whenever they break.
//! - `announce`: for a process that is no node.

mod announce;
mod channels;
mod letters;
mod link;
mod listen;
mod payload;
mod publish;
mod settings;
mod subscribe;
mod subscriptions;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use handsel_domain::conversation::{Account, Conversation, ReadCursor};
use handsel_domain::ids::{TokenId, UserId};
use handsel_domain::ports::{Committed, Objection};
use handsel_domain::timeline::Entry;
use tokio::sync::{Notify, mpsc, oneshot};

use super::{BrokerState, Elsewhere};
use crate::node::NodeId;
use crate::watch::Pace;
pub use announce::{NotAnnounced, announce};
use channels::Channels;
use letters::Said;
pub use link::Link;
pub use settings::{RedisPrefix, RedisPrefixInvalid, RedisUrl, RedisUrlInvalid};
use subscriptions::Subscriptions;

/// What waits to be published; what does not fit is found by the others, which are told so.
const QUEUE_MAX: usize = 4_096;

/// What its parts have in common.
struct Shared {
    node: NodeId,
    channels: Channels,
    subscriptions: Subscriptions,
    pace: Arc<Pace>,
    /// Somebody wants to know who is here.
    asked: Notify,
    /// Something was not said that others should have heard.
    missed: AtomicBool,
}

impl Shared {
    fn up(&self) {
        self.subscriptions.up();
        self.pace.rely_on_broker(true);
        metrics::gauge!("handsel_broker_up").set(1.0);
    }

    /// Whether it was up.
    fn down(&self) -> bool {
        let was_up = self.subscriptions.down();
        if was_up {
            self.pace.rely_on_broker(false);
            metrics::gauge!("handsel_broker_up").set(0.0);
        }
        was_up
    }
}

/// From this process to the others, and back.
#[derive(Clone)]
pub struct RedisBroker {
    shared: Arc<Shared>,
    queue: mpsc::Sender<Said>,
}

impl RedisBroker {
    /// The broker, and the task that makes it work. It sets the pace at which the others' commits are looked for.
    pub fn new(url: RedisUrl, prefix: RedisPrefix, pace: Arc<Pace>) -> (Self, Link) {
        let (queue, waiting) = mpsc::channel(QUEUE_MAX);
        let shared = Arc::new(Shared {
            node: NodeId::random(),
            channels: Channels::new(prefix),
            subscriptions: Subscriptions::default(),
            pace,
            asked: Notify::new(),
            missed: AtomicBool::new(false),
        });
        (Self { shared: Arc::clone(&shared), queue }, Link { shared, url, queue: waiting })
    }

    /// Tells that one first, then the other nodes.
    pub fn behind(&self, here: Arc<dyn Committed>) -> Arc<dyn Committed> {
        Arc::new(HereThenElsewhere { here, broker: self.clone() })
    }

    /// Never waits. What is not said is missed by nobody who compares.
    fn say(&self, said: Said) {
        let lasting = !matches!(said, Said::Typing(..) | Said::Presence(..) | Said::Objection(_));
        if self.shared.subscriptions.is_up() && self.queue.try_send(said).is_ok() {
            return;
        }
        if lasting {
            metrics::counter!("handsel_broker_dropped_total").increment(1);
            self.shared.missed.store(true, Ordering::Relaxed);
        }
    }
}

impl Elsewhere for RedisBroker {
    fn came(&self, user: UserId) {
        self.shared.subscriptions.want(user);
        self.say(Said::Presence(user, true));
    }

    fn left(&self, user: UserId) {
        self.shared.subscriptions.want_no_more(user);
        self.say(Said::Presence(user, false));
    }

    fn types(&self, conversation: Conversation, user: UserId) {
        self.say(Said::Typing(conversation, user));
    }

    fn objected(&self, objection: Objection) {
        self.say(Said::Objection(objection));
    }

    fn hears(&self, user: UserId) -> Option<oneshot::Receiver<()>> {
        self.shared.subscriptions.wait_for(user)
    }

    fn state(&self) -> BrokerState {
        if self.shared.subscriptions.is_up() { BrokerState::Ok } else { BrokerState::Degraded }
    }
}

struct HereThenElsewhere {
    here: Arc<dyn Committed>,
    broker: RedisBroker,
}

impl Committed for HereThenElsewhere {
    fn entries(&self, entries: &[Arc<Entry>]) {
        self.here.entries(entries);
        for entry in entries {
            self.broker.say(Said::Entry(Arc::clone(entry)));
        }
    }

    fn cursor_moved(&self, cursor: ReadCursor) {
        self.here.cursor_moved(cursor);
        self.broker.say(Said::Read(cursor));
    }

    fn revoked(&self, tokens: &[TokenId]) {
        self.here.revoked(tokens);
        self.broker.say(Said::Revoked(tokens.to_vec()));
    }

    fn shut_out(&self, user: UserId, account: Account) {
        self.here.shut_out(user, account);
        self.broker.say(Said::ShutOut(user, account));
    }

    fn barred(&self, pair: [UserId; 2], barred: bool) {
        self.here.barred(pair, barred);
        self.broker.say(Said::Barred(pair, barred));
    }
}
