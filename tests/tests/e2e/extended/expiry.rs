//! A token that runs out in mid-conversation: its sockets close within two seconds, in each of two processes, and
//! nothing is taken or delivered afterwards.

use std::time::{Duration, SystemTime};

use futures_util::future::join_all;
use handsel_tests::Person;
use handsel_tests::people::seq;
use handsel_tests::seen::{self, kept};
use handsel_tests::socket::Heard;
use serde_json::{Value, json};

use super::auth::runs_out_soon;
use super::scene::Scene;

const CLOSED_WITHIN: Duration = Duration::from_secs(2);

/// What a socket that talked to its end has seen of it.
struct Ended {
    at: SystemTime,
    /// When `hello` said that it would be.
    due: SystemTime,
    heard: Vec<Value>,
}

impl Ended {
    async fn after_talking(person: &Person, conversation: &str, who: &str) -> Self {
        let (mut socket, hello) = person.opens_by_v1(conversation).await;
        let due = humantime::parse_rfc3339(hello["expires_at"].as_str().expect("a time")).expect("a time");
        let mut heard = Vec::new();
        for number in 0.. {
            let content = format!("{who} {number}");
            socket.tries_to_send(json!({"type": "message", "content": content})).await;
            loop {
                match socket.next().await {
                    Heard::Frame(frame) => {
                        let own = frame["message"]["content"] == content;
                        heard.extend((frame["type"] == "message").then_some(frame));
                        if own {
                            break;
                        }
                    }
                    end => {
                        assert_eq!(end, Heard::Closed(4001, "token_expired".to_owned()));
                        let at = SystemTime::now();
                        assert_eq!(socket.next().await, Heard::Broke, "a close is the last that comes");
                        return Self { at, due, heard };
                    }
                }
            }
        }
        unreachable!("no token lives for ever")
    }
}

#[tokio::test]
async fn its_sockets_close_in_time_in_each_process() {
    let scene = Scene::acquainted().await;
    let other = scene.another_process().await;
    let (mut anas, _) = scene.ana.opens_by_v1(&scene.key).await;
    runs_out_soon(&scene.server).await;
    let here = (0..3).map(|number| ends(&scene, &scene.server.address, format!("here {number}")));
    let there = (0..3).map(|number| ends(&scene, &other.address, format!("there {number}")));
    let mut heard = Vec::new();
    let (here, there) = tokio::select! {
        ended = async { tokio::join!(join_all(here), join_all(there)) } => ended,
        () = async { loop { heard.push(anas.hears_entry().await) } } => unreachable!("she hears for ever"),
    };

    for ended in [&here, &there] {
        let late: Vec<_> = ended.iter().map(Ended::late).collect();
        println!("closed after {late:?}");
        assert!(late.iter().all(|late| *late <= CLOSED_WITHIN), "{late:?}");
    }
    let timeline = scene.ana.timeline(&scene.key).await;
    for ended in here.iter().chain(&there) {
        assert!(!ended.heard.is_empty(), "it was in the midst of a conversation");
        let from = usize::try_from(seq(&ended.heard[0])).expect("a place") - 1;
        assert_eq!(ended.heard, timeline[from..from + ended.heard.len()], "what it heard is what was said");
    }
    while heard.len() + 1 < timeline.len() {
        heard.push(anas.hears_entry().await);
    }
    kept(seen::the_same("ana", &seen::in_frames(&heard), "the timeline", &seen::in_frames(&timeline)[1..]));
    scene.bob.is_refused(&scene.offer).await.is(401, "token_expired");
}

async fn ends(scene: &Scene, address: &str, who: String) -> Ended {
    Ended::after_talking(&scene.bob.at(address), &scene.offer, &who).await
}

impl Ended {
    /// How long after the moment it was closed; it must not have been before, but for what clocks round.
    fn late(&self) -> Duration {
        self.at.duration_since(self.due).unwrap_or_else(|early| {
            assert!(early.duration() < Duration::from_millis(50), "the token held until then: {early}");
            Duration::ZERO
        })
    }
}

/// It does not read, so it never learns of its end, and sends until the connection breaks.
#[tokio::test]
async fn what_is_sent_past_the_end_is_not_taken() {
    const LATE: &str = "SELECT count(*) FROM entries AS e JOIN users AS u ON u.id = e.actor_id \
        WHERE u.username = 'bob' AND e.created_at > 2000 + \
        (SELECT max(t.expires_at) FROM tokens AS t WHERE t.user_id = u.id)";
    let scene = Scene::acquainted().await;
    runs_out_soon(&scene.server).await;
    let (mut bobs, _) = scene.bob.opens_by_v1(&scene.offer).await;
    let mut sent = 0;
    while bobs.tries_to_send(json!({"type": "message", "content": "Do you hear me?"})).await {
        sent += 1;
        // Each costs the time of a request, so that what is sent is not too much to be read.
        scene.server.get("/healthz").await.is(200);
    }
    let entries = scene.entries().await;
    println!("{sent} were sent, {} were taken", entries - 1);
    assert!((2..sent).contains(&entries), "some were taken, and some were not: {entries} of {sent}");
    assert_eq!(scene.server.database().number(LATE).await, 0, "none past the end");
}

#[tokio::test]
async fn what_is_said_past_the_end_is_not_delivered() {
    let scene = Scene::acquainted().await;
    runs_out_soon(&scene.server).await;
    let (mut bobs, _) = scene.bob.opens_by_v1(&scene.offer).await;
    let (mut bobs_inbox, _) = scene.bob.opens_inbox().await;
    let (mut bobs_phone, _) = scene.bob.opens_by_v1(&scene.offer).await;
    bobs_phone.hears_close(4001, "token_expired").await;
    // Those two may be closed a moment later, and Ana speaks when they are known to be: her list says nobody is there.
    let mut anas = loop {
        let (anas, hello) = scene.ana.opens_by_v1(&scene.key).await;
        if hello["conversations"][0]["online"] == false {
            break anas;
        }
        anas.leaves().await;
    };
    anas.says("Have you gone?").await;
    anas.hears_message("Have you gone?").await;
    for socket in [&mut bobs, &mut bobs_inbox] {
        let heard = loop {
            match socket.next().await {
                Heard::Frame(frame) => assert_eq!(frame["type"], "presence", "nothing was said before: {frame}"),
                end => break end,
            }
        };
        assert_eq!(heard, Heard::Closed(4001, "token_expired".to_owned()));
        assert_eq!(socket.next().await, Heard::Broke);
    }
}
