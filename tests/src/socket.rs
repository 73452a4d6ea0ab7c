//! One open WebSocket, as a client has it. Knows nothing of who holds it.

use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use hyper::HeaderMap;
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpSocket, TcpStream};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::handshake::client::Request;
use tokio_tungstenite::tungstenite::http::{HeaderName, HeaderValue};
use tokio_tungstenite::tungstenite::{Error, Message};

use crate::described::{self, Asked, Spoken};
use crate::{Answer, Seen, in_time};

/// A socket that is about to be opened.
pub struct Connecting {
    address: String,
    request: Request,
    receive_buffer: Option<u32>,
}

/// How the opening of a socket was refused.
#[derive(Debug)]
pub struct Refusal {
    /// The status code.
    pub status: u16,
    /// The problem.
    pub problem: Value,
    /// The header `Retry-After`.
    pub retry_after: Option<String>,
}

/// Why a socket did not open.
#[derive(Debug)]
pub enum NotOpened {
    /// The server did not want it.
    Refused(Refusal),
    /// There was no connection, or it broke.
    Broke(String),
}

impl Refusal {
    /// Expects that status and code.
    pub fn is(&self, status: u16, code: &str) {
        assert_eq!((self.status, self.problem["code"].as_str()), (status, Some(code)), "saw {self:?}");
    }
}

impl Connecting {
    /// To any path of a server.
    pub fn to(address: &str, path: &str) -> Self {
        let request = format!("ws://{address}{path}").into_client_request().expect("a valid URL");
        Self { address: address.to_owned(), request, receive_buffer: None }
    }

    /// With room for so few bytes that were not read yet, as a phone has it.
    #[must_use]
    pub fn receive_buffer(self, bytes: u32) -> Self {
        Self { receive_buffer: Some(bytes), ..self }
    }

    async fn connect(&self) -> std::io::Result<TcpStream> {
        let Some(bytes) = self.receive_buffer else { return TcpStream::connect(&self.address).await };
        let socket = TcpSocket::new_v4()?;
        socket.set_recv_buffer_size(bytes)?;
        socket.connect(self.address.parse().expect("an address")).await
    }

    /// With a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        let name: HeaderName = name.parse().expect("a header's name");
        self.request.headers_mut().insert(name, HeaderValue::from_str(value).expect("a header's value"));
        self
    }

    /// Opens it, or is refused by HTTP.
    pub async fn open(self) -> Result<Socket, Refusal> {
        self.tries_to_open().await.map_err(|not_opened| match not_opened {
            NotOpened::Refused(refusal) => refusal,
            NotOpened::Broke(why) => panic!("neither opened nor refused: {why}"),
        })
    }

    /// Opens it where the server and the network allow.
    pub async fn tries_to_open(self) -> Result<Socket, NotOpened> {
        let asked = Asked::of(&self.request, Bytes::new());
        let opened = async {
            let stream = self.connect().await?;
            stream.set_nodelay(true)?;
            tokio_tungstenite::client_async(self.request, stream).await
        };
        match in_time("a socket to open", opened).await {
            Ok((stream, response)) => {
                let protocol = response
                    .headers()
                    .get("sec-websocket-protocol")
                    .and_then(|value| value.to_str().ok())
                    .map(str::to_owned);
                described::exchanged(&asked, &answer(&asked, response.status().as_u16(), response.headers(), ""));
                let spoken = Spoken::over(asked.path(), protocol.as_deref());
                Ok(Socket { stream, protocol, spoken })
            }
            Err(Error::Http(response)) => {
                let retry_after =
                    response.headers().get("retry-after").and_then(|value| value.to_str().ok()).map(str::to_owned);
                let body = String::from_utf8_lossy(response.body().as_deref().unwrap_or_default());
                let answer = answer(&asked, response.status().as_u16(), response.headers(), &body);
                described::exchanged(&asked, &answer);
                Err(NotOpened::Refused(Refusal { status: answer.status, problem: answer.json, retry_after }))
            }
            Err(error) => Err(NotOpened::Broke(error.to_string())),
        }
    }
}

