//! Connections: accepted, spoken HTTP/1.1 to, and ended in order. Knows nothing of what is asked over them.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use handsel_transport::origin::OriginPolicy;
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HeaderName, RETRY_AFTER};
use hyper::server::conn::http1;
use hyper::{Method, Request, body::Incoming};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpStream;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::Layer;
use tower::service_fn;
use tower_http::cors::{AllowOrigin, CorsLayer};

use super::Listeners;
use crate::http::{Api, Entrance};

/// How long a client may take for the head of a request, and be quiet between two.
const REQUEST_HEAD_TIMEOUT: Duration = Duration::from_secs(10);
/// Longest head of a request in bytes.
const REQUEST_HEAD_BYTES_MAX: usize = 16 * 1024;
/// How long a browser may remember what a page of another origin may do.
const PREFLIGHT_MAX_AGE: Duration = Duration::from_mins(10);
/// How long to wait where the system has no room for another connection.
const ACCEPT_AGAIN: Duration = Duration::from_millis(50);

/// Accepts connections and owns their tasks.
pub(super) struct Connections {
    api: Arc<Api>,
    cors: CorsLayer,
    tasks: TaskTracker,
    closing: CancellationToken,
}

impl Connections {
    pub(super) fn new(api: Arc<Api>, origins: Arc<OriginPolicy>) -> Self {
        let cors = CorsLayer::new()
            .allow_origin(AllowOrigin::predicate(move |origin, request| {
                origins.allows_origin(origin, &request.headers)
            }))
            .allow_methods([Method::GET, Method::POST, Method::PATCH])
            .allow_headers([AUTHORIZATION, CONTENT_TYPE, HeaderName::from_static("idempotency-key")])
            .expose_headers([RETRY_AFTER, HeaderName::from_static("x-request-id")])
            .max_age(PREFLIGHT_MAX_AGE);
        Self { api, cors, tasks: TaskTracker::new(), closing: CancellationToken::new() }
    }

    /// Accepts until it is stopped; returns itself, with connections that may still be busy.
    pub(super) async fn accept(self, listeners: Listeners, stop: CancellationToken) -> Self {
        loop {
            let (entrance, accepted) = tokio::select! {
                () = stop.cancelled() => return self,
                accepted = listeners.accept() => accepted,
            };
            match accepted {
                Ok((stream, address)) => self.serve(stream, address, entrance),
                Err(error) => {
                    tracing::warn!(%error, "a connection was not accepted");
                    tokio::time::sleep(ACCEPT_AGAIN).await;
                }
            }
        }
    }

    fn serve(&self, stream: TcpStream, address: SocketAddr, entrance: Entrance) {
        // Conversations are small frames that someone waits for.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "a connection broke before its first request");
            return;
        }
        let api = Arc::clone(&self.api);
        let answer = service_fn(move |request: Request<Incoming>| {
            let api = Arc::clone(&api);
            async move { Ok::<_, Infallible>(api.answer(request, address.ip(), entrance).await) }
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(REQUEST_HEAD_TIMEOUT)
            .max_buf_size(REQUEST_HEAD_BYTES_MAX)
            .serve_connection(TokioIo::new(stream), TowerToHyperService::new(self.cors.layer(answer)))
            .with_upgrades();
        let closing = self.closing.clone();
        self.tasks.spawn(async move {
            let mut connection = std::pin::pin!(connection);
            let ended = tokio::select! {
                ended = connection.as_mut() => ended,
                () = closing.cancelled() => {
                    connection.as_mut().graceful_shutdown();
                    connection.await
                }
            };
            if let Err(error) = ended {
                tracing::debug!(%error, "a connection ended badly");
            }
        });
    }

    /// Finishes the requests under way and ends.
    pub(super) async fn finish(self) {
        self.closing.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }
}
