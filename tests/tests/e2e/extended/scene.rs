//! Ana, who offers something, and Bob, who may have written about it; no socket is open. Knows nothing of frames.

use handsel_tests::{Person, Server, Socket, Started};
use serde_json::{Value, json};

/// Flags of servers on which nobody is slowed down.
pub(super) const UNLIMITED: [&str; 4] = ["--frames-per-second", "0", "--sign-ins-per-minute", "0"];

/// Two people about one offer.
pub(super) struct Scene {
    pub(super) server: Server,
    /// The owner.
    pub(super) ana: Person,
    /// The respondent.
    pub(super) bob: Person,
    /// The short form of Ana's offer.
    pub(super) offer: String,
    /// The key of what Ana and Bob say about it.
    pub(super) key: String,
}

impl Scene {
    /// Nothing was written yet.
    pub(super) async fn strangers() -> Self {
        Self::on(Started::fresh().with(&UNLIMITED).start().await).await
    }

    /// Nothing was written yet, on a server of the test's own making.
    pub(super) async fn on(server: Server) -> Self {
        let (ana, bob) = (server.person("ana").await, server.person("bob").await);
        let offer = ana.offers("Bike repair").await;
        let key = format!("{offer}:{}", bob.id);
        Self { server, ana, bob, offer, key }
    }

    /// Bob has said hello.
    pub(super) async fn acquainted() -> Self {
        let scene = Self::strangers().await;
        writes(&scene.bob, &scene.offer, "Hello!").await;
        scene
    }

    /// Another process over the same database.
    pub(super) async fn another_process(&self) -> Server {
        self.server.another().with(&UNLIMITED).start().await
    }

    /// Base sockets of both, here and at that process. As long as they are open nobody comes or goes, of whom one process
    /// could tell the other: over some brokers it does, and otherwise they never hear of each other's users.
    pub(super) async fn both_are_at(&self, other: &Server) -> Vec<Socket> {
        let mut sockets = Vec::new();
        for address in [&self.server.address, &other.address] {
            sockets.push(self.ana.at(address).opens(&self.key).await);
            sockets.push(self.bob.at(address).opens(&self.key).await);
        }
        sockets
    }

    /// Someone else writes about the offer; returns who, and the key.
    pub(super) async fn is_asked_by(&self, username: &str) -> (Person, String) {
        let person = self.server.person(username).await;
        writes(&person, &self.offer, &format!("{username} is here")).await;
        let key = format!("{}:{}", self.offer, person.id);
        (person, key)
    }

    /// Ana's socket on the key, then Bob's; each knows that the other is there.
    pub(super) async fn both_open(&self) -> (Socket, Socket) {
        let (mut anas, hello) = self.ana.opens_by_v1(&self.key).await;
        assert_eq!(hello["conversations"][0]["online"], false, "saw {hello}");
        let (bobs, hello) = self.bob.opens_by_v1(&self.key).await;
        assert_eq!(hello["conversations"][0]["online"], true, "saw {hello}");
        anas.hears_presence(self.bob.id, true).await;
        (anas, bobs)
    }

    /// How many entries there are in all.
    pub(super) async fn entries(&self) -> i64 {
        self.server.database().number("SELECT count(*) FROM entries").await
    }

    /// What someone's list of conversations says of this one.
    pub(super) async fn line_of(&self, person: &Person) -> Value {
        let list = person.get("/api/conversations/").await;
        let mut lines = list.is(200)["results"].as_array().expect("a list has results").iter();
        lines.find(|line| line["conversation"] == self.key).expect("it has begun").clone()
    }
}

/// Writes a message over HTTP; returns its frame.
pub(super) async fn writes(person: &Person, conversation: &str, content: &str) -> Value {
    let path = format!("/api/conversations/{conversation}/messages/");
    person.post(&path, json!({"content": content})).await.is(201).clone()
}

/// Says over HTTP that everything up to there is read.
pub(super) async fn has_read(person: &Person, conversation: &str, up_to: i64) {
    let answer = person.post(&format!("/api/conversations/{conversation}/read/"), json!({"up_to": up_to})).await;
    assert!(answer.status == 200 || answer.status == 201, "saw {answer:?}");
}
