//! A marketplace's own end, as the server reaches it by HTTP: what it hears, and what it answers. Knows nothing of what is
//! meant by either.

use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use hmac::{Hmac, KeyInit, Mac};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use sha2::Sha256;
use tokio::net::TcpListener;
use tokio::sync::{Notify, Semaphore};
use tokio::task::JoinSet;

use crate::{PATIENCE, Started, described, in_time};

/// How old what is signed may be, or how far ahead: what receivers of Standard Webhooks tolerate.
const TOLERANCE_SECONDS: u64 = 300;

/// What signs the requests of servers that are started [`with_hook`](Started::with_hook).
pub const SECRET: &str = "whsec_ZGllIEFudHdvcnQgYXVmIGFsbGUgRnJhZ2Vu";

/// One request.
#[derive(Clone, Debug)]
pub struct Posted {
    /// Path and query.
    pub path: String,
    /// `webhook-id`
    pub id: String,
    /// `Idempotency-Key`, where there is one.
    pub idempotency_key: Option<String>,
    /// The body.
    pub json: Value,
    /// How often this `webhook-id` was heard before.
    pub repeated: usize,
    /// What was answered, where it was by then.
    pub answered: u16,
}

/// What is answered.
#[derive(Clone, Debug)]
pub enum Reply {
    /// A status, with JSON.
    Status(u16, Value),
    /// The same, once [`Receiver::releases`] it.
    Held(u16, Value),
    /// Elsewhere.
    Redirect(String),
    /// Nothing, ever.
    Hang,
}

impl Reply {
    /// 200
    pub fn ok() -> Self {
        Self::Status(200, Value::Null)
    }
}

type Answers = Arc<dyn Fn(&Posted) -> Reply + Send + Sync>;

struct State {
    answers: Mutex<Answers>,
    heard: Mutex<Vec<Posted>>,
    more: Notify,
    released: Semaphore,
    secret: String,
}

/// See the module. What it hears it believes only where the signature is right.
pub struct Receiver {
    /// `http://127.0.0.1:PORT/handsel`
    pub url: String,
    state: Arc<State>,
    _serving: JoinSet<()>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Receiver {
    /// Agrees to everything.
    pub async fn start() -> Self {
        Self::that(|_| Reply::ok()).await
    }

    /// Answers like that.
    pub async fn that(answers: impl Fn(&Posted) -> Reply + Send + Sync + 'static) -> Self {
        Self::over(TcpListener::bind("127.0.0.1:0").await.expect("a port is free"), answers)
    }

    /// The same, where it already listens.
    pub fn over(listener: TcpListener, answers: impl Fn(&Posted) -> Reply + Send + Sync + 'static) -> Self {
        let url = format!("http://{}/handsel", listener.local_addr().expect("it listens"));
        let state = Arc::new(State {
            answers: Mutex::new(Arc::new(answers)),
            heard: Mutex::default(),
            more: Notify::new(),
            released: Semaphore::new(0),
            secret: SECRET.to_owned(),
        });
        let mut serving = JoinSet::new();
        serving.spawn(accept(listener, Arc::clone(&state)));
        Self { url, state, _serving: serving }
    }

    /// From now on.
    pub fn answers(&self, answers: impl Fn(&Posted) -> Reply + Send + Sync + 'static) {
        *lock(&self.state.answers) = Arc::new(answers);
    }

    /// What it has heard so far.
    pub fn heard(&self) -> Vec<Posted> {
        lock(&self.state.heard).clone()
    }

    /// Waits until what it has heard is enough; returns all of it.
    pub async fn hears(&self, what: &str, enough: impl Fn(&[Posted]) -> bool) -> Vec<Posted> {
        let waiting = async {
            loop {
                let more = self.state.more.notified();
                if enough(&lock(&self.state.heard)) {
                    return;
                }
                more.await;
            }
        };
        // Retries with all their waits may stand in between.
        let done = tokio::time::timeout(PATIENCE * 4, waiting).await;
        assert!(done.is_ok(), "waited in vain for {what}; heard {:#?}", self.heard());
        self.heard()
    }

    /// Waits until it has heard so many; returns all of them.
    pub async fn hears_so_many(&self, count: usize) -> Vec<Posted> {
        in_time(format!("{count} requests"), self.hears("requests", |heard| heard.len() >= count)).await
    }

    /// Lets one go that is held.
    pub fn releases(&self) {
        self.state.released.add_permits(1);
    }
}

impl Started {
    /// With a ledger that is asked first.
    #[must_use]
    pub fn with_hook(self, receiver: &Receiver) -> Self {
        self.with_hook_at(&receiver.url).with(&["--outbound-allow", "127.0.0.1"])
    }

