//! One call of the page: what it takes, and what it answers. Knows nothing of the other calls.

use maud::{Markup, html};
use serde_json::Value;

use super::page::{Call, entries, inline, list, prose, resolved, text};
use super::schema;

/// The call, with all that can be said and answered.
pub(super) fn article(description: &Value, call: &Call<'_>) -> Markup {
    let operation = call.operation;
    let id = text(&operation["operationId"]);
    let parameters = list(&call.shared["parameters"]).iter().chain(list(&operation["parameters"]));
    let parameters: Vec<_> = parameters.map(|parameter| resolved(description, parameter)).collect();
    html! {
        article aria-labelledby=(id) {
            h3 id=(id) {
                code { span class="method" { (call.method.to_uppercase()) } " " (call.place) } " "
                span class="summary" { (text(&operation["summary"])) }
            }
            (prose(&operation["description"]))
            (security(description, operation))
            @if !parameters.is_empty() { (self::parameters(&parameters)) }
            @if let Some(body) = operation.get("requestBody") { (request(body)) }
            (answers(description, &operation["responses"]))
        }
    }
}

fn security(description: &Value, operation: &Value) -> Markup {
    let schemes = list(operation.get("security").unwrap_or(&description["security"]));
    let names: Vec<_> = schemes.iter().flat_map(entries).map(|(name, _)| name).collect();
    html! {
        @if names.is_empty() { p { "Without authentication." } }
        @else {
            p {
                "With "
                @for (place, name) in names.iter().enumerate() {
                    @if place > 0 { " or " }
                    a href={ "#security-" (name) } { code { (name) } }
                }
                "."
            }
        }
    }
}

fn parameters(parameters: &[&Value]) -> Markup {
    html! {
        h4 { "Parameters" }
        (schema::table(&["Name", "In", "Is", "Meaning"], &html! {
            @for parameter in parameters {
                tr {
                    th scope="row" { code { (text(&parameter["name"])) } (schema::required(parameter["required"] == true)) }
                    td { (text(&parameter["in"])) }
                    td { (schema::shape(&parameter["schema"])) }
                    td { (inline(text(&parameter["description"]))) }
                }
            }
        }))
    }
}

fn request(body: &Value) -> Markup {
    html! {
        h4 { "Body" }
        (prose(&body["description"]))
        @for (media_type, content) in entries(&body["content"]) {
            p { code { (media_type) } ": " (schema::shape(&content["schema"])) @if body["required"] != true { ", may be absent" } }
            (schema::example("Example", &content["example"]))
        }
    }
}

fn answers(description: &Value, responses: &Value) -> Markup {
    let resolved = |answer| resolved(description, answer);
    html! {
        h4 { "Answers" }
        (schema::table(&["Status", "Meaning", "Body"], &html! {
            @for (status, answer) in entries(responses).map(|(status, answer)| (status, resolved(answer))) {
                tr {
                    th scope="row" { code { (status) } }
                    td {
                        (inline(text(&answer["description"])))
                        @for (name, _) in entries(&answer["headers"]) { " With " code { (name) } "." }
                    }
                    td {
                        @for (_, content) in entries(&answer["content"]) {
                            (codes(&content["schema"]))
                            (schema::example("Example", &content["example"]))
                        }
                    }
                }
            }
        }))
    }
}

/// Of a problem its codes say more than its shape, which is always the same.
fn codes(schema: &Value) -> Markup {
    let codes = list(&schema["properties"]["code"]["enum"]);
    html! {
        @if codes.is_empty() { (schema::shape(schema)) }
        @else {
            a href="#schema-Problem" { "Problem" } ": "
            @for (place, code) in codes.iter().enumerate() { @if place > 0 { ", " } code { (text(code)) } }
        }
    }
}
