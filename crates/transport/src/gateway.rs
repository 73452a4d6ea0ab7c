//! From an HTTP request to a session: who asks, whether they may, and the upgrade. Knows nothing of the rest of the
//! HTTP API, nor of what is said afterwards.

mod request;

pub use request::{bearer_token, conversation_address};

use std::sync::Arc;

use bytes::Bytes;
use handsel_domain::Unavailable;
use handsel_domain::conversation::{ConversationAddress, ConversationState, Side};
use handsel_domain::ports::{Clock, Principal};
use handsel_domain::usecases::{Accounts, Scope, Seat, SeatError, Talk};
use http_body_util::Full;
use hyper::header::{
    CONNECTION, HeaderValue, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_PROTOCOL, SEC_WEBSOCKET_VERSION, UPGRADE,
};
use hyper::upgrade::OnUpgrade;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_util::task::TaskTracker;

use crate::close::CloseReason;
use crate::counts;
use crate::hub::{Hub, Listening};
use crate::limits::SocketLimits;
use crate::origin::OriginPolicy;
use crate::problem::Problem;
use crate::request_id::RequestId;
use crate::session::{Extension, Opening, Session, Socket, announcement, listed};
use request::UpgradeRequest;

/// The subprotocol of the extended protocol.
pub const SUBPROTOCOL: &str = "handsel.v1";

/// Lets sockets in.
pub struct Gateway {
    /// Who is connected here.
    pub hub: Arc<Hub>,
    /// Recognises tokens.
    pub accounts: Arc<Accounts>,
    /// Finds places and serves them.
    pub talk: Arc<Talk>,
    /// Says for how long a token is still valid.
    pub clock: Arc<dyn Clock>,
    /// Which pages may connect.
    pub origins: Arc<OriginPolicy>,
    /// What one socket may take.
    pub limits: SocketLimits,
    /// Owns the sessions' tasks.
    pub sessions: TaskTracker,
}

impl Gateway {
    /// Answers a request for a chat socket, which may have a [`RequestId`] in its extensions; `conversation` is the path's segment as it came.
    pub async fn chat<B>(&self, request: Request<B>, conversation: &str) -> Response<Full<Bytes>> {
        self.open(request, Some(conversation)).await
    }

    /// Answers a request for a socket for all of a user's conversations.
    pub async fn inbox<B>(&self, request: Request<B>) -> Response<Full<Bytes>> {
        self.open(request, None).await
    }

    async fn open<B>(&self, mut request: Request<B>, conversation: Option<&str>) -> Response<Full<Bytes>> {
        let asked = match UpgradeRequest::parse(&request) {
            Ok(asked) => asked,
            Err(problem) => return saying_how_to_upgrade(problem.into_response()),
        };
        let opening = match self.admit(&request, &asked, conversation).await {
            Ok(opening) => opening,
            Err(reason) => return self.refuse(request, &asked, reason),
        };
        let upgrade = hyper::upgrade::on(&mut request);
        self.sessions.spawn(async move {
            if let Some(socket) = take_over(upgrade).await {
                Session::new(socket, opening).run().await;
            }
        });
        asked.accept()
    }

    /// Joins the hub, and hears what other nodes say, before it reads where the conversations stand: what is committed in
    /// between is then handed over, and known to be old. Only after that is the client told that it is connected.
    async fn admit<B>(
        &self,
        request: &Request<B>,
        asked: &UpgradeRequest,
        conversation: Option<&str>,
    ) -> Result<Opening, CloseReason> {
        if !self.origins.allows(request.headers()) {
            let origin = request.headers().get(hyper::header::ORIGIN);
            tracing::warn!(?origin, "a page of an origin that is not allowed tried to connect");
            return Err(CloseReason::OriginNotAllowed);
        }
        let address = conversation.map(conversation_address).transpose();
        let address = address.map_err(|_| CloseReason::ConversationInvalid)?;
        let principal = self.authenticate(request, asked).await?;
        let after = request::after(request.uri())?;
        if !asked.extended && (after.is_some() || address.is_none()) {
            return Err(CloseReason::SubprotocolRequired);
        }
        let seat = self.seat(&principal, address).await?;
        if after.is_some() && !matches!(seat.scope, Scope::One(_)) {
            return Err(CloseReason::AfterNeedsKey);
        }
        let listening = Listening { scope: seat.scope, signals: asked.extended };
        let membership = self.hub.join(&principal, listening)?;
        self.hub.hears(principal.person.id).await;
        let gone = |_: Unavailable| CloseReason::Unavailable;
        let mut heads = self.talk.heads(&seat).await.map_err(gone)?;
        let mut extension = None;
        if asked.extended {
            self.hub.bar_all(&self.talk.barred(&[principal.person.id]).await.map_err(gone)?);
            heads.extend(to_begin(&seat).filter(|_| heads.is_empty()));
            let peers = listed(&heads).iter().filter_map(|state| state.conversation.peer_of(seat.caller.id));
            let people = self.talk.people(&peers.collect::<Vec<_>>()).await.map_err(gone)?;
            extension = Some(Extension { after, people });
        }
        Ok(Opening {
            talk: Arc::clone(&self.talk),
            accounts: Arc::clone(&self.accounts),
            clock: Arc::clone(&self.clock),
            seat,
            membership,
            heads,
            extension,
            expires_at: principal.expires_at,
            limits: self.limits.clone(),
            request: request.extensions().get::<RequestId>().cloned(),
        })
    }