    /// With a site that is told of events.
    #[must_use]
    pub fn with_webhooks(self, receiver: &Receiver) -> Self {
        self.with(&["--webhook-url", &receiver.url, "--outbound-allow", "127.0.0.1"])
            .variable("HANDSEL_WEBHOOK_SECRET", SECRET)
    }

    /// The same, wherever that is; nothing is allowed for it.
    #[must_use]
    pub fn with_hook_at(self, url: &str) -> Self {
        self.with(&["--handshake-hook", url]).variable("HANDSEL_WEBHOOK_SECRET", SECRET)
    }
}

async fn accept(listener: TcpListener, state: Arc<State>) {
    let mut connections = JoinSet::new();
    while let Ok((socket, _)) = listener.accept().await {
        let state = Arc::clone(&state);
        connections.spawn(async move {
            let service = service_fn(move |request| answer(Arc::clone(&state), request));
            // Whoever asks may go away at any time.
            let _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(socket), service).await;
        });
    }
}

async fn answer(state: Arc<State>, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let path = request.uri().to_string();
    let header = |name: &str| Some(request.headers().get(name)?.to_str().ok()?.to_owned());
    let [id, timestamp, signature] =
        ["webhook-id", "webhook-timestamp", "webhook-signature"].map(|name| header(name).unwrap_or_default());
    let idempotency_key = header("idempotency-key");
    let Ok(body) = request.into_body().collect().await.map(|body| body.to_bytes()) else {
        return Ok(respond(400, &Value::Null, None));
    };
    assert!(verified(&state.secret, &id, &timestamp, &body, &signature), "{path}: {id} is signed by {signature:?}");
    assert!(is_fresh(&timestamp), "{path}: {id} was signed at {timestamp:?}");
    let json = serde_json::from_slice(&body).unwrap_or_else(|error| panic!("{error} in {body:?}"));
    described::posted(&json);
    let (place, reply) = {
        let mut heard = lock(&state.heard);
        let repeated = heard.iter().filter(|earlier| earlier.id == id).count();
        let mut one = Posted { path, id, idempotency_key, json, repeated, answered: 0 };
        let answers = Arc::clone(&lock(&state.answers));
        let reply = answers(&one);
        if let Reply::Status(status, _) = &reply {
            one.answered = *status;
        }
        heard.push(one);
        (heard.len() - 1, reply)
    };
    state.more.notify_waiters();
    Ok(match reply {
        Reply::Status(status, json) => respond(status, &json, None),
        Reply::Held(status, json) => {
            state.released.acquire().await.expect("it is never closed").forget();
            lock(&state.heard)[place].answered = status;
            respond(status, &json, None)
        }
        Reply::Redirect(elsewhere) => respond(307, &Value::Null, Some(&elsewhere)),
        Reply::Hang => std::future::pending().await,
    })
}

fn respond(status: u16, json: &Value, location: Option<&str>) -> Response<Full<Bytes>> {
    let mut response = Response::builder().status(status).header("content-type", "application/json");
    if let Some(location) = location {
        response = response.header("location", location);
    }
    response.body(Full::from(json.to_string())).expect("it is a response")
}

/// As the receiver's own library would check it.
fn verified(secret: &str, id: &str, timestamp: &str, body: &[u8], signatures: &str) -> bool {
    let key = STANDARD.decode(secret.trim_start_matches("whsec_")).expect("Base64");
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).expect("a key");
    mac.update(format!("{id}.{timestamp}.").as_bytes());
    mac.update(body);
    let expected = format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()));
    !id.is_empty() && signatures.split(' ').any(|signature| signature == expected)
}

fn is_fresh(timestamp: &str) -> bool {
    let now = SystemTime::UNIX_EPOCH.elapsed().expect("it is after 1970").as_secs();
    timestamp.parse().is_ok_and(|then: u64| now.abs_diff(then) < TOLERANCE_SECONDS)
}
