//! The flags that say whom the server asks and tells by HTTP. Knows nothing of what they do.

// Help is read in terminals, where Markdown's quotes are noise.
#![allow(clippy::doc_markdown)]

use clap::Args;
use serde::Serialize;

/// Whom the server asks and tells by HTTP.
#[derive(Clone, Debug, Default, Args, Serialize)]
pub struct OutboundArgs {
    /// Where the marketplace's ledger is asked before a handshake is approved, cancelled or completed [default: none]
    #[arg(long, value_name = "URL")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub handshake_hook: Option<String>,
    /// Where events are pushed: webhooks, as Standard Webhooks has them [default: none]
    #[arg(long, value_name = "URL")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub webhook_url: Option<String>,
    /// Webhooks have what people write [default: off]
    #[arg(long)]
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub webhook_content: bool,
    /// What signs the requests to others: whsec_ and the Base64 of 24 to 64 bytes; several with spaces between them. Others
    /// on this machine can see flags: rather set HANDSEL_WEBHOOK_SECRET or HANDSEL_WEBHOOK_SECRET_FILE [default: none]
    #[arg(long, value_name = "SECRET")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub webhook_secret: Option<String>,
    /// Network, address or host's name that may be reached though it is not public; may be repeated [default: none]
    #[arg(long, value_name = "WHERE")]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub outbound_allow: Vec<String>,
}
