//! Whether an answer is as described. Knows nothing of the request.

use serde_json::Value;

use super::calls::Call;
use super::schemas::Schemas;
use super::{Breach, tally};
use crate::Answer;

const PROBLEM: &str = "application/problem+json";

pub(super) fn is_problem(answer: &Answer) -> bool {
    answer.header("content-type") == PROBLEM
}

/// Whether it says that there is nothing at this path, as any server may that does not serve all.
pub(super) fn is_nowhere(schemas: &Schemas, answer: &Answer) -> Result<bool, Breach> {
    let nowhere = answer.status == 404 && answer.json["code"] == "not_found";
    if nowhere {
        problem(schemas, answer)?;
    }
    Ok(nowhere)
}

/// Nothing is described at this path, so nothing may be there.
pub(super) fn is_unknown(schemas: &Schemas, answer: &Answer) -> Result<(), Breach> {
    if is_nowhere(schemas, answer)? || (answer.status == 405 && answer.json["code"] == "method_not_allowed") {
        return problem(schemas, answer);
    }
    Err("docs/openapi.json has no such path".to_owned())
}

/// By this method nothing is described there, so the answer must be that.
pub(super) fn is_of_another_method(schemas: &Schemas, is_head: bool, answer: &Answer) -> Result<(), Breach> {
    if is_nowhere(schemas, answer)? {
        return Ok(());
    }
    if answer.status != 405 || answer.header("allow").is_empty() {
        return Err("docs/openapi.json has no such method there, so 405 with `Allow` was due".to_owned());
    }
    if is_head {
        return Ok(());
    }
    if answer.json["code"] != "method_not_allowed" {
        return Err("405 is `method_not_allowed`".to_owned());
    }
    tally::saw("405 method_not_allowed".to_owned());
    problem(schemas, answer)
}

fn problem(schemas: &Schemas, answer: &Answer) -> Result<(), Breach> {
    if !is_problem(answer) {
        return Err(format!("an error is {PROBLEM}"));
    }
    schemas.closed(&schemas.openapi["components"]["schemas"]["Problem"], &answer.json)
}

/// Status, headers, media type and body are described for this call.
pub(super) fn compared(schemas: &Schemas, call: &Call<'_>, is_head: bool, answer: &Answer) -> Result<(), Breach> {
    let responses = &call.operation["responses"];
    let Some(named) = responses.get(answer.status.to_string()) else {
        let described: Vec<_> = responses.as_object().into_iter().flat_map(|all| all.keys()).collect();
        return Err(format!("{} has the answers {described:?}", call.name));
    };
    let response = schemas.resolved(named);
    for (name, header) in response["headers"].as_object().into_iter().flatten() {
        header_is_there(schemas, name, schemas.resolved(header), answer)?;
    }
    let media_type = answer.header("content-type");
    match response["content"].as_object() {
        None if media_type.is_empty() && answer.text.is_empty() => {}
        None => return Err(format!("{} has no body with {}", call.name, answer.status)),
        Some(content) => {
            let Some(described) = content.get(media_type) else {
                return Err(format!(
                    "{} with {} is {:?}",
                    call.name,
                    answer.status,
                    content.keys().collect::<Vec<_>>()
                ));
            };
            // What is compressed is one of few bodies, which tests read in their plain form as well.
            let is_readable = !is_head && answer.header("content-encoding").is_empty();
            if is_readable && media_type.contains("json") {
                schemas.closed(&described["schema"], &answer.json)?;
            }
        }
    }
    tally::answered(call, named, answer.status, &answer.json);
    Ok(())
}

fn header_is_there(schemas: &Schemas, name: &str, header: &Value, answer: &Answer) -> Result<(), Breach> {
    let value = answer.header(name);
    if value.is_empty() {
        return if header["required"] == true { Err(format!("the header {name} is missing")) } else { Ok(()) };
    }
    let value = value.parse::<i64>().map_or_else(|_| Value::from(value), Value::from);
    schemas.open(&header["schema"], &value).map_err(|breach| format!("the header {name}: {breach}"))
}
