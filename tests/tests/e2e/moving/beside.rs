//! Both commands work beside servers on which people write. Knows nothing of what is refused.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use handsel_tests::{Pair, Person, Server, Started};
use serde_json::json;
use tokio::task::JoinHandle;

use super::file::{block, large, whole};
use super::scene::{beside, content, exports, imports, runs, summary};

/// People who write, each the next message once the last is committed.
struct Writing {
    stop: Arc<AtomicBool>,
    tasks: Vec<JoinHandle<u32>>,
}

impl Writing {
    async fn of(server: &Server, pairs: usize) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let pairs = Pair::meet(server, pairs).await;
        let writers =
            pairs.into_iter().flat_map(|Pair { owner, respondent, key }| [(owner, key.clone()), (respondent, key)]);
        let tasks = writers.map(|(person, key)| tokio::spawn(writes(person, key, Arc::clone(&stop)))).collect();
        Self { stop, tasks }
    }

    /// Nobody was refused, and each has written something.
    async fn end(self) {
        self.stop.store(true, Ordering::SeqCst);
        for task in self.tasks {
            assert!(task.await.expect("nobody is refused") > 0, "they wrote meanwhile");
        }
    }
}

async fn writes(person: Person, key: String, stop: Arc<AtomicBool>) -> u32 {
    let mut written = 0;
    while !stop.load(Ordering::SeqCst) {
        let said = json!({"content": "More and more of it."});
        person.post(&format!("/api/conversations/{key}/messages/"), said).await.is(201);
        written += 1;
    }
    written
}

#[tokio::test]
async fn what_is_exported_while_people_write_is_whole() {
    let server = Server::start().await;
    let writing = Writing::of(&server, 3).await;
    for number in 1..=3 {
        let name = format!("{number}.ndjson");
        runs(&server.another(), &["export", &name]).await.is(0);
        let text = fs::read_to_string(beside(&server.another(), &name)).expect("it is there");
        let other = Started::fresh();
        let (report, ended) = imports(&other, &text).await;
        ended.is(0);
        assert_eq!(summary(&report)["noted"], 0, "{text}");
        assert_eq!(exports(&other).await, content(&text));
    }
    writing.end().await;
}

#[tokio::test]
async fn what_is_imported_while_people_write_is_in_nobodys_way() {
    let server = Server::start().await;
    let writing = Writing::of(&server, 3).await;
    // People, listings and entries of its own, far from those that are given out.
    let text = large(40, 52, 1_000);
    let (report, ended) = imports(&server.another(), &text).await;
    ended.is(0);
    assert_eq!(summary(&report)["entries"]["new"], 40 * 52);
    writing.end().await;
    let (report, ended) = imports(&server.another(), &text).await;
    ended.is(0);
    assert_eq!(summary(&report)["entries"]["there"], 40 * 52);
}

#[tokio::test]
async fn whoever_is_blocked_by_a_file_is_kept_out_at_once_and_sees_the_other_leave() {
    let server = Server::start().await;
    let (ana, bob) = (server.person("ana").await, server.person("bob").await);
    let key = format!("{}:{}", ana.offers("Bike repair").await, bob.id);
    let path = format!("/api/conversations/{key}/messages/");
    bob.post(&path, json!({"content": "Hello!"})).await.is(201);
    let (mut anas, _) = ana.opens_by_v1(&key).await;
    let (mut bobs, hello) = bob.opens_by_v1(&key).await;
    assert_eq!(hello["conversations"][0]["online"], true, "saw {hello}");
    anas.hears_presence(bob.id, true).await;
    let id = |person: &Person| u64::try_from(person.id).expect("an id");
    let (report, ended) = imports(&server.another(), &whole(&[block(id(&ana), id(&bob))])).await;
    ended.is(0);
    assert_eq!(summary(&report)["blocks"], json!({"new": 1, "there": 0, "refused": 0}));
    bob.post(&path, json!({"content": "Are you there?"})).await.is_problem(403, "conversation_closed");
    ana.post(&path, json!({"content": "Go away"})).await.is_problem(403, "peer_blocked");
    anas.hears_presence(bob.id, false).await;
    bobs.hears_presence(ana.id, false).await;
}
