//! 50,000 entries that are published on one node reach the sockets of another, with Redis and without; who never reads
//! them costs that node no memory.

use std::time::{Duration, Instant};

use futures_util::{SinkExt, StreamExt};
use handsel_services::Redis;
use handsel_tests::exposition::Exposition;
use handsel_tests::over::Over;
use handsel_tests::{Pair, Seen, Server, Socket, Started, in_time};
use serde_json::json;
use tokio::task::{JoinSet, block_in_place};
use tokio_tungstenite::tungstenite::Message;

use super::scene::node;

const PAIRS: usize = 8;
const ENTRIES: usize = 50_000;
const MANY: u64 = ENTRIES as u64;
const ENTRIES_OF_PAIR: usize = ENTRIES / PAIRS;
/// So long that all of them are far more than what may be kept for sockets that do not read.
const CHARACTERS: usize = 2_000;
/// What a node may take more than it had: queues of 256 frames, pages of a hundred, and an allocator's share. All the
/// entries together are more than three times as much.
const COSTS_AT_MOST: u64 = 28 * 1024 * 1024;
/// Without Redis a node compares each second, which the tests of `transport` show by a clock of their own; here a machine
/// that is busy is given as long again. How many comparisons there are says nothing: they follow from how long it takes.
const HEARD_WITHIN: Duration = Duration::from_secs(2);

#[tokio::test(flavor = "multi_thread")]
async fn they_reach_another_node_with_redis_and_without() {
    let mut redis = block_in_place(Redis::start);
    let here = node(Started::fresh_over(Over::Postgres), &redis).start().await;
    let there = node(here.another(), &redis).start().await;
    let pairs: Vec<_> =
        Pair::meet(&here, PAIRS).await.iter().map(|pair| pair.at(&here.address, &there.address)).collect();

    let with_redis = publishes(&pairs, &there).await;
    println!("with Redis {with_redis:?}");
    // What was not read was passed on, to sockets that heard all of them.
    assert!(with_redis.read <= MANY / 2, "expected that most were passed on, and not read: {with_redis:?}");
    assert!(with_redis.bytes <= COSTS_AT_MOST, "expected {COSTS_AT_MOST} bytes more at most: {with_redis:?}");
    block_in_place(|| redis.stop());
    for server in [&here, &there] {
        in_time("the node to say that Redis is away", async { while broker(server).await != "degraded" {} }).await;
    }
    let without = publishes(&pairs, &there).await;
    println!("without Redis {without:?}");
    assert!(without.passed_on == 0 && without.read >= MANY, "expected that all were read: {without:?}");
    assert!(without.bytes <= COSTS_AT_MOST, "expected {COSTS_AT_MOST} bytes more at most: {without:?}");
    assert!(without.median_lag <= HEARD_WITHIN, "expected half of them within {HEARD_WITHIN:?}: {without:?}");
}

/// How so many came to the node, and what that cost.
#[derive(Debug)]
struct Published {
    /// From one node to the other, for half of them at most.
    median_lag: Duration,
    /// Passed on to sockets there: nobody writes at that node, so another one has told of them.
    passed_on: u64,
    /// Read from the database there, for any socket.
    read: u64,
    /// What the node took at most beyond what it had before.
    bytes: u64,
}

/// What the node has passed on so far, and read.
async fn passed_on_and_read(node: &Server) -> (u64, u64) {
    let metrics = Exposition::read(&node.address).await;
    (metrics.count("handsel_delivery_lag_seconds_count"), metrics.count("handsel_replayed_entries_total"))
}

async fn broker(server: &Server) -> String {
    server.get("/readyz").await.is(200)["broker"].as_str().expect("it says what it has").to_owned()
}

/// The owners write all of them here, the respondents hear all of them there, and other sockets of the respondents never
/// read.
async fn publishes(pairs: &[Pair], there: &Server) -> Published {
    there.forgets_its_peak();
    let (bytes_before, before) = (there.resident_bytes_max(), passed_on_and_read(there).await);
    let (mut writing, mut hearing, mut never_read) = (JoinSet::new(), JoinSet::new(), Vec::new());
    let mut owners = Vec::new();
    for (number, pair) in pairs.iter().enumerate() {
        let path = format!("/ws/chat/{}/", pair.key);
        let connecting = pair.respondent.connecting_by_v1(&path).receive_buffer(4 * 1024);
        never_read.push(connecting.open().await.expect("they are let in"));
        let (socket, hello) = pair.respondent.opens_by_v1(&pair.key).await;
        let head = hello["conversations"][0]["head"].as_i64().expect("a head");
        hearing.spawn(async move { (number, hears(socket, head + 1).await) });
        owners.push((number, pair.owner.opens(&pair.key).await));
    }
    // When all are there: a database that has so much to do lets others wait.
    for (number, socket) in owners {
        writing.spawn(async move { (number, writes(socket).await) });
    }
    let (mut written, mut heard) = (writing.join_all().await, hearing.join_all().await);
    written.sort_by_key(|(number, _)| *number);
    heard.sort_by_key(|(number, _)| *number);
    let both = written.iter().zip(&heard).flat_map(|((_, here), (_, there))| here.iter().zip(there));
    let mut lags: Vec<_> = both.map(|(here, there)| there.saturating_duration_since(*here)).collect();
    assert_eq!(lags.len(), ENTRIES);
    lags.sort_unstable();

    let (bytes_after, after) = (there.resident_bytes_max(), passed_on_and_read(there).await);
    drop(never_read);
    Published {
        median_lag: lags[ENTRIES / 2],
        passed_on: after.0 - before.0,
        read: after.1 - before.1,
        bytes: bytes_after.saturating_sub(bytes_before),
    }
}

/// Writes all at once; returns when each came back.
async fn writes(socket: Socket) -> Vec<Instant> {
    let (mut to, mut from) = socket.into_stream().split();
    let write = async move {
        let filling = "x".repeat(CHARACTERS);
        for number in 0..ENTRIES_OF_PAIR {
            let frame = json!({"type": "message", "content": format!("{number} {filling}")});
            in_time("a frame to be sent", to.send(Message::text(frame.to_string())))
                .await
                .expect("the connection holds");
        }
        to
    };
    let hear = async {
        let mut heard = Vec::with_capacity(ENTRIES_OF_PAIR);
        while heard.len() < ENTRIES_OF_PAIR {
            match in_time("a frame", from.next()).await {
                // What it says is looked at where it is heard.
                Some(Ok(Message::Text(text))) => assert!(text.contains(r#""type":"message""#), "saw {text}"),
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => continue,
                other => panic!("expected a frame, saw {other:?}"),
            }
            heard.push(Instant::now());
        }
        heard
    };
    // The socket closes with its writing half, which must outlive the other one.
    let (_to, heard) = tokio::join!(write, hear);
    heard
}

/// Hears all of them, in order; returns when.
async fn hears(mut socket: Socket, first: i64) -> Vec<Instant> {
    let mut heard_at = Vec::with_capacity(ENTRIES_OF_PAIR);
    for (number, seq) in (first..).take(ENTRIES_OF_PAIR).enumerate() {
        let seen = Seen::in_frame(&socket.hears_entry().await);
        heard_at.push(Instant::now());
        assert_eq!(seen.seq, seq, "each once, in order");
        assert!(seen.content.starts_with(&format!("{number} ")), "seq {seq} is number {number}, saw {seen:?}");
    }
    heard_at
}
