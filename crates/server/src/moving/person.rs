//! The lines about one person, as `docs/privacy.md` describes them: those in which a site moves, where there are such, and
//! never what is secret or others' own. Knows nothing of databases, nor of where lines go.

use std::io;

use handsel_domain::time::Timestamp;
use handsel_storage::Held;
use handsel_transport::frames::{person, rfc3339};
use serde::Serialize;
use serde_json::Value;

use super::lines::ConversationLine;
use super::write::{block_line, conversation_line, entry_line, listing_line, text};

/// The version of what is said about one person.
const VERSION: u32 = 1;

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Line<'a> {
    HandselPerson {
        version: u32,
        exported_at: String,
        user_id: i64,
    },
    User {
        id: i64,
        username: &'a str,
        first_name: &'a str,
        last_name: &'a str,
        created_at: String,
        has_password: bool,
        signed_out_at: Option<String>,
        suspended_at: Option<String>,
        deleted_at: Option<String>,
    },
    Token {
        issued_at: String,
        expires_at: String,
        revoked_at: Option<String>,
    },
    /// Who at the site it was done for is not said: that is held about them.
    Audit {
        id: i64,
        at: String,
        key: &'a str,
        action: &'a str,
        conversation: Option<&'a str>,
        user_id: Option<i64>,
    },
}

#[derive(Serialize)]
struct WithPeer {
    #[serde(flatten)]
    conversation: ConversationLine,
    peer: Value,
}

/// The line of what is held about a person, at that time, without the end of the line.
pub(crate) fn line_about(held: &Held, exported_at: Timestamp) -> io::Result<String> {
    match held {
        Held::Begin(user) => {
            text(&Line::HandselPerson { version: VERSION, exported_at: rfc3339(exported_at), user_id: user.get() })
        }
        Held::Person(user) => text(&Line::User {
            id: user.id.get(),
            username: user.username.as_str(),
            first_name: user.first_name.as_str(),
            last_name: user.last_name.as_str(),
            created_at: rfc3339(user.created_at),
            has_password: user.password.is_some(),
            signed_out_at: user.signed_out_at.map(rfc3339),
            suspended_at: user.suspended_at.map(rfc3339),
            deleted_at: user.deleted_at.map(rfc3339),
        }),
        Held::Listing(listing) => text(&listing_line(listing)),
        Held::Conversation(conversation, peer) => {
            text(&WithPeer { conversation: conversation_line(conversation), peer: person(peer) })
        }
        Held::Entry(key, entry) => entry_line(&key.to_string(), entry),
        Held::Block(block) => text(&block_line(block)),
        Held::Token(token) => text(&Line::Token {
            issued_at: rfc3339(token.issued_at),
            expires_at: rfc3339(token.expires_at),
            revoked_at: token.revoked_at.map(rfc3339),
        }),
        Held::Audit(record) => text(&Line::Audit {
            id: record.id.get(),
            at: rfc3339(record.at),
            key: &record.key,
            action: &record.action,
            conversation: record.conversation.as_deref(),
            user_id: record.user,
        }),
    }
}
