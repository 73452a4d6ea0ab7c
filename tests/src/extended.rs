//! What `handsel.v1` adds to a socket: repetitions, cursors, typing, presence. Knows nothing of who is told of them.

use serde_json::{Value, json};

use crate::Socket;

impl Socket {
    /// Writes a message under a `client_message_id`.
    pub async fn says_as(&mut self, id: &str, content: &str) {
        self.sends(json!({"type": "message", "content": content, "client_message_id": id})).await;
    }

    /// Says that everything up to there is read.
    pub async fn reads(&mut self, up_to: i64) {
        self.sends(json!({"type": "read", "up_to": up_to})).await;
    }

    /// Says that its user is typing.
    pub async fn types(&mut self) {
        self.sends(json!({"type": "typing"})).await;
    }

    /// The next frame, which must be that one.
    pub async fn hears_frame(&mut self, expected: &Value) {
        assert_eq!(self.hears().await, *expected);
    }

    /// The next frame, which must be that one again, as a repetition.
    pub async fn hears_repeat(&mut self, first: &Value) {
        let mut expected = first.clone();
        expected["repeat"] = json!(true);
        self.hears_frame(&expected).await;
    }

    /// The next frame, which must be a cursor.
    pub async fn hears_read(&mut self, conversation: &str, reader: i64, up_to: i64) {
        self.hears_frame(&cursor(conversation, reader, up_to)).await;
    }

    /// The next frame, which must say that this user is typing.
    pub async fn hears_typing(&mut self, conversation: &str, user: i64) {
        let typing = json!({"conversation": conversation, "user_id": user});
        self.hears_frame(&json!({"type": "typing", "typing": typing})).await;
    }

    /// The next frame, which must say whether this user is there.
    pub async fn hears_presence(&mut self, user: i64, online: bool) {
        self.hears_frame(&json!({"type": "presence", "presence": {"user_id": user, "online": online}})).await;
    }

    /// The next message or handshake; who comes and goes meanwhile is another matter.
    pub async fn hears_entry(&mut self) -> Value {
        loop {
            let frame = self.hears().await;
            if frame["type"] != "presence" {
                assert!(frame["type"] == "message" || frame["type"] == "handshake", "expected an entry, saw {frame}");
                return frame;
            }
        }
    }

    /// The next messages and handshakes, so many.
    pub async fn hears_entries(&mut self, count: usize) -> Vec<Value> {
        let mut entries = Vec::with_capacity(count);
        while entries.len() < count {
            entries.push(self.hears_entry().await);
        }
        entries
    }
}

/// The frame that says how far someone has read.
pub fn cursor(conversation: &str, reader: i64, up_to: i64) -> Value {
    json!({"type": "read", "read": {"conversation": conversation, "reader_id": reader, "up_to": up_to}})
}
