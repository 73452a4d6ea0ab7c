//! Responses: JSON, lists, and problems from domain errors. Knows nothing of requests.

use bytes::Bytes;
use handsel_domain::Unavailable;
use handsel_transport::frames::Frame;
use handsel_transport::limits::STORAGE_RETRY;
use handsel_transport::problem::Problem;
use http_body_util::Full;
use hyper::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use hyper::{Response, StatusCode};
use serde::Serialize;

use super::service::Reply;

/// A JSON response. What it says is one user's business, so nothing on the way may keep it.
pub(super) fn json(status: StatusCode, body: &impl Serialize) -> Reply {
    let body = serde_json::to_vec(body).expect("responses have text keys and no value that JSON lacks");
    with_type(status, "application/json", Bytes::from(body))
}

/// An encoded frame as the response.
pub(super) fn frame(status: StatusCode, frame: &Frame) -> Reply {
    with_type(status, "application/json", Bytes::from(frame.clone()))
}

/// 204
pub(super) fn nothing() -> Reply {
    let mut response = Response::new(Full::default());
    *response.status_mut() = StatusCode::NO_CONTENT;
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// A body of another type.
pub(super) fn with_type(status: StatusCode, content_type: &'static str, body: Bytes) -> Reply {
    let mut response = Response::new(Full::new(body));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// A page of a list; `next` is where the next page is.
pub(super) fn list<T: Serialize>(results: &[T], next: Option<&str>) -> Reply {
    #[derive(Serialize)]
    struct List<'a, T> {
        results: &'a [T],
        next: Option<&'a str>,
    }
    json(StatusCode::OK, &List { results, next })
}

/// 503
pub(super) fn unavailable(unavailable: Unavailable) -> Problem {
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, Unavailable::CODE, unavailable.to_string()).retry_after(STORAGE_RETRY)
}

/// 404
pub(super) fn listing_not_found() -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "listing_not_found", "There is no such listing.")
}
