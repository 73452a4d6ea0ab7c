//! The first frame of the extended protocol: who one is, what there is, and what holds here. Knows nothing of sessions.

use std::time::Duration;

use handsel_domain::conversation::{ConversationState, Side};
use handsel_domain::ids::UserId;
use handsel_domain::message::MESSAGE_CHARS_MAX;
use handsel_domain::time::Timestamp;
use handsel_domain::timeline::PAGE_ENTRIES_MAX;
use handsel_domain::user::Person;
use serde::Serialize;
use serde_json::Value;

use super::server::{Frame, person, rfc3339};
use crate::limits::{FRAME_BYTES_MAX, OUTBOX_FRAMES_MAX, PING_INTERVAL, RECONNECT_JITTER, SocketLimits};

/// One of the conversations that a socket has.
#[derive(Clone, Debug)]
pub struct Greeted<'a> {
    /// As it stands.
    pub state: ConversationState,
    /// The other one of the two.
    pub peer: &'a Person,
    /// Whether they have a socket open.
    pub online: bool,
}

/// What a `hello` says.
#[derive(Clone, Debug)]
pub struct Hello<'a> {
    /// Whose socket it is.
    pub user: UserId,
    /// When the token runs out.
    pub expires_at: Timestamp,
    /// What the socket has, the newest first.
    pub conversations: Vec<Greeted<'a>>,
    /// Whether it has more than these.
    pub more: bool,
    /// Whether what the client has is not what is here.
    pub reset: bool,
    /// What this server accepts.
    pub limits: &'a SocketLimits,
}

#[derive(Serialize)]
struct HelloFields {
    #[serde(rename = "type")]
    kind: &'static str,
    user_id: i64,
    expires_at: String,
    conversations: Vec<ConversationFields>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    more_conversations: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    reset: bool,
    heartbeat_ms: u64,
    reconnect_jitter_ms: u64,
    limits: LimitFields,
}

#[derive(Serialize)]
struct ConversationFields {
    conversation: String,
    head: i64,
    read_up_to: i64,
    peer_read_up_to: i64,
    peer: Value,
    online: bool,
}

#[derive(Serialize)]
struct LimitFields {
    message_characters: usize,
    frame_bytes: usize,
    frames_per_second: u32,
    page_entries: u32,
    sockets_per_user: usize,
    queue_frames: usize,
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

impl Hello<'_> {
    /// The frame.
    pub fn encode(&self) -> Frame {
        let conversation = |greeted: &Greeted<'_>| {
            let own = greeted.state.conversation.side_of(self.user).unwrap_or(Side::Respondent);
            ConversationFields {
                conversation: greeted.state.conversation.key().to_string(),
                head: greeted.state.head.get(),
                read_up_to: greeted.state.read_up_to(own).get(),
                peer_read_up_to: greeted.state.read_up_to(own.other()).get(),
                peer: person(greeted.peer),
                online: greeted.online,
            }
        };
        let fields = HelloFields {
            kind: "hello",
            user_id: self.user.get(),
            expires_at: rfc3339(self.expires_at),
            conversations: self.conversations.iter().map(conversation).collect(),
            more_conversations: self.more,
            reset: self.reset,
            heartbeat_ms: millis(PING_INTERVAL),
            reconnect_jitter_ms: millis(RECONNECT_JITTER),
            limits: LimitFields {
                message_characters: MESSAGE_CHARS_MAX,
                frame_bytes: FRAME_BYTES_MAX,
                frames_per_second: self.limits.frames_per_second,
                page_entries: PAGE_ENTRIES_MAX,
                sockets_per_user: self.limits.sockets_per_user,
                queue_frames: OUTBOX_FRAMES_MAX,
            },
        };
        serde_json::to_string(&fields).expect("a hello is text, numbers and flags").into()
    }
}
