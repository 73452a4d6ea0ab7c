//! `/api/conversations/…`: the same use cases as the socket. Knows nothing of how entries are kept or delivered.

mod errors;
mod summary;

use handsel_domain::conversation::{ConversationKey, ConversationSummary};
use handsel_domain::handshake::StepKind;
use handsel_domain::ids::{EntryId, Head, Seq, UserId};
use handsel_domain::ports::Appended;
use handsel_domain::timeline::{Draft, TimelinePage, TimelineRange};
use handsel_domain::usecases::Seat;
use handsel_transport::frames::{self, FrameError, client};
use handsel_transport::gateway::conversation_address;
use handsel_transport::problem::Problem;
use hyper::{HeaderMap, Request, StatusCode, Uri, body::Incoming};
use serde_json::json;
use serde_json::value::RawValue;

use super::body::Fields;
use super::query::Query;
use super::service::{Api, Reply};
use super::{auth, respond};
use summary::Line;

/// Where a client names a message so that a repeated send is one message, beside `client_message_id` in the body.
const IDEMPOTENCY_KEY: &str = "idempotency-key";

/// The caller's place in the conversation that the path names.
async fn seat(api: &Api, headers: &HeaderMap, conversation: &str) -> Result<Seat, Problem> {
    let caller = auth::caller(&api.accounts, headers).await?;
    let address = conversation_address(conversation).map_err(|_| errors::conversation_invalid())?;
    api.talk.seat(caller.person, address).await.map_err(errors::seat)
}

/// The one conversation that is meant.
async fn conversation(api: &Api, seat: &Seat, recipient: Option<UserId>) -> Result<ConversationKey, Problem> {
    match api.talk.conversation(seat, recipient).await {
        Ok(conversation) => Ok(conversation),
        Err(error) => Err(errors::recipient(api, seat, error).await),
    }
}

pub(super) async fn list(api: &Api, headers: &HeaderMap, uri: &Uri) -> Result<Reply, Problem> {
    let caller = auth::caller(&api.accounts, headers).await?.person.id;
    let query = Query::of(uri);
    let (limit, before) = (query.limit()?, query.cursor(EntryId::new)?);
    let mut found = api.talk.list(caller, before, limit + 1).await.map_err(respond::unavailable)?;
    let next = query.page(&mut found, limit, |summary| summary.last_entry.id.get());
    let seen = |summary: &ConversationSummary| Some(Line::new(summary, summary.state.conversation.side_of(caller)?));
    let lines: Vec<_> = found.iter().filter_map(seen).collect();
    Ok(respond::list(&lines, next.as_deref()))
}

/// A page as it is sent: its entries are frames, encoded already.
#[derive(serde::Serialize)]
struct Page {
    entries: Vec<Box<RawValue>>,
    handshake: Option<Box<RawValue>>,
    head: i64,
}

pub(super) async fn timeline(api: &Api, named: &str, headers: &HeaderMap, uri: &Uri) -> Result<Reply, Problem> {
    let seat = seat(api, headers, named).await?;
    let range = range(uri)?;
    let key = conversation(api, &seat, None).await?;
    Ok(page(api.talk.read(key, range).await.map_err(respond::unavailable)?.as_ref()))
}

/// 400
pub(super) fn invalid() -> Problem {
    errors::conversation_invalid()
}

/// Which part of a timeline is asked for.
pub(super) fn range(uri: &Uri) -> Result<TimelineRange, Problem> {
    let query = Query::of(uri);
    Ok(TimelineRange {
        after: query.number("after", Head::new)?,
        before: query.number("before", Seq::new)?,
        limit: query.limit()?,
    })
}

/// A page of a timeline; an empty one where nobody has written there.
pub(super) fn page(page: Option<&TimelinePage>) -> Reply {
    let Some(page) = page else {
        return respond::json(StatusCode::OK, &json!({"entries": [], "handshake": null, "head": 0}));
    };
    let entries = page.entries.iter().map(|entry| frames::raw(&frames::entry(entry))).collect();
    let handshake = page.handshake.as_ref().map(|handshake| frames::handshake_object(&page.conversation, handshake));

    respond::json(StatusCode::OK, &Page { entries, handshake, head: page.head.get() })
}