/// What the request for a socket was answered.
fn answer(asked: &Asked, status: u16, headers: &HeaderMap, body: &str) -> Answer {
    let (asked, headers, text) = (format!("GET {}", asked.path()), headers.clone(), body.to_owned());
    Answer { asked, status, headers, json: serde_json::from_str(body).unwrap_or_default(), text }
}

/// A client's end of a WebSocket.
#[derive(Debug)]
pub struct Socket {
    stream: WebSocketStream<TcpStream>,
    /// The subprotocol that the server chose.
    pub protocol: Option<String>,
    spoken: Spoken,
}

/// What comes over a socket.
#[derive(Clone, Debug, PartialEq)]
pub enum Heard {
    /// A frame.
    Frame(Value),
    /// A close frame: code and reason.
    Closed(u16, String),
    /// The connection broke without one.
    Broke,
}

fn a_frame(spoken: &mut Spoken, text: &str) -> Heard {
    let frame = serde_json::from_str(text).expect("frames are JSON");
    spoken.hears(&frame);
    Heard::Frame(frame)
}

fn a_close(spoken: &Spoken, code: u16, reason: &str) -> Heard {
    spoken.is_closed(code, reason);
    Heard::Closed(code, reason.to_owned())
}

impl Socket {
    /// Writes a message.
    pub async fn says(&mut self, content: &str) {
        self.sends(json!({"type": "message", "content": content})).await;
    }

    /// Sends a frame, which must be as described.
    pub async fn sends(&mut self, frame: Value) {
        self.spoken.says(&frame);
        self.send(Message::text(frame.to_string())).await;
    }

    /// Sends a frame that is not as described, and knows it.
    pub async fn sends_wrong(&mut self, frame: Value) {
        self.spoken.says_wrongly(&frame);
        self.send(Message::text(frame.to_string())).await;
    }

    /// Sends a text frame that need not be JSON.
    pub async fn sends_text(&mut self, text: &str) {
        self.sends_raw(Message::text(text)).await;
    }

    /// Sends anything.
    pub async fn sends_raw(&mut self, message: Message) {
        match &message {
            Message::Text(text) => self.spoken.says_anything(text),
            Message::Binary(_) => self.spoken.says_no_text(),
            Message::Close(Some(close)) => self.spoken.leaves(close.code.into(), &close.reason),
            _ => {}
        }
        self.send(message).await;
    }

    async fn send(&mut self, message: Message) {
        in_time("a frame to be sent", self.stream.send(message)).await.expect("the connection holds");
    }

    /// Writes bytes past the WebSocket, as they are: for what no library would send.
    pub async fn writes_bytes(&mut self, bytes: &[u8]) {
        self.spoken.says_no_text();
        in_time("bytes to be written", self.stream.get_mut().write_all(bytes)).await.expect("the connection holds");
    }

    /// Sends if the connection still holds.
    pub async fn tries_to_send(&mut self, frame: Value) -> bool {
        self.spoken.says(&frame);
        self.tries(Message::text(frame.to_string())).await
    }

    /// Sends a text frame, which need not be JSON, if the connection still holds.
    pub async fn tries_to_send_text(&mut self, text: &str) -> bool {
        self.spoken.says_anything(text);
        self.tries(Message::text(text)).await
    }

    async fn tries(&mut self, message: Message) -> bool {
        in_time("a frame to be sent", self.stream.send(message)).await.is_ok()
    }

    /// Whatever comes next.
    pub async fn next(&mut self) -> Heard {
        in_time("a frame", async {
            loop {
                match self.stream.next().await {
                    Some(Ok(Message::Text(text))) => return a_frame(&mut self.spoken, &text),
                    Some(Ok(Message::Close(Some(close)))) => {
                        return a_close(&self.spoken, close.code.into(), &close.reason);
                    }
                    Some(Ok(Message::Close(None)) | Err(_)) | None => return Heard::Broke,
                    Some(Ok(_)) => {}
                }
            }
        })
        .await
    }

