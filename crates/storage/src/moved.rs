//! Rows as they move from one site to another. Knows nothing of which are asked for, nor of where they go.

use handsel_domain::conversation::ConversationKey;
use handsel_domain::handshake::{Note, StepAction, StepKind, Terms};
use handsel_domain::ids::{EntryId, Head, ListingNumber, Seq, UserId};
use handsel_domain::listing::{Description, ListingKind, ListingRef, ListingStatus, Title};
use handsel_domain::message::{ClientMessageId, MessageBody};
use handsel_domain::moving::{MovedBlock, MovedConversation, MovedEntry, MovedListing, MovedUser, Said};
use handsel_domain::password::PasswordHash;
use handsel_domain::time::Timestamp;
use handsel_domain::user::{Name, Username};
use sea_orm::{DbErr, QueryResult};

use crate::errors::corrupt;
use crate::timeline::rows::{MESSAGE, REDACTION, STEP};

/// Selects a user `u` for [`user`].
macro_rules! user_columns {
    () => {
        "u.id AS u_id, u.username AS u_username, u.first_name AS u_first_name, u.last_name AS u_last_name, \
         u.password_hash AS u_password_hash, u.created_at AS u_created_at, u.suspended_at AS u_suspended_at, \
         u.deleted_at AS u_deleted_at, u.signed_out_at AS u_signed_out_at"
    };
}

/// Selects a block `b` for [`block`].
macro_rules! block_columns {
    () => {
        "b.blocker_id AS b_blocker_id, b.blocked_id AS b_blocked_id, b.created_at AS b_created_at"
    };
}

/// Selects a listing `l` for [`listing`].
macro_rules! listing_columns {
    () => {
        "l.kind AS l_kind, l.id AS l_id, l.owner_id AS l_owner_id, l.title AS l_title, \
         l.description AS l_description, l.status AS l_status, l.created_at AS l_created_at"
    };
}

/// Selects an entry `e` for [`entry`], with the handshake `eh` that it starts.
macro_rules! entry_columns {
    () => {
        "e.id AS e_id, e.seq AS e_seq, e.actor_id AS e_actor_id, e.kind AS e_kind, e.created_at AS e_created_at, \
         e.content AS e_content, e.client_message_id AS e_client_message_id, e.redacted_at AS e_redacted_at, \
         e.step AS e_step, eh.note AS e_note, eh.terms AS e_terms"
    };
}

/// Joins what [`entry_columns`] needs beside the entry `e`.
macro_rules! entry_joins {
    () => {
        "LEFT JOIN handshakes AS eh ON eh.conversation_id = e.conversation_id AND eh.started = e.seq"
    };
}

pub(crate) use {block_columns, entry_columns, entry_joins, listing_columns, user_columns};

fn time(row: &QueryResult, prefix: &str, column: &str) -> Result<Option<Timestamp>, DbErr> {
    Ok(row.try_get::<Option<i64>>(prefix, column)?.map(Timestamp::from_millis))
}

fn user_id(id: i64) -> Result<UserId, DbErr> {
    UserId::new(id).map_err(|_| corrupt("user id", id))
}

/// The name of a listing, by its kind and its number.
fn named(kind: &str, number: i64) -> Result<ListingRef, DbErr> {
    Ok(ListingRef {
        kind: ListingKind::from_name(kind).ok_or_else(|| corrupt("listing kind", kind))?,
        number: ListingNumber::new(number).map_err(|_| corrupt("listing id", number))?,
    })
}

/// Reads [`user_columns`].
pub(crate) fn user(row: &QueryResult) -> Result<MovedUser, DbErr> {
    let id = row.try_get("u_", "id")?;
    let name = |column| Name::parse(&row.try_get::<String>("u_", column)?).map_err(|_| corrupt("name of user", id));
    Ok(MovedUser {
        id: user_id(id)?,
        username: Username::from_trusted(row.try_get("u_", "username")?),
        first_name: name("first_name")?,
        last_name: name("last_name")?,
        created_at: Timestamp::from_millis(row.try_get("u_", "created_at")?),
        password: row.try_get::<Option<String>>("u_", "password_hash")?.map(PasswordHash::new),
        suspended_at: time(row, "u_", "suspended_at")?,
        deleted_at: time(row, "u_", "deleted_at")?,
        signed_out_at: time(row, "u_", "signed_out_at")?,
    })
}

