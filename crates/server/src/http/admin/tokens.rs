//! `/api/admin/tokens/`: who is logged in, as the site says. Knows nothing of who may ask.

use std::time::Duration;

use handsel_domain::ids::UserId;
use handsel_domain::token::{TOKEN_LIFETIME, TOKEN_LIFETIME_MAX, TOKEN_LIFETIME_MIN};
use handsel_domain::usecases::GrantError;
use handsel_transport::frames::rfc3339;
use handsel_transport::problem::Problem;
use hyper::{Request, StatusCode, Uri, body::Incoming};
use serde_json::json;

use super::users;
use crate::http::body::Fields;
use crate::http::query::Query;
use crate::http::respond;
use crate::http::service::{Api, Reply};

/// A life that a token may have.
fn lifetime(seconds: i64) -> Result<Duration, String> {
    let bounds = TOKEN_LIFETIME_MIN..=TOKEN_LIFETIME_MAX;
    let lifetime = u64::try_from(seconds).ok().map(Duration::from_secs).filter(|lifetime| bounds.contains(lifetime));
    lifetime.ok_or_else(|| format!("must be {} to {} seconds", bounds.start().as_secs(), bounds.end().as_secs()))
}

pub(super) async fn issue(api: &Api, request: Request<Incoming>) -> Result<Reply, Problem> {
    let mut fields = Fields::read(request).await?;
    let user = fields
        .required_integer("user_id")
        .and_then(|number| fields.parsed("user_id", UserId::new(number), |_| "field_invalid"));
    let lifetime = match fields.integer("expires_in") {
        Some(seconds) => fields.parsed("expires_in", lifetime(seconds), |_| "expires_in_invalid"),
        None => Some(TOKEN_LIFETIME),
    };
    let (Some(user), Some(lifetime)) = (user, lifetime) else { return Err(fields.refuse()) };
    fields.finish()?;
    match api.directory.log_in(user, lifetime).await {
        Ok(grant) => {
            let body = json!({
                "token": grant.token.reveal(),
                "expires_at": rfc3339(grant.expires_at),
                "user": users::admin_user_json(&grant.user),
            });
            Ok(respond::json(StatusCode::CREATED, &body))
        }
        Err(GrantError::UnknownUser) => Err(users::not_found()),
        Err(suspended @ GrantError::Suspended) => {
            Err(Problem::new(StatusCode::CONFLICT, suspended.code(), suspended.to_string()))
        }
        Err(GrantError::Unavailable(gone)) => Err(respond::unavailable(gone)),
    }
}

pub(super) async fn revoke(api: &Api, uri: &Uri) -> Result<Reply, Problem> {
    let user = Query::of(uri).required_number("user_id", UserId::new)?;
    let revoked = api.directory.log_out(user).await.map_err(respond::unavailable)?.ok_or_else(users::not_found)?;
    Ok(respond::json(StatusCode::OK, &json!({"revoked": revoked})))
}