    async fn seat(&self, principal: &Principal, address: Option<ConversationAddress>) -> Result<Seat, CloseReason> {
        let caller = Arc::clone(&principal.person);
        let Some(address) = address else { return Ok(Seat { caller, scope: Scope::Everything }) };
        self.talk.seat(caller, address).await.map_err(|error| match error {
            SeatError::ListingNotFound => CloseReason::ListingNotFound,
            SeatError::NotAParticipant(_) => CloseReason::NotAParticipant,
            SeatError::Unavailable(_) => CloseReason::Unavailable,
        })
    }

    async fn authenticate<B>(&self, request: &Request<B>, asked: &UpgradeRequest) -> Result<Principal, CloseReason> {
        let token = request::token(request, asked)?;
        self.accounts.authenticate(&token).await.map_err(CloseReason::from)
    }

    /// By HTTP, as every tool shows it; a client of `handsel.v1` may be a browser, which shows nothing but close codes.
    fn refuse<B>(&self, mut request: Request<B>, asked: &UpgradeRequest, reason: CloseReason) -> Response<Full<Bytes>> {
        tracing::debug!(reason = reason.code(), "a socket was refused");
        if !asked.extended {
            return Problem::from(reason).into_response();
        }
        counts::errors(reason.code()).increment(1);
        let upgrade = hyper::upgrade::on(&mut request);
        self.sessions.spawn(async move {
            if let Some(socket) = take_over(upgrade).await {
                counts::closes(reason.close_code()).increment(1);
                socket.close(reason, reason.retry_after().map(|_| announcement(reason))).await;
            }
        });
        asked.accept()
    }
}

/// The conversation that a respondent is about to begin; an owner begins none.
fn to_begin(seat: &Seat) -> Option<ConversationState> {
    match seat.scope {
        Scope::One(one) if one.side_of(seat.caller.id) == Some(Side::Respondent) => {
            Some(ConversationState::unwritten(one))
        }
        Scope::One(_) | Scope::Listing(_) | Scope::Everything => None,
    }
}

impl UpgradeRequest {
    /// The answer that makes a connection a WebSocket. Only `handsel.v1` is ever echoed, never a token.
    fn accept(&self) -> Response<Full<Bytes>> {
        let mut response = Response::new(Full::default());
        *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
        let headers = response.headers_mut();
        headers.insert(CONNECTION, HeaderValue::from_static("Upgrade"));
        headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
        if let Ok(accept) = HeaderValue::from_str(&derive_accept_key(self.key.as_bytes())) {
            headers.insert(SEC_WEBSOCKET_ACCEPT, accept);
        }
        if self.extended {
            headers.insert(SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(SUBPROTOCOL));
        }
        response
    }
}

/// What a request that cannot become a WebSocket must be told: RFC 9110 section 15.5.22, RFC 6455 section 4.2.2.
fn saying_how_to_upgrade(mut response: Response<Full<Bytes>>) -> Response<Full<Bytes>> {
    let headers = response.headers_mut();
    headers.insert(CONNECTION, HeaderValue::from_static("Upgrade"));
    headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
    headers.insert(SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13"));
    response
}

/// Takes the bare TCP stream back from hyper, with what it had read ahead.
async fn take_over(upgrade: OnUpgrade) -> Option<Socket<TcpStream>> {
    let upgraded =
        upgrade.await.inspect_err(|error| tracing::debug!(%error, "a client left during its upgrade")).ok()?;
    match upgraded.downcast::<TokioIo<TcpStream>>() {
        Ok(parts) => Some(Socket::after_upgrade(parts.io.into_inner(), parts.read_buf).await),
        Err(_) => {
            tracing::error!("the server serves something else than plain TCP streams");
            None
        }
    }
}
