//! The same `client_message_id` a hundred times at once, over several sockets and two processes: one entry.

use futures_util::future::{join_all, select_all};
use handsel_tests::Socket;
use serde_json::{Value, json};

use super::scene::Scene;

const SOCKETS: usize = 5;
const SENDS: usize = 10;

/// Whatever comes next to any of them.
async fn any_hears(sockets: &mut [Socket]) -> (usize, Value) {
    let (frame, which, _) = select_all(sockets.iter_mut().map(|socket| Box::pin(socket.hears()))).await;
    (which, frame)
}

#[tokio::test]
async fn a_hundred_at_once_over_ten_sockets_of_two_processes_are_one_message() {
    let scene = Scene::acquainted().await;
    let other = scene.another_process().await;
    let mut anas = [scene.ana.opens(&scene.key).await, scene.ana.at(&other.address).opens(&scene.key).await];
    let mut bobs = Vec::new();
    for number in 0..2 * SOCKETS {
        let address = if number % 2 == 0 { &scene.server.address } else { &other.address };
        bobs.push(scene.bob.at(address).opens_by_v1(&scene.offer).await.0);
    }

    for round in 0..3 {
        let id = format!("round {round}");
        join_all(bobs.iter_mut().map(async |socket| {
            for _ in 0..SENDS {
                socket.says_as(&id, "Once").await;
            }
        }))
        .await;
        let (mut new, mut repeats) = (vec![Vec::new(); bobs.len()], vec![Vec::new(); bobs.len()]);
        // Each socket hears it as new, and each send but one is answered with it again.
        for _ in 0..bobs.len() + bobs.len() * SENDS - 1 {
            let (which, mut frame) = any_hears(&mut bobs).await;
            let repeat = frame.as_object_mut().expect("an object").shift_remove("repeat");
            let heard = if repeat == Some(json!(true)) { &mut repeats } else { &mut new };
            heard[which].push(frame);
        }
        let stored = &new[0][0];
        assert_eq!(
            (&stored["message"]["client_message_id"], &stored["message"]["content"]),
            (&json!(id), &json!("Once"))
        );
        assert!(new.iter().all(|heard| heard.len() == 1 && heard[0] == *stored), "each hears it once as new: {new:?}");
        assert!(repeats.iter().flatten().all(|frame| frame == stored), "a repetition is the same message");
        let mut answered: Vec<_> = repeats.iter().map(Vec::len).collect();
        answered.sort_unstable();
        assert_eq!(answered[0], SENDS - 1, "one send of one socket was the first: {answered:?}");
        assert!(answered[1..].iter().all(|count| *count == SENDS), "all others were repetitions: {answered:?}");
        for socket in &mut anas {
            socket.hears_frame(stored).await;
        }
    }
    for socket in anas.iter_mut().chain(&mut bobs) {
        socket.has_heard_nothing().await;
    }
    assert_eq!(scene.entries().await, 1 + 3);
    scene.server.database().is_sound().await;
}
