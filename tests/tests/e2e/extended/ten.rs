//! Ana and five others, each of whom talks with her about an offer of hers and about a need of their own: ten
//! conversations. Knows nothing of who listens to them.

use futures_util::future::join_all;
use handsel_tests::{Person, Server, Socket, Started};

use super::scene::{UNLIMITED, writes};

const OTHERS: usize = 5;

/// One of Ana's conversations.
pub(super) struct Conversation {
    pub(super) key: String,
    /// The name of it that is unambiguous for both.
    pub(super) short: String,
    pub(super) peer: Person,
}

pub(super) struct Ten {
    pub(super) server: Server,
    pub(super) ana: Person,
    pub(super) conversations: Vec<Conversation>,
}

impl Ten {
    /// Each has one entry.
    pub(super) async fn begun() -> Self {
        let server = Started::fresh().with(&UNLIMITED).start().await;
        let ana = server.person("ana").await;
        let mut conversations = Vec::new();
        for number in 1..=OTHERS {
            let peer = server.person(&format!("other{number}")).await;
            let short = ana.offers(&format!("Offer {number}")).await;
            writes(&peer, &short, "I am interested").await;
            let key = format!("{short}:{}", peer.id);
            conversations.push(Conversation { key, short, peer: peer.clone() });

            let short = peer.needs(&format!("Need {number}")).await;
            writes(&ana, &short, "I can help").await;
            let key = format!("{short}:{}", ana.id);
            conversations.push(Conversation { key, short, peer });
        }
        Self { server, ana, conversations }
    }

    /// A socket of each peer's, in the order of the conversations.
    pub(super) async fn peers_open(&self) -> Vec<Socket> {
        let opening = self.conversations.iter().map(async |one| one.peer.opens_by_v1(&one.key).await.0);
        join_all(opening).await
    }

    /// A chat socket of Ana's for each, in their order.
    pub(super) async fn ana_opens_all(&self) -> Vec<Socket> {
        let opening = self.conversations.iter().map(async |one| self.ana.opens_by_v1(&one.key).await.0);
        join_all(opening).await
    }

    /// Which of them has that key.
    pub(super) fn place(&self, key: &str) -> usize {
        let place = self.conversations.iter().position(|one| one.key == key);
        place.unwrap_or_else(|| panic!("{key} is none of these conversations"))
    }
}
