//! `/healthz`, `/readyz`, `/metrics`: for whoever runs the server. Knows nothing of users.

use std::time::Duration;

use bytes::Bytes;
use handsel_domain::ports::Schema;
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

/// Ready: the database answers, has what this version needs, and the process is not about to end. A broker that is away
/// makes it slower, not unready.
pub(super) async fn ready(api: &Api) -> Result<Reply, Problem> {
    let problem =
        |detail| Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, "not_ready", detail).retry_after(READY_WITHIN));
    if api.stopping.is_cancelled() {
        return problem("The server is about to end.");
    }
    let migrations = match schema(api).await {
        Some(Schema::Current) => "ok",
        // In a rolling upgrade the older version serves until its turn comes.
        Some(Schema::Newer) => "newer",
        Some(Schema::Older) => {
            return problem("The database lacks migrations of this version; apply them with `handsel migrate`.");
        }
        None => return problem("The database does not answer."),
    };
    let broker = api.broker().name();
    let ready = json!({"status": "ready", "database": "ok", "migrations": migrations, "broker": broker});
    Ok(respond::json(StatusCode::OK, &ready))
}

/// What the database has; nothing where it does not answer in time.
async fn schema(api: &Api) -> Option<Schema> {
    tokio::time::timeout(READY_WITHIN, api.talk.schema()).await.ok()?.ok()
}

/// The metrics, as Prometheus reads them. The database is asked each time: where nobody asks whether the process is ready
/// and nobody writes, nothing else would say that it is away.
pub(super) async fn metrics(api: &Api) -> Reply {
    let up = matches!(schema(api).await, Some(Schema::Current | Schema::Newer));
    metrics::gauge!("handsel_database_up").set(if up { 1.0 } else { 0.0 });
    respond::with_type(
        StatusCode::OK,
        "text/plain; version=0.0.4; charset=utf-8",
        Bytes::from(telemetry::metrics().render()),
    )
}
