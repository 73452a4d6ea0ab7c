//! Ana, who offers something, and Bob, who writes about it, each with a socket open. Knows nothing of what they say.

use handsel_tests::{Person, Server, Socket, Started};
use serde_json::{Value, json};

/// Two people about one offer.
pub(crate) struct Pair {
    pub(crate) server: Server,
    /// The owner.
    pub(crate) ana: Person,
    /// The respondent.
    pub(crate) bob: Person,
    /// The short form of Ana's offer.
    pub(crate) offer: String,
    pub(crate) anas: Socket,
    pub(crate) bobs: Socket,
}

/// One of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Who {
    Ana,
    Bob,
}

impl Who {
    pub(crate) fn other(self) -> Self {
        match self {
            Self::Ana => Self::Bob,
            Self::Bob => Self::Ana,
        }
    }
}

impl Pair {
    /// Nothing was written yet. Sockets may send as fast as they like.
    pub(crate) async fn strangers() -> Self {
        Self::on(Started::fresh().with(&["--frames-per-second", "0"]).start().await).await
    }

    /// Nothing was written yet, on a server of the test's own making.
    pub(crate) async fn on(server: Server) -> Self {
        let (ana, bob) = (server.person("ana").await, server.person("bob").await);
        let offer = ana.offers("Bike repair").await;
        let (anas, bobs) = (ana.opens(&offer).await, bob.opens(&offer).await);
        Self { server, ana, bob, offer, anas, bobs }
    }

    /// Bob has written a first message, and both have heard it.
    pub(crate) async fn acquainted() -> Self {
        let mut pair = Self::strangers().await;
        pair.says(Who::Bob, "Hello!").await;
        pair
    }

    /// Bob has started a handshake, and both have heard it. Returns its frame, too.
    pub(crate) async fn with_a_handshake_started_by_bob() -> (Self, Value) {
        let mut pair = Self::acquainted().await;
        let started = pair.takes(Who::Bob, "handshake_start", "pending").await;
        (pair, started)
    }

    pub(crate) fn socket(&mut self, who: Who) -> &mut Socket {
        match who {
            Who::Ana => &mut self.anas,
            Who::Bob => &mut self.bobs,
        }
    }

    pub(crate) fn id(&self, who: Who) -> i64 {
        match who {
            Who::Ana => self.ana.id,
            Who::Bob => self.bob.id,
        }
    }

    /// The key of their conversation.
    pub(crate) fn key(&self) -> String {
        format!("{}:{}", self.offer, self.bob.id)
    }

    /// One writes, and it is the next thing that either hears. Returns the frame's `message`.
    pub(crate) async fn says(&mut self, who: Who, content: &str) -> Value {
        self.socket(who).says(content).await;
        self.both_hear_message(content).await
    }

    pub(crate) async fn both_hear_message(&mut self, content: &str) -> Value {
        let frame = self.both_hear().await;
        assert_eq!((&frame["type"], &frame["message"]["content"]), (&json!("message"), &json!(content)), "saw {frame}");
        frame["message"].clone()
    }

    /// One takes a step, and what becomes of it is the next thing that either hears. Returns the frame.
    pub(crate) async fn takes(&mut self, who: Who, step: &str, status: &str) -> Value {
        self.sends(who, json!({"type": step}), status).await
    }

    /// One sends a step's frame, and what becomes of it is the next thing that either hears. Returns the frame.
    pub(crate) async fn sends(&mut self, who: Who, frame: Value, status: &str) -> Value {
        self.socket(who).sends(frame).await;
        let frame = self.both_hear_handshake(status).await;
        assert_eq!(frame["handshake"]["actor_id"], self.id(who), "saw {frame}");
        frame
    }

    pub(crate) async fn both_hear_handshake(&mut self, status: &str) -> Value {
        let frame = self.both_hear().await;
        assert_eq!(
            (&frame["type"], &frame["handshake"]["status"], frame.get("repeat")),
            (&json!("handshake"), &json!(status), None),
            "saw {frame}"
        );
        frame
    }

    /// The next frame of both, which must be the same.
    pub(crate) async fn both_hear(&mut self) -> Value {
        let frame = self.anas.hears().await;
        assert_eq!(self.bobs.hears().await, frame, "both hear the same frame");
        frame
    }

    /// The socket that erred is open: it says something, and the very next thing that either hears is that. So nobody
    /// has heard anything of the error but the one who was told of it.
    pub(crate) async fn goes_on(&mut self, who: Who) {
        self.says(who, "where were we?").await;
    }
}
