//! Two people who talk over two nodes, with a PostgreSQL and a Redis that are the test's own to stop. Knows nothing of
//! what fails.

use handsel_services::{Postgres, Redis};
use handsel_tests::database::Database;
use handsel_tests::{Person, Server, Socket, Started};
use serde_json::{Value, json};
use tokio::task::block_in_place;

const UNLIMITED: [&str; 4] = ["--frames-per-second", "0", "--sign-ins-per-minute", "0"];

/// The two, whose conversation has begun, and what they talk over.
pub(super) struct Scene {
    /// Ends with the nodes: they are declared in front of what they run over.
    pub(super) anas_node: Server,
    pub(super) bobs_node: Server,
    /// The owner.
    pub(super) ana: Person,
    /// The respondent.
    pub(super) bob: Person,
    pub(super) key: String,
    pub(super) redis: Redis,
    pub(super) postgres: Postgres,
}

impl Scene {
    /// Ana's node reaches the database where `anas_database` says, given where it is.
    pub(super) async fn over(anas_database: impl AsyncFnOnce(&str) -> String) -> Self {
        let (postgres, redis) = block_in_place(|| (Postgres::start(), Redis::start()));
        let url = block_in_place(|| postgres.fresh_database());
        let (anas, bobs) = (anas_database(&url).await, url);
        let start = |url| node(Started::over_foreign(Database::at(url)), &redis).start();
        let (anas_node, bobs_node) = (start(anas).await, start(bobs).await);
        let (ana, bob) = (anas_node.person("ana").await, bobs_node.person("bob").await);
        let offer = ana.offers("Bike repair").await;
        let key = format!("{offer}:{}", bob.id);
        let scene = Self { anas_node, bobs_node, ana, bob, key, redis, postgres };
        scene.bob_writes("Hello!").await;
        scene
    }

    /// Both reach the same.
    pub(super) async fn fresh() -> Self {
        Self::over(async |url| url.to_owned()).await
    }

    /// Over HTTP, at his own node; returns the frame.
    pub(super) async fn bob_writes(&self, content: &str) -> Value {
        let path = format!("/api/conversations/{}/messages/", self.key);
        self.bob.post(&path, json!({"content": content})).await.is(201).clone()
    }

    /// Ana's socket, and Bob's.
    pub(super) async fn both_open(&self) -> (Socket, Socket) {
        (self.ana.opens_by_v1(&self.key).await.0, self.bob.opens_by_v1(&self.key).await.0)
    }
}

/// With that broker, and nobody slowed down.
pub(super) fn node(started: Started, redis: &Redis) -> Started {
    started.with(&UNLIMITED).variable("REDIS_URL", &redis.url())
}

/// The next frame that says something of what was said: who comes and goes meanwhile is another matter.
pub(super) async fn hears(socket: &mut Socket) -> Value {
    loop {
        let frame = socket.hears().await;
        if frame["type"] != "presence" {
            return frame;
        }
    }
}

/// Says it until it is stored, as clients are told to; returns the frame. Nothing else may be due on that socket.
pub(super) async fn says_until_stored(socket: &mut Socket, id: &str, content: &str) -> Value {
    loop {
        socket.says_as(id, content).await;
        let frame = hears(socket).await;
        if frame["type"] == "message" {
            assert_eq!(frame["message"]["client_message_id"], id, "saw {frame}");
            return frame;
        }
        is_passing(&frame, id);
    }
}

/// It says that trying again helps, and what it answers.
pub(super) fn is_passing(error: &Value, id: &str) {
    let code = error["code"].as_str().unwrap_or_default();
    assert!(error["type"] == "error" && ["unavailable", "outcome_unknown"].contains(&code), "saw {error}");
    assert!(error["retry_after_ms"].as_u64().is_some_and(|wait| wait > 0), "saw {error}");
    assert_eq!(error["client_message_id"], id, "saw {error}");
}
