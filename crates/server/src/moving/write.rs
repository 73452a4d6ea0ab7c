//! From what moves to its line. Knows nothing of where lines go.

use std::io;

use handsel_domain::handshake::StepAction;
use handsel_domain::ids::EntryId;
use handsel_domain::message::ClientMessageId;
use handsel_domain::moving::{MovedBlock, MovedConversation, MovedEntry, MovedListing, MovedUser, Said};
use handsel_domain::time::Timestamp;
use handsel_storage::Item;
use handsel_transport::frames::rfc3339;
use serde::Serialize;
use serde_json::value::RawValue;

use super::lines::{
    BlockLine, ConversationLine, EndLine, HeaderLine, Kind, ListingLine, MessageLine, RedactionLine, StepLine,
    UserLine, VERSION,
};

/// Whether what passwords hash to is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Passwords {
    /// It is: people log in as before.
    Included,
    /// It is not.
    LeftOut,
}

/// The first line.
pub(crate) fn header(exported_at: Timestamp) -> io::Result<String> {
    text(&HeaderLine { kind: Kind::HandselExport, version: VERSION, exported_at: Some(rfc3339(exported_at)) })
}

/// The last line, by its own number.
pub(crate) fn end(lines: u64) -> io::Result<String> {
    text(&EndLine { kind: Kind::End, lines })
}

/// The line of an item, without the end of the line; nothing for one that cannot be read.
pub(crate) fn line(item: &Item, passwords: Passwords) -> io::Result<Option<String>> {
    match item {
        Item::User(user) => text(&user_line(user, passwords)),
        Item::Block(block) => text(&block_line(block)),
        Item::Listing(listing) => text(&listing_line(listing)),
        Item::Conversation(conversation) => text(&conversation_line(conversation)),
        Item::Entry(key, entry) => return entry_line(&key.to_string(), entry).map(Some),
        Item::Unfit(_) => return Ok(None),
    }
    .map(Some)
}

pub(super) fn text(line: &impl Serialize) -> io::Result<String> {
    Ok(serde_json::to_string(line)?)
}

fn user_line(user: &MovedUser, passwords: Passwords) -> UserLine {
    let password = user.password.as_ref().filter(|_| passwords == Passwords::Included);
    UserLine {
        kind: Kind::User,
        id: user.id.get(),
        username: user.username.as_str().to_owned(),
        first_name: user.first_name.as_str().to_owned(),
        last_name: user.last_name.as_str().to_owned(),
        created_at: rfc3339(user.created_at),
        password_hash: password.map(|hash| hash.as_phc().to_owned()),
        suspended_at: user.suspended_at.map(rfc3339),
        deleted_at: user.deleted_at.map(rfc3339),
        signed_out_at: user.signed_out_at.map(rfc3339),
    }
}

pub(super) fn block_line(block: &MovedBlock) -> BlockLine {
    BlockLine {
        kind: Kind::Block,
        blocker_id: block.blocker.get(),
        blocked_id: block.blocked.get(),
        created_at: rfc3339(block.at),
    }
}

pub(super) fn listing_line(listing: &MovedListing) -> ListingLine {
    ListingLine {
        kind: Kind::Listing,
        listing: listing.listing.to_string(),
        owner_id: listing.owner.get(),
        title: listing.title.as_str().to_owned(),
        description: listing.description.as_str().to_owned(),
        status: listing.status.name().to_owned(),
        created_at: rfc3339(listing.created_at),
    }
}

pub(super) fn conversation_line(conversation: &MovedConversation) -> ConversationLine {
    ConversationLine {
        kind: Kind::Conversation,
        conversation: conversation.key.to_string(),
        owner_read_up_to: conversation.owner_read_up_to.get(),
        respondent_read_up_to: conversation.respondent_read_up_to.get(),
    }
}

pub(super) fn entry_line(conversation: &str, entry: &MovedEntry) -> io::Result<String> {
    let MovedEntry { seq, id, actor, at, said } = entry;
    let (seq, id, created_at) = (seq.get(), id.map(EntryId::get), rfc3339(*at));
    let message = |content: &str, name: Option<&ClientMessageId>, redacted_at: Option<Timestamp>| MessageLine {
        kind: Kind::Message,
        conversation: conversation.to_owned(),
        seq,
        id,
        sender_id: actor.get(),
        created_at: created_at.clone(),
        content: content.to_owned(),
        client_message_id: name.map(|name| name.as_str().to_owned()),
        redacted_at: redacted_at.map(rfc3339),
    };
    match said {
        Said::Message { body, client_message_id } => text(&message(body.as_str(), client_message_id.as_ref(), None)),
        Said::Redacted { redacted_at } => text(&message("", None, Some(*redacted_at))),
        Said::Redaction => text(&RedactionLine {
            kind: Kind::Redaction,
            conversation: conversation.to_owned(),
            seq,
            id,
            actor_id: actor.get(),
            created_at,
        }),
        Said::Step(action) => {
            let (note, terms) = match action {
                StepAction::Start { note, terms } => (note.as_ref(), terms.as_ref()),
                StepAction::Approve | StepAction::Decline | StepAction::Cancel | StepAction::Complete => (None, None),
            };
            let terms = terms.map(|terms| RawValue::from_string(terms.as_json().to_owned())).transpose()?;
            text(&StepLine {
                kind: Kind::Step,
                conversation: conversation.to_owned(),
                seq,
                id,
                actor_id: actor.get(),
                created_at,
                step: action.kind().name().to_owned(),
                note: note.map(|note| note.as_str().to_owned()),
                terms,
            })
        }
    }
}
