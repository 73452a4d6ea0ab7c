//! What breaks the WebSocket protocol or is no text: the socket is closed with a code that says so, and nobody else
//! hears of it.

use handsel_tests::Socket;
use handsel_tests::socket::Heard;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::frame::Frame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};

use crate::wire::pair::Pair;

/// Bob is closed with that code and reason; Ana's next frame is her own.
async fn bob_is_closed(pair: &mut Pair, code: u16, reason: &str) {
    pair.bobs.hears_close(code, reason).await;
    pair.anas.says("are you there?").await;
    pair.anas.hears_message("are you there?").await;
}

async fn sends_data(socket: &mut Socket, bytes: &[u8], data: Data, last: bool) {
    socket.sends_raw(Message::Frame(Frame::message(bytes.to_vec(), OpCode::Data(data), last))).await;
}

#[tokio::test]
async fn a_binary_frame_closes_with_1003() {
    let text = br#"{"type":"message","content":"Hello!"}"#;
    for bytes in [&text[..], b"", b"\x00\xff\x00"] {
        let mut pair = Pair::acquainted().await;
        pair.bobs.sends_raw(Message::binary(bytes.to_vec())).await;
        bob_is_closed(&mut pair, 1003, "binary_frame").await;
    }
}

#[tokio::test]
async fn text_that_is_not_utf8_closes_with_1007() {
    for bytes in [
        &b"{\"type\":\"message\",\"content\":\"\xff\"}"[..],
        // An overlong slash, a surrogate, something beyond Unicode, and half of a character at the end.
        b"{\"type\":\"message\",\"content\":\"\xc0\xaf\"}",
        b"{\"type\":\"message\",\"content\":\"\xed\xa0\x80\"}",
        b"{\"type\":\"message\",\"content\":\"\xf4\x90\x80\x80\"}",
        b"\xf0\x9f\xa4",
    ] {
        let mut pair = Pair::acquainted().await;
        sends_data(&mut pair.bobs, bytes, Data::Text, true).await;
        bob_is_closed(&mut pair, 1007, "invalid_utf8").await;
    }
}

#[tokio::test]
async fn fragments_that_are_not_utf8_together_close_with_1007() {
    let mut pair = Pair::acquainted().await;
    sends_data(&mut pair.bobs, b"{\"type\":\"message\",\"content\":\"\xf0\x9f", Data::Text, false).await;
    sends_data(&mut pair.bobs, b"Hello!\"}", Data::Continue, true).await;
    bob_is_closed(&mut pair, 1007, "invalid_utf8").await;
}

#[tokio::test]
async fn a_frame_that_is_not_masked_closes_with_1002() {
    let mut pair = Pair::acquainted().await;
    let text = br#"{"type":"message","content":"Hello!"}"#;
    let mut frame = vec![0x81, u8::try_from(text.len()).expect("a short frame")];
    frame.extend_from_slice(text);
    pair.bobs.writes_bytes(&frame).await;
    bob_is_closed(&mut pair, 1002, "protocol_error").await;
}

#[tokio::test]
async fn other_breaches_of_the_websocket_protocol_close_with_1002() {
    // Masked by four zeros, so that the payload is what stands here.
    let breaches: [(&str, &[u8]); 7] = [
        ("a reserved bit", b"\xc1\x82\0\0\0\0{}"),
        ("an unknown kind of data", b"\x83\x82\0\0\0\0{}"),
        ("an unknown kind of control frame", b"\x8b\x80\0\0\0\0"),
        ("a ping in fragments", b"\x09\x80\0\0\0\0"),
        ("a ping of 126 bytes", b"\x89\xfe\0\x7e\0\0\0\0"),
        ("the rest of nothing", b"\x80\x82\0\0\0\0{}"),
        ("a new frame within another's fragments", b"\x01\x81\0\0\0\0{\x81\x82\0\0\0\0{}"),
    ];
    for (breach, bytes) in breaches {
        let mut pair = Pair::acquainted().await;
        let mut bytes = bytes.to_vec();
        if breach == "a ping of 126 bytes" {
            bytes.extend_from_slice(&[b'x'; 126]);
        }
        pair.bobs.writes_bytes(&bytes).await;
        assert_eq!(pair.bobs.next().await, Heard::Closed(1002, "protocol_error".to_owned()), "{breach}");
    }
}

#[tokio::test]
async fn a_connection_that_breaks_in_the_middle_of_a_frame_disturbs_nobody() {
    let mut pair = Pair::acquainted().await;
    pair.bobs.writes_bytes(b"\x81\xfe\x10\0\0\0\0\0{\"type\":\"mess").await;
    drop(pair.bobs);
    pair.anas.says("are you there?").await;
    pair.anas.hears_message("are you there?").await;
    let mut bobs = pair.bob.opens(&pair.offer).await;
    bobs.says("I am back").await;
    bobs.hears_message("I am back").await;
    pair.anas.hears_message("I am back").await;
}
