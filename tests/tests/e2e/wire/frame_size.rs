//! The limit of a frame: 64 KiB, all of its fragments together. Beyond it the socket is closed with 1009.

use handsel_tests::Socket;
use serde_json::json;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::frame::Frame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};

use crate::wire::pair::{Pair, Who};

const LIMIT: usize = 64 * 1024;

/// A message, made so many bytes long by spaces behind it.
fn of_bytes(bytes: usize) -> String {
    let frame = json!({"type": "message", "content": "Hello!"}).to_string();
    let spaces = " ".repeat(bytes - frame.len());
    frame + spaces.as_str()
}

/// Sends a text in so many fragments, cut wherever they end.
async fn sends_in_fragments(socket: &mut Socket, text: &str, fragments: usize) {
    let size = text.len().div_ceil(fragments);
    let last = text.len().div_ceil(size) - 1;
    for (index, fragment) in text.as_bytes().chunks(size).enumerate() {
        let opcode = OpCode::Data(if index == 0 { Data::Text } else { Data::Continue });
        socket.sends_raw(Message::Frame(Frame::message(fragment.to_vec(), opcode, index == last))).await;
    }
}

#[tokio::test]
async fn a_frame_of_exactly_64_kib_is_heard() {
    let mut pair = Pair::strangers().await;
    pair.bobs.sends_text(&of_bytes(LIMIT)).await;
    pair.both_hear_message("Hello!").await;
}

#[tokio::test]
async fn a_frame_over_64_kib_closes_the_socket_and_is_not_stored() {
    for bytes in [LIMIT + 1, 2 * LIMIT, 2 * 1024 * 1024] {
        let mut pair = Pair::acquainted().await;
        let mut bobs_other = pair.bob.opens(&pair.offer).await;
        // All of a frame that is so much too large need not go out: the server ends with its head.
        let _ = pair.bobs.tries_to_send_text(&of_bytes(bytes)).await;
        pair.bobs.hears_close(1009, "frame_too_large").await;

        bobs_other.says("sorry for that").await;
        assert_eq!(bobs_other.hears_message("sorry for that").await["seq"], 2, "nothing was stored in between");
        pair.anas.hears_message("sorry for that").await;
    }
}

#[tokio::test]
async fn a_frame_in_fragments_is_one_frame() {
    let mut pair = Pair::strangers().await;
    for fragments in [2, 3, 40] {
        let content = "héllo 🤝 ".repeat(20);
        let frame = json!({"type": "message", "content": content}).to_string();
        sends_in_fragments(&mut pair.bobs, &frame, fragments).await;
        pair.both_hear_message(content.trim()).await;
    }
    sends_in_fragments(&mut pair.bobs, &of_bytes(LIMIT), 2).await;
    pair.both_hear_message("Hello!").await;
}

#[tokio::test]
async fn a_ping_may_come_between_two_fragments() {
    let mut pair = Pair::strangers().await;
    let frame = json!({"type": "message", "content": "Hello!"}).to_string();
    let (one, two) = frame.as_bytes().split_at(10);
    let fragment = |bytes: &[u8], data, last| Message::Frame(Frame::message(bytes.to_vec(), OpCode::Data(data), last));
    pair.bobs.sends_raw(fragment(one, Data::Text, false)).await;
    pair.bobs.sends_raw(Message::Ping("still there?".into())).await;
    pair.bobs.hears_pong(b"still there?").await;
    pair.bobs.sends_raw(fragment(two, Data::Continue, true)).await;
    pair.both_hear_message("Hello!").await;
    pair.goes_on(Who::Bob).await;
}

#[tokio::test]
async fn a_frame_over_64_kib_only_by_its_fragments_closes_the_socket() {
    for (bytes, fragments) in [(LIMIT + 1, 2), (LIMIT + 1, 3), (90_000, 2), (LIMIT + 1, LIMIT + 1)] {
        let mut pair = Pair::acquainted().await;
        sends_in_fragments(&mut pair.bobs, &of_bytes(bytes), fragments).await;
        pair.bobs.hears_close(1009, "frame_too_large").await;
        let message = {
            pair.anas.says("are you there?").await;
            pair.anas.hears_message("are you there?").await
        };
        assert_eq!(message["seq"], 2, "nothing was stored in between");
    }
}
