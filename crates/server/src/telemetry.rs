//! Logs and metrics of the process. Knows nothing of what is logged or counted.

use std::io::IsTerminal;
use std::sync::OnceLock;
use std::time::Duration;

use anyhow::Context;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tokio_util::sync::CancellationToken;
use tracing::{Level, Metadata};
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, fmt};

use crate::config::LogFormat;

/// What our own crates' targets begin with. Libraries would log whole requests, frames and statements at their finest
/// levels: tokens and what people write.
const OWN: &str = "handsel";

/// What comes of trying to log in, as the metrics call it.
const LOG_IN_RESULTS: [&str; 4] = ["ok", "credentials_invalid", "rate_limited", "unavailable"];

/// How often the metrics' buffers are emptied.
const UPKEEP_INTERVAL: Duration = Duration::from_secs(5);

/// What to log, checked.
pub(crate) fn filter(text: &str) -> anyhow::Result<EnvFilter> {
    EnvFilter::try_new(text)
        .with_context(|| format!("{text:?} is no filter; write for instance info or info,handsel_storage=debug"))
}

/// Logs to standard error, so that standard output stays for what commands print.
pub(crate) fn start_logging(filter: EnvFilter, format: LogFormat) -> anyhow::Result<()> {
    // Colours are for people: in a file or a journal they are noise that no search finds its way through.
    let colours = std::io::stderr().is_terminal();
    let human = (format == LogFormat::Human).then(|| fmt::layer().with_ansi(colours).with_writer(std::io::stderr));
    let json = (format == LogFormat::Json).then(|| fmt::layer().json().with_writer(std::io::stderr));
    let log = tracing_subscriber::registry().with(filter).with(filter_fn(may_be_logged)).with(human).with(json);
    log.try_init().map_err(|error| anyhow::anyhow!("logging: {error}"))
}

/// Whatever is asked for: a directive for a library must not bring out what none of them must say.
fn may_be_logged(metadata: &Metadata<'_>) -> bool {
    *metadata.level() <= Level::WARN || metadata.target().starts_with(OWN)
}

/// Empties the histograms' buffers, which would otherwise grow until somebody reads them.
pub(crate) async fn upkeep(stop: CancellationToken) {
    let mut ticks = tokio::time::interval(UPKEEP_INTERVAL);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = ticks.tick() => metrics().run_upkeep(),
        }
    }
}

/// The metrics of this process, as Prometheus reads them.
pub(crate) fn metrics() -> &'static PrometheusHandle {
    static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();
    HANDLE.get_or_init(|| {
        let recorder = PrometheusBuilder::new()
            .set_buckets_for_metric(
                Matcher::Suffix("_seconds".to_owned()),
                &[0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0],
            )
            .and_then(|builder| {
                builder.set_buckets_for_metric(
                    Matcher::Suffix("_batch_size".to_owned()),
                    &[1.0, 2.0, 5.0, 10.0, 25.0, 50.0, 100.0, 250.0, 512.0],
                )
            })
            .expect("neither list is empty")
            .build_recorder();
        let handle = recorder.handle();
        // Only the first of a process counts, and this is it.
        let _ = metrics::set_global_recorder(recorder);
        describe();
        handle
    })
}

fn describe() {
    metrics::describe_gauge!("handsel_sockets", "Open sockets");
    metrics::describe_counter!("handsel_entries_committed_total", "Entries committed by this process");
    metrics::describe_histogram!("handsel_commit_batch_size", "Entries of one commit");
    metrics::describe_histogram!("handsel_commit_duration_seconds", "Time from the lock to the commit of one batch");
    metrics::describe_counter!("handsel_replayed_entries_total", "Entries that sessions read from the database");
    metrics::describe_counter!("handsel_socket_closes_total", "Ended sockets by close code");
    metrics::describe_counter!("handsel_errors_total", "Errors told to clients, by code");
    metrics::describe_counter!("handsel_logins_total", "Log-ins by result");
    metrics::describe_gauge!(
        "handsel_database_up",
        "1 while the database answers and has what this version needs, 0 while not; looked up when this is read"
    );
    metrics::describe_gauge!("handsel_broker_up", "1 while Redis reaches the other nodes, 0 while it does not");
    metrics::describe_counter!(
        "handsel_broker_dropped_total",
        "What other nodes were not told by Redis, and so find by comparing"
    );
    metrics::describe_counter!("handsel_frames_total", "Frames by direction and type");
    metrics::describe_histogram!(
        "handsel_delivery_lag_seconds",
        "Time from an entry's commit to a socket, while it is live"
    );
    metrics::describe_gauge!("handsel_queue_depth", "Frames that wait in the queues of all sockets");
    metrics::describe_counter!("handsel_ledger_answers_total", "What the ledger came to, by answer");
    metrics::describe_histogram!("handsel_ledger_duration_seconds", "Time that the ledger took to answer");
    metrics::describe_counter!("handsel_events_recorded_total", "Events recorded by this process");
    metrics::describe_gauge!(
        "handsel_events_lag_seconds",
        "For how long the feed has not caught up with what is committed; absent where no events are recorded"
    );
    metrics::describe_counter!("handsel_webhooks_delivered_total", "Events that the site's endpoint took");
    metrics::describe_counter!(
        "handsel_webhooks_failed_total",
        "Requests that the site's endpoint did not answer with 2xx"
    );
    metrics::describe_gauge!("handsel_webhooks_oldest_seconds", "For how long the oldest event waits for the endpoint");
    metrics::describe_gauge!("handsel_webhooks_backlog", "Events that were not tried yet");
    metrics::describe_gauge!("handsel_webhooks_held", "Conversations held back by an event that was not taken");
    metrics::describe_gauge!("handsel_webhooks_endpoint_up", "0 while the endpoint takes nothing");
    metrics::describe_gauge!("handsel_build_info", "1, with the version as a label");
    metrics::gauge!("handsel_build_info", "version" => env!("CARGO_PKG_VERSION")).set(1.0);
    // Each begins at zero, so that the first event is seen as a step.
    handsel_transport::counts::begin();
    metrics::counter!("handsel_entries_committed_total").increment(0);
    metrics::counter!("handsel_events_recorded_total").increment(0);
    let _ = (metrics::histogram!("handsel_commit_batch_size"), metrics::histogram!("handsel_commit_duration_seconds"));
    for result in LOG_IN_RESULTS {
        metrics::counter!("handsel_logins_total", "result" => result).increment(0);
    }
}
