//! An inbox that is opened while all its conversations are being written in: what follows `hello` begins right behind
//! its heads, and nothing is missing.

use std::collections::HashMap;

use futures_util::future::join_all;
use handsel_tests::people::seq;
use handsel_tests::seed::seeded;
use handsel_tests::{Person, Server, Socket};

use super::scene::UNLIMITED;
use super::ten::Ten;

const MESSAGES: usize = 60;
const INBOXES: usize = 8;

/// Opens an inbox and listens until each conversation has come to `last`; returns how many entries came.
async fn hears_all_from_its_heads(person: &Person, last: i64) -> usize {
    let (mut inbox, hello) = person.opens_inbox().await;
    let lines = hello["conversations"].as_array().expect("a list");
    let stands = |line: &serde_json::Value| {
        let key = line["conversation"].as_str().expect("a key").to_owned();
        (key, line["head"].as_i64().expect("a head"))
    };
    let mut heads: HashMap<_, _> = lines.iter().map(stands).collect();
    let mut heard = 0;
    while heads.values().any(|head| *head < last) {
        let frame = inbox.hears_entry().await;
        let key = frame["message"]["conversation"].as_str().expect("a key");
        let stand = heads.get_mut(key).expect("all had begun");
        assert_eq!(seq(&frame), *stand + 1, "of {key}");
        *stand += 1;
        heard += 1;
    }
    heard
}

async fn talks(mut socket: Socket) {
    for number in 0..MESSAGES {
        let content = format!("number {number}");
        socket.says(&content).await;
        while socket.hears_entry().await["message"]["content"] != content {}
    }
}

async fn inboxes_open_while_others_talk(ten: &Ten, inboxes: &Server) {
    let mut random = seeded();
    let last = i64::try_from(1 + MESSAGES).expect("few");
    let talking = join_all(ten.peers_open().await.into_iter().map(talks));
    let ana = ten.ana.at(&inboxes.address);
    let moments: Vec<_> = (0..INBOXES).map(|_| random.usize(0..MESSAGES)).collect();
    let listening = join_all(moments.into_iter().map(async |requests| {
        // A moment that is counted, not timed.
        for _ in 0..requests {
            inboxes.get("/healthz").await.is(200);
        }
        hears_all_from_its_heads(&ana, last).await
    }));
    let (_, heard) = tokio::join!(talking, listening);
    println!("heard live: {heard:?} of {}", 10 * MESSAGES);
}

#[tokio::test]
async fn live_entries_follow_from_exactly_its_heads() {
    let ten = Ten::begun().await;
    inboxes_open_while_others_talk(&ten, &ten.server).await;
}

#[tokio::test]
async fn so_they_do_where_another_process_writes_them() {
    let ten = Ten::begun().await;
    let other = ten.server.another().with(&UNLIMITED).start().await;
    inboxes_open_while_others_talk(&ten, &other).await;
}
