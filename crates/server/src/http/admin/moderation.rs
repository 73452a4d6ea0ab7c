//! Suspending and erasing users, and who did what: `/api/admin/users/{id}/`, `/api/admin/audit/`. Knows nothing of who may
//! ask.

use handsel_domain::ids::AuditId;
use handsel_domain::ports::{AuditRecord, Messages, Operator};
use handsel_domain::user::Name;
use handsel_transport::frames::rfc3339;
use handsel_transport::problem::Problem;
use hyper::body::Incoming;
use hyper::{HeaderMap, Request, StatusCode, Uri};
use serde_json::{Value, json};

use super::users::{admin_user_json, named, not_found};
use crate::config::AdminKey;
use crate::http::body::Fields;
use crate::http::query::Query;
use crate::http::respond;
use crate::http::service::{Api, Reply};

/// Who at the site does it, as the site says.
const ON_BEHALF_OF: &str = "handsel-on-behalf-of";

/// Who is written down.
pub(super) fn operator(key: AdminKey, headers: &HeaderMap) -> Result<Operator, Problem> {
    let invalid = || {
        let detail = "Handsel-On-Behalf-Of has at most 150 characters of UTF-8, none of them a control character.";
        Problem::new(StatusCode::BAD_REQUEST, "header_invalid", detail)
    };
    let given = headers.get(ON_BEHALF_OF).map(|given| std::str::from_utf8(given.as_bytes()));
    let on_behalf_of =
        given.map(|given| Name::parse(given.map_err(|_| invalid())?).map_err(|_| invalid())).transpose()?;
    Ok(Operator { key: key.to_string(), on_behalf_of })
}

pub(super) async fn suspend(api: &Api, id: &str, key: AdminKey, request: Request<Incoming>) -> Result<Reply, Problem> {
    let (user, by) = (named(id)?, operator(key, request.headers())?);
    let mut fields = Fields::read(request).await?;
    let Some(suspended) = fields.required_flag("suspended") else { return Err(fields.refuse()) };
    fields.finish()?;
    let user = api.moderation.suspend(&by, user, suspended).await.map_err(respond::unavailable)?;
    Ok(respond::json(StatusCode::OK, &admin_user_json(&user.ok_or_else(not_found)?)))
}

pub(super) async fn erase(
    api: &Api,
    id: &str,
    key: AdminKey,
    headers: &HeaderMap,
    uri: &Uri,
) -> Result<Reply, Problem> {
    let (user, by) = (named(id)?, operator(key, headers)?);
    let messages = Query::of(uri).text("messages").and_then(|name| Messages::from_name(&name)).ok_or_else(|| {
        let detail = "Say what becomes of the user's messages: ?messages=keep or ?messages=redact.";
        Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "messages_required", detail)
    })?;
    let erased = api.moderation.erase(&by, user, messages).await.map_err(respond::unavailable)?;
    let erased = erased.ok_or_else(not_found)?;
    let body = json!({
        "id": user.get(),
        "messages": messages.name(),
        "redacted": erased.redacted,
        "conversations": erased.conversations,
    });
    Ok(respond::json(StatusCode::OK, &body))
}

pub(super) async fn audit_log(api: &Api, uri: &Uri) -> Result<Reply, Problem> {
    let query = Query::of(uri);
    let (limit, before) = (query.limit()?, query.cursor(AuditId::new)?);
    let mut found = api.moderation.audit_log(before, limit + 1).await.map_err(respond::unavailable)?;
    let next = query.page(&mut found, limit, |record| record.id.get());
    Ok(respond::list(&found.iter().map(record_json).collect::<Vec<_>>(), next.as_deref()))
}

fn record_json(record: &AuditRecord) -> Value {
    json!({
        "id": record.id.get(),
        "at": rfc3339(record.at),
        "key": record.key,
        "on_behalf_of": record.on_behalf_of,
        "action": record.action,
        "conversation": record.conversation,
        "user_id": record.user,
    })
}
