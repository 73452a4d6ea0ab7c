//! What a process tells the nodes that is none itself and ends at once, such as an operator's command. Knows nothing of
//! who hears it.

use std::time::Duration;

use handsel_domain::conversation::Account;
use handsel_domain::ids::{TokenId, UserId};
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

/// Tells all nodes over that Redis who was shut out and why, and that these tokens were revoked.
pub async fn announce(
    url: &RedisUrl,
    prefix: RedisPrefix,
    shut_out: Vec<(UserId, Account)>,
    revoked: Vec<TokenId>,
) -> Result<(), NotAnnounced> {
    let shut_out = shut_out.into_iter().map(|(user, account)| Said::ShutOut(user, account));
    let said = shut_out.chain(std::iter::once(Said::Revoked(revoked))).collect();
    let letters = Writer { node: NodeId::random(), channels: &Channels::new(prefix) }.write(said);
    let announced = timeout(PATIENCE, async { publish(&mut connect(url).await?, &letters).await });
    announced.await.unwrap_or(Err(Broken::Silent)).map_err(|broken| NotAnnounced(broken.to_string()))
}
