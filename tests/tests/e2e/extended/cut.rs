//! Connections that break at any moment: whoever comes back with the last `seq` misses nothing and hears nothing twice.

use handsel_tests::Socket;
use handsel_tests::people::seq;
use handsel_tests::seed::seeded;
use handsel_tests::seen::{self, kept};

use super::scene::Scene;

const MESSAGES: usize = 400;

async fn writes(mut socket: Socket, who: &str) {
    for number in 0..MESSAGES {
        let content = format!("{who} {number}");
        socket.says(&content).await;
        while socket.hears_entry().await["message"]["content"] != content {}
    }
}

#[tokio::test]
async fn a_reader_who_is_cut_again_and_again_hears_all_once_and_in_order() {
    let mut random = seeded();
    let scene = Scene::acquainted().await;
    let other = scene.another_process().await;
    let places = [&scene.server.address, &other.address];
    let (anas, _) = scene.ana.opens_by_v1(&scene.key).await;
    let (bobs, _) = scene.bob.at(&other.address).opens_by_v1(&scene.offer).await;

    let reading = async {
        let (mut heard, mut cuts) = (Vec::new(), 0);
        while heard.len() < 2 * MESSAGES + 1 {
            let after = heard.last().map_or(0, seq);
            let bob = scene.bob.at(random.choice(places).expect("two places"));
            let (mut bobs_phone, hello) = bob.resumes(&scene.offer, after).await;
            assert_ne!(hello["reset"], true, "saw {hello}");
            for _ in 0..random.usize(0..40).min(2 * MESSAGES + 1 - heard.len()) {
                heard.push(bobs_phone.hears_entry().await);
            }
            // Dropped in the midst of what comes, without a word.
            drop(bobs_phone);
            cuts += 1;
        }
        println!("cut {cuts} times");
        heard
    };
    let (heard, (), ()) = tokio::join!(reading, writes(anas, "ana"), writes(bobs, "bob"));

    let heard = seen::in_frames(&heard);
    kept(seen::without_a_hole("bob's phone", &heard, 1));
    let timeline = seen::in_frames(&scene.ana.timeline(&scene.key).await);
    kept(seen::the_same("the timeline", &timeline, "bob's phone", &heard));
    scene.server.database().is_sound().await;
}
