//! One file of the page, ready to be sent. Knows nothing of which files there are.

use std::borrow::Cow;
use std::io::Write;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use brotli::enc::BrotliEncoderParams;
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use http_body_util::Full;
use hyper::header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, HeaderMap, HeaderValue, VARY};
use hyper::{Response, StatusCode};
use sha2::{Digest, Sha256};

use super::negotiation::{self, Coding};
use super::{comments, headers};

/// How many bytes of a hash a tag shows.
const TAG_BYTES: usize = 16;

/// A file as it is sent, plain and, where that is shorter, compressed.
pub struct Asset {
    content_type: HeaderValue,
    pub(super) plain: Variant,
    /// The smallest first.
    pub(super) compressed: Vec<Variant>,
}

/// One of a file's forms. Each has a tag of its own, since a strong tag stands for the very bytes.
pub(super) struct Variant {
    pub(super) coding: Coding,
    pub(super) body: Bytes,
    pub(super) tag: HeaderValue,
}

impl Asset {
    /// The file at that path, whose end says what it is.
    pub(crate) fn new(path: &str, file: Cow<'static, [u8]>) -> Self {
        let plain = Bytes::from(match (kind(path), str::from_utf8(&file)) {
            ("js" | "css", Ok(text)) => comments::left_out(text).into_bytes(),
            _ => file.into_owned(),
        });
        let mut compressed: Vec<_> = [Coding::Brotli, Coding::Gzip]
            .into_iter()
            .filter_map(|coding| Some(Variant::new(coding, encoded(coding, &plain)?)))
            .filter(|variant| variant.body.len() < plain.len())
            .collect();
        compressed.sort_by_key(|variant| variant.body.len());
        Self {
            content_type: HeaderValue::from_static(content_type(path)),
            plain: Variant::new(Coding::Identity, plain),
            compressed,
        }
    }

    /// Answers a GET with these headers: the file, or that it has not changed.
    pub(crate) fn answer(&self, asked: &HeaderMap) -> Response<Full<Bytes>> {
        let variant = negotiation::preferred(asked, &self.compressed, |variant| variant.coding).unwrap_or(&self.plain);
        let known = negotiation::knows(asked, &variant.tag);
        let mut response = Response::new(Full::new(if known { Bytes::new() } else { variant.body.clone() }));
        let headers = response.headers_mut();
        headers.extend(headers::protecting());
        // A browser may keep it, and must ask before it is used: no name holds a version, and modules of two versions
        // must not meet.
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
        headers.insert(ETAG, variant.tag.clone());
        if known {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
            return response;
        }
        headers.insert(CONTENT_TYPE, self.content_type.clone());
        if variant.coding != Coding::Identity {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static(variant.coding.name()));
        }
        response
    }

    /// The form that a browser is sent.
    #[cfg(test)]
    pub(super) fn smallest(&self) -> &Variant {
        self.compressed.first().unwrap_or(&self.plain)
    }
}

impl Variant {
    fn new(coding: Coding, body: Bytes) -> Self {
        let hash = URL_SAFE_NO_PAD.encode(&Sha256::digest(&body)[..TAG_BYTES]);
        let tag = HeaderValue::try_from(format!("\"{hash}\"")).expect("base64 is made of visible letters");
        Self { coding, body, tag }
    }
}

fn kind(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or_default()
}

fn content_type(path: &str) -> &'static str {
    match kind(path) {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "json" => "application/json",
        // Which browsers download and do not interpret.
        _ => "application/octet-stream",
    }
}

fn encoded(coding: Coding, plain: &[u8]) -> Option<Bytes> {
    let mut encoded = Vec::new();
    match coding {
        Coding::Identity => encoded.extend_from_slice(plain),
        Coding::Gzip => GzEncoder::new(&mut encoded, Compression::best()).write_all(plain).ok()?,
        Coding::Brotli => {
            brotli::BrotliCompress(&mut &*plain, &mut encoded, &BrotliEncoderParams::default()).ok()?;
        }
    }
    Some(Bytes::from(encoded))
}
