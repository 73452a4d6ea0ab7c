//! Which path is what. Knows nothing of what is done there.

use handsel_domain::handshake::StepKind;
use handsel_domain::listing::ListingKind;
use hyper::Method;

use super::admin::{AdminRoute, PLACES};
use crate::config::Surface;

/// A place of the API, with the variable segments of its path as they came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Route {
    Register,
    LogIn,
    LogOut,
    Caller,
    Listings(ListingKind),
    Listing(ListingKind, String),
    Conversations,
    Timeline(String),
    Messages(String),
    Step(String, StepKind),
    Read(String),
    Blocks,
    Block(String),
    Description,
    Docs,
    Alive,
    Ready,
    Metrics,
    Admin(AdminRoute),
    Chat(String),
    Inbox,
}

/// The patterns, without the variable parts filled in.
#[derive(Clone, Copy)]
enum Pattern {
    Register,
    LogIn,
    LogOut,
    Caller,
    Listings(ListingKind),
    Listing(ListingKind),
    Conversations,
    Timeline,
    Messages,
    Step,
    Read,
    Blocks,
    Block,
    Description,
    Docs,
    Alive,
    Ready,
    Metrics,
    /// Its one variable segment, where it has one, makes the route.
    Admin(fn(String) -> AdminRoute),
    Chat,
    Inbox,
}

const HTTP_API: [(&str, Pattern); 17] = [
    ("/api/auth/register", Pattern::Register),
    ("/api/auth/login", Pattern::LogIn),
    ("/api/auth/logout", Pattern::LogOut),
    ("/api/auth/user", Pattern::Caller),
    ("/api/offers", Pattern::Listings(ListingKind::Offer)),
    ("/api/offers/{id}", Pattern::Listing(ListingKind::Offer)),
    ("/api/needs", Pattern::Listings(ListingKind::Need)),
    ("/api/needs/{id}", Pattern::Listing(ListingKind::Need)),
    ("/api/conversations", Pattern::Conversations),
    ("/api/conversations/{conversation}/timeline", Pattern::Timeline),
    ("/api/conversations/{conversation}/messages", Pattern::Messages),
    ("/api/conversations/{conversation}/handshake/{step}", Pattern::Step),
    ("/api/conversations/{conversation}/read", Pattern::Read),
    ("/api/blocks", Pattern::Blocks),
    ("/api/blocks/{id}", Pattern::Block),
    ("/api/openapi.json", Pattern::Description),
    ("/api/docs", Pattern::Docs),
];
const WEBSOCKET: [(&str, Pattern); 2] = [("/ws/chat/{conversation}", Pattern::Chat), ("/ws/inbox", Pattern::Inbox)];
const HEALTH: [(&str, Pattern); 2] = [("/healthz", Pattern::Alive), ("/readyz", Pattern::Ready)];
const METRICS: [(&str, Pattern); 1] = [("/metrics", Pattern::Metrics)];

pub(super) struct Router {
    patterns: matchit::Router<Pattern>,
}

/// What is the operator's, and the site's whom they gave a key.
fn operators(surface: Surface) -> impl Iterator<Item = (&'static str, Pattern)> {
    let admin = PLACES.into_iter().map(|place| (place.path, Pattern::Admin(place.route)));
    METRICS.into_iter().chain(admin.filter(move |_| surface.http_api))
}

impl Router {
    /// What everybody reaches; the metrics and the admin API only where the operator has no address of their own.
    pub(super) fn public(surface: Surface, with_operators: bool) -> Self {
        let http_api = HTTP_API.iter().filter(|_| surface.http_api);
        let websocket = WEBSOCKET.iter().filter(|_| surface.websocket);
        let operators = operators(surface).filter(|_| with_operators);
        Self::of(http_api.chain(websocket).chain(&HEALTH).copied().chain(operators))
    }

    /// What the operator reaches at their own address.
    pub(super) fn admin(surface: Surface) -> Self {
        Self::of(HEALTH.into_iter().chain(operators(surface)))
    }

