//! What joins over conversations, entries and handshakes select, and what it becomes. Knows nothing of conditions.
//!
//! Each group of columns has a prefix, so that one statement can select several groups.

use std::sync::Arc;

use handsel_domain::conversation::{
    Account, Between, Conversation, ConversationKey, ConversationState, Side, Standing,
};
use handsel_domain::handshake::{CompletedBy, Handshake, Note, State, StepKind, Terms};
use handsel_domain::ids::{EntryId, Head, ListingNumber, Seq, UserId};
use handsel_domain::listing::{ListingKind, ListingRef};
use handsel_domain::message::{ClientMessageId, MessageBody};
use handsel_domain::time::Timestamp;
use handsel_domain::timeline::{Entry, EntryBody};
use sea_orm::{DbErr, FromQueryResult, QueryResult};

use crate::errors::corrupt;
use crate::people::person;

/// Selects a conversation `c` for [`state`].
macro_rules! conversation_columns {
    () => {
        "c.id AS c_id, c.listing_kind AS c_listing_kind, c.listing_id AS c_listing_id, c.owner_id AS c_owner_id, \
         c.respondent_id AS c_respondent_id, c.head AS c_head, c.last_entry_at AS c_last_entry_at, \
         c.owner_read_up_to AS c_owner_read_up_to, c.respondent_read_up_to AS c_respondent_read_up_to"
    };
}

/// Selects a handshake `h` for [`handshake`].
macro_rules! handshake_columns {
    () => {
        "h.started AS h_started, h.initiator_id AS h_initiator_id, h.note AS h_note, h.terms AS h_terms, h.status AS h_status, \
         h.owner_completed AS h_owner_completed, h.respondent_completed AS h_respondent_completed, h.version AS h_version, \
         h.actor_id AS h_actor_id, h.latest AS h_latest, h.at AS h_at"
    };
}

/// Joins the latest handshake of the conversation `c`, whatever became of it, as `h`.
macro_rules! latest_handshake {
    () => {
        "LEFT JOIN handshakes AS h ON h.conversation_id = c.id \
         AND h.started = (SELECT MAX(started) FROM handshakes WHERE conversation_id = c.id)"
    };
}

/// Selects an entry `e` for [`entry`], with its writer `u` and the handshake `eh` that it is a step of.
macro_rules! entry_columns {
    () => {
        "e.id AS e_id, e.seq AS e_seq, e.actor_id AS e_actor_id, e.kind AS e_kind, e.created_at AS e_created_at, \
         e.content AS e_content, e.client_message_id AS e_client_message_id, e.redacted_at AS e_redacted_at, \
         e.handshake_started AS e_handshake_started, e.step AS e_step, e.status AS e_status, e.owner_completed AS e_owner_completed, \
         e.respondent_completed AS e_respondent_completed, u.username AS e_username, u.first_name AS e_first_name, \
         u.last_name AS e_last_name, eh.initiator_id AS e_initiator_id, eh.note AS e_note, eh.terms AS e_terms"
    };
}

/// Joins what [`entry_columns`] needs beside the entry `e`.
macro_rules! entry_joins {
    () => {
        "JOIN users AS u ON u.id = e.actor_id \
         LEFT JOIN handshakes AS eh ON eh.conversation_id = e.conversation_id AND eh.started = e.handshake_started"
    };
}

/// Selects how it stands between an owner `o` and a respondent `r` for [`between`].
macro_rules! standing_columns {
    () => {
        "o.suspended_at AS o_suspended_at, o.deleted_at AS o_deleted_at, ob.created_at AS o_blocks_since, \
         r.suspended_at AS r_suspended_at, r.deleted_at AS r_deleted_at, rb.created_at AS r_blocks_since"
    };
}

/// Joins what [`standing_columns`] needs beside the two, whose ids these are.
macro_rules! blocks_of_both {
    ($owner:literal, $respondent:literal) => {
        concat!(
            "LEFT JOIN blocks AS ob ON ob.blocker_id = ",
            $owner,
            " AND ob.blocked_id = ",
            $respondent,
            " LEFT JOIN blocks AS rb ON rb.blocker_id = ",
            $respondent,
            " AND rb.blocked_id = ",
            $owner
        )
    };
}

pub(crate) use {
    blocks_of_both, conversation_columns, entry_columns, entry_joins, handshake_columns, latest_handshake,
    standing_columns,
};

pub(crate) fn between(row: &QueryResult) -> Result<Between, DbErr> {
    Ok(Between { owner: standing(row, "o_")?, respondent: standing(row, "r_")? })
}

fn standing(row: &QueryResult, prefix: &str) -> Result<Standing, DbErr> {
    let is_set = |column: &str| row.try_get::<Option<i64>>(prefix, column).map(|at| at.is_some());
    let account = match (is_set("deleted_at")?, is_set("suspended_at")?) {
        (true, _) => Account::Erased,
        (false, true) => Account::Suspended,
        (false, false) => Account::Open,
    };
    Ok(Standing { account, blocks: is_set("blocks_since")? })
}

/// How an entry's kind is stored.
pub(crate) const MESSAGE: &str = "message";
/// How an entry's kind is stored.
pub(crate) const STEP: &str = "step";
/// How an entry's kind is stored.
pub(crate) const REDACTION: &str = "redaction";

#[derive(Debug, FromQueryResult)]
struct ConversationRow {
    listing_kind: String,
    listing_id: i64,
    owner_id: i64,
    respondent_id: i64,
    head: i64,
    owner_read_up_to: i64,
    respondent_read_up_to: i64,
}

#[derive(Debug, FromQueryResult)]
struct HandshakeRow {
    started: i64,
    initiator_id: i64,
    note: Option<String>,
    terms: Option<String>,
    status: String,
    owner_completed: bool,
    respondent_completed: bool,
    version: i64,
    actor_id: i64,
    latest: String,
    at: i64,
}

