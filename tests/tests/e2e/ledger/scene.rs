//! A ledger, Ana, who offers something, and Bob, who has started a handshake about it. Knows nothing of what the ledger says.

use handsel_tests::{Answer, Person, Posted, Receiver, Reply, Server, Started};
use serde_json::{Value, json};

/// See the module.
pub(super) struct Scene {
    pub(super) ledger: Receiver,
    pub(super) server: Server,
    /// The owner.
    pub(super) ana: Person,
    /// The respondent.
    pub(super) bob: Person,
    /// The key of what they say.
    pub(super) key: String,
}

impl Scene {
    /// The ledger answers like that.
    pub(super) async fn with(answers: impl Fn(&Posted) -> Reply + Send + Sync + 'static) -> Self {
        let ledger = Receiver::that(answers).await;
        let server = Started::fresh().with(&["--frames-per-second", "0"]).with_hook(&ledger).start().await;
        Self::on(server, ledger).await
    }

    /// The ledger is there, or not, where this server asks.
    pub(super) async fn on(server: Server, ledger: Receiver) -> Self {
        let (ana, bob) = (server.person("ana").await, server.person("bob").await);
        let key = format!("{}:{}", ana.offers("Bike repair").await, bob.id);
        let scene = Self { ledger, server, ana, bob, key };
        let body = json!({"note": "two hours", "terms": {"hours": 2, "id": 12_345_678_901_234_567_890_u64}});
        scene.bob.post(&scene.path("start"), body).await.is(201);
        scene
    }

    /// Where a step is taken.
    pub(super) fn path(&self, step: &str) -> String {
        format!("/api/conversations/{}/handshake/{step}/", self.key)
    }

    /// Takes a step over HTTP.
    pub(super) async fn takes(&self, who: &Person, step: &str) -> Answer {
        who.post(&self.path(step), json!({})).await
    }

    /// What the timeline has, as the statuses of its handshake's steps.
    pub(super) async fn statuses(&self) -> Vec<String> {
        let entries = self.ana.timeline(&self.key).await;
        let status = |entry: &Value| entry["handshake"]["status"].as_str().unwrap_or("a message").to_owned();
        entries.iter().map(status).collect()
    }

    /// The names of the questions that the ledger was asked, in their order.
    pub(super) fn asked(&self) -> Vec<String> {
        self.ledger.heard().into_iter().map(|posted| posted.id).collect()
    }
}
