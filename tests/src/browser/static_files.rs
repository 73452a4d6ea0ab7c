//! Somebody else's page: a folder of files, served at another origin than Handsel's. Knows nothing of what is in them.

use std::convert::Infallible;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use http_body_util::Full;
use hyper::header::CONTENT_TYPE;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::task::{JoinHandle, JoinSet};

/// Serves until it is dropped.
pub struct StaticFiles {
    /// `127.0.0.1:PORT`
    pub address: String,
    serving: JoinHandle<()>,
}

impl StaticFiles {
    /// The files of a folder, without those of folders inside.
    pub async fn of(folder: &Path) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let address = listener.local_addr().expect("it has an address").to_string();
        Self { address, serving: tokio::spawn(serve(listener, folder.to_owned())) }
    }
}

impl Drop for StaticFiles {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn serve(listener: TcpListener, folder: PathBuf) {
    let mut connections = JoinSet::new();
    loop {
        let Ok((stream, _)) = listener.accept().await else { continue };
        let folder = folder.clone();
        connections.spawn(async move {
            let answer = service_fn(|request: Request<_>| {
                let answer = answer(&folder, request.uri().path());
                async { Ok::<_, Infallible>(answer) }
            });
            let serving = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), answer);
            // A browser that goes away in between is no matter.
            let _ = serving.await;
        });
        while connections.try_join_next().is_some() {}
    }
}

fn answer(folder: &Path, path: &str) -> Response<Full<Bytes>> {
    let name = path.trim_start_matches('/');
    let content_type = match Path::new(name).extension().and_then(|extension| extension.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        // What a browser asks for by itself.
        _ => "image/x-icon",
    };
    let content = if name.contains('/') { None } else { std::fs::read(folder.join(name)).ok() };
    let status = if content.is_some() { StatusCode::OK } else { StatusCode::NO_CONTENT };
    let answer = Response::builder().status(status).header(CONTENT_TYPE, content_type);
    answer.body(Full::from(content.unwrap_or_default())).expect("a valid answer")
}