pub(super) async fn write(api: &Api, named: &str, request: Request<Incoming>) -> Result<Reply, Problem> {
    let seat = seat(api, request.headers(), named).await?;
    let header =
        request.headers().get(IDEMPOTENCY_KEY).map(|key| key.to_str().unwrap_or_default().trim_matches('"').to_owned());
    let mut fields = Fields::read(request).await?;
    let (content, id) = (fields.text("content"), fields.text("client_message_id").or(header));
    let recipient = recipient(&mut fields);
    let draft = draft(&mut fields, client::message(content.as_deref(), id.as_deref()));
    say(api, seat, fields, recipient, draft).await
}

pub(super) async fn step(api: &Api, named: &str, kind: StepKind, request: Request<Incoming>) -> Result<Reply, Problem> {
    let seat = seat(api, request.headers(), named).await?;
    let mut fields = Fields::read(request).await?;
    let (version, note) = (fields.integer("version"), fields.text("note"));
    let terms = fields.raw("terms");
    let recipient = recipient(&mut fields);
    let draft = draft(&mut fields, client::step(kind, version, note.as_deref(), terms.as_deref()));
    say(api, seat, fields, recipient, draft).await
}

fn recipient(fields: &mut Fields) -> Option<UserId> {
    let id = fields.integer("recipient_id")?;
    fields.parsed("recipient_id", client::recipient(id), FrameError::code)
}

fn draft(fields: &mut Fields, draft: Result<Draft, FrameError>) -> Option<Draft> {
    let field = draft.as_ref().err().and_then(FrameError::field).unwrap_or_default();
    fields.parsed(field, draft, FrameError::code)
}

/// 201 with the entry's frame, or 200 where it repeats.
async fn say(
    api: &Api,
    seat: Seat,
    fields: Fields,
    recipient: Option<UserId>,
    draft: Option<Draft>,
) -> Result<Reply, Problem> {
    let Some(draft) = draft else { return Err(fields.refuse()) };
    fields.finish()?;
    let key = conversation(api, &seat, recipient).await?;
    match api.talk.say(seat.caller, key, draft).await {
        Ok(Appended::New(entry)) => Ok(respond::frame(StatusCode::CREATED, &frames::entry(&entry))),
        Ok(Appended::RepeatedMessage(entry)) => Ok(respond::frame(StatusCode::OK, &frames::repeated_entry(&entry))),
        Ok(Appended::RepeatedStep(conversation, handshake)) => {
            Ok(respond::frame(StatusCode::OK, &frames::repeated_handshake(&conversation, &handshake)))
        }
        Err(error) => Err(errors::append(&error)),
    }
}

/// 201 where the cursor moved, 200 where it was there already.
pub(super) async fn read(api: &Api, named: &str, request: Request<Incoming>) -> Result<Reply, Problem> {
    let seat = seat(api, request.headers(), named).await?;
    let mut fields = Fields::read(request).await?;
    let up_to = fields.integer("up_to").ok_or("is required: the seq up to which everything is read");
    let up_to = fields
        .parsed("up_to", up_to, |_| "required")
        .and_then(|up_to| fields.parsed("up_to", Head::new(up_to), |_| "field_invalid"));
    let recipient = recipient(&mut fields);
    let Some(up_to) = up_to else { return Err(fields.refuse()) };
    fields.finish()?;
    let key = conversation(api, &seat, recipient).await?;
    let reader = seat.caller.id;
    let moved = api.talk.mark_read(key, reader, up_to).await.map_err(respond::unavailable)?;
    let status = if moved.moved { StatusCode::CREATED } else { StatusCode::OK };
    let body = json!({"type": "read", "read": {"conversation": key.to_string(), "reader_id": reader.get(), "up_to": moved.up_to.get()}});
    Ok(respond::json(status, &body))
}
