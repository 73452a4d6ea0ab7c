//! The flags of what a site is told. Knows nothing of what they do.

use clap::Args;
use serde::Serialize;

/// What is told, and for how long.
#[derive(Clone, Debug, Default, Args, Serialize)]
pub struct EventsArgs {
    /// How long a message waits unread until the site is told, for instance 90s; 0s is never [default: 5m]
    #[arg(long, value_name = "DURATION")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notify_after: Option<String>,
    /// How long events are kept [default: 30d]
    #[arg(long, value_name = "DURATION")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub events_kept: Option<String>,
}
