//! What the session tests are written with: a client, a hub, and a session between them.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use handsel_domain::conversation::{Conversation, ConversationKey, ConversationState};
use handsel_domain::ids::{EntryId, Head, Seq, TokenId, UserId};
use handsel_domain::message::MessageBody;
use handsel_domain::ports::{
    MockClock, MockConversations, MockListings, MockPasswords, MockTimeline, MockTokens, MockUsers, Principal, Timeline,
};
use handsel_domain::time::Timestamp;
use handsel_domain::timeline::{Entry, EntryBody, TimelinePage};
use handsel_domain::usecases::{Accounts, Scope, Seat, Talk};
use handsel_domain::user::{Person, Username};
use serde_json::Value;
use tokio::io::DuplexStream;
use tokio::task::JoinHandle;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::Role;

use crate::hub::{Hub, Listening};
use crate::limits::SocketLimits;
use crate::session::{Ending, Extension, Opening, Peer, Session, Socket};

impl Peer for DuplexStream {
    fn reset_on_drop(&self) {}
}

/// How a session is to be opened.
pub(super) struct Bench {
    pub(super) timeline: MockTimeline,
    pub(super) conversations: MockConversations,
    /// Instead of the mock, where a test decides when an answer comes.
    pub(super) own_timeline: Option<Arc<dyn Timeline>>,
    pub(super) tokens: MockTokens,
    pub(super) extended: bool,
    /// Behind which entry the client goes on.
    pub(super) after: Option<Head>,
    pub(super) expires_in: Duration,
    /// Bytes that the connection holds before a write waits for the client.
    pub(super) connection_bytes: usize,
    pub(super) head: i64,
}

impl Default for Bench {
    fn default() -> Self {
        Self {
            timeline: MockTimeline::new(),
            conversations: MockConversations::new(),
            own_timeline: None,
            tokens: MockTokens::new(),
            extended: false,
            after: None,
            expires_in: Duration::from_hours(24),
            connection_bytes: 1 << 20,
            head: 0,
        }
    }
}

/// An open session and the client at its other end.
pub(super) struct Open {
    pub(super) hub: Arc<Hub>,
    pub(super) session: JoinHandle<Ending>,
    client: WebSocketStream<DuplexStream>,
}

/// What a client sees.
#[derive(Debug, PartialEq)]
pub(super) enum Seen {
    Frame(Value),
    Ping,
    Closed(u16, String),
    Gone,
}

pub(super) fn key() -> ConversationKey {
    "offer_1:2".parse().expect("a key")
}

pub(super) fn conversation() -> Conversation {
    Conversation::new(key(), UserId::new(1).expect("an id")).expect("two people")
}

/// A clock that stands still: what passes is the runtime's time.
fn clock() -> MockClock {
    let mut clock = MockClock::new();
    clock.expect_now().return_const(Timestamp::from_millis(0));
    clock
}

pub(super) fn person(id: i64) -> Arc<Person> {
    Arc::new(Person::new(
        UserId::new(id).expect("an id"),
        Username::parse(&format!("user{id}")).expect("a name"),
        "",
        "",
    ))
}

/// The owner's message at that place.
pub(super) fn entry(seq: i64) -> Arc<Entry> {
    long_entry(seq, 0)
}

/// One with so much more to it.
pub(super) fn long_entry(seq: i64, more: usize) -> Arc<Entry> {
    let body = MessageBody::parse(&format!("number {seq}{}", "x".repeat(more))).expect("a message");
    Arc::new(Entry {
        id: EntryId::new(seq).expect("an id"),
        conversation: conversation(),
        seq: Seq::new(seq).expect("a seq"),
        actor: person(1),
        at: Timestamp::from_millis(seq),
        body: EntryBody::Message { body, client_message_id: None, is_read: false, redacted_at: None },
    })
}

/// A page with the entries of these places.
pub(super) fn page(seqs: std::ops::RangeInclusive<i64>) -> TimelinePage {
    let head = Head::new(*seqs.end()).expect("a head");
    TimelinePage {
        conversation: conversation(),
        entries: seqs.map(|seq| (*entry(seq)).clone()).collect(),
        handshake: None,
        head,
    }
}

