//! What a process tells the nodes that is none itself and ends at once, such as an operator's command. Knows nothing of
//! who hears it.

use std::time::Duration;

use handsel_domain::ids::TokenId;
use tokio::time::timeout;

use super::channels::Channels;
use super::letters::{Said, Writer};
use super::link::{Broken, connect};
use super::publish::publish;
use super::{RedisPrefix, RedisUrl};
use crate::node::NodeId;

/// How long all of it may take.
const PATIENCE: Duration = Duration::from_secs(3);

/// Why it is not known whether the nodes were told; they find it by comparing.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct NotAnnounced(String);

/// Tells all nodes over that Redis that these tokens were revoked.
pub async fn announce_revoked(url: &RedisUrl, prefix: RedisPrefix, tokens: Vec<TokenId>) -> Result<(), NotAnnounced> {
    let letters =
        Writer { node: NodeId::random(), channels: &Channels::new(prefix) }.write(vec![Said::Revoked(tokens)]);
    let announced = timeout(PATIENCE, async { publish(&mut connect(url).await?, &letters).await });
    announced.await.unwrap_or(Err(Broken::Silent)).map_err(|broken| NotAnnounced(broken.to_string()))
}
