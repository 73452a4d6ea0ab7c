//! What the log says of a request: one line when it ends, with as much of its path as holds nobody's secret. Knows nothing
//! of what is answered but its status.

use std::net::IpAddr;
use std::time::Instant;

use handsel_domain::ids::{ListingNumber, UserId};
use handsel_transport::gateway::conversation_address;
use handsel_transport::request_id::RequestId;
use hyper::{HeaderMap, Method, StatusCode};
use ipnet::IpNet;

use super::client_address::is_trusted;
use super::router::Route;

/// Where a request's id stands, in both directions.
pub(super) const REQUEST_ID: &str = "x-request-id";
/// Longest segment of an unknown path that is shown. A token is longer.
const SEGMENT_CHARACTERS_MAX: usize = 40;
/// What stands for what is not shown.
const HIDDEN: &str = "…";
/// The status of a request whose client went away before the answer. Nobody was told it; proxies log it so.
const NOT_ANSWERED: u16 = 499;

/// A request's line in the log. It is written when this is dropped, whether or not an answer came of the request.
pub(super) struct Line {
    started: Instant,
    status: u16,
    /// Whether it is for one of the page's files: each time that somebody opens the page, dozens are asked for.
    of_page: bool,
    method: &'static str,
    path: String,
    id: RequestId,
    address: IpAddr,
}

impl Line {
    /// The line of a request that begins now.
    pub(super) fn begins(of_page: bool, method: &Method, path: String, id: RequestId, address: IpAddr) -> Self {
        let (started, method) = (Instant::now(), self::method(method));
        Self { started, status: NOT_ANSWERED, of_page, method, path, id, address }
    }

    /// It ends with an answer of that status.
    pub(super) fn answered(mut self, status: StatusCode) {
        self.status = status.as_u16();
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        let Self { started, status, of_page, method, path, id, address } = self;
        let millis = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        if *of_page {
            tracing::debug!(method, path, status, millis, request = %id, %address, "request");
        } else {
            tracing::info!(method, path, status, millis, request = %id, %address, "request");
        }
    }
}

/// The id that a trusted proxy gave, or a new one.
pub(super) fn request_id(connection: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> RequestId {
    let given = || RequestId::parse(headers.get(REQUEST_ID)?.to_str().ok()?);
    let given = if is_trusted(connection, trusted) { given() } else { None };
    given.unwrap_or_else(|| RequestId::new(fastrand::u128(..)))
}

/// A method that there is; anybody can make up another.
fn method(method: &Method) -> &'static str {
    const KNOWN: [Method; 9] = [
        Method::GET,
        Method::HEAD,
        Method::POST,
        Method::PUT,
        Method::PATCH,
        Method::DELETE,
        Method::OPTIONS,
        Method::CONNECT,
        Method::TRACE,
    ];
    const NAMES: [&str; 9] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT", "TRACE"];
    KNOWN.iter().position(|known| known == method).map_or("other", |place| NAMES[place])
}

/// The path of a place that there is. Where it names something, that is shown as far as it could be its name.
pub(super) fn known_path(route: &Route, path: &str) -> String {
    let (named, is_name) = match route {
        Route::Listing(_, id) => (id.as_str(), id.parse().is_ok_and(|number| ListingNumber::new(number).is_ok())),
        Route::Timeline(name)
        | Route::Messages(name)
        | Route::Step(name, _)
        | Route::Read(name)
        | Route::Chat(name) => (name.as_str(), conversation_address(name).is_ok()),
        Route::Block(id) => (id.as_str(), id.parse::<UserId>().is_ok()),
        Route::Admin(route) => route.named(),
        Route::Register
        | Route::LogIn
        | Route::LogOut
        | Route::Caller
        | Route::Listings(_)
        | Route::Conversations
        | Route::Description
        | Route::Docs
        | Route::Blocks
        | Route::Alive
        | Route::Ready
        | Route::Metrics
        | Route::Inbox => return path.to_owned(),
    };
    if is_name {
        return path.to_owned();
    }
    let shown = |segment| if segment == named { HIDDEN } else { segment };
    path.split('/').map(shown).collect::<Vec<_>>().join("/")
}

