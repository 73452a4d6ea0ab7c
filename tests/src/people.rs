//! Someone with a token: what they ask over HTTP and which sockets they open. Knows nothing of other people.

use serde_json::{Value, json};
use tokio::net::TcpStream;

use crate::socket::Connecting;
use crate::{Answer, Refusal, Socket, http};

/// Someone who is logged in.
#[derive(Clone, Debug)]
pub struct Person {
    /// The server that this person uses.
    pub address: String,
    /// The person's id.
    pub id: i64,
    /// The person's name.
    pub username: String,
    /// The person's token.
    pub token: String,
}

/// What [`Person::registers`] gives someone of that name.
pub(crate) fn password_of(username: &str) -> String {
    format!("{username}'s password")
}

impl Person {
    /// From the answer to a log-in.
    pub fn new(address: &str, granted: &Value) -> Self {
        let text = |value: &Value| value.as_str().unwrap_or_else(|| panic!("expected text in {granted}")).to_owned();
        Self {
            address: address.to_owned(),
            id: granted["user"]["id"].as_i64().unwrap_or_else(|| panic!("expected an id in {granted}")),
            username: text(&granted["user"]["username"]),
            token: text(&granted["token"]),
        }
    }

    /// Registers someone by that name and logs them in.
    pub async fn registers(address: &str, username: &str) -> Self {
        let body = json!({"username": username, "password": password_of(username)});
        http::request(address, "POST", "/api/auth/register/", None, Some(body)).await.is(201);
        Self::logs_in(address, username).await
    }

    /// Logs in someone who was registered with [`Person::registers`].
    pub async fn logs_in(address: &str, username: &str) -> Self {
        let body = json!({"username": username, "password": password_of(username)});
        let granted = http::request(address, "POST", "/api/auth/login/", None, Some(body)).await;
        granted.is(200);
        Self::new(address, &granted.json)
    }

    /// The same person, using another server.
    #[must_use]
    pub fn at(&self, address: &str) -> Self {
        Self { address: address.to_owned(), ..self.clone() }
    }

    /// GET
    pub async fn get(&self, path: &str) -> Answer {
        http::request(&self.address, "GET", path, Some(&self.token), None).await
    }

    /// POST with JSON.
    pub async fn post(&self, path: &str, body: Value) -> Answer {
        http::request(&self.address, "POST", path, Some(&self.token), Some(body)).await
    }

    /// POST with so many bytes of JSON that are awaited: the server is in the middle of it until they come.
    pub async fn begins_to_post(&self, path: &str, bytes: usize) -> TcpStream {
        http::begun_post(&self.address, path, &self.token, bytes).await
    }

    /// PATCH with JSON.
    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        http::request(&self.address, "PATCH", path, Some(&self.token), Some(body)).await
    }

    /// PUT without a body.
    pub async fn put(&self, path: &str) -> Answer {
        http::request(&self.address, "PUT", path, Some(&self.token), None).await
    }

    /// DELETE
    pub async fn delete(&self, path: &str) -> Answer {
        http::request(&self.address, "DELETE", path, Some(&self.token), None).await
    }

    /// Publishes an offer; returns its short form, `offer_1`.
    pub async fn offers(&self, title: &str) -> String {
        self.publishes("/api/offers/", title).await
    }

    /// Publishes a need; returns its short form, `need_1`.
    pub async fn needs(&self, title: &str) -> String {
        self.publishes("/api/needs/", title).await
    }

    async fn publishes(&self, path: &str, title: &str) -> String {
        let published = self.post(path, json!({"title": title})).await;
        published.is(201)["conversation"].as_str().expect("a listing has a short form").to_owned()
    }

    /// How this person connects, to be changed before it is done.
    pub fn connecting(&self, conversation: &str) -> Connecting {
        Connecting::to(&self.address, &format!("/ws/chat/{conversation}/?token={}", self.token))
    }

    /// Opens a socket by the base protocol.
    pub async fn opens(&self, conversation: &str) -> Socket {
        match self.connecting(conversation).open().await {
            Ok(socket) => socket,
            Err(refusal) => panic!("{} could not open {conversation}: {refusal:?}", self.username),
        }
    }

    /// How this person connects by `handsel.v1`, the token as a browser gives it: `/ws/inbox/`, `/ws/chat/offer_1/`.
    pub fn connecting_by_v1(&self, path: &str) -> Connecting {
        let protocols = format!("handsel.v1, bearer.{}", self.token);
        Connecting::to(&self.address, path).header("sec-websocket-protocol", &protocols)
    }

    /// Opens a chat socket by `handsel.v1`; returns it with its `hello`.
    pub async fn opens_by_v1(&self, conversation: &str) -> (Socket, Value) {
        self.opens_path_by_v1(&format!("/ws/chat/{conversation}/")).await
    }

    /// Goes on behind `after`.
    pub async fn resumes(&self, conversation: &str, after: i64) -> (Socket, Value) {
        self.opens_path_by_v1(&format!("/ws/chat/{conversation}/?after={after}")).await
    }

    /// Opens a socket for all of this person's conversations.
    pub async fn opens_inbox(&self) -> (Socket, Value) {
        self.opens_path_by_v1("/ws/inbox/").await
    }

    async fn opens_path_by_v1(&self, path: &str) -> (Socket, Value) {
        let mut socket = match self.connecting_by_v1(path).open().await {
            Ok(socket) => socket,
            Err(refusal) => panic!("{} could not open {path}: {refusal:?}", self.username),
        };
        let hello = socket.hears().await;
        assert_eq!(hello["type"], "hello", "the first frame, saw {hello}");
        (socket, hello)
    }

    /// Tries to open a socket by the base protocol, and must be refused.
    pub async fn is_refused(&self, conversation: &str) -> Refusal {
        match self.connecting(conversation).open().await {
            Ok(_) => panic!("{} could open {conversation}, and should not", self.username),
            Err(refusal) => refusal,
        }
    }

    /// The whole timeline of a conversation, page by page.
    pub async fn timeline(&self, conversation: &str) -> Vec<Value> {
        let mut entries: Vec<Value> = Vec::new();
        loop {
            let after = entries.last().map_or(0, seq);
            let page = self.get(&format!("/api/conversations/{conversation}/timeline/?after={after}&limit=100")).await;
            let page = page.is(200)["entries"].as_array().expect("a page has entries").clone();
            if page.is_empty() {
                return entries;
            }
            entries.extend(page);
        }
    }
}

/// The `seq` of a `message` or `handshake` frame.
pub fn seq(frame: &Value) -> i64 {
    let body = &frame[frame["type"].as_str().unwrap_or_default()];
    body["seq"].as_i64().unwrap_or_else(|| panic!("expected a seq in {frame}"))
}
