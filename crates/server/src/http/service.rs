//! From a request to its handler, or to the page, and back. Knows nothing of what the handlers do, nor of connections.

use std::convert::Infallible;
use std::net::IpAddr;
use std::sync::Arc;

use bytes::Bytes;
use handsel_domain::ports::Events;
use handsel_domain::usecases::{Accounts, Directory, Market, Moderation, Talk};
use handsel_transport::broker::BrokerState;
use handsel_transport::gateway::Gateway;
use handsel_transport::problem::Problem;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::header::{ALLOW, HeaderName, HeaderValue, LOCATION, X_CONTENT_TYPE_OPTIONS};
use hyper::{Method, Request, Response, StatusCode};
use ipnet::IpNet;
use tokio_util::sync::CancellationToken;
use tower::{Layer, ServiceExt, service_fn};
use tower_http::cors::CorsLayer;

use super::admin::{self, WrongKeys};
use super::client_address::client_address;
use super::request_log::Line;
use super::router::{Route, Router};
use super::sign_in_rate::SignInRate;
use super::{accounts, blocks, conversations, cors, health, listings, nowhere, request_log};
use crate::config::{Identity, PathPrefix, Surface};
use crate::description::Description;
use crate::page::{Asset, Page};

/// How the page's files can be asked for.
const PAGE_METHODS: [Method; 1] = [Method::GET];

/// What every handler returns, one way or the other.
pub type Reply = Response<Full<Bytes>>;

/// What the handlers need.
pub struct Api {
    pub(super) accounts: Arc<Accounts>,
    pub(super) market: Arc<Market>,
    pub(super) directory: Arc<Directory>,
    pub(super) events: Arc<dyn Events>,
    pub(super) talk: Arc<Talk>,
    pub(super) moderation: Arc<Moderation>,
    pub(super) sign_ins: SignInRate,
    pub(super) wrong_keys: WrongKeys,
    /// Cancelled once the process is about to end.
    pub(super) stopping: CancellationToken,
    pub(super) served: Served,
    gateway: Gateway,
    cors: CorsLayer,
    description: Description,
    router: Router,
    admin_router: Router,
}

/// What the handlers do their work by, beside what sockets need as well.
pub struct UseCases {
    /// Offers and needs.
    pub market: Arc<Market>,
    /// What a site says of its users.
    pub directory: Arc<Directory>,
    /// Who keeps whom from writing.
    pub moderation: Arc<Moderation>,
    /// What a site is told.
    pub events: Arc<dyn Events>,
}

/// What is served, where, and to whom.
pub struct Served {
    /// Which halves of the server.
    pub surface: Surface,
    /// The page, where one is served.
    pub page: Option<Page>,
    /// What stands in front of every path of the public address.
    pub path_prefix: PathPrefix,
    /// Whether the operator has an address of their own.
    pub has_admin_address: bool,
    /// Whose `X-Forwarded-For` and `X-Request-Id` are believed.
    pub trusted_proxies: Vec<IpNet>,
    /// Registrations and log-ins a minute from one address; 0 is no limit.
    pub sign_ins_per_minute: u32,
    /// Whose the users are.
    pub identity: Identity,
}

/// Which address a request came in by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entrance {
    /// The one for everybody.
    Public,
    /// The operator's own. Nothing stands in front of its paths, since no proxy does.
    Admin,
}

/// What is at a path.
enum Place {
    Api(Route),
    Page(Arc<Asset>),
    /// The page's address without its last slash, from which its relative URLs would lead elsewhere.
    AlmostPage,
    Nowhere,
}

impl Api {
    /// The API over these use cases, and the page where one is served.
    pub fn new(does: UseCases, gateway: Gateway, stopping: CancellationToken, served: Served) -> Self {
        Self {
            accounts: Arc::clone(&gateway.accounts),
            market: does.market,
            directory: does.directory,
            moderation: does.moderation,
            events: does.events,
            talk: Arc::clone(&gateway.talk),
            sign_ins: SignInRate::new(served.sign_ins_per_minute),
            wrong_keys: WrongKeys::default(),
            stopping,
            cors: cors::layer(Arc::clone(&gateway.origins)),
            gateway,
            description: Description::default(),
            router: Router::public(served.surface, !served.has_admin_address),
            admin_router: Router::admin(served.surface),
            served,
        }
    }

    /// How it stands with what reaches the other nodes.
    pub(super) fn broker(&self) -> BrokerState {
        self.gateway.hub.broker()
    }

    fn find(&self, path: &str, entrance: Entrance) -> Place {
        let Served { path_prefix, page, .. } = &self.served;
        let (router, path, page) = match (entrance, path_prefix.strip(path)) {
            (Entrance::Admin, _) => (&self.admin_router, path, None),
            (Entrance::Public, Some("")) if page.is_some() => return Place::AlmostPage,
            (Entrance::Public, Some(path)) => (&self.router, path, page.as_ref()),
            (Entrance::Public, None) => return Place::Nowhere,
        };
        let asset = || page?.find(path);
        router.find(path).map(Place::Api).or_else(|| asset().map(Place::Page)).unwrap_or(Place::Nowhere)
    }

