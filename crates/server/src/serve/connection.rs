//! Connections: accepted, spoken HTTP/1.1 to, and ended in order. Knows nothing of what is asked over them.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, body::Incoming};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpStream;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::Listeners;
use crate::http::{Api, Entrance};

/// How long a client may take for the head of a request, and be quiet between two.
const REQUEST_HEAD_TIMEOUT: Duration = Duration::from_secs(10);
/// Longest head of a request in bytes.
const REQUEST_HEAD_BYTES_MAX: usize = 16 * 1024;
/// How long to wait where the system has no room for another connection.
const ACCEPT_AGAIN: Duration = Duration::from_millis(50);

/// Accepts connections and owns their tasks.
pub(super) struct Connections {
    api: Arc<Api>,
    tasks: TaskTracker,
    closing: CancellationToken,
}

impl Connections {
    pub(super) fn new(api: Arc<Api>) -> Self {
        Self { api, tasks: TaskTracker::new(), closing: CancellationToken::new() }
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
        let answer =
            service_fn(move |request: Request<Incoming>| Arc::clone(&api).answer(request, address.ip(), entrance));
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(REQUEST_HEAD_TIMEOUT)
            .max_buf_size(REQUEST_HEAD_BYTES_MAX)
            .serve_connection(TokioIo::new(stream), answer)
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
