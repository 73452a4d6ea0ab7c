//! What the metrics say of webhooks. Knows nothing of who reads them.

use handsel_domain::time::Timestamp;

use super::lanes::{Lanes, Outcome};

/// Series begin at zero.
pub(super) fn begin() {
    metrics::counter!("handsel_webhooks_delivered_total").increment(0);
    metrics::counter!("handsel_webhooks_failed_total").increment(0);
    nothing();
}

/// One request has ended.
pub(super) fn attempt(outcome: Outcome) {
    match outcome {
        Outcome::Taken => metrics::counter!("handsel_webhooks_delivered_total").increment(1),
        Outcome::Failed | Outcome::Gone => metrics::counter!("handsel_webhooks_failed_total").increment(1),
    }
}

/// How it stands.
#[allow(clippy::cast_precision_loss)]
pub(super) fn stand(lanes: &Lanes, newest: i64, now: Timestamp) {
    let waits = lanes.oldest().map_or(0.0, |oldest| oldest.until(now).as_secs_f64());
    metrics::gauge!("handsel_webhooks_oldest_seconds").set(waits);
    metrics::gauge!("handsel_webhooks_backlog").set((newest - lanes.up_to()).max(0) as f64);
    metrics::gauge!("handsel_webhooks_held").set(lanes.held() as f64);
    metrics::gauge!("handsel_webhooks_endpoint_up").set(if lanes.endpoint.is_down() { 0.0 } else { 1.0 });
}

/// Somebody else delivers.
pub(super) fn nothing() {
    for gauge in ["handsel_webhooks_oldest_seconds", "handsel_webhooks_backlog", "handsel_webhooks_held"] {
        metrics::gauge!(gauge).set(0.0);
    }
    metrics::gauge!("handsel_webhooks_endpoint_up").set(1.0);
}
