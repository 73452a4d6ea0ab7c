//! Someone who comes and goes all the time: what is told changes each time, and ends with how it is.

use handsel_tests::Socket;
use handsel_tests::seed::seeded;
use handsel_tests::socket::Heard;
use serde_json::Value;

use super::scene::{Scene, writes};

const CHANGES: usize = 150;

/// What was told of Bob before that message came.
async fn told_until(socket: &mut Socket, last: &Value) -> Vec<bool> {
    let mut told = Vec::new();
    loop {
        match socket.next().await {
            Heard::Frame(frame) if frame == *last => return told,
            Heard::Frame(frame) => told.push(frame["presence"]["online"].as_bool().expect("only presence comes")),
            end => panic!("saw {end:?}"),
        }
    }
}

#[tokio::test]
async fn what_is_told_alternates_and_ends_with_how_it_is() {
    let mut random = seeded();
    let scene = Scene::acquainted().await;
    let (mut anas, _) = scene.ana.opens_by_v1(&scene.key).await;
    let mut open = Vec::new();
    for _ in 0..CHANGES {
        if open.is_empty() || (open.len() < 3 && random.bool()) {
            open.push(if random.bool() {
                scene.bob.opens_by_v1(&scene.offer).await.0
            } else {
                scene.bob.opens(&scene.offer).await
            });
        } else {
            let one = open.swap_remove(random.usize(0..open.len()));
            // Some say goodbye, and some are not heard of again.
            if random.bool() {
                one.leaves().await;
            }
        }
    }
    while let Some(one) = open.pop() {
        one.leaves().await;
    }
    // Gone for good: her list says so, and then nothing more is to be told of it.
    loop {
        let (another, hello) = scene.ana.opens_by_v1(&scene.key).await;
        another.leaves().await;
        if hello["conversations"][0]["online"] == false {
            break;
        }
    }
    let last = writes(&scene.ana, &scene.key, "Is that all?").await;
    let told = told_until(&mut anas, &last).await;
    println!("told: {}", told.len());
    assert!(told.iter().enumerate().all(|(place, online)| *online == (place % 2 == 0)), "it alternates: {told:?}");
    assert_eq!(told.last(), Some(&false), "and ends with how it is: {told:?}");
}
