//! What is written while a replay runs comes behind it, once, without a hole: no seam is to be seen.

use handsel_tests::seed::seeded;
use handsel_tests::seen::{self, kept};
use handsel_tests::{Seen, Server, Socket, seeding};

use super::scene::Scene;

/// Enough for many pages.
const MISSED: i64 = 2_000;
const WRITTEN_MEANWHILE: usize = 300;

async fn writes_meanwhile(writer: &mut Socket) {
    for number in 0..WRITTEN_MEANWHILE {
        let content = format!("live {number}");
        writer.says(&content).await;
        writer.hears_message(&content).await;
    }
}

/// Reads all that there is, and what is written while it reads.
async fn is_read_without_a_seam(scene: &Scene, readers: &Server, after: i64) {
    let bob = scene.bob.at(&readers.address);
    let (mut anas, hello) = scene.ana.opens_by_v1(&scene.key).await;
    let head = hello["conversations"][0]["head"].as_i64().expect("a head");
    let reading = async {
        let (mut bobs, _) = bob.resumes(&scene.offer, after).await;
        let missed = usize::try_from(head - after).expect("it lies behind");
        let frames = bobs.hears_entries(missed + WRITTEN_MEANWHILE).await;
        kept(seen::without_a_hole("bob", &seen::in_frames(&frames), after + 1));
        assert!(frames.iter().all(|frame| frame.get("repeat").is_none()), "nothing of it is a repetition");
        bobs.has_heard_nothing().await;
        frames
    };
    // A base socket: nobody's coming and going gets between its messages.
    let mut writer = scene.ana.opens(&scene.key).await;
    let (frames, ()) = tokio::join!(reading, writes_meanwhile(&mut writer));
    let by_ana = seen::in_frames(&anas.hears_entries(WRITTEN_MEANWHILE).await);
    kept(seen::the_same("ana", &by_ana, "bob", &seen::in_frames(&frames)[frames.len() - WRITTEN_MEANWHILE..]));
    let timeline: Vec<Seen> = seen::in_frames(&scene.ana.timeline(&scene.key).await);
    let from = usize::try_from(after).expect("it is a place");
    kept(seen::the_same("the timeline", &timeline[from..], "bob", &seen::in_frames(&frames)));
}

#[tokio::test]
async fn what_is_written_while_a_replay_runs_comes_behind_it() {
    let scene = Scene::acquainted().await;
    seeding::messages(scene.server.database(), &scene.key, MISSED).await;
    is_read_without_a_seam(&scene, &scene.server, 0).await;
}

#[tokio::test]
async fn what_another_process_writes_meanwhile_does_too() {
    let scene = Scene::acquainted().await;
    let other = scene.another_process().await;
    seeding::messages(scene.server.database(), &scene.key, MISSED).await;
    is_read_without_a_seam(&scene, &other, 1).await;
}

#[tokio::test]
async fn wherever_one_resumes_while_the_other_writes_there_is_no_seam() {
    let mut random = seeded();
    let scene = Scene::acquainted().await;
    let mut head = 1;
    for _ in 0..5 {
        let after = random.i64(0..=head);
        println!("after {after} of {head}");
        is_read_without_a_seam(&scene, &scene.server, after).await;
        head += i64::try_from(WRITTEN_MEANWHILE).expect("few");
    }
}