impl Bench {
    /// The respondent opens the conversation `offer_1:2`, whose head is as said.
    pub(super) async fn open(self) -> Open {
        let hub = Arc::new(Hub::new(20));
        let (server_end, client_end) = tokio::io::duplex(self.connection_bytes);
        let (caller, scope) = (person(2), Scope::One(conversation()));
        let expires_at = Timestamp::from_millis(0).plus(self.expires_in);
        let principal = Principal { person: Arc::clone(&caller), token: TokenId::new(1).expect("an id"), expires_at };
        let head = Head::new(self.head).expect("a head");
        let opening = Opening {
            talk: Arc::new(Talk::new(
                Arc::new(MockListings::new()),
                Arc::new(self.conversations),
                self.own_timeline.unwrap_or_else(|| Arc::new(self.timeline)),
            )),
            accounts: Arc::new(Accounts::new(
                Arc::new(MockUsers::new()),
                Arc::new(MockPasswords::new()),
                Arc::new(self.tokens),
                Arc::new(clock()),
            )),
            clock: Arc::new(clock()),
            seat: Seat { caller, scope },
            membership: hub.join(&principal, Listening { scope, signals: self.extended }).expect("the hub is open"),
            heads: vec![ConversationState { head, ..ConversationState::unwritten(conversation()) }],
            extension: self.extended.then(|| Extension { after: self.after, people: vec![(*person(1)).clone()] }),
            expires_at,
            limits: SocketLimits { frames_per_second: 0, sockets_per_user: 20 },
            request: None,
        };
        let socket = Socket::after_upgrade(server_end, Bytes::new()).await;
        let session = tokio::spawn(Session::new(socket, opening).run());
        let client = WebSocketStream::from_raw_socket(client_end, Role::Client, None).await;
        Open { hub, session, client }
    }
}

impl Open {
    pub(super) async fn sees(&mut self) -> Seen {
        match self.client.next().await {
            Some(Ok(Message::Text(text))) => Seen::Frame(serde_json::from_str(&text).expect("frames are JSON")),
            Some(Ok(Message::Ping(_))) => Seen::Ping,
            Some(Ok(Message::Close(Some(close)))) => Seen::Closed(close.code.into(), close.reason.to_string()),
            Some(Ok(other)) => panic!("expected nothing of the kind: {other:?}"),
            Some(Err(_)) | None => Seen::Gone,
        }
    }

    /// The first frame of the extended protocol.
    pub(super) async fn sees_hello(&mut self) -> Value {
        self.sees_frame("hello").await
    }

    /// The next frame, which must be of that type.
    pub(super) async fn sees_frame(&mut self, kind: &str) -> Value {
        match self.sees().await {
            Seen::Frame(frame) if frame["type"] == kind => frame,
            other => panic!("expected {kind}, saw {other:?}"),
        }
    }

    /// The places of the next so many messages.
    pub(super) async fn sees_messages(&mut self, count: usize) -> Vec<i64> {
        let mut seqs = Vec::new();
        while seqs.len() < count {
            match self.sees().await {
                Seen::Frame(frame) => seqs.push(
                    frame["message"]["seq"].as_i64().unwrap_or_else(|| panic!("expected a message, saw {frame}")),
                ),
                other => panic!("expected a message after {seqs:?}, saw {other:?}"),
            }
        }
        seqs
    }

    /// Sends a ping and reads nothing; whether the connection took it.
    pub(super) async fn could_ping(&mut self) -> bool {
        let ping = self.client.send(Message::Ping(vec![0; 100].into()));
        tokio::time::timeout(Duration::from_secs(1), ping).await.is_ok_and(|sent| sent.is_ok())
    }

    pub(super) async fn says(&mut self, frame: &str) {
        self.client.send(Message::text(frame.to_owned())).await.expect("the connection holds");
    }

    /// The client vanishes; how the session ended.
    pub(super) async fn ends(self) -> Ending {
        drop(self.client);
        self.session.await.expect("a session does not panic")
    }
}
