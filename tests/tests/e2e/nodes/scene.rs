//! Ana at one node and Bob at another; he has said hello about her offer. Knows nothing of frames.

use handsel_services::Redis;
use handsel_tests::{Person, Server, Socket, Started, in_time};
use serde_json::{Value, json};

/// What a node logs each time that it has Redis.
pub(super) const USED: &str = "Redis is used";
/// What a node logs when it has Redis again.
pub(super) const USED_AGAIN: &str = "again=true";
/// What a node logs when it has Redis no more.
pub(super) const AWAY: &str = "Redis (redis_url) cannot be used";

/// Two nodes and two people.
pub(super) struct Nodes {
    /// Where Ana is.
    pub(super) one: Server,
    /// Where Bob is.
    pub(super) two: Server,
    /// The owner.
    pub(super) ana: Person,
    /// The respondent.
    pub(super) bob: Person,
    /// The key of what they say.
    pub(super) key: String,
    /// What the names of the channels begin with.
    pub(super) prefix: String,
}

impl Nodes {
    /// Both have that Redis.
    pub(super) async fn over(redis: &Redis) -> Self {
        let (url, prefix) = (redis.url(), redis.fresh_prefix());
        let flags = flags(&url, &prefix);
        let one = Started::fresh().with(&flags).start().await;
        let two = one.another().with(&flags).start().await;
        one.logs(USED).await;
        two.logs(USED).await;
        let ana = one.person("ana").await;
        let bob = one.person("bob").await.at(&two.address);
        let offer = ana.offers("Bike repair").await;
        let key = format!("{offer}:{}", bob.id);
        writes(&bob, &key, "Hello!").await;
        Self { one, two, ana, bob, key, prefix }
    }

    /// A socket of each; each knows that the other is there.
    pub(super) async fn both_open(&self) -> (Socket, Socket) {
        let (mut anas, hello) = self.ana.opens_by_v1(&self.key).await;
        assert_eq!(hello["conversations"][0]["online"], false, "saw {hello}");
        let (mut bobs, hello) = self.bob.opens_by_v1(&self.key).await;
        anas.hears_presence(self.bob.id, true).await;
        // What Ana's node said may have come in front of the hello, or behind it.
        if hello["conversations"][0]["online"] == false {
            bobs.hears_presence(self.ana.id, true).await;
        }
        (anas, bobs)
    }

    /// Bob writes and Ana hears it, then the other way round.
    pub(super) async fn talk(&self, anas: &mut Socket, bobs: &mut Socket, content: &str) {
        bobs.says(content).await;
        assert_eq!(bobs.hears_message(content).await, anas.hears_message(content).await);
        anas.says(content).await;
        assert_eq!(anas.hears_message(content).await, bobs.hears_message(content).await);
    }

    /// How many nodes are subscribed to that user's channel.
    pub(super) fn listening(&self, redis: &Redis, person: &Person) -> usize {
        let channel = format!("{}user:{}", self.prefix, person.id);
        let answer = redis.ask(&format!("PUBSUB NUMSUB {channel}"));
        let count = answer.lines().find_map(|line| line.strip_prefix(':')).and_then(|count| count.trim().parse().ok());
        count.unwrap_or_else(|| panic!("expected a number of subscribers, saw {answer:?}"))
    }

    /// Waits until so many nodes are subscribed to that user's channel. Redis announces that to nobody.
    pub(super) async fn listen(&self, redis: &Redis, person: &Person, nodes: usize) {
        let reached = async {
            while self.listening(redis, person) != nodes {
                tokio::time::sleep(std::time::Duration::from_millis(10)).await;
            }
        };
        in_time(format!("{nodes} nodes to listen for {}", person.username), reached).await;
    }
}

/// The flags of a node.
pub(super) fn flags<'a>(url: &'a str, prefix: &'a str) -> [&'a str; 6] {
    ["--redis-url", url, "--redis-prefix", prefix, "--frames-per-second", "0"]
}

/// Writes a message over HTTP; returns its frame.
pub(super) async fn writes(person: &Person, conversation: &str, content: &str) -> Value {
    let path = format!("/api/conversations/{conversation}/messages/");
    person.post(&path, json!({"content": content})).await.is(201).clone()
}

/// What the node says about its broker; it is ready in any case.
pub(super) async fn broker(node: &Server) -> String {
    let ready = node.get("/readyz").await;
    ready.is(200)["broker"].as_str().unwrap_or_else(|| panic!("no broker in {}", ready.text)).to_owned()
}

/// The value of a series without labels, 0 where there is none yet.
pub(super) async fn metric(node: &Server, series: &str) -> f64 {
    let metrics = node.get("/metrics").await;
    metrics.is(200);
    let value = metrics.text.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' ')?.parse().ok());
    value.unwrap_or(0.0)
}
