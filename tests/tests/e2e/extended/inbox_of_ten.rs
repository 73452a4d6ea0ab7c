//! One inbox socket sees all that ten chat sockets of the same user see, and can send in each conversation.

use futures_util::future::join_all;
use handsel_tests::Socket;
use handsel_tests::people::seq;
use serde_json::{Value, json};

use super::ten::Ten;

const EACH: usize = 5;

/// Which conversation a frame is about.
fn conversation(frame: &Value) -> &str {
    let body = &frame[frame["type"].as_str().unwrap_or_default()];
    body["conversation"].as_str().unwrap_or_else(|| panic!("expected a conversation in {frame}"))
}

struct Bench {
    ten: Ten,
    /// The peers' sockets, in the order of the conversations.
    peers: Vec<Socket>,
    /// Ana's chat sockets, in the same order.
    chats: Vec<Socket>,
    inbox: Socket,
    /// Which frames have come to both, by conversation.
    heard: Vec<Vec<Value>>,
}

impl Bench {
    async fn new() -> Self {
        let ten = Ten::begun().await;
        let peers = ten.peers_open().await;
        let chats = ten.ana_opens_all().await;
        let (inbox, hello) = ten.ana.opens_inbox().await;
        let lines = hello["conversations"].as_array().expect("a list");
        assert!(lines.len() == 10 && lines.iter().all(|line| line["head"] == 1 && line["online"] == true), "{hello}");
        let heard = vec![Vec::new(); 10];
        Self { ten, peers, chats, inbox, heard }
    }

    /// So many frames have come to each chat socket, and the same to the inbox.
    async fn both_hear(&mut self, each: usize) {
        let mut by_inbox = vec![Vec::new(); 10];
        for _ in 0..10 * each {
            let frame = self.inbox.hears().await;
            by_inbox[self.ten.place(conversation(&frame))].push(frame);
        }
        for (place, chat) in self.chats.iter_mut().enumerate() {
            let mut by_chat = Vec::new();
            for _ in 0..each {
                by_chat.push(chat.hears().await);
            }
            assert_eq!(by_inbox[place], by_chat, "of {}", self.ten.conversations[place].key);
            self.heard[place].extend(by_chat);
        }
    }

    async fn each_peer_sends(&mut self, frame: &Value) {
        for peer in &mut self.peers {
            peer.sends(frame.clone()).await;
        }
    }
}

#[tokio::test]
async fn it_sees_all_that_they_see() {
    let mut bench = Bench::new().await;
    // All write at once: the peers, Ana's chat sockets, and her inbox to each.
    let Bench { ten, peers, chats, inbox, .. } = &mut bench;
    let theirs = join_all(peers.iter_mut().chain(chats).map(async |socket| {
        for number in 0..EACH {
            socket.says(&format!("chat {number}")).await;
            tokio::task::yield_now().await;
        }
    }));
    let inboxs = async {
        for number in 0..EACH {
            for one in &ten.conversations {
                let name = if number % 2 == 0 { &one.key } else { &one.short };
                let content = format!("inbox {number}");
                inbox.sends(json!({"type": "message", "content": content, "conversation": name})).await;
                tokio::task::yield_now().await;
            }
        }
    };
    tokio::join!(theirs, inboxs);
    bench.both_hear(3 * EACH).await;

    bench.each_peer_sends(&json!({"type": "handshake_start", "note": "Agreed?"})).await;
    bench.both_hear(1).await;
    for one in &bench.ten.conversations {
        bench.inbox.sends(json!({"type": "handshake_approve", "conversation": one.key})).await;
    }
    bench.both_hear(1).await;
    let head = 3 * EACH + 3;
    for heard in &bench.heard {
        assert!(heard.iter().map(seq).eq(2..=i64::try_from(head).expect("few")), "no hole");
        assert_eq!(heard[heard.len() - 1]["handshake"]["status"], "approved");
        let from_inbox: Vec<_> = heard.iter().filter_map(|frame| frame["message"]["content"].as_str()).collect();
        let in_order = from_inbox.into_iter().filter(|content| content.starts_with("inbox"));
        assert!(in_order.eq((0..EACH).map(|number| format!("inbox {number}"))), "in the order of sending: {heard:?}");
    }

    bench.each_peer_sends(&json!({"type": "typing"})).await;
    bench.both_hear(1).await;
    bench.each_peer_sends(&json!({"type": "read", "up_to": head})).await;
    bench.both_hear(1).await;
    for socket in bench.chats.iter_mut().chain([&mut bench.inbox]) {
        socket.has_heard_nothing().await;
    }
}

#[tokio::test]
async fn it_can_say_and_do_all_in_each() {
    let mut bench = Bench::new().await;
    for place in 0..10 {
        let one = &bench.ten.conversations[place];
        let (chat, peer, inbox) = (&mut bench.chats[place], &mut bench.peers[place], &mut bench.inbox);
        for (frame, name) in [
            (json!({"type": "message", "content": "Hi", "client_message_id": "one"}), &one.key),
            (json!({"type": "handshake_start", "note": "Agreed?", "terms": {"hours": 1}}), &one.short),
            (json!({"type": "handshake_cancel"}), &one.key),
            (json!({"type": "handshake_start"}), &one.key),
        ] {
            let mut frame = frame;
            frame["conversation"] = json!(name);
            inbox.sends(frame).await;
            let heard = inbox.hears().await;
            assert_eq!(conversation(&heard), one.key);
            chat.hears_frame(&heard).await;
            assert_eq!(peer.hears_entry().await, heard);
        }
        inbox
            .sends(json!({"type": "message", "content": "Hi", "client_message_id": "one", "conversation": one.key}))
            .await;
        let again = inbox.hears().await;
        assert_eq!((&again["repeat"], seq(&again)), (&json!(true), 2), "saw {again}");
        inbox.sends(json!({"type": "typing", "conversation": one.short})).await;
        peer.hears_typing(&one.key, bench.ten.ana.id).await;
        inbox.sends(json!({"type": "read", "up_to": 1, "conversation": one.key})).await;
        peer.hears_read(&one.key, bench.ten.ana.id, 1).await;
        chat.hears_read(&one.key, bench.ten.ana.id, 1).await;
        for socket in [chat, peer, inbox] {
            socket.has_heard_nothing().await;
        }
    }
}
