//! Two people with a conversation that has begun: an owner and a respondent. Knows nothing of what they write.

use futures_util::stream::{self, StreamExt};
use serde_json::json;

use crate::{Person, Server, Socket};

/// How many meet at the same time: hashing their passwords takes whole cores.
const MEET_AT_ONCE: usize = 8;

/// An owner and a respondent; the respondent has written the first message.
#[derive(Clone, Debug)]
pub struct Pair {
    /// Who published the listing.
    pub owner: Person,
    /// Who wrote about it.
    pub respondent: Person,
    /// The key of their conversation.
    pub key: String,
}

impl Pair {
    /// Registers both by names of their own, and begins their conversation over HTTP.
    pub async fn meets(server: &Server, name: &str) -> Self {
        let (owner, respondent) = (format!("{name}-owner"), format!("{name}-respondent"));
        let (owner, respondent) = tokio::join!(server.person(&owner), server.person(&respondent));
        let offer = owner.offers(&format!("What {name} talks about")).await;
        let key = format!("{offer}:{}", respondent.id);
        let begun = respondent.post(&format!("/api/conversations/{key}/messages/"), json!({"content": "Hello!"})).await;
        begun.is(201);
        Self { owner, respondent, key }
    }

    /// So many pairs, each with a conversation of its own.
    pub async fn meet(server: &Server, count: usize) -> Vec<Self> {
        let meeting = (1..=count).map(|number| async move { Self::meets(server, &format!("pair{number}")).await });
        stream::iter(meeting).buffered(MEET_AT_ONCE).collect().await
    }

    /// The same two, each using another server.
    #[must_use]
    pub fn at(&self, owners: &str, respondents: &str) -> Self {
        Self { owner: self.owner.at(owners), respondent: self.respondent.at(respondents), key: self.key.clone() }
    }

    /// Both open a socket on the conversation: the owner's, the respondent's.
    pub async fn open(&self) -> (Socket, Socket) {
        tokio::join!(self.owner.opens(&self.key), self.respondent.opens(&self.key))
    }
}
