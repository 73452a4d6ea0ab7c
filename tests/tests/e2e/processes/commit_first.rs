//! Commit comes before delivery: while a test keeps everybody from writing nobody hears anything, however long one asks.

use std::time::Duration;

use handsel_tests::over::Over;
use handsel_tests::{Pair, Person, Server, Socket, Started, in_time};
use serde_json::{Value, json};

/// How often both sides and the timeline are asked while the lock is held.
const ASKED: usize = 5;

struct Bench {
    server: Server,
    pair: Pair,
    owners: Socket,
    respondents: Socket,
}

impl Bench {
    async fn new() -> Self {
        Self::over(Started::fresh()).await
    }

    async fn over(started: Started) -> Self {
        let server = started.start().await;
        let pair = Pair::meets(&server, "pair").await;
        let (owners, respondents) = pair.open().await;
        Self { server, pair, owners, respondents }
    }

    /// Each answer is given after what was asked before it: had it been delivered, it would be here.
    async fn nobody_has_heard_of_it(&mut self) {
        for _ in 0..ASKED {
            self.respondents.has_heard_nothing().await;
            self.owners.has_heard_nothing().await;
            for reader in [&self.pair.owner, &self.pair.respondent] {
                assert_eq!(self.pair_timeline(reader).await.len(), 1, "only the first message is there");
            }
        }
    }

    async fn pair_timeline(&self, reader: &Person) -> Vec<Value> {
        reader.timeline(&self.pair.key).await
    }
}

#[tokio::test]
async fn a_message_is_heard_by_nobody_before_it_is_committed() {
    let mut bench = Bench::new().await;
    let lock = bench.server.database().holds_writes().await;
    bench.respondents.says("Is it kept?").await;
    bench.nobody_has_heard_of_it().await;

    lock.release().await;
    let heard = bench.respondents.hears_message("Is it kept?").await;
    assert_eq!(bench.owners.hears_message("Is it kept?").await, heard);
    assert_eq!(bench.pair_timeline(&bench.pair.owner).await[1]["message"], heard);
}

#[tokio::test]
async fn a_step_is_heard_by_nobody_before_it_is_committed() {
    let mut bench = Bench::new().await;
    let lock = bench.server.database().holds_writes().await;
    bench.owners.sends(json!({"type": "handshake_start"})).await;
    bench.nobody_has_heard_of_it().await;

    lock.release().await;
    let heard = bench.owners.hears_handshake("pending").await;
    assert_eq!(bench.respondents.hears_handshake("pending").await, heard);
}

#[tokio::test]
async fn a_request_is_answered_after_its_commit() {
    let mut bench = Bench::new().await;
    let lock = bench.server.database().holds_writes().await;
    let (respondent, path) =
        (bench.pair.respondent.clone(), format!("/api/conversations/{}/messages/", bench.pair.key));
    let posting = tokio::spawn(async move { respondent.post(&path, json!({"content": "By post"})).await });
    bench.nobody_has_heard_of_it().await;
    assert!(!posting.is_finished(), "it cannot be answered yet");

    lock.release().await;
    let posted = in_time("the answer", posting).await.expect("no panic");
    let frame = posted.is(201);
    assert_eq!(&bench.owners.hears().await, frame);
    assert_eq!(&bench.respondents.hears().await, frame);
}

/// SQLite's own wait runs out before this; what waits is tried again, and neither lost nor refused.
#[tokio::test]
async fn a_lock_that_is_held_for_long_only_delays_on_sqlite() {
    let mut bench = Bench::over(Started::fresh_file()).await;
    let lock = bench.server.database().holds_writes().await;
    bench.respondents.says("Patience").await;
    bench.nobody_has_heard_of_it().await;
    tokio::time::sleep(Duration::from_secs(6)).await;
    bench.nobody_has_heard_of_it().await;

    lock.release().await;
    bench.respondents.hears_message("Patience").await;
    bench.owners.hears_message("Patience").await;
}

/// There it need not be everybody whom it delays, so that others do not wait for it as long.
#[tokio::test]
async fn on_postgres_whoever_wrote_is_told_and_nobody_hears_of_it() {
    let mut bench = Bench::over(Started::fresh_over(Over::Postgres)).await;
    let lock = bench.server.database().holds_writes().await;
    bench.respondents.says("Patience").await;
    bench.respondents.hears_error("unavailable").await;
    bench.nobody_has_heard_of_it().await;

    lock.release().await;
    bench.respondents.says("Once more").await;
    bench.respondents.hears_message("Once more").await;
    bench.owners.hears_message("Once more").await;
    assert_eq!(bench.pair_timeline(&bench.pair.owner).await.len(), 2, "the first message, and this one");
}
