//! `/api/admin/users/{id}/`: a site's users, by the site's own ids. Knows nothing of who may ask.

use handsel_domain::ids::{UserId, UserIdInvalid};
use handsel_domain::ports::{Put, PutUserError, SiteUser};
use handsel_domain::user::{Name, NameInvalid, User, Username};
use handsel_transport::problem::Problem;
use hyper::{Request, StatusCode, body::Incoming};
use serde_json::Value;

use crate::http::accounts::user_json;
use crate::http::body::Fields;
use crate::http::respond;
use crate::http::service::{Api, Reply};

/// A user as the site sees them.
pub(super) fn admin_user_json(user: &User) -> Value {
    let mut json = user_json(user);
    json["suspended"] = user.suspended.into();
    json
}

/// The user that a path names; what can be nobody's id is nobody's.
pub(super) fn named(id: &str) -> Result<UserId, Problem> {
    id.parse().map_err(|_: UserIdInvalid| not_found())
}

/// 404
pub(super) fn not_found() -> Problem {
    let detail = "There is no user with this id; put the user first: PUT /api/admin/users/ID/.";
    Problem::new(StatusCode::NOT_FOUND, "user_not_found", detail)
}

pub(super) async fn show(api: &Api, id: &str) -> Result<Reply, Problem> {
    let user = api.directory.user(named(id)?).await.map_err(respond::unavailable)?;
    Ok(respond::json(StatusCode::OK, &admin_user_json(&user.ok_or_else(not_found)?)))
}

pub(super) async fn put(api: &Api, id: &str, request: Request<Incoming>) -> Result<Reply, Problem> {
    let id = named(id)?;
    let mut fields = Fields::read(request).await?;
    let username = fields
        .required_text("username")
        .and_then(|text| fields.parsed("username", Username::parse_of_site(&text), |error: &NameInvalid| error.code()));
    let [first_name, last_name] = ["first_name", "last_name"].map(|name| {
        let text = fields.text(name).unwrap_or_default();
        fields.parsed(name, Name::parse(&text), |error: &NameInvalid| error.code())
    });
    let (Some(username), Some(first_name), Some(last_name)) = (username, first_name, last_name) else {
        return Err(fields.refuse());
    };
    fields.finish()?;
    let refused = |status, code, error: PutUserError| Problem::new(status, code, error.to_string());
    match api.directory.put_user(SiteUser { id, username, first_name, last_name }).await {
        Ok(Put::Created(user)) => Ok(respond::json(StatusCode::CREATED, &admin_user_json(&user))),
        Ok(Put::Kept(user)) => Ok(respond::json(StatusCode::OK, &admin_user_json(&user))),
        Err(taken @ PutUserError::UsernameTaken) => Err(refused(StatusCode::CONFLICT, "username_taken", taken)),
        Err(deleted @ PutUserError::Deleted) => Err(refused(StatusCode::CONFLICT, "user_deleted", deleted)),
        Err(high @ PutUserError::IdTooHigh) => Err(refused(StatusCode::UNPROCESSABLE_ENTITY, "id_too_high", high)),
        Err(PutUserError::Unavailable(gone)) => Err(respond::unavailable(gone)),
    }
}
