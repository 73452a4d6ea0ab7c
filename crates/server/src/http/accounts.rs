//! `/api/auth/…`: registering, logging in and out. Knows nothing of conversations.

use std::net::IpAddr;

use handsel_domain::password::{Password, PasswordInvalid};
use handsel_domain::ports::UserInsertError;
use handsel_domain::usecases::{LogInError, Registration};
use handsel_domain::user::{Name, NameInvalid, User, Username};
use handsel_transport::frames::rfc3339;
use handsel_transport::problem::Problem;
use hyper::{HeaderMap, Request, StatusCode, body::Incoming};
use serde_json::{Value, json};

use super::body::Fields;
use super::identity::{SitesOwn, only_here};
use super::service::{Api, Reply};
use super::sign_in_rate::TooMany;
use super::{auth, respond};

pub(super) fn user_json(user: &User) -> Value {
    json!({
        "id": user.person.id.get(),
        "username": user.person.username.as_str(),
        "first_name": user.first_name.as_str(),
        "last_name": user.last_name.as_str(),
        "full_name": user.person.full_name,
        "created_at": rfc3339(user.created_at),
    })
}

fn too_many(too_many: &TooMany) -> Problem {
    let (detail, wait) = match too_many {
        TooMany::OfThisName(wait) => {
            ("Too many attempts to log in with this name from this address; 10 a minute are allowed.", wait)
        }
        TooMany::OfThisAddress(wait) => (
            "Too many attempts to log in or register from this address; --sign-ins-per-minute says how many are allowed.",
            wait,
        ),
    };
    Problem::new(StatusCode::TOO_MANY_REQUESTS, "rate_limited", detail).retry_after(*wait)
}

pub(super) async fn register(api: &Api, request: Request<Incoming>, address: IpAddr) -> Result<Reply, Problem> {
    only_here(api, SitesOwn::Registering)?;
    let mut fields = Fields::read(request).await?;
    let username = fields
        .required_text("username")
        .and_then(|text| fields.parsed("username", Username::parse(&text), |error: &NameInvalid| error.code()));
    let password = fields.required_text("password").and_then(|text| {
        fields.parsed("password", Password::parse(&text), |_: &PasswordInvalid| PasswordInvalid::CODE)
    });
    let [first_name, last_name] = ["first_name", "last_name"].map(|name| {
        let text = fields.text(name).unwrap_or_default();
        fields.parsed(name, Name::parse(&text), |error: &NameInvalid| error.code())
    });
    let (Some(username), Some(password), Some(first_name), Some(last_name)) =
        (username, password, first_name, last_name)
    else {
        return Err(fields.refuse());
    };
    fields.finish()?;
    api.sign_ins.check_address(address).map_err(|error| too_many(&error))?;
    match api.accounts.register(Registration { username, password, first_name, last_name }).await {
        Ok(user) => Ok(respond::json(StatusCode::CREATED, &user_json(&user))),
        Err(taken @ UserInsertError::UsernameTaken) => {
            Err(Problem::new(StatusCode::CONFLICT, "username_taken", taken.to_string()))
        }
        Err(UserInsertError::Unavailable(gone)) => Err(respond::unavailable(gone)),
    }
}

pub(super) async fn log_in(api: &Api, request: Request<Incoming>, address: IpAddr) -> Result<Reply, Problem> {
    only_here(api, SitesOwn::LoggingIn)?;
    let mut fields = Fields::read(request).await?;
    let (username, password) = (fields.required_text("username"), fields.required_text("password"));
    let (Some(username), Some(password)) = (username, password) else { return Err(fields.refuse()) };
    let counted = |result: &'static str| metrics::counter!("handsel_logins_total", "result" => result).increment(1);
    if let Err(error) = api.sign_ins.check_log_in(&username, address) {
        counted("rate_limited");
        return Err(too_many(&error));
    }
    match api.accounts.log_in(&username, &password).await {
        Ok(grant) => {
            counted("ok");
            let body = json!({"token": grant.token.reveal(), "expires_at": rfc3339(grant.expires_at), "user": user_json(&grant.user)});
            Ok(respond::json(StatusCode::OK, &body))
        }
        Err(LogInError::CredentialsInvalid) => {
            counted("credentials_invalid");
            Err(Problem::new(StatusCode::UNAUTHORIZED, "credentials_invalid", "The username or the password is wrong."))
        }
        Err(suspended @ LogInError::Suspended) => {
            counted("account_suspended");
            Err(Problem::new(StatusCode::FORBIDDEN, "account_suspended", suspended.to_string()))
        }
        Err(LogInError::Unavailable(gone)) => {
            counted("unavailable");
            Err(respond::unavailable(gone))
        }
    }
}

pub(super) async fn log_out(api: &Api, headers: &HeaderMap) -> Result<Reply, Problem> {
    let caller = auth::caller(&api.accounts, headers).await?;
    api.accounts.log_out(caller.token).await.map_err(respond::unavailable)?;
    Ok(respond::json(
        StatusCode::OK,
        &json!({"detail": "Logged out; this token is revoked and its sockets are closed."}),
    ))
}

pub(super) async fn caller(api: &Api, headers: &HeaderMap) -> Result<Reply, Problem> {
    let caller = auth::caller(&api.accounts, headers).await?;
    let user = api.accounts.by_id(caller.person.id).await.map_err(respond::unavailable)?;
    let user = user.ok_or_else(|| Problem::new(StatusCode::NOT_FOUND, "not_found", "This user is gone."))?;
    Ok(respond::json(StatusCode::OK, &user_json(&user)))
}
