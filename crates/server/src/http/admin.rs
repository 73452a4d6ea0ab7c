//! `/api/admin/…`: what a site asks by its admin key. Knows nothing of what the handlers do, nor of who else is served.
//!
//! A call has a line in [`PLACES`], a variant of [`AdminRoute`] and a branch in [`dispatch`]; its handler is in a file of
//! its own. `docs/http-api.md` has a line for each, by which the end-to-end tests try them all with wrong keys.
//!
//! - `users`: who there is; `listings`: what they have published; `tokens`: who is logged in.
//! - `events`: what the site is told.
//! - `moderation`: suspending and erasing users, and who did so; `reading`: what they wrote.
//! - `wrong_keys`: how often one may try.

mod events;
mod listings;
mod moderation;
mod reading;
mod tokens;
mod users;
mod wrong_keys;

pub(super) use wrong_keys::WrongKeys;

use std::mem::discriminant;
use std::net::IpAddr;

use handsel_domain::ids::UserId;
use handsel_domain::listing::ListingRef;
use handsel_transport::gateway::conversation_address;
use handsel_transport::problem::Problem;
use hyper::body::Incoming;
use hyper::header::AUTHORIZATION;
use hyper::{HeaderMap, Method, Request, StatusCode};

use super::service::{Api, Reply};
use crate::config::AdminKey;

/// A place of the admin API, with the variable segment of its path as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum AdminRoute {
    User(String),
    Listing(String),
    Tokens,
    Events,
    Timeline(String),
    AuditLog,
}

/// A path of the admin API.
#[derive(Clone, Copy)]
pub(super) struct AdminPlace {
    pub(super) path: &'static str,
    /// The methods that can be used there.
    methods: &'static [Method],
    /// Makes its one variable segment, empty where it has none, a route.
    pub(super) route: fn(String) -> AdminRoute,
}

/// Every path.
pub(super) const PLACES: [AdminPlace; 6] = [
    AdminPlace {
        path: "/api/admin/users/{id}",
        methods: &[Method::GET, Method::PUT, Method::PATCH, Method::DELETE],
        route: AdminRoute::User,
    },
    AdminPlace {
        path: "/api/admin/conversations/{key}/timeline",
        methods: &[Method::GET],
        route: AdminRoute::Timeline,
    },
    AdminPlace { path: "/api/admin/audit", methods: &[Method::GET], route: |_| AdminRoute::AuditLog },
    AdminPlace { path: "/api/admin/listings/{listing}", methods: &[Method::PUT], route: AdminRoute::Listing },
    AdminPlace { path: "/api/admin/tokens", methods: &[Method::POST, Method::DELETE], route: |_| AdminRoute::Tokens },
    AdminPlace { path: "/api/admin/events", methods: &[Method::GET], route: |_| AdminRoute::Events },
];

impl AdminRoute {
    /// The methods that can be used there.
    pub(super) fn methods(&self) -> &'static [Method] {
        let is_this = |place: &AdminPlace| discriminant(&(place.route)(String::new())) == discriminant(self);
        PLACES.into_iter().find(is_this).map_or(&[], |place| place.methods)
    }

    /// The variable segment, empty where there is none, and whether it could be what it names: only then it is logged.
    pub(super) fn named(&self) -> (&str, bool) {
        match self {
            Self::User(id) => (id, id.parse::<UserId>().is_ok()),
            Self::Listing(name) => (name, name.parse::<ListingRef>().is_ok()),
            Self::Tokens => ("", true),
            Self::Events => ("", true),
            Self::Timeline(key) => (key, conversation_address(key).is_ok()),
            Self::AuditLog => ("", true),
        }
    }
}

/// Does what is asked there, for whoever has a key.
pub(super) async fn dispatch(
    api: &Api,
    route: &AdminRoute,
    request: Request<Incoming>,
    address: IpAddr,
) -> Result<Reply, Problem> {
    let key = authorize(api, request.headers(), address)?;
    let method = request.method().clone();
    if method != Method::GET && method != Method::HEAD {
        tracing::info!(%key, %method, "the site changes something by its admin key");
    }
    let (headers, uri) = (request.headers().clone(), request.uri().clone());
    match route {
        AdminRoute::User(id) if method == Method::PUT => users::put(api, id, request).await,
        AdminRoute::User(id) if method == Method::PATCH => moderation::suspend(api, id, key, request).await,
        AdminRoute::User(id) if method == Method::DELETE => moderation::erase(api, id, key, &headers, &uri).await,
        AdminRoute::User(id) => users::show(api, id).await,
        AdminRoute::Listing(name) => listings::put(api, name, request).await,
        AdminRoute::Tokens if method == Method::POST => tokens::issue(api, request).await,
        AdminRoute::Tokens => tokens::revoke(api, request.uri()).await,
        AdminRoute::Events => events::page(api, request.uri()).await,
        AdminRoute::Timeline(conversation) => reading::timeline(api, conversation, key, &headers, &uri).await,
        AdminRoute::AuditLog => moderation::audit_log(api, &uri).await,
    }
}

/// Which of the site's keys the caller has, by the header `Authorization: Bearer KEY`. Whoever has one is never kept waiting
/// for those who try others.
pub(super) fn authorize(api: &Api, headers: &HeaderMap, address: IpAddr) -> Result<AdminKey, Problem> {
    let keys = &api.served.identity.admin_keys;
    if keys.is_empty() {
        let detail = "The admin API is switched off; the operator turns it on with a key in HANDSEL_ADMIN_KEY or HANDSEL_ADMIN_KEY_FILE (admin_key).";
        return Err(Problem::new(StatusCode::FORBIDDEN, "admin_off", detail));
    }
    let Some(given) = headers.get(AUTHORIZATION) else {
        let detail = "Pass one of the server's admin keys (admin_key) as Authorization: Bearer KEY.";
        return Err(Problem::new(StatusCode::UNAUTHORIZED, "admin_key_required", detail));
    };
    let bearer = given.to_str().ok().and_then(|given| given.split_once(' '));
    let key = bearer.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer")).map(|(_, key)| key.trim());
    if let Some(key) = key.and_then(|key| keys.find(key)) {
        return Ok(key);
    }
    api.wrong_keys.check(address)?;
    tracing::warn!(%address, "somebody tried the admin API without a key of the site's");
    let detail = "This is none of the server's admin keys (admin_key); a user's token is none either.";
    Err(Problem::new(StatusCode::UNAUTHORIZED, "admin_key_invalid", detail))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_call_is_documented_and_every_documented_call_is_there() {
        let mut documented: Vec<_> = include_str!("../../../../docs/http-api.md")
            .lines()
            .filter_map(|line| line.strip_prefix("| `")?.split_once(['?', '`'])?.0.split_once(' '))
            .filter(|(_, path)| path.starts_with("/api/admin/"))
            .map(|(method, path)| (method.to_owned(), path.trim_end_matches('/').to_owned()))
            .collect();
        let of_place =
            |place: AdminPlace| place.methods.iter().map(move |method| (method.to_string(), place.path.to_owned()));
        let mut there: Vec<_> = PLACES.into_iter().flat_map(of_place).collect();
        documented.sort_unstable();
        there.sort_unstable();
        assert_eq!(documented, there);
    }
}