#[derive(Debug, FromQueryResult)]
struct EntryRow {
    id: i64,
    seq: i64,
    actor_id: i64,
    kind: String,
    created_at: i64,
    content: Option<String>,
    client_message_id: Option<String>,
    redacted_at: Option<i64>,
    handshake_started: Option<i64>,
    step: Option<String>,
    status: Option<String>,
    owner_completed: bool,
    respondent_completed: bool,
    username: String,
    first_name: String,
    last_name: String,
    initiator_id: Option<i64>,
    note: Option<String>,
    terms: Option<String>,
}

pub(crate) fn user_id(id: i64) -> Result<UserId, DbErr> {
    UserId::new(id).map_err(|_| corrupt("user id", id))
}

pub(crate) fn head(number: i64) -> Result<Head, DbErr> {
    Head::new(number).map_err(|_| corrupt("head", number))
}

fn seq(number: i64) -> Result<Seq, DbErr> {
    Seq::new(number).map_err(|_| corrupt("seq", number))
}

fn side(conversation: &Conversation, user: i64) -> Result<Side, DbErr> {
    conversation.side_of(user_id(user)?).ok_or_else(|| corrupt("participant", user))
}

/// Reads [`conversation_columns`].
pub(crate) fn state(row: &QueryResult) -> Result<ConversationState, DbErr> {
    let row = ConversationRow::from_query_result(row, "c_")?;
    let listing = ListingRef {
        kind: ListingKind::from_name(&row.listing_kind).ok_or_else(|| corrupt("listing kind", &row.listing_kind))?,
        number: ListingNumber::new(row.listing_id).map_err(|_| corrupt("listing id", row.listing_id))?,
    };
    let key = ConversationKey { listing, respondent: user_id(row.respondent_id)? };
    Ok(ConversationState {
        conversation: Conversation::new(key, user_id(row.owner_id)?).map_err(|_| corrupt("conversation", key))?,
        head: head(row.head)?,
        owner_read_up_to: head(row.owner_read_up_to)?,
        respondent_read_up_to: head(row.respondent_read_up_to)?,
    })
}

/// Reads [`handshake_columns`], all null where there is none.
pub(crate) fn handshake(row: &QueryResult, conversation: &Conversation) -> Result<Option<Handshake>, DbErr> {
    if row.try_get::<Option<i64>>("h_", "started")?.is_none() {
        return Ok(None);
    }
    let row = HandshakeRow::from_query_result(row, "h_")?;
    let completed_by = CompletedBy { owner: row.owner_completed, respondent: row.respondent_completed };
    Ok(Some(Handshake {
        started: seq(row.started)?,
        initiator: side(conversation, row.initiator_id)?,
        note: row.note.map(Note::from_stored),
        terms: row.terms.map(stored_terms).transpose()?,
        state: State::from_name(&row.status, completed_by).ok_or_else(|| corrupt("handshake status", &row.status))?,
        version: seq(row.version)?,
        actor: side(conversation, row.actor_id)?,
        latest: StepKind::from_name(&row.latest).ok_or_else(|| corrupt("handshake step", &row.latest))?,
        at: Timestamp::from_millis(row.at),
    }))
}

fn stored_terms(json: String) -> Result<Terms, DbErr> {
    Terms::from_compact_object(json).map_err(|error| corrupt("terms", error))
}

/// Reads [`entry_columns`].
pub(crate) fn entry(row: &QueryResult, state: &ConversationState) -> Result<Entry, DbErr> {
    let row = EntryRow::from_query_result(row, "e_")?;
    let conversation = state.conversation;
    let (seq, at) = (seq(row.seq)?, Timestamp::from_millis(row.created_at));
    let writer = side(&conversation, row.actor_id)?;
    let body = match row.kind.as_str() {
        MESSAGE => EntryBody::Message {
            body: MessageBody::from_stored(row.content.unwrap_or_default()),
            client_message_id: match row.client_message_id {
                Some(id) => Some(ClientMessageId::parse(&id).map_err(|_| corrupt("client_message_id", id))?),
                None => None,
            },
            is_read: state.read_up_to(writer.other()).covers(seq),
            redacted_at: row.redacted_at.map(Timestamp::from_millis),
        },
        STEP => EntryBody::Step(step(&row, &conversation, writer, seq, at)?),
        REDACTION => EntryBody::Redaction,
        other => return Err(corrupt("entry kind", other)),
    };
    Ok(Entry {
        id: EntryId::new(row.id).map_err(|_| corrupt("entry id", row.id))?,
        conversation,
        seq,
        actor: Arc::new(person(row.actor_id, row.username, &row.first_name, &row.last_name)?),
        at,
        body,
    })
}

/// The handshake as this step left it: what is frozen comes from the handshake, the rest from the entry.
fn step(
    row: &EntryRow,
    conversation: &Conversation,
    actor: Side,
    version: Seq,
    at: Timestamp,
) -> Result<Handshake, DbErr> {
    let missing = || corrupt("step, entry", row.id);
    let completed_by = CompletedBy { owner: row.owner_completed, respondent: row.respondent_completed };
    Ok(Handshake {
        started: seq(row.handshake_started.ok_or_else(missing)?)?,
        initiator: side(conversation, row.initiator_id.ok_or_else(missing)?)?,
        note: row.note.clone().map(Note::from_stored),
        terms: row.terms.clone().map(stored_terms).transpose()?,
        state: row.status.as_deref().and_then(|name| State::from_name(name, completed_by)).ok_or_else(missing)?,
        version,
        actor,
        latest: row.step.as_deref().and_then(StepKind::from_name).ok_or_else(missing)?,
        at,
    })
}