    /// Answers one request and logs it: who asked for what, what came of it, how long it took; never the query, which may
    /// hold a token. It is logged as well where whoever asked is gone before this is polled.
    pub fn answer(
        self: Arc<Self>,
        mut request: Request<Incoming>,
        connection: IpAddr,
        entrance: Entrance,
    ) -> impl Future<Output = Result<Reply, Infallible>> + Send {
        let (method, path) = (request.method(), request.uri().path());
        let trusted = &self.served.trusted_proxies;
        let address = client_address(connection, request.headers(), trusted);
        let id = request_log::request_id(connection, request.headers(), trusted);
        let place = self.find(path, entrance);
        let shown = match &place {
            Place::Api(route) => request_log::known_path(route, path),
            Place::Page(_) | Place::AlmostPage => path.to_owned(),
            Place::Nowhere => request_log::unknown_path(self.served.path_prefix.as_str(), path),
        };
        let line = Line::begins(matches!(place, Place::Page(_)), method, shown, id.clone(), address);
        request.extensions_mut().insert(id.clone());
        async move {
            let at_its_place = service_fn(|request| self.reply(&place, request, address, entrance));
            let mut reply = self.cors.layer(at_its_place).oneshot(request).await?;
            let headers = reply.headers_mut();
            headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
            if let Ok(id) = HeaderValue::from_str(id.as_str()) {
                headers.insert(HeaderName::from_static(request_log::REQUEST_ID), id);
            }
            line.answered(reply.status());
            Ok(reply)
        }
    }

    async fn reply(
        &self,
        place: &Place,
        request: Request<Incoming>,
        address: IpAddr,
        entrance: Entrance,
    ) -> Result<Reply, Infallible> {
        let method = request.method();
        Ok(match place {
            Place::Nowhere => nowhere::told(&self.served, entrance, request.uri().path()).into_response(),
            Place::Page(_) | Place::AlmostPage if !allows(&PAGE_METHODS, method) => method_not_allowed(&PAGE_METHODS),
            Place::Page(asset) => asset.answer(request.headers()),
            Place::AlmostPage => self.to_the_page(),
            Place::Api(route) if !allows(route.methods(), method) => method_not_allowed(route.methods()),
            Place::Api(route) => self.dispatch(route, request, address).await.unwrap_or_else(Problem::into_response),
        })
    }

    /// Not for ever: the page may be elsewhere tomorrow.
    fn to_the_page(&self) -> Reply {
        let mut reply = Reply::default();
        *reply.status_mut() = StatusCode::TEMPORARY_REDIRECT;
        if let Ok(page) = HeaderValue::try_from(format!("{}/", self.served.path_prefix)) {
            reply.headers_mut().insert(LOCATION, page);
        }
        reply
    }

    async fn dispatch(&self, route: &Route, request: Request<Incoming>, address: IpAddr) -> Result<Reply, Problem> {
        let posted = request.method() == Method::POST;
        let (headers, uri) = (request.headers().clone(), request.uri().clone());
        match route {
            Route::Register => accounts::register(self, request, address).await,
            Route::LogIn => accounts::log_in(self, request, address).await,
            Route::LogOut => accounts::log_out(self, &headers).await,
            Route::Caller => accounts::caller(self, &headers).await,
            Route::Listings(kind) if posted => listings::publish(self, *kind, request).await,
            Route::Listings(kind) => listings::browse(self, *kind, &headers, &uri).await,
            Route::Listing(kind, id) if request.method() == Method::PATCH => {
                listings::change(self, *kind, id, request).await
            }
            Route::Listing(kind, id) => listings::show(self, *kind, id, &headers).await,
            Route::Conversations => conversations::list(self, &headers, &uri).await,
            Route::Timeline(conversation) => conversations::timeline(self, conversation, &headers, &uri).await,
            Route::Messages(conversation) => conversations::write(self, conversation, request).await,
            Route::Step(conversation, step) => conversations::step(self, conversation, *step, request).await,
            Route::Read(conversation) => conversations::read(self, conversation, request).await,
            Route::Admin(route) => admin::dispatch(self, route, request, address).await,
            Route::Blocks => blocks::list(self, &headers, &uri).await,
            Route::Block(id) if request.method() == Method::PUT => blocks::put(self, id, &headers).await,
            Route::Block(id) => blocks::delete(self, id, &headers).await,
            Route::Description => Ok(self.description.answer(&headers)),
            Route::Docs => Ok(self.description.answer_page(&headers, self.served.path_prefix.as_str())),
            Route::Alive => Ok(health::alive()),
            Route::Ready => health::ready(self).await,
            Route::Metrics => Ok(health::metrics(self).await),
            Route::Chat(conversation) => Ok(self.gateway.chat(request, conversation).await),
            Route::Inbox => Ok(self.gateway.inbox(request).await),
        }
    }

    /// Forgets what is no longer needed; called now and then.
    pub fn tidy_up(&self) {
        self.sign_ins.forget_old();
        self.wrong_keys.forget_old();
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
