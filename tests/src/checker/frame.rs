//! What a client is sent by `handsel.v1`, as a record keeps it. Knows nothing of sockets.

use serde_json::Value;

use super::Entry;

/// A frame from the server, other than `hello`.
#[derive(Clone, Debug, PartialEq)]
pub enum Frame {
    /// A `message` or a `handshake`.
    Entry {
        /// What it carries.
        entry: Box<Entry>,
        /// Whether it answers this socket alone, and is not new.
        repeat: bool,
    },
    /// A cursor has moved.
    Read {
        /// In which conversation.
        conversation: String,
        /// Whose.
        reader: i64,
        /// All up to here is read.
        up_to: i64,
    },
    /// Someone types.
    Typing {
        /// In which conversation.
        conversation: String,
        /// Who.
        user: i64,
    },
    /// Someone came or went.
    Presence {
        /// Who.
        user: i64,
    },
    /// An error.
    Error {
        /// Its stable code.
        code: String,
        /// What it answers.
        client_message_id: Option<String>,
    },
    /// What no server should send.
    Strange(String),
}

impl Frame {
    /// As it came.
    pub fn parse(frame: &Value) -> Self {
        Self::known(frame).unwrap_or_else(|| Self::Strange(frame.to_string()))
    }

    fn known(frame: &Value) -> Option<Self> {
        let kind = frame["type"].as_str()?;
        let fields = &frame[kind];
        let conversation = || fields["conversation"].as_str().map(str::to_owned);
        Some(match kind {
            "message" | "handshake" => {
                let repeat = match &frame["repeat"] {
                    Value::Null => false,
                    Value::Bool(true) => true,
                    _ => return None,
                };
                Self::Entry { entry: Box::new(Entry::in_frame(frame)?), repeat }
            }
            "read" => Self::Read {
                conversation: conversation()?,
                reader: fields["reader_id"].as_i64()?,
                up_to: fields["up_to"].as_i64()?,
            },
            "typing" => Self::Typing { conversation: conversation()?, user: fields["user_id"].as_i64()? },
            "presence" => {
                fields["online"].as_bool()?;
                Self::Presence { user: fields["user_id"].as_i64()? }
            }
            "error" => Self::Error {
                code: frame["code"].as_str()?.to_owned(),
                client_message_id: frame["client_message_id"].as_str().map(str::to_owned),
            },
            _ => return None,
        })
    }
}

/// The first frame on every socket.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Hello {
    /// Where its conversations stand.
    pub conversations: Vec<Standing>,
    /// Whether the server has less than the client asked to go on behind.
    pub reset: bool,
}

/// Where a conversation stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Standing {
    /// The key.
    pub conversation: String,
    /// The newest `seq`.
    pub head: i64,
    /// How far the socket's user has read.
    pub read_up_to: i64,
    /// How far the peer has.
    pub peer_read_up_to: i64,
    /// Who that is.
    pub peer: i64,
}

impl Hello {
    /// A `hello` to that user; `None` where it is none.
    pub fn parse(frame: &Value, user: i64) -> Option<Self> {
        if frame["type"] != "hello" || frame["user_id"] != user || frame["more_conversations"] == true {
            return None;
        }
        let standing = |value: &Value| {
            Some(Standing {
                conversation: value["conversation"].as_str()?.to_owned(),
                head: value["head"].as_i64()?,
                read_up_to: value["read_up_to"].as_i64()?,
                peer_read_up_to: value["peer_read_up_to"].as_i64()?,
                peer: value["peer"]["id"].as_i64()?,
            })
        };
        let conversations = frame["conversations"].as_array()?.iter().map(standing).collect::<Option<_>>()?;
        Some(Self { conversations, reset: frame["reset"] == true })
    }

    /// The head of a conversation, 0 where it has not begun.
    pub fn head(&self, conversation: &str) -> i64 {
        self.conversations.iter().find(|standing| standing.conversation == conversation).map_or(0, |one| one.head)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_not_known_is_strange() {
        for frame in [
            json!({"type": "news"}),
            json!({"type": "read", "read": {"conversation": "offer_1:2", "reader_id": 1}}),
            json!({"type": "presence", "presence": {"user_id": 1}}),
            json!({"type": "message", "message": {"seq": 1}}),
            json!(7),
        ] {
            assert_eq!(Frame::parse(&frame), Frame::Strange(frame.to_string()));
        }
        let read = json!({"type": "read", "read": {"conversation": "offer_1:2", "reader_id": 1, "up_to": 7}});
        assert_eq!(Frame::parse(&read), Frame::Read { conversation: "offer_1:2".to_owned(), reader: 1, up_to: 7 });
    }

    #[test]
    fn a_hello_says_where_its_conversations_stand() {
        let hello = json!({"type": "hello", "user_id": 2, "conversations": [{"conversation": "offer_1:2", "head": 7,
            "read_up_to": 5, "peer_read_up_to": 7, "peer": {"id": 1}, "online": true}]});
        let parsed = Hello::parse(&hello, 2).expect("it is one");
        assert_eq!((parsed.head("offer_1:2"), parsed.head("offer_1:3"), parsed.reset), (7, 0, false));
        assert_eq!(Hello::parse(&hello, 1), None, "it is somebody else's");
    }
}
