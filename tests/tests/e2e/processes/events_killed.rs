//! `kill -9` while pairs write at two processes and a site reads the feed: each entry is told once, in order.

use std::sync::Arc;

use handsel_tests::seed::seeded;
use handsel_tests::{Admin, Pair, Server, Started, feed, in_time};
use serde_json::Value;
use tokio::sync::watch;

use super::writing::Writing;

const PAIRS: usize = 10;
const ROUNDS: usize = 4;
const FLAGS: [&str; 2] = ["--frames-per-second", "0"];

/// Reads the feed as long as it is told where a server is, and until it has come as far as the tables.
async fn reads(mut place: watch::Receiver<Option<Admin>>) -> Vec<Value> {
    let mut events = Vec::new();
    loop {
        let admin = place.borrow_and_update().clone();
        let Some(admin) = admin else { return events };
        if feed::reads_on(&admin, &mut events).await != Some(true) {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    }
}

/// The feed once it has come as far as the tables.
async fn whole(server: &Server) -> Vec<Value> {
    let entries = feed::entries(server.database()).await;
    let told = async {
        loop {
            let events = feed::all(&Admin::of(server)).await;
            if events.iter().filter(|event| event["data"]["seq"].is_i64()).count() >= entries.len() {
                return events;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    };
    let events = in_time("every entry in the feed", told).await;
    feed::has_each_once(&events, &entries);
    events
}

#[tokio::test]
async fn every_committed_entry_is_told_once_whatever_is_killed() {
    let mut random = seeded();
    let mut one = Started::fresh().with_admin().with(&FLAGS).start().await;
    let mut two = one.another().with_admin().with(&FLAGS).start().await;
    let mut pairs = Pair::meet(&one, PAIRS).await;
    let (here, place) = watch::channel(Some(Admin::of(&two)));
    let here = Arc::new(here);
    let reader = tokio::spawn(reads(place));
    for round in 0..ROUNDS {
        pairs = pairs.iter().map(|pair| pair.at(&one.address, &two.address)).collect();
        let moment = random.u32(200..=1_500);
        println!("round {round}: killed after {moment} frames");
        let writing = Writing::begins(&pairs, &format!("round {round}")).await;
        writing.has_heard(moment).await;
        // Whoever records at this moment is killed with it, and so are both in the end.
        one = one.kill().await.with_admin().with(&FLAGS).start().await;
        here.send_replace(Some(Admin::of(&one)));
        two = two.kill().await.with_admin().with(&FLAGS).start().await;
        here.send_replace(Some(Admin::of(&two)));
        writing.ends().await;
    }
    let events = whole(&two).await;
    here.send_replace(None);
    let read = reader.await.expect("the reader does not panic");
    println!("{} events, {} of them read while they came", events.len(), read.len());
    assert!(!read.is_empty(), "the reader came too late");
    for (read, event) in read.iter().zip(&events) {
        assert_eq!(read, event, "what was told once is told the same for ever");
    }
}
