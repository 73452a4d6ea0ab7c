//! A line of a user's list of conversations, as JSON. Knows nothing of requests.

use handsel_domain::conversation::{ConversationSummary, Side};
use handsel_transport::frames;
use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

/// See `docs/http-api.md`. What was encoded already is passed on as it is: what is in it is not read again.
#[derive(Serialize)]
pub(super) struct Line {
    conversation: String,
    listing: Value,
    peer: Value,
    blocked: bool,
    role: &'static str,
    last_entry: Box<RawValue>,
    unread_count: u32,
    your_turn: bool,
    handshake: Option<Box<RawValue>>,
    head: i64,
    read_up_to: i64,
}

impl Line {
    /// As the user on `side` sees it.
    pub(super) fn new(summary: &ConversationSummary, side: Side) -> Self {
        let conversation = &summary.state.conversation;
        let listing = conversation.key().listing;
        Self {
            conversation: conversation.key().to_string(),
            listing: json!({
                "id": listing.number.get(),
                "kind": listing.kind.name(),
                "conversation": listing.to_string(),
                "title": summary.listing_title,
                "status": summary.listing_status.name(),
            }),
            peer: frames::person(&summary.peer),
            blocked: summary.blocked,
            role: side.name(),
            last_entry: frames::raw(&frames::entry(&summary.last_entry)),
            unread_count: summary.unread_count,
            your_turn: summary.your_turn(side),
            handshake: summary.handshake.as_ref().map(|handshake| frames::handshake_object(conversation, handshake)),
            head: summary.state.head.get(),
            read_up_to: summary.state.read_up_to(side).get(),
        }
    }
}