    fn of(places: impl Iterator<Item = (&'static str, Pattern)>) -> Self {
        let mut patterns = matchit::Router::new();
        for (path, pattern) in places {
            patterns.insert(path, pattern).expect("the patterns are distinct");
        }
        Self { patterns }
    }

    /// The place of that path, with or without a slash at its end.
    pub(super) fn find(&self, path: &str) -> Option<Route> {
        let path = path.strip_suffix('/').unwrap_or(path);
        let found = self.patterns.at(path).ok()?;
        let segment = |name| found.params.get(name).unwrap_or_default().to_owned();
        let conversation = || segment("conversation");
        Some(match *found.value {
            Pattern::Register => Route::Register,
            Pattern::LogIn => Route::LogIn,
            Pattern::LogOut => Route::LogOut,
            Pattern::Caller => Route::Caller,
            Pattern::Listings(kind) => Route::Listings(kind),
            Pattern::Listing(kind) => Route::Listing(kind, segment("id")),
            Pattern::Conversations => Route::Conversations,
            Pattern::Timeline => Route::Timeline(conversation()),
            Pattern::Messages => Route::Messages(conversation()),
            Pattern::Step => Route::Step(conversation(), StepKind::from_name(&segment("step"))?),
            Pattern::Read => Route::Read(conversation()),
            Pattern::Blocks => Route::Blocks,
            Pattern::Block => Route::Block(segment("id")),
            Pattern::Description => Route::Description,
            Pattern::Docs => Route::Docs,
            Pattern::Alive => Route::Alive,
            Pattern::Ready => Route::Ready,
            Pattern::Metrics => Route::Metrics,
            Pattern::Admin(route) => Route::Admin(route(
                found.params.iter().next().map(|(_, segment)| segment.to_owned()).unwrap_or_default(),
            )),
            Pattern::Chat => Route::Chat(conversation()),
            Pattern::Inbox => Route::Inbox,
        })
    }
}

impl Route {
    /// The methods that can be used there.
    pub(super) fn methods(&self) -> &'static [Method] {
        match self {
            Self::Register | Self::LogIn | Self::LogOut | Self::Messages(_) | Self::Step(..) | Self::Read(_) => {
                &[Method::POST]
            }
            Self::Listings(_) => &[Method::GET, Method::POST],
            Self::Listing(..) => &[Method::GET, Method::PATCH],
            Self::Admin(route) => route.methods(),
            Self::Block(_) => &[Method::PUT, Method::DELETE],
            Self::Caller
            | Self::Conversations
            | Self::Blocks
            | Self::Timeline(_)
            | Self::Description
            | Self::Docs
            | Self::Alive
            | Self::Ready
            | Self::Metrics
            | Self::Chat(_)
            | Self::Inbox => &[Method::GET],
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    use super::*;
    use crate::description;

    /// What stands for a variable segment, so that the path leads somewhere.
    fn filled_in(path: &str) -> String {
        path.replace("{step}", "start").replace("{conversation}", "offer_1:2").replace("{id}", "7")
    }

    #[test]
    fn what_is_described_is_what_there_is() {
        let description: Value = serde_json::from_str(description::OPENAPI).expect("JSON");
        let all = Surface { http_api: true, websocket: true };
        let router = Router::public(all, true);
        let mut described = BTreeSet::new();
        for (path, item) in description["paths"].as_object().expect("there are paths") {
            let route = router.find(&filled_in(path)).unwrap_or_else(|| panic!("{path} is described, and is nowhere"));
            let methods: BTreeSet<_> = route.methods().iter().map(Method::as_str).collect();
            let expected = item.as_object().expect("a path has methods").keys().filter(|key| *key != "parameters");
            let expected: BTreeSet<_> = expected.map(|method| method.to_uppercase()).collect();
            assert_eq!(methods, expected.iter().map(String::as_str).collect(), "{path}");
            described.insert(path.trim_end_matches('/'));
        }
        for (path, _) in HTTP_API.iter().chain(&WEBSOCKET).chain(&HEALTH).copied().chain(operators(all)) {
            assert!(described.contains(path), "{path} is nowhere in docs/openapi.json");
        }
    }

    #[test]
    fn the_slash_at_the_end_is_optional() {
        let router = Router::public(Surface { http_api: true, websocket: true }, true);
        for path in ["/api/conversations/offer_1:2/handshake/start", "/api/conversations/offer_1:2/handshake/start/"] {
            assert_eq!(router.find(path), Some(Route::Step("offer_1:2".to_owned(), StepKind::Start)), "{path}");
        }
        for path in [
            "/",
            "",
            "/api",
            "/api/offers//",
            "/api/conversations/offer_1/handshake/dance",
            "/ws/chat/",
            "/ws/chat/a/b",
        ] {
            assert_eq!(router.find(path), None, "{path}");
        }
    }

    #[test]
    fn each_half_can_be_left_out() {
        let [sockets, api] = [(false, true), (true, false)]
            .map(|(http_api, websocket)| Router::public(Surface { http_api, websocket }, true));
        assert_eq!((sockets.find("/api/offers"), api.find("/ws/chat/offer_1")), (None, None));
        assert!(
            sockets.find("/ws/chat/offer_1").is_some()
                && api.find("/api/offers").is_some()
                && api.find("/healthz").is_some()
        );
    }

    #[test]
    fn metrics_are_at_the_operators_address_where_there_is_one() {
        let public = Router::public(Surface { http_api: true, websocket: true }, false);
        assert_eq!((public.find("/metrics"), public.find("/metrics/")), (None, None));
        assert_eq!(public.find("/api/admin/users/1/"), None);
        assert!(public.find("/readyz").is_some());
        let admin = Router::admin(Surface { http_api: true, websocket: true });
        assert!(
            ["/metrics", "/healthz", "/readyz/", "/api/admin/users/1/"].iter().all(|path| admin.find(path).is_some())
        );
        assert_eq!((admin.find("/api/offers"), admin.find("/ws/inbox")), (None, None));
    }
}
