//! Errors over HTTP, by RFC 9457. Knows nothing of which calls there are.

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{CONTENT_TYPE, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use hyper::{Response, StatusCode};
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};

use crate::close::CloseReason;
use crate::counts;

/// The media type of a problem.
pub const PROBLEM_JSON: &str = "application/problem+json";

/// One wrong field of a request.
#[derive(Clone, Debug, Serialize)]
pub struct FieldError {
    /// Where, as a JSON pointer: `/username`.
    pub pointer: String,
    /// The stable code.
    pub code: &'static str,
    /// What to do.
    pub detail: String,
}

/// Why a request was not done.
#[derive(Clone, Debug, Serialize)]
pub struct Problem {
    #[serde(rename = "type")]
    kind: &'static str,
    title: &'static str,
    status: u16,
    /// The stable code.
    pub code: &'static str,
    detail: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FieldError>,
    /// More members of the problem, such as the recipients to choose from.
    #[serde(flatten)]
    extension: BTreeMap<&'static str, Box<RawValue>>,
    #[serde(skip)]
    retry_after: Option<Duration>,
}

impl Problem {
    /// A problem with a stable code and a sentence that says what to do next.
    pub fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        Self {
            kind: "about:blank",
            title: status.canonical_reason().unwrap_or("Error"),
            status: status.as_u16(),
            code,
            detail: detail.into(),
            errors: Vec::new(),
            extension: BTreeMap::new(),
            retry_after: None,
        }
    }

    /// 422: the request was understood, and these fields are wrong.
    pub fn invalid(errors: Vec<FieldError>) -> Self {
        let detail =
            errors.iter().map(|error| format!("{}: {}", error.pointer, error.detail)).collect::<Vec<_>>().join("; ");
        Self { errors, ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", detail) }
    }

    /// With `Retry-After`, in whole seconds, at least one.
    #[must_use]
    pub fn retry_after(self, wait: Duration) -> Self {
        Self { retry_after: Some(wait), ..self }
    }

    /// With one more member.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: &impl Serialize) -> Self {
        let value = to_raw_value(value).expect("what a problem says has text keys and no value that JSON lacks");
        self.extension.insert(name, value);
        self
    }

    /// The response. A 401 says how to authenticate.
    pub fn into_response(self) -> Response<Full<Bytes>> {
        counts::errors(self.code).increment(1);
        let body = serde_json::to_vec(&self).unwrap_or_default();
        let mut response = Response::new(Full::new(Bytes::from(body)));
        *response.status_mut() = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
        if self.status == 401 {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(wait) = self.retry_after {
            headers.insert(
                RETRY_AFTER,
                HeaderValue::from(wait.as_secs() + u64::from(wait.subsec_nanos() > 0 || wait.is_zero())),
            );
        }
        response
    }
}

impl From<CloseReason> for Problem {
    fn from(reason: CloseReason) -> Self {
        let status = StatusCode::from_u16(reason.http_status()).unwrap_or(StatusCode::BAD_REQUEST);
        let problem = Self::new(status, reason.code(), reason.explanation());
        match reason.retry_after() {
            Some(wait) => problem.retry_after(wait),
            None => problem,
        }
    }
}
