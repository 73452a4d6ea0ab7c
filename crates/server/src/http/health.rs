//! `/healthz`, `/readyz`, `/metrics`: for whoever runs the server. Knows nothing of users.

use std::time::Duration;

use bytes::Bytes;
use handsel_transport::problem::Problem;
use hyper::StatusCode;
use serde_json::json;

use super::respond;
use super::service::{Api, Reply};
use crate::telemetry;

/// How long a database may take to answer before the process counts as not ready.
const READY_WITHIN: Duration = Duration::from_secs(2);

/// Alive: the process answers.
pub(super) fn alive() -> Reply {
    respond::json(StatusCode::OK, &json!({"status": "ok", "version": env!("CARGO_PKG_VERSION")}))
}

/// Ready: the database answers, and the process is not about to end. A broker that is away makes it slower, not unready.
pub(super) async fn ready(api: &Api) -> Result<Reply, Problem> {
    let problem =
        |detail| Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, "not_ready", detail).retry_after(READY_WITHIN));
    if api.stopping.is_cancelled() {
        return problem("The server is about to end.");
    }
    match tokio::time::timeout(READY_WITHIN, api.talk.ping()).await {
        Ok(Ok(())) => {
            let broker = api.broker().name();
            Ok(respond::json(StatusCode::OK, &json!({"status": "ready", "database": "ok", "broker": broker})))
        }
        Ok(Err(_)) | Err(_) => problem("The database does not answer."),
    }
}

/// The metrics, as Prometheus reads them.
pub(super) fn metrics() -> Reply {
    respond::with_type(
        StatusCode::OK,
        "text/plain; version=0.0.4; charset=utf-8",
        Bytes::from(telemetry::metrics().render()),
    )
}