    /// All that has come by the time that the server has answered a ping: proof of what it has not sent until then,
    /// and that it has taken everything that was sent before.
    pub async fn has_heard_by_now(&mut self) -> Vec<Heard> {
        let payload = fastrand::u64(..).to_be_bytes();
        self.sends_raw(Message::Ping(payload.to_vec().into())).await;
        let mut heard = Vec::new();
        in_time("a pong", async {
            loop {
                heard.push(match self.stream.next().await {
                    Some(Ok(Message::Pong(seen))) if seen == payload.as_slice() => return,
                    Some(Ok(Message::Text(text))) => a_frame(&mut self.spoken, &text),
                    Some(Ok(Message::Close(Some(close)))) => a_close(&self.spoken, close.code.into(), &close.reason),
                    Some(Ok(Message::Close(None)) | Err(_)) | None => Heard::Broke,
                    Some(Ok(_)) => continue,
                });
                if let Some(Heard::Closed(..) | Heard::Broke) = heard.last() {
                    return;
                }
            }
        })
        .await;
        heard
    }

    /// Expects that nothing has come by now.
    pub async fn has_heard_nothing(&mut self) {
        assert_eq!(self.has_heard_by_now().await, [], "nothing was due");
    }

    /// The next frame, which must come.
    pub async fn hears(&mut self) -> Value {
        match self.next().await {
            Heard::Frame(frame) => frame,
            other => panic!("expected a frame, saw {other:?}"),
        }
    }

    /// The next frame, which must be a message with that content; returns its `message`.
    pub async fn hears_message(&mut self, content: &str) -> Value {
        let frame = self.hears().await;
        assert_eq!((&frame["type"], &frame["message"]["content"]), (&json!("message"), &json!(content)), "saw {frame}");
        frame["message"].clone()
    }

    /// The next frames, so many, which must be messages.
    pub async fn hears_messages(&mut self, count: usize) -> Vec<Seen> {
        let mut heard = Vec::with_capacity(count);
        while heard.len() < count {
            let frame = self.hears().await;
            assert_eq!((&frame["type"], &frame["repeat"]), (&json!("message"), &Value::Null), "saw {frame}");
            heard.push(Seen::in_frame(&frame));
        }
        heard
    }

    /// The next frame, which must be a handshake of that status; returns the whole frame.
    pub async fn hears_handshake(&mut self, status: &str) -> Value {
        let frame = self.hears().await;
        assert_eq!(
            (&frame["type"], &frame["handshake"]["status"]),
            (&json!("handshake"), &json!(status)),
            "saw {frame}"
        );
        frame
    }

    /// The next frame, which must be an error with that code; returns it.
    pub async fn hears_error(&mut self, code: &str) -> Value {
        let frame = self.hears().await;
        assert_eq!((&frame["type"], &frame["code"]), (&json!("error"), &json!(code)), "saw {frame}");
        assert!(
            frame["message"].as_str().is_some_and(|message| !message.is_empty()),
            "an error says something: {frame}"
        );
        frame
    }

    /// The next frame, which must be a pong with that payload.
    pub async fn hears_pong(&mut self, payload: &[u8]) {
        match in_time("a pong", self.stream.next()).await {
            Some(Ok(Message::Pong(seen))) => assert_eq!(seen, payload),
            other => panic!("expected a pong, saw {other:?}"),
        }
    }

    /// Expects the server to close with that code and reason, and nothing else in front of it.
    pub async fn hears_close(&mut self, code: u16, reason: &str) {
        assert_eq!(self.next().await, Heard::Closed(code, reason.to_owned()));
    }

    /// Closes as a client does, and waits until the server has answered.
    pub async fn leaves(mut self) {
        let left = async {
            let _ = self.stream.close(None).await;
            while let Some(Ok(_)) = self.stream.next().await {}
        };
        in_time("the server to answer a close", left).await;
    }

    /// The connection under the WebSocket.
    pub fn connection(&self) -> &TcpStream {
        self.stream.get_ref()
    }

    /// Both halves, for a test that writes and reads at once.
    pub fn into_stream(self) -> WebSocketStream<TcpStream> {
        self.stream
    }
}
