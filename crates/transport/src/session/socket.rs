//! The WebSocket itself: feeding, flushing, closing, resetting. Knows nothing of what the frames say.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_util::{Sink, Stream};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::error::Error;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Message, Role, WebSocketConfig};

use crate::close::CloseReason;
use crate::counts::counts;
use crate::frames::Frame;
use crate::frames::kind::Sent;
use crate::limits::{CLOSE_PATIENCE, FRAME_BYTES_MAX};

/// What a socket reads at once; the library's default of 128 KiB is held by every idle socket.
const READ_BUFFER_BYTES: usize = 4 * 1024;
/// What a socket gathers before it writes, so that several frames go out in one write.
const WRITE_BUFFER_BYTES: usize = 16 * 1024;

/// A connection that can be cut off.
pub(crate) trait Peer: AsyncRead + AsyncWrite + Unpin + Send + 'static {
    /// Makes the coming drop a reset, so that the system keeps nothing for a peer that does not read.
    fn reset_on_drop(&self);
}

impl Peer for TcpStream {
    fn reset_on_drop(&self) {
        // The connection is broken already where this fails.
        let _ = self.set_zero_linger();
    }
}

/// What has come from a client, or went out to it.
pub(crate) enum Incoming {
    /// A text frame.
    Text(Frame),
    /// A sign of life.
    Heard,
    /// All that was fed is with the system.
    Flushed,
    /// Something that the server must close for.
    Refused(CloseReason),
    /// The client closed.
    Left,
    /// The connection broke.
    Broke,
}

/// A server's end of a WebSocket.
pub(crate) struct Socket<S> {
    stream: WebSocketStream<S>,
    flushing: bool,
    sent: u64,
}

impl<S: Peer> Socket<S> {
    /// Takes over a connection after its upgrade, with what was read of it already.
    pub(crate) async fn after_upgrade(connection: S, read: Bytes) -> Self {
        let config = WebSocketConfig::default()
            .read_buffer_size(READ_BUFFER_BYTES)
            .write_buffer_size(WRITE_BUFFER_BYTES)
            .max_message_size(Some(FRAME_BYTES_MAX))
            .max_frame_size(Some(FRAME_BYTES_MAX));
        let stream = WebSocketStream::from_partially_read(connection, read.into(), Role::Server, Some(config)).await;
        Self { stream, flushing: false, sent: 0 }
    }

    /// How many frames were fed.
    pub(crate) const fn sent(&self) -> u64 {
        self.sent
    }

    /// Whether something that was fed is not with the system yet.
    pub(crate) const fn is_flushing(&self) -> bool {
        self.flushing
    }

    /// Hands over a frame to be written with the next flush. A broken connection shows at the next progress.
    pub(crate) fn feed(&mut self, frame: Frame) {
        self.sent += 1;
        counts().sent(Sent::of(&frame));
        self.feed_message(Message::Text(frame));
    }

    /// Asks the client whether it is there.
    pub(crate) fn ping(&mut self) {
        self.feed_message(Message::Ping(Bytes::new()));
    }

    fn feed_message(&mut self, message: Message) {
        self.flushing = true;
        let _ = Pin::new(&mut self.stream).start_send(message);
    }

    /// Flushes what was fed; otherwise reads, if it may.
    pub(crate) async fn progress(&mut self, may_read: bool) -> Incoming {
        poll_fn(|context| self.poll_progress(context, may_read)).await
    }

    fn poll_progress(&mut self, context: &mut Context<'_>, may_read: bool) -> Poll<Incoming> {
        if self.flushing {
            let flushed = ready!(Pin::new(&mut self.stream).poll_flush(context));
            self.flushing = false;
            return Poll::Ready(if flushed.is_ok() { Incoming::Flushed } else { Incoming::Broke });
        }
        if !may_read {
            return Poll::Pending;
        }
        Poll::Ready(match ready!(Pin::new(&mut self.stream).poll_next(context)) {
            Some(Ok(Message::Text(text))) => Incoming::Text(text),
            Some(Ok(Message::Ping(_))) => {
                // The library has a pong to write now. Nothing more is read before it is out, or a client that only
                // pings and never reads would have its pongs pile up here.
                self.flushing = true;
                Incoming::Heard
            }
            Some(Ok(Message::Pong(_) | Message::Frame(_))) => Incoming::Heard,
            Some(Ok(Message::Binary(_))) => Incoming::Refused(CloseReason::BinaryFrame),
            Some(Err(Error::Capacity(_))) => Incoming::Refused(CloseReason::FrameTooLarge),
            Some(Err(Error::Utf8(_))) => Incoming::Refused(CloseReason::InvalidUtf8),
            Some(Err(Error::Protocol(error))) if !is_broken(&error) => Incoming::Refused(CloseReason::ProtocolError),
            Some(Ok(Message::Close(_))) => Incoming::Left,
            Some(Err(_)) | None => Incoming::Broke,
        })
    }

    /// Closes with a reason, after one more frame where there is one; resets the connection of a client that does not
    /// let itself be closed.
    pub(crate) async fn close(mut self, reason: CloseReason, last: Option<Frame>) {
        if let Some(frame) = last {
            self.feed(frame);
        }
        let close = CloseFrame { code: CloseCode::from(reason.close_code()), reason: reason.code().into() };
        self.feed_message(Message::Close(Some(close)));
        let closed = async {
            while self.flushing {
                if let Incoming::Broke = self.progress(false).await {
                    return;
                }
            }
            self.linger().await;
        };
        if tokio::time::timeout(CLOSE_PATIENCE, closed).await.is_err() {
            self.reset();
        }
    }

    /// Says that nothing more comes and waits for the client to go. What it still sends is thrown away unread: after
    /// a breach of the protocol it cannot be understood, and dropping the connection with unread bytes in it would
    /// reset it and take the close frame back.
    async fn linger(&mut self) {
        let connection = self.stream.get_mut();
        if connection.shutdown().await.is_err() {
            return;
        }
        let mut thrown_away = [0; 1024];
        while matches!(connection.read(&mut thrown_away).await, Ok(1..)) {}
    }

    /// Answers a client's close.
    pub(crate) async fn leave(mut self) {
        let answered = poll_fn(|context| Pin::new(&mut self.stream).poll_flush(context));
        let _ = tokio::time::timeout(CLOSE_PATIENCE, answered).await;
    }

    /// Cuts the connection off.
    pub(crate) fn reset(self) {
        self.stream.get_ref().reset_on_drop();
    }
}

/// A connection that ended without a close frame is no breach of the protocol that anyone could be told of.
fn is_broken(error: &tokio_tungstenite::tungstenite::error::ProtocolError) -> bool {
    use tokio_tungstenite::tungstenite::error::ProtocolError;
    matches!(
        error,
        ProtocolError::ResetWithoutClosingHandshake
            | ProtocolError::ReceivedAfterClosing
            | ProtocolError::SendAfterClosing
    )
}
