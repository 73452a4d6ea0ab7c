//! Whether a request that was done is as described. Knows nothing of the answer: a request that was refused may be
//! anything.

use hyper::header::AUTHORIZATION;
use serde_json::Value;

use super::calls::Call;
use super::schemas::Schemas;
use super::{Asked, Breach};

/// What no call takes, and tests send to see that it is left alone.
const NOT_HEEDED: [&str; 7] = ["unknown", "padding", "is_admin", "first_nam", "mood", "id", "owner"];

pub(super) fn compared(schemas: &Schemas, call: &Call<'_>, asked: &Asked) -> Result<(), Breach> {
    let all = [&call.shared["parameters"], &call.operation["parameters"]];
    let parameters: Vec<_> =
        all.iter().filter_map(|list| list.as_array()).flatten().map(|one| schemas.resolved(one)).collect();
    let query: Vec<(String, String)> = query(&asked.query);
    for parameter in &parameters {
        let name = parameter["name"].as_str().expect("a parameter has a name");
        let value = match parameter["in"].as_str() {
            Some("path") => call.segments.iter().find(|(named, _)| *named == name).map(|(_, text)| decoded(text)),
            Some("query") => query.iter().find(|(named, _)| named == name).map(|(_, text)| text.clone()),
            Some("header") => {
                asked.headers.get(name).and_then(|value| value.to_str().ok()).map(|value| value.trim().to_owned())
            }
            other => panic!("a parameter is in {other:?}"),
        };
        match value {
            None if parameter["required"] == true => return Err(format!("{name} is required")),
            None => {}
            Some(text) => schemas
                .open(&parameter["schema"], &typed(schemas, &parameter["schema"], &text))
                .map_err(|breach| format!("done with {name} = {text:?}, but {breach}"))?,
        }
    }
    let is_known = |name: &str| parameters.iter().any(|one| one["in"] == "query" && one["name"] == name);
    if let Some((name, _)) = query.iter().find(|(name, _)| !is_known(name) && !NOT_HEEDED.contains(&name.as_str())) {
        return Err(format!("{} has no {name} in its query", call.name));
    }
    authenticated(schemas, call, asked)?;
    body(schemas, call, asked)
}

fn authenticated(schemas: &Schemas, call: &Call<'_>, asked: &Asked) -> Result<(), Breach> {
    let ways = call.operation.get("security").unwrap_or(&schemas.openapi["security"]);
    let ways = ways.as_array().map_or(&[][..], Vec::as_slice);
    let is_needed = ways.iter().all(|way| way.as_object().is_some_and(|names| !names.is_empty()));
    if !ways.is_empty() && is_needed && !asked.headers.contains_key(AUTHORIZATION) {
        return Err(format!("{} was done without authentication", call.name));
    }
    Ok(())
}

fn body(schemas: &Schemas, call: &Call<'_>, asked: &Asked) -> Result<(), Breach> {
    let described = &call.operation["requestBody"];
    if asked.body.is_empty() {
        return if described["required"] == true { Err("done without a body".to_owned()) } else { Ok(()) };
    }
    let mut body: Value = serde_json::from_slice(&asked.body).map_err(|error| format!("done with no JSON: {error}"))?;
    if let Some(fields) = body.as_object_mut() {
        fields.retain(|name, _| !NOT_HEEDED.contains(&name.as_str()));
    }
    match described["content"]["application/json"].get("schema") {
        Some(schema) => schemas.closed(schema, &body).map_err(|breach| format!("done with a body that {breach}")),
        None if body.as_object().is_some_and(serde_json::Map::is_empty) => Ok(()),
        None => Err(format!("{} takes no body", call.name)),
    }
}

/// Numbers come as text wherever there is no JSON.
fn typed(schemas: &Schemas, schema: &Value, text: &str) -> Value {
    let is_integer = schemas.resolved(schema)["type"] == "integer";
    text.parse::<i64>().ok().filter(|_| is_integer).map_or_else(|| Value::from(text), Value::from)
}

fn query(text: &str) -> Vec<(String, String)> {
    let pairs = text.split('&').filter(|pair| !pair.is_empty());
    let pairs = pairs.map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    pairs.map(|(name, value)| (decoded(&name.replace('+', " ")), decoded(&value.replace('+', " ")))).collect()
}

fn decoded(text: &str) -> String {
    percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned()
}
