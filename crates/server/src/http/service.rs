//! From a request to its handler, or to the page, and back. Knows nothing of what the handlers do, nor of connections.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use handsel_domain::usecases::{Accounts, Market, Talk};
use handsel_transport::broker::BrokerState;
use handsel_transport::gateway::Gateway;
use handsel_transport::problem::Problem;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::header::{ALLOW, HeaderValue, X_CONTENT_TYPE_OPTIONS};
use hyper::{Method, Request, Response, StatusCode};
use ipnet::IpNet;
use tokio_util::sync::CancellationToken;

use super::client_address::client_address;
use super::router::{Route, Router};
use super::sign_in_rate::SignInRate;
use super::{accounts, conversations, health, listings};
use crate::config::Surface;
use crate::page::{Asset, Page};

/// How the page's files can be asked for.
const PAGE_METHODS: [Method; 1] = [Method::GET];

/// What every handler returns, one way or the other.
pub type Reply = Response<Full<Bytes>>;

/// What the handlers need.
pub struct Api {
    pub(super) accounts: Arc<Accounts>,
    pub(super) market: Arc<Market>,
    pub(super) talk: Arc<Talk>,
    pub(super) sign_ins: SignInRate,
    /// Cancelled once the process is about to end.
    pub(super) stopping: CancellationToken,
    gateway: Gateway,
    trusted_proxies: Vec<IpNet>,
    router: Router,
    surface: Surface,
    page: Option<Page>,
}

/// What is at a path.
enum Place {
    Api(Route),
    Page(Arc<Asset>),
    Nowhere,
}

impl Api {
    /// The API over these use cases, and the page where one is served.
    pub fn new(
        market: Arc<Market>,
        gateway: Gateway,
        trusted_proxies: Vec<IpNet>,
        surface: Surface,
        stopping: CancellationToken,
        sign_ins_per_minute: u32,
        page: Option<Page>,
    ) -> Self {
        Self {
            accounts: Arc::clone(&gateway.accounts),
            market,
            talk: Arc::clone(&gateway.talk),
            sign_ins: SignInRate::new(sign_ins_per_minute),
            stopping,
            gateway,
            trusted_proxies,
            router: Router::new(surface),
            surface,
            page,
        }
    }

    /// How it stands with what reaches the other nodes.
    pub(super) fn broker(&self) -> BrokerState {
        self.gateway.hub.broker()
    }

    fn find(&self, path: &str) -> Place {
        let asset = || self.page.as_ref()?.find(path);
        self.router.find(path).map(Place::Api).or_else(|| asset().map(Place::Page)).unwrap_or(Place::Nowhere)
    }

    /// Answers one request and logs it: method, path, status, time; never the query, which may hold a token.
    pub async fn answer(&self, request: Request<Incoming>, connection: IpAddr) -> Reply {
        let (started, method, path) = (Instant::now(), request.method().clone(), request.uri().path().to_owned());
        let place = self.find(&path);
        let of_page = matches!(place, Place::Page(_));
        let mut reply = match place {
            Place::Nowhere => self.nothing_there(&path).into_response(),
            Place::Page(_) if !allows(&PAGE_METHODS, &method) => method_not_allowed(&PAGE_METHODS),
            Place::Page(asset) => asset.answer(request.headers()),
            Place::Api(route) if !allows(route.methods(), &method) => method_not_allowed(route.methods()),
            Place::Api(route) => self.dispatch(route, request, connection).await.unwrap_or_else(Problem::into_response),
        };
        reply.headers_mut().insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        let (status, millis) = (reply.status().as_u16(), started.elapsed().as_millis());
        // Each time that somebody opens the page it is asked for dozens of files.
        if of_page {
            tracing::debug!(%method, path, status, millis, "request");
        } else {
            tracing::info!(%method, path, status, millis, "request");
        }
        reply
    }

    async fn dispatch(&self, route: Route, request: Request<Incoming>, connection: IpAddr) -> Result<Reply, Problem> {
        let posted = request.method() == Method::POST;
        let (headers, uri) = (request.headers().clone(), request.uri().clone());
        let address = client_address(connection, &headers, &self.trusted_proxies);
        match route {
            Route::Register => accounts::register(self, request, address).await,
            Route::LogIn => accounts::log_in(self, request, address).await,
            Route::LogOut => accounts::log_out(self, &headers).await,
            Route::Caller => accounts::caller(self, &headers).await,
            Route::Listings(kind) if posted => listings::publish(self, kind, request).await,
            Route::Listings(kind) => listings::browse(self, kind, &headers, &uri).await,
            Route::Listing(kind, id) if request.method() == Method::PATCH => {
                listings::change(self, kind, &id, request).await
            }
            Route::Listing(kind, id) => listings::show(self, kind, &id, &headers).await,
            Route::Conversations => conversations::list(self, &headers, &uri).await,
            Route::Timeline(conversation) => conversations::timeline(self, &conversation, &headers, &uri).await,
            Route::Messages(conversation) => conversations::write(self, &conversation, request).await,
            Route::Step(conversation, step) => conversations::step(self, &conversation, step, request).await,
            Route::Read(conversation) => conversations::read(self, &conversation, request).await,
            Route::Alive => Ok(health::alive()),
            Route::Ready => health::ready(self).await,
            Route::Metrics => Ok(health::metrics()),
            Route::Chat(conversation) => Ok(self.gateway.chat(request, &conversation).await),
            Route::Inbox => Ok(self.gateway.inbox(request).await),
        }
    }

    fn nothing_there(&self, path: &str) -> Problem {
        let document = matches!(path, "/" | "/index.html");
        let detail = if path.starts_with("/ws/") && !self.surface.websocket {
            "This process serves the HTTP API alone (--no-websocket); sockets are served by another one."
        } else if (document || path.starts_with("/api/")) && !self.surface.http_api {
            "This process serves sockets alone (--websocket-only); the HTTP API is served by another one."
        } else if document && self.page.is_none() {
            "The page is switched off (--no-frontend); the API is under /api/, sockets are /ws/chat/CONVERSATION/ and /ws/inbox/."
        } else if self.page.is_none() {
            "There is nothing at this path; the API is under /api/, sockets are /ws/chat/CONVERSATION/ and /ws/inbox/."
        } else {
            "There is nothing at this path; the page is at /, the API is under /api/, sockets are /ws/chat/CONVERSATION/ and /ws/inbox/."
        };
        Problem::new(StatusCode::NOT_FOUND, "not_found", detail)
    }

    /// Forgets what is no longer needed; called now and then.
    pub fn tidy_up(&self) {
        self.sign_ins.forget_old();
    }
}

/// HEAD is GET without the body, which hyper leaves out by itself.
fn allows(methods: &[Method], method: &Method) -> bool {
    let asked = if method == Method::HEAD { &Method::GET } else { method };
    methods.contains(asked)
}

fn method_not_allowed(methods: &[Method]) -> Reply {
    let get = methods.contains(&Method::GET);
    let methods = methods.iter().chain(get.then_some(&Method::HEAD));
    let allowed = methods.map(Method::as_str).collect::<Vec<_>>().join(", ");
    let problem = Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", format!("Use {allowed} here."));
    let mut reply = problem.into_response();
    if let Ok(allowed) = HeaderValue::from_str(&allowed) {
        reply.headers_mut().insert(ALLOW, allowed);
    }
    reply
}
