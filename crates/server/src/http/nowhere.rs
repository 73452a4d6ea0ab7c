//! What someone is told who asks for a path where nothing is: where to look instead. Knows nothing of what is there.

use handsel_transport::problem::Problem;
use hyper::StatusCode;

use super::service::{Entrance, Served};

/// 404
pub(super) fn told(served: &Served, entrance: Entrance, path: &str) -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "not_found", detail(served, entrance, path))
}

fn detail(served: &Served, entrance: Entrance, path: &str) -> String {
    let Served { surface, page, path_prefix: prefix, has_admin_address, .. } = served;
    if entrance == Entrance::Admin {
        return "This is the operator's address (--admin-bind): /metrics, /healthz, /readyz and /api/admin/ are here, all else is at the public one.".to_owned();
    }
    let Some(path) = prefix.strip(path) else {
        return format!("Everything is below {prefix}/ (--path-prefix); a proxy in front must pass that on.");
    };
    let document = matches!(path, "" | "/" | "/index.html");
    if matches!(path, "/metrics" | "/metrics/") && *has_admin_address {
        return "The metrics are at the operator's own address (--admin-bind).".to_owned();
    }
    if path.starts_with("/api/admin/") && *has_admin_address {
        return "The admin API is at the operator's own address (--admin-bind).".to_owned();
    }
    if path.starts_with("/ws/") && !surface.websocket {
        return "This process serves the HTTP API alone (--no-websocket); sockets are served by another one."
            .to_owned();
    }
    if (document || path.starts_with("/api/")) && !surface.http_api {
        return "This process serves sockets alone (--websocket-only); the HTTP API is served by another one."
            .to_owned();
    }
    let places =
        format!("the API is under {prefix}/api/, sockets are {prefix}/ws/chat/CONVERSATION/ and {prefix}/ws/inbox/.");
    match page {
        None if document => format!("The page is switched off (--no-frontend); {places}"),
        None => format!("There is nothing at this path; {places}"),
        Some(_) => format!("There is nothing at this path; the page is at {prefix}/, {places}"),
    }
}
