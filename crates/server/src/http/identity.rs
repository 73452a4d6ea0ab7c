//! What is not done here where a site has the users: registering, logging in, publishing. Knows nothing of what is done.

use handsel_transport::problem::Problem;
use hyper::StatusCode;

use super::service::Api;
use crate::config::IdentitySource;

/// What only the site does, where it has the users.
#[derive(Clone, Copy)]
pub(super) enum SitesOwn {
    /// Making an account.
    Registering,
    /// Logging in with a password.
    LoggingIn,
    /// Publishing listings and changing them.
    Publishing,
}

/// 403 where a site does that.
pub(super) fn only_here(api: &Api, what: SitesOwn) -> Result<(), Problem> {
    let detail = match (api.served.identity.source, what) {
        (IdentitySource::Local, _) => return Ok(()),
        (IdentitySource::External, SitesOwn::Registering) => {
            "Accounts are made at the site that this server belongs to; register there."
        }
        (IdentitySource::External, SitesOwn::LoggingIn) => {
            "You log in at the site that this server belongs to; do so there, and come back."
        }
        (IdentitySource::External, SitesOwn::Publishing) => {
            "Offers and needs are published and changed at the site that this server belongs to; do so there."
        }
    };
    Err(Problem::new(StatusCode::FORBIDDEN, "identity_external", detail))
}
