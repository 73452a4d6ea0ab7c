//! Two people who can talk: ada, who offers something, and bob, who answers, each before a browser of their own.

use handsel_tests::browser::Visitor;
use handsel_tests::{Person, Server, Started};

pub(crate) struct Scene {
    pub(crate) server: Server,
    pub(crate) ada: Visitor,
    pub(crate) bob: Visitor,
    pub(crate) people: People,
    /// The conversation's key.
    pub(crate) key: String,
}

/// The same two, over HTTP.
pub(crate) struct People {
    pub(crate) ada: Person,
    pub(crate) bob: Person,
}

impl People {
    /// Both registered; bob has written `Hello!` about what ada offers. Returns them with the conversation's key.
    pub(crate) async fn acquainted(server: &Server) -> (Self, String) {
        let (ada, bob) = tokio::join!(server.person("ada"), server.person("bob"));
        let offer = ada.offers("Bike repair").await;
        let key = format!("{offer}:{}", bob.id);
        let people = Self { ada, bob };
        people.bob.writes(&key, "Hello!").await;
        (people, key)
    }
}

impl Scene {
    /// Both look at their conversation, which has one message, `Hello!` by bob.
    pub(crate) async fn begins() -> Self {
        Self::over(Started::fresh()).await
    }

    pub(crate) async fn over(started: Started) -> Self {
        let server = started.start().await;
        let (people, key) = People::acquainted(&server).await;
        Self::of(server, people, key).await
    }

    pub(crate) async fn of(server: Server, people: People, key: String) -> Self {
        let (ada, bob) = tokio::join!(Visitor::logged_in(&people.ada), Visitor::logged_in(&people.bob));
        tokio::join!(ada.talks_in(&key), bob.talks_in(&key));
        tokio::join!(ada.reads("Hello!"), bob.has_said("Hello!"));
        tokio::join!(ada.is_connected(), bob.is_connected());
        Self { server, ada, bob, people, key }
    }

    /// Both leave, and nothing that they were shown did what it must not.
    pub(crate) async fn ends(self) {
        tokio::join!(self.ada.leaves(), self.bob.leaves());
    }
}

/// Writes over HTTP, beside the page.
pub(crate) trait Writes {
    async fn writes(&self, conversation: &str, content: &str);
    async fn steps(&self, conversation: &str, step: &str);
}

impl Writes for Person {
    async fn writes(&self, conversation: &str, content: &str) {
        let path = format!("/api/conversations/{conversation}/messages/");
        self.post(&path, serde_json::json!({"content": content})).await.is(201);
    }

    async fn steps(&self, conversation: &str, step: &str) {
        let path = format!("/api/conversations/{conversation}/handshake/{step}/");
        self.post(&path, serde_json::json!({})).await.is(201);
    }
}
