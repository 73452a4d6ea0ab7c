//! A refused upgrade in its two forms: by HTTP, and by a close code where `handsel.v1` was offered.

use handsel_tests::http::{self, Answer};
use handsel_tests::socket::Connecting;
use hyper::Request;

/// What a test opens a socket with.
pub(crate) struct Attempt<'a> {
    pub(crate) address: &'a str,
    pub(crate) path: &'a str,
    pub(crate) headers: &'a [(&'a str, &'a str)],
}

impl Attempt<'_> {
    fn connecting(&self) -> Connecting {
        let to = Connecting::to(self.address, self.path);
        self.headers.iter().fold(to, |to, (name, value)| to.header(name, value))
    }

    /// By the base protocol: refused by HTTP with that status and code.
    pub(crate) async fn is_refused(&self, status: u16, code: &str) {
        match self.connecting().open().await {
            Ok(_) => panic!("{} could be opened, and should not", self.path),
            Err(refusal) => {
                assert_eq!(
                    (refusal.status, refusal.problem["code"].as_str()),
                    (status, Some(code)),
                    "{}: saw {refusal:?}",
                    self.path
                );
            }
        }
    }

    /// With `handsel.v1`: opened, and closed at once with that code and reason.
    pub(crate) async fn is_closed(&self, close: u16, code: &str) {
        match self.connecting().header("sec-websocket-protocol", "handsel.v1").open().await {
            Ok(mut socket) => {
                assert_eq!(socket.protocol.as_deref(), Some("handsel.v1"), "{}", self.path);
                socket.hears_close(close, code).await;
            }
            Err(refusal) => panic!("{}: expected an upgrade, saw {refusal:?}", self.path),
        }
    }

    /// Both.
    pub(crate) async fn is_refused_and_closed(&self, status: u16, close: u16, code: &str) {
        self.is_refused(status, code).await;
        self.is_closed(close, code).await;
    }
}

/// A request for an upgrade as plain HTTP, so that all of its answer is seen.
pub(crate) async fn plain_upgrade(address: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
    let mut request = Request::builder().uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    http::send(address, request.body(http_body_util::Full::default()).expect("a valid request")).await
}

/// The headers that make a request one for a WebSocket.
pub(crate) const UPGRADE: [(&str, &str); 4] = [
    ("connection", "Upgrade"),
    ("upgrade", "websocket"),
    ("sec-websocket-version", "13"),
    ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
];
