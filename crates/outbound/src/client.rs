//! One request to an address that was checked, in bounded time and with a bounded answer. Knows nothing of what is said.
//!
//! What a name resolves to is checked after it was resolved, and exactly that is connected to: whoever changes in between
//! what it resolves to changes nothing. No redirect is followed, and no proxy of the environment is asked.

use std::error::Error;
use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::{Response, Url};
use rustls::{ClientConfig, RootCertStore};
use tokio::time::{Instant, timeout_at};

use crate::allow::Allow;
use crate::signature::Signed;

/// How long a connection may take to come about, within the time that a request has.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// What is read of an answer; what lies behind it is left.
const ANSWER_BYTES_MAX: usize = 16 * 1024;
/// Connections that are kept for the next request to the same host.
const IDLE_CONNECTIONS_MAX: usize = 16;

/// Where requests go: an address that may be one. What may be secret in it, path and query, is never shown.
#[derive(Clone)]
pub struct Target(Url);

/// Why a text is no address for requests.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TargetInvalid {
    /// No address of HTTP.
    #[error("this is no address of HTTP; write for instance https://example.org/handsel/")]
    NotHttp,
    /// It has a user or a password, which is not sent.
    #[error("no user and no password belong into it: requests are signed instead")]
    Credentials,
    /// It has an address that is not public and not listed.
    #[error("{0} is no public address; list it in outbound_allow if it is meant")]
    NotAllowed(IpAddr),
}

impl Target {
    /// Checks all that can be known without resolving a name.
    pub fn parse(text: &str, allow: &Allow) -> Result<Self, TargetInvalid> {
        let url = Url::parse(text.trim()).map_err(|_| TargetInvalid::NotHttp)?;
        if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
            return Err(TargetInvalid::NotHttp);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(TargetInvalid::Credentials);
        }
        let target = Self(url);
        match target.address() {
            Some(address) if !allow.address(address) => Err(TargetInvalid::NotAllowed(address)),
            Some(_) | None => Ok(target),
        }
    }

    /// Where it names no host. However it was written, a URL has it in one form.
    fn address(&self) -> Option<IpAddr> {
        self.0.host_str()?.trim_start_matches('[').trim_end_matches(']').parse().ok()
    }

    fn is_encrypted(&self) -> bool {
        self.0.scheme() == "https"
    }
}

/// Scheme, host and port.
impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.origin().ascii_serialization())
    }
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Target({self})")
    }
}

/// What was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// HTTP's status.
    pub status: u16,
    /// The beginning of the body, as far as it came.
    pub body: Vec<u8>,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// It is at none of the addresses that may be reached.
    #[error("{0} resolves to no address that may be reached; list it in outbound_allow if it is meant")]
    NotAllowed(String),
    /// It took longer than there was time.
    #[error("it did not answer in time")]
    TimedOut,
    /// It was not reached, or broke off.
    #[error("{0}")]
    Failed(String),
}

/// Why no requests can be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClientInvalid {
    /// Whom to believe is not known.
    #[error("no certificate authorities are found on this machine; name a file of them in SSL_CERT_FILE")]
    NoAuthorities,
    /// Something that must not be.
    #[error("HTTP cannot be set up: {0}")]
    Unusable(String),
}

/// Makes requests. A clone shares its connections.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    allow: Arc<Allow>,
}

impl Client {
    /// Reaches what is allowed. Authorities are this machine's, and must be there where one of the targets is encrypted.
    pub fn new(allow: Allow, targets: &[&Target]) -> Result<Self, ClientInvalid> {
        let allow = Arc::new(allow);
        let mut roots = RootCertStore::empty();
        if targets.iter().any(|target| target.is_encrypted()) {
            let (taken, _) = roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
            if taken == 0 {
                return Err(ClientInvalid::NoAuthorities);
            }
        }
        let unusable = |error: &dyn Error| ClientInvalid::Unusable(error.to_string());
        let tls = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| unusable(&error))?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let http = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .dns_resolver(Arc::new(Checked(Arc::clone(&allow))))
            .redirect(Policy::none())
            .no_proxy()
            .referer(false)
            .connect_timeout(CONNECT_TIMEOUT)
            .pool_max_idle_per_host(IDLE_CONNECTIONS_MAX)
            .user_agent(concat!("handsel/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| unusable(&error))?;
        Ok(Self { http, allow })
    }

    /// Posts signed JSON and returns what is answered, where that begins `by` then. Of a yes nothing more is read; of
    /// anything else what is too long, comes later or breaks off is cut.
    pub async fn post(
        &self,
        target: &Target,
        signed: &Signed,
        extra: Option<(HeaderName, HeaderValue)>,
        body: Vec<u8>,
        by: Instant,
    ) -> Result<Answer, CallError> {
        if target.address().is_some_and(|address| !self.allow.address(address)) {
            return Err(CallError::NotAllowed(target.to_string()));
        }
        let mut headers = headers(signed);
        headers.extend(extra);
        let sending = self.http.post(target.0.clone()).headers(headers).body(body).send();
        let response = timeout_at(by, sending).await.map_err(|_| CallError::TimedOut)?.map_err(failed)?;
        let (status, mut body) = (response.status().as_u16(), Vec::new());
        if !response.status().is_success() {
            // The status has said what there is to say.
            let _ = timeout_at(by, read(response, &mut body)).await;
        }
        Ok(Answer { status, body })
    }
}

async fn read(mut response: Response, body: &mut Vec<u8>) {
    while let Ok(Some(chunk)) = response.chunk().await {
        body.extend_from_slice(&chunk);
        if body.len() > ANSWER_BYTES_MAX {
            body.truncate(ANSWER_BYTES_MAX);
            return;
        }
    }
}

fn headers(signed: &Signed) -> HeaderMap {
    let value = |text: &str| HeaderValue::from_str(text).expect("ids, numbers and Base64 are visible ASCII");
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert("webhook-id", value(&signed.id));
    headers.insert("webhook-timestamp", value(&signed.timestamp));
    headers.insert("webhook-signature", value(&signed.signature));
    headers
}

/// What the libraries say of it, from the outermost to the cause, without the address.
fn failed(error: reqwest::Error) -> CallError {
    let error = error.without_url();
    if error.is_timeout() {
        return CallError::TimedOut;
    }
    let mut causes = vec![error.to_string()];
    let mut cause = error.source();
    while let Some(error) = cause {
        if let Some(NotAllowed(name)) = error.downcast_ref() {
            return CallError::NotAllowed(name.clone());
        }
        causes.push(error.to_string());
        cause = error.source();
    }
    causes.dedup();
    CallError::Failed(causes.join(": "))
}

/// A name that resolves to nothing that may be reached.
#[derive(Debug, thiserror::Error)]
#[error("{0} resolves to no address that may be reached")]
struct NotAllowed(String);

/// Resolves names, and keeps what may be reached.
struct Checked(Arc<Allow>);

impl Resolve for Checked {
    fn resolve(&self, name: Name) -> Resolving {
        let (allow, name) = (Arc::clone(&self.0), name.as_str().to_owned());
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let listed = allow.name(&name);
            let allowed: Vec<_> = found.filter(|found| listed || allow.address(found.ip())).collect();
            if allowed.is_empty() {
                return Err(NotAllowed(name).into());
            }
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests;
