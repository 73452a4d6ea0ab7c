//! `handsel healthcheck`: asks a running server whether it is alive or ready, for containers without another program
//! that could. Knows nothing of what makes it so.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use bytes::Bytes;
use http_body_util::{BodyExt, Empty, Limited};
use hyper::header::HOST;
use hyper::{Request, StatusCode, Uri};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;

use super::load;
use crate::cli::HealthcheckArgs;
use crate::config::{Loaded, PathPrefix};
use crate::serve::reached_at;

/// How long the whole question may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// Most of an answer that is read.
const ANSWER_BYTES_MAX: usize = 64 * 1024;

/// Prints what was asked and answered; an error where that is not that all is well.
pub(super) async fn run(args: HealthcheckArgs) -> anyhow::Result<()> {
    let loaded = load(&args, args.common.config.clone())?;
    let url = address(&args, &loaded)?;
    let answer = tokio::time::timeout(PATIENCE, ask(&url)).await;
    let answer = answer.with_context(|| format!("no answer within {} s", PATIENCE.as_secs())).flatten();
    println!("{url}: {}", answer.with_context(|| url.to_string())?);
    Ok(())
}

/// Where to ask: at the address that was named, or where a server with these settings is.
fn address(args: &HealthcheckArgs, loaded: &Loaded) -> anyhow::Result<Uri> {
    let path = if args.ready { "/readyz" } else { "/healthz" };
    let settings = &loaded.settings;
    let Some(url) = &args.url else {
        ensure!(
            settings.port != 0,
            "{}: which one is free, only the server knows; name its address with --url",
            loaded.place("port")
        );
        let prefix: PathPrefix = settings.path_prefix.parse().with_context(|| loaded.place("path_prefix"))?;
        let reached = reached_at(SocketAddr::new(settings.bind, settings.port));
        return Ok(format!("http://{reached}{prefix}{path}").parse()?);
    };
    let example = "write for instance http://127.0.0.1:8000";
    let asked: Uri = url.parse().with_context(|| format!("--url: {url:?} is no URL; {example}"))?;
    let authority = asked.authority().filter(|_| asked.scheme_str() == Some("http"));
    let authority = authority.with_context(|| format!("--url: only http is spoken; {example}"))?;
    Ok(format!("http://{authority}{}{path}", asked.path().trim_end_matches('/')).parse()?)
}

/// The answer's status, where it is 200.
async fn ask(url: &Uri) -> anyhow::Result<String> {
    let host = url.host().context("the URL names no host")?;
    let stream = TcpStream::connect(format!("{host}:{}", url.port_u16().unwrap_or(80))).await?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    let authority = url.authority().context("the URL names no host")?.as_str();
    let request = Request::get(url.path()).header(HOST, authority).body(Empty::<Bytes>::new())?;
    let response = sender.send_request(request).await?;
    let status = response.status();
    let body = Limited::new(response.into_body(), ANSWER_BYTES_MAX).collect().await.ok().map(|body| body.to_bytes());
    let body: Value = body.and_then(|body| serde_json::from_slice(&body).ok()).unwrap_or_default();
    if status != StatusCode::OK {
        bail!("{}{}", status.as_u16(), body["detail"].as_str().map(|detail| format!(": {detail}")).unwrap_or_default());
    }
    let said = body["status"].as_str();
    Ok(said.context("it answers, but is no Handsel; name another with --url, or with --bind and --port")?.to_owned())
}
