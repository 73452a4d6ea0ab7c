//! What browsers let pages of other origins do with the API. Knows nothing of which origins those are.

use std::sync::Arc;
use std::time::Duration;

use handsel_transport::origin::OriginPolicy;
use hyper::Method;
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HeaderName, RETRY_AFTER};
use tower_http::cors::{AllowOrigin, CorsLayer};

use super::request_log::REQUEST_ID;

/// How long a browser may remember what a page of another origin may do.
const PREFLIGHT_MAX_AGE: Duration = Duration::from_mins(10);

/// Answers what browsers ask before such a page's request, and says in every answer who may read it.
pub(super) fn layer(origins: Arc<OriginPolicy>) -> CorsLayer {
    CorsLayer::new()
        .allow_origin(AllowOrigin::predicate(move |origin, request| origins.allows_origin(origin, &request.headers)))
        .allow_methods([Method::GET, Method::POST, Method::PATCH])
        .allow_headers([AUTHORIZATION, CONTENT_TYPE, HeaderName::from_static("idempotency-key")])
        .expose_headers([RETRY_AFTER, HeaderName::from_static(REQUEST_ID)])
        .max_age(PREFLIGHT_MAX_AGE)
}
