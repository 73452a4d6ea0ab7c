//! Who calls, by the header `Authorization: Bearer TOKEN`. Knows nothing of what they want.

use handsel_domain::ports::Principal;
use handsel_domain::usecases::{Accounts, AuthenticateError};
use handsel_transport::close::CloseReason;
use handsel_transport::gateway::bearer_token;
use handsel_transport::problem::Problem;
use hyper::{HeaderMap, StatusCode};

use super::respond::unavailable;

/// The caller, or 401.
pub(super) async fn caller(accounts: &Accounts, headers: &HeaderMap) -> Result<Principal, Problem> {
    const HOW: &str = "Log in at POST /api/auth/login/ and pass the token as Authorization: Bearer YOUR_TOKEN.";
    let unauthorized = |code| Problem::new(StatusCode::UNAUTHORIZED, code, HOW);
    let token = bearer_token(headers)
        .ok_or_else(|| unauthorized(CloseReason::TokenRequired.code()))?
        .map_err(|_| Problem::from(CloseReason::TokenMalformed))?;
    accounts.authenticate(&token).await.map_err(|error| match error {
        AuthenticateError::Unknown
        | AuthenticateError::Expired
        | AuthenticateError::Revoked
        | AuthenticateError::Jwt(_)
        | AuthenticateError::UnknownUser => Problem::new(StatusCode::UNAUTHORIZED, error.code(), error.to_string()),
        AuthenticateError::Suspended => Problem::new(StatusCode::FORBIDDEN, error.code(), error.to_string()),
        AuthenticateError::Unavailable(gone) => unavailable(gone),
    })
}
