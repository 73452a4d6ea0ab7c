//! What clients of the extended protocol are told beside the timeline. Knows nothing of who is told.

use handsel_domain::conversation::{ConversationKey, ReadCursor};
use handsel_domain::ids::UserId;
use handsel_domain::ports::Objection;
use handsel_domain::time::Timestamp;
use serde_json::{Value, json};

use super::server::{Frame, rfc3339};

fn frame(value: &Value) -> Frame {
    value.to_string().into()
}

/// How far somebody has read.
pub fn read(cursor: ReadCursor) -> Frame {
    let (conversation, reader) = (cursor.conversation.key().to_string(), cursor.conversation.user(cursor.reader));
    let read = json!({"conversation": conversation, "reader_id": reader.get(), "up_to": cursor.up_to.get()});
    frame(&json!({"type": "read", "read": read}))
}

/// That somebody types.
pub fn typing(conversation: ConversationKey, user: UserId) -> Frame {
    let typing = json!({"conversation": conversation.to_string(), "user_id": user.get()});
    frame(&json!({"type": "typing", "typing": typing}))
}

/// What the marketplace's ledger has refused to the peer.
pub fn refused(objection: &Objection) -> Frame {
    let Objection { conversation, actor, step, refusal } = objection;
    let conversation = conversation.key().to_string();
    let refused = json!({"conversation": conversation, "actor_id": actor.get(), "step": step.name(), "message": refusal.as_str()});
    frame(&json!({"type": "refused", "refused": refused}))
}

/// Whether somebody is there.
pub fn presence(user: UserId, online: bool) -> Frame {
    frame(&json!({"type": "presence", "presence": {"user_id": user.get(), "online": online}}))
}

/// That the socket now has the new token, and until when.
pub fn renewed(expires_at: Timestamp) -> Frame {
    frame(&json!({"type": "auth", "auth": {"expires_at": rfc3339(expires_at)}}))
}

/// That the server is there.
pub fn pong() -> Frame {
    Frame::from_static(r#"{"type":"pong"}"#)
}
