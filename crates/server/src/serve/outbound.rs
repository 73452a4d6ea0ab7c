//! Sets up the requests to others that the configuration asks for. Knows nothing of what is said.

use std::sync::Arc;

use anyhow::Context;
use handsel_domain::ports::Peers;
use handsel_outbound::client::Client;
use handsel_outbound::hook::Hook;
use handsel_transport::hub::Hub;
use tokio_util::task::TaskTracker;

use crate::app::App;
use crate::config::Outbound;

/// Where there is a ledger, it agrees first from now on.
pub(super) fn agree_first(
    outbound: Option<&Outbound>,
    app: &mut App,
    hub: &Arc<Hub>,
    tasks: &TaskTracker,
) -> anyhow::Result<()> {
    let Some(Outbound { allow, secrets, hook: Some(target) }) = outbound else { return Ok(()) };
    let client = Client::new(allow.clone(), &[target]).context("handshake_hook")?;
    tracing::info!(hook = %target, "the ledger agrees first to what is approved, cancelled or completed");
    let hook = Hook::new(client, target.clone(), secrets.clone(), Arc::clone(&app.clock));
    app.agree_first(Arc::new(hook), Arc::clone(hub) as Arc<dyn Peers>, tasks.clone());
    Ok(())
}