/// The beginning of a path where nothing is: enough to see that a proxy leads astray. Anything may stand behind it.
pub(super) fn unknown_path(prefix: &str, path: &str) -> String {
    let (before, rest) = path.strip_prefix(prefix).map_or(("", path), |rest| (prefix, rest));
    let mut segments = rest.trim_start_matches('/').splitn(2, '/');
    let first = segments.next().filter(|first| first.len() <= SEGMENT_CHARACTERS_MAX).unwrap_or(HIDDEN);
    match segments.next() {
        None => format!("{before}/{first}"),
        Some("") => format!("{before}/{first}/"),
        Some(_) => format!("{before}/{first}/{HIDDEN}"),
    }
}

#[cfg(test)]
mod tests {
    use handsel_domain::listing::ListingKind;
    use hyper::header::HeaderValue;

    use super::*;

    #[test]
    fn names_are_shown_and_what_is_none_is_not() {
        let chat = |name: &str| Route::Chat(name.to_owned());
        let offer = |id: &str| Route::Listing(ListingKind::Offer, id.to_owned());
        for (route, path, expected) in [
            (chat("offer_1:2"), "/ws/chat/offer_1:2/", "/ws/chat/offer_1:2/"),
            (chat("offer_1%3A2"), "/ws/chat/offer_1%3A2", "/ws/chat/offer_1%3A2"),
            (chat("hunter2"), "/ws/chat/hunter2/", "/ws/chat/…/"),
            (chat("w"), "/ws/chat/w", "/ws/chat/…"),
            (offer("17"), "/api/offers/17", "/api/offers/17"),
            (offer("hunter2"), "/market/api/offers/hunter2/", "/market/api/offers/…/"),
            (Route::LogIn, "/api/auth/login/", "/api/auth/login/"),
        ] {
            assert_eq!(known_path(&route, path), expected, "{path}");
        }
    }

    #[test]
    fn of_an_unknown_path_the_beginning_is_shown() {
        let long = "a".repeat(SEGMENT_CHARACTERS_MAX + 1);
        for (prefix, path, expected) in [
            ("", "/nothing", "/nothing"),
            ("", "/nothing/", "/nothing/"),
            ("", "/", "/"),
            ("", "/ws/chat/offer_1/hunter2", "/ws/…"),
            ("", &format!("/{long}"), "/…"),
            ("", &format!("/{long}/x"), "/…/…"),
            ("/handsel", "/handsel/a/b", "/handsel/a/…"),
            ("/handsel", "/api/offers/1", "/api/…"),
        ] {
            assert_eq!(unknown_path(prefix, path), expected, "{path}");
        }
    }

    #[test]
    fn a_method_that_somebody_made_up_is_not_shown() {
        assert_eq!((method(&Method::PATCH), method(&Method::TRACE)), ("PATCH", "TRACE"));
        assert_eq!(method(&Method::from_bytes(b"HUNTER2").expect("a method")), "other");
    }

    #[test]
    fn only_a_trusted_proxy_names_requests() {
        let trusted: Vec<IpNet> = vec!["10.0.0.0/8".parse().expect("a network")];
        let named = |connection: &str, given: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(REQUEST_ID, HeaderValue::from_str(given).expect("a header"));
            request_id(connection.parse().expect("an address"), &headers, &trusted)
        };
        assert_eq!(named("10.0.0.1", "abc-1").as_str(), "abc-1");
        assert_eq!(named("::ffff:10.0.0.1", "abc-1").as_str(), "abc-1");
        assert_ne!(named("203.0.113.9", "abc-1").as_str(), "abc-1");
        let made = named("10.0.0.1", "not sane");
        assert!(made.as_str().len() == 32 && made != named("10.0.0.1", "not sane"), "{made}");
    }
}
