//! Which of the described calls a request is. Knows nothing of what is in it.

use hyper::Method;
use serde_json::Value;

use super::schemas::Schemas;

/// A described call, and what stands for the variable segments of its path.
pub(super) struct Call<'a> {
    /// `GET /api/offers/`
    pub(super) name: String,
    pub(super) operation: &'a Value,
    /// What holds for all methods of the path.
    pub(super) shared: &'a Value,
    pub(super) segments: Vec<(&'a str, String)>,
}

/// What is at a path, by the description.
pub(super) enum Place<'a> {
    Call(Call<'a>),
    /// Something, by another method.
    OtherMethod,
    /// One of the page's files, or nothing.
    Page,
    /// Nothing.
    Unknown,
}

/// Which call that is. What stands in front of every path of a server, `/handsel` for instance, is no part of it.
pub(super) fn find<'a>(schemas: &'a Schemas, method: &Method, path: &str) -> Place<'a> {
    let segments: Vec<_> = path.strip_prefix('/').unwrap_or(path).trim_end_matches('/').split('/').collect();
    let below = (0..segments.len().min(3)).map(|prefix| &segments[prefix..]);
    let Some((path, item, filled)) = below.into_iter().find_map(|segments| at(schemas, segments)) else {
        let is_of_the_page = segments.iter().all(|segment| !matches!(*segment, "api" | "ws"));
        return if is_of_the_page { Place::Page } else { Place::Unknown };
    };
    let method = if method == Method::HEAD { &Method::GET } else { method };
    match item.get(method.as_str().to_lowercase()) {
        None => Place::OtherMethod,
        Some(operation) => {
            Place::Call(Call { name: format!("{method} {path}"), operation, shared: item, segments: filled })
        }
    }
}

type Found<'a> = (&'a str, &'a Value, Vec<(&'a str, String)>);

fn at<'a>(schemas: &'a Schemas, segments: &[&str]) -> Option<Found<'a>> {
    let paths = schemas.openapi["paths"].as_object().expect("there are paths");
    paths.iter().find_map(|(path, item)| Some((path.as_str(), item, filled(path, segments)?)))
}

fn filled<'a>(path: &'a str, segments: &[&str]) -> Option<Vec<(&'a str, String)>> {
    let expected: Vec<_> = path.trim_matches('/').split('/').collect();
    if expected.len() != segments.len() {
        return None;
    }
    let mut filled = Vec::new();
    for (expected, segment) in expected.into_iter().zip(segments) {
        match expected.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
            Some(_) if segment.is_empty() => return None,
            Some(name) => filled.push((name, (*segment).to_owned())),
            None if expected == *segment => {}
            None => return None,
        }
    }
    Some(filled)
}
