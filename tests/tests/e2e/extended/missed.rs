//! Ten thousand missed entries come in order while other pairs on the same server keep talking.

use futures_util::future::join_all;
use handsel_tests::people::seq;
use handsel_tests::seen::{self, kept};
use handsel_tests::{Pair, Socket, seeding};

use super::scene::{Scene, writes};

const MISSED: i64 = 10_000;
const PAIRS: usize = 5;
const ROUNDS: usize = 40;

/// Two sides of a pair that talk, and what they have said so far.
struct Talk {
    owners: Socket,
    respondents: Socket,
    said: i64,
}

impl Talk {
    async fn of(pair: Pair) -> Self {
        let (owners, respondents) = pair.open().await;
        Self { owners, respondents, said: 1 }
    }

    /// Each says something and waits until both have heard it, so many times.
    async fn goes_on(&mut self) {
        for _ in 0..ROUNDS {
            for by_owner in [true, false] {
                if by_owner { &mut self.owners } else { &mut self.respondents }.says("and then?").await;
                self.said += 1;
                for socket in [&mut self.owners, &mut self.respondents] {
                    assert_eq!(socket.hears_message("and then?").await["seq"], self.said);
                }
            }
        }
    }
}

#[tokio::test]
async fn a_long_replay_is_whole_and_in_order_and_disturbs_nobody() {
    let scene = Scene::acquainted().await;
    seeding::messages(scene.server.database(), &scene.key, MISSED - 1).await;
    let pairs = Pair::meet(&scene.server, PAIRS).await;
    let mut talks = join_all(pairs.into_iter().map(Talk::of)).await;

    // A phone with little room: what it has not read, the server cannot have sent.
    let path = format!("/ws/chat/{}/?after=0", scene.offer);
    let connecting = scene.bob.connecting_by_v1(&path).receive_buffer(4 * 1024);
    let mut bobs = connecting.open().await.expect("he is let in");
    let hello = bobs.hears().await;
    assert_eq!(hello["conversations"][0]["head"], MISSED, "saw {hello}");
    let mut heard = vec![bobs.hears().await];
    // While he reads nothing,
    join_all(talks.iter_mut().map(Talk::goes_on)).await;
    let last = writes(&scene.ana, &scene.key, "Are you still reading?").await;
    // and while he reads on.
    let reading = async {
        while heard.last().is_none_or(|frame| *frame != last) {
            heard.push(bobs.hears().await);
        }
    };
    tokio::join!(reading, join_all(talks.iter_mut().map(Talk::goes_on)));

    assert_eq!(seq(&last), MISSED + 1);
    let heard = seen::in_frames(&heard);
    kept(seen::without_a_hole("bob", &heard, 1));
    let timeline = seen::in_frames(&scene.ana.timeline(&scene.key).await);
    kept(seen::the_same("the timeline", &timeline, "bob", &heard));
    bobs.has_heard_nothing().await;
    for talk in &mut talks {
        assert_eq!(talk.said, i64::try_from(1 + 4 * ROUNDS).expect("few"));
        talk.owners.has_heard_nothing().await;
        talk.respondents.has_heard_nothing().await;
    }
}

#[tokio::test]
async fn several_long_replays_at_once_are_each_whole() {
    let scene = Scene::acquainted().await;
    seeding::messages(scene.server.database(), &scene.key, MISSED - 1).await;
    let reading = (0..4).map(|number| {
        let scene = &scene;
        async move {
            let after = number * 100;
            let person = if number % 2 == 0 { &scene.ana } else { &scene.bob };
            let (mut socket, _) = person.resumes(&scene.key, after).await;
            let missed = usize::try_from(MISSED - after).expect("it lies behind");
            let frames = socket.hears_entries(missed).await;
            kept(seen::without_a_hole(&person.username, &seen::in_frames(&frames), after + 1));
        }
    });
    join_all(reading).await;
}