/// Reads [`block_columns`].
pub(crate) fn block(row: &QueryResult) -> Result<MovedBlock, DbErr> {
    let number = |column| row.try_get::<i64>("b_", column);
    Ok(MovedBlock {
        blocker: user_id(number("blocker_id")?)?,
        blocked: user_id(number("blocked_id")?)?,
        at: Timestamp::from_millis(number("created_at")?),
    })
}

/// Reads [`listing_columns`].
pub(crate) fn listing(row: &QueryResult) -> Result<MovedListing, DbErr> {
    let text = |column| row.try_get::<String>("l_", column);
    let listing = named(&text("kind")?, row.try_get("l_", "id")?)?;
    let status = text("status")?;
    Ok(MovedListing {
        listing,
        owner: user_id(row.try_get("l_", "owner_id")?)?,
        title: Title::parse(&text("title")?).map_err(|_| corrupt("title of listing", listing))?,
        description: Description::parse(&text("description")?)
            .map_err(|_| corrupt("description of listing", listing))?,
        status: ListingStatus::from_name(&status).ok_or_else(|| corrupt("listing status", status))?,
        created_at: Timestamp::from_millis(row.try_get("l_", "created_at")?),
    })
}

/// Reads a conversation `c` with the columns of [`conversation_columns`](crate::timeline::rows::conversation_columns).
pub(crate) fn conversation(row: &QueryResult) -> Result<MovedConversation, DbErr> {
    let number = |column| row.try_get::<i64>("c_", column);
    let head = |column| {
        let number = number(column)?;
        Head::new(number).map_err(|_| corrupt("read cursor", number))
    };
    let listing = named(&row.try_get::<String>("c_", "listing_kind")?, number("listing_id")?)?;
    Ok(MovedConversation {
        key: ConversationKey { listing, respondent: user_id(number("respondent_id")?)? },
        owner_read_up_to: head("owner_read_up_to")?,
        respondent_read_up_to: head("respondent_read_up_to")?,
    })
}

/// Reads [`entry_columns`].
pub(crate) fn entry(row: &QueryResult) -> Result<MovedEntry, DbErr> {
    let number = |column| row.try_get::<i64>("e_", column);
    let (id, seq, kind) = (number("id")?, number("seq")?, row.try_get::<String>("e_", "kind")?);
    let said = match kind.as_str() {
        MESSAGE => message(row)?,
        STEP => Said::Step(step(row, id)?),
        REDACTION => Said::Redaction,
        other => return Err(corrupt("entry kind", other)),
    };
    Ok(MovedEntry {
        seq: Seq::new(seq).map_err(|_| corrupt("seq", seq))?,
        id: Some(EntryId::new(id).map_err(|_| corrupt("entry id", id))?),
        actor: user_id(number("actor_id")?)?,
        at: Timestamp::from_millis(number("created_at")?),
        said,
    })
}

fn message(row: &QueryResult) -> Result<Said, DbErr> {
    let text = |column| row.try_get::<Option<String>>("e_", column);
    let client_message_id = match text("client_message_id")? {
        Some(id) => Some(ClientMessageId::parse(&id).map_err(|_| corrupt("client_message_id", id))?),
        None => None,
    };
    Ok(match time(row, "e_", "redacted_at")? {
        Some(redacted_at) => Said::Redacted { redacted_at },
        None => {
            Said::Message { body: MessageBody::from_stored(text("content")?.unwrap_or_default()), client_message_id }
        }
    })
}

fn step(row: &QueryResult, id: i64) -> Result<StepAction, DbErr> {
    let text = |column| row.try_get::<Option<String>>("e_", column);
    let name = text("step")?.unwrap_or_default();
    Ok(match StepKind::from_name(&name).ok_or_else(|| corrupt("step of entry", id))? {
        StepKind::Start => StepAction::Start {
            note: text("note")?.map(Note::from_stored),
            terms: text("terms")?
                .map(Terms::from_compact_object)
                .transpose()
                .map_err(|_| corrupt("terms of entry", id))?,
        },
        StepKind::Approve => StepAction::Approve,
        StepKind::Decline => StepAction::Decline,
        StepKind::Cancel => StepAction::Cancel,
        StepKind::Complete => StepAction::Complete,
    })
}
