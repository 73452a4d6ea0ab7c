//! Requests to `chromedriver`, each over a connection of its own: the last one of a test that fails is sent from another
//! runtime, while that of all before stands still. Knows nothing of what is asked.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::header::HOST;
use hyper::{Request, Response, Uri};
use hyper_util::rt::TokioIo;
use thirtyfour::prelude::*;
use thirtyfour::session::http::{Body, HttpClient};
use tokio::net::TcpStream;

/// A page that takes longer to load has failed.
const ANSWER_MAX: Duration = Duration::from_mins(1);

pub(super) struct Client;

#[async_trait]
impl HttpClient for Client {
    async fn send(&self, request: Request<Body<'_>>) -> WebDriverResult<Response<Bytes>> {
        let (mut head, body) = request.into_parts();
        let body = match body {
            Body::Empty => Bytes::new(),
            Body::Json(json) => Bytes::from(json.to_string()),
        };
        let address = head.uri.authority().map(ToString::to_string).unwrap_or_default();
        let path = head.uri.path_and_query().cloned().unwrap_or_else(|| "/".parse().expect("a path"));
        head.uri = Uri::from(path);
        head.headers.insert(HOST, address.parse().expect("an address is a host"));
        let answered = answer(&address, Request::from_parts(head, Full::new(body)));
        match tokio::time::timeout(ANSWER_MAX, answered).await {
            Ok(answer) => answer.map_err(|error| WebDriverError::RequestFailed(error.to_string())),
            Err(_) => Err(WebDriverError::Timeout(format!("no answer in {ANSWER_MAX:?}"))),
        }
    }

    async fn new(&self) -> Arc<dyn HttpClient> {
        Arc::new(Self)
    }
}

async fn answer(address: &str, request: Request<Full<Bytes>>) -> Result<Response<Bytes>, Box<dyn Error + Send + Sync>> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    let (head, body) = sender.send_request(request).await?.into_parts();
    Ok(Response::from_parts(head, body.collect().await?.to_bytes()))
}
