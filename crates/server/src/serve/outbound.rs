//! Sets up the requests to others that the configuration asks for. Knows nothing of what is said.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use handsel_domain::event::Event;
use handsel_domain::ports::{Deliveries, Peers};
use handsel_outbound::client::Client;
use handsel_outbound::hook::Hook;
use handsel_outbound::webhooks::Webhooks;
use handsel_transport::frames;
use handsel_transport::hub::Hub;
use handsel_transport::node::NodeId;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::app::App;
use crate::config::{Config, Outbound, Webhook};

/// How often to look whether nobody delivers any more.
const FORGET_INTERVAL: Duration = Duration::from_hours(1);

/// Where there is a ledger, it agrees first from now on; where somebody is to be told of events, a task does that until
/// `stop`.
pub(super) fn begin(
    config: &Config,
    app: &mut App,
    hub: &Arc<Hub>,
    tasks: &TaskTracker,
    stop: &CancellationToken,
) -> anyhow::Result<()> {
    let webhook = config.outbound.as_ref().and_then(|outbound| outbound.webhook.as_ref());
    if config.events && webhook.is_none() {
        tasks.spawn(forget(Arc::clone(&app.deliveries), config.feed.kept, stop.clone()));
    }
    let Some(outbound) = &config.outbound else { return Ok(()) };
    let Outbound { allow, secrets, hook, webhook } = outbound;
    // Each has connections of its own, so that neither waits for the other.
    if let Some(target) = hook {
        let client = Client::new(allow.clone(), &[target]).context("handshake_hook")?;
        tracing::info!(hook = %target, "the ledger agrees first to what is approved, cancelled or completed");
        let hook = Hook::new(client, target.clone(), secrets.clone(), Arc::clone(&app.clock));
        app.agree_first(Arc::new(hook), Arc::clone(hub) as Arc<dyn Peers>, tasks.clone());
    }
    if let Some(Webhook { target, content }) = webhook {
        let (client, content) = (Client::new(allow.clone(), &[target]).context("webhook_url")?, *content);
        let webhooks = Webhooks {
            events: Arc::clone(&app.events),
            deliveries: Arc::clone(&app.deliveries),
            clock: Arc::clone(&app.clock),
            client,
            target: target.clone(),
            secrets: secrets.clone(),
            encode: Arc::new(move |event: &Event| frames::event::event(event, content).get().as_bytes().to_vec()),
            holder: NodeId::random().to_string(),
        };
        tasks.spawn(webhooks.run(stop.clone()));
    }
    Ok(())
}

/// Where events are recorded and nobody is told of them any more, what was not told must not be kept for ever.
async fn forget(deliveries: Arc<dyn Deliveries>, kept: Duration, stop: CancellationToken) {
    let mut ticks = tokio::time::interval(FORGET_INTERVAL);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = ticks.tick() => {}
        }
        match deliveries.forget(kept).await {
            Ok(true) => tracing::info!("no process has had a webhook_url for so long: how far it was is forgotten"),
            Ok(false) => {}
            Err(unavailable) => tracing::debug!(%unavailable, "it is tried again"),
        }
    }
}
