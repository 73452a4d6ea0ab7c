//! JSON Schema in words. Knows nothing of calls.

use maud::{Markup, html};
use serde_json::Value;

use super::page::{entries, inline, list, prose, text};

/// What bounds a value, and how that reads.
const BOUNDS: [(&str, &str); 8] = [
    ("minimum", "from"),
    ("maximum", "to"),
    ("minLength", "at least, in characters,"),
    ("maxLength", "at most, in characters,"),
    ("minItems", "at least, in items,"),
    ("maxItems", "at most, in items,"),
    ("default", "by default"),
    ("pattern", "matching"),
];

/// A shape that has a name: what it is, and its fields.
pub(super) fn definition(schema: &Value) -> Markup {
    html! {
        (prose(&schema["description"]))
        @if schema["properties"].is_object() { (fields(schema)) }
        @else { p { (shape(schema)) } }
    }
}

/// A value in one phrase; the fields of an object without a name as a table.
pub(super) fn shape(schema: &Value) -> Markup {
    if let Some(pointer) = schema["$ref"].as_str() {
        let name = pointer.rsplit('/').next().unwrap_or(pointer);
        return html! { a href={ "#schema-" (name) } { (name) } };
    }
    if let Some(constant) = schema.get("const") {
        return html! { code { (constant) } };
    }
    for (keyword, between) in [("enum", " or "), ("oneOf", " or "), ("anyOf", " or "), ("allOf", " and ")] {
        let choices = list(&schema[keyword]);
        if !choices.is_empty() {
            return html! {
                @for (place, choice) in choices.iter().enumerate() {
                    @if place > 0 { (between) }
                    @if keyword == "enum" { code { (choice) } } @else { (shape(choice)) }
                }
            };
        }
    }
    html! {
        (types(schema))
        @if let Some(format) = schema["format"].as_str() { ", " (format) }
        @for (keyword, phrase) in BOUNDS {
            @if let Some(bound) = schema.get(keyword) {
                ", " (phrase) " " code { @match bound.as_str() { Some(text) => (text), None => (bound) } }
            }
        }
        @if schema["properties"].is_object() { (fields(schema)) }
    }
}

fn types(schema: &Value) -> Markup {
    let named = match &schema["type"] {
        Value::Array(types) => types.iter().map(text).collect::<Vec<_>>().join(" or "),
        other => text(other).to_owned(),
    };
    html! {
        @if named == "array" { "array of " (shape(&schema["items"])) }
        @else if named.is_empty() { "anything" }
        @else { (named) }
    }
}

fn fields(schema: &Value) -> Markup {
    let is_required = |name: &str| list(&schema["required"]).iter().any(|one| one == name);
    table(
        &["Field", "Is", "Meaning"],
        &html! {
            @for (name, field) in entries(&schema["properties"]) {
                tr {
                    th scope="row" { code { (name) } (required(is_required(name))) }
                    td { (shape(field)) }
                    td { (inline(text(&field["description"]))) }
                }
            }
        },
    )
}

/// Says so where something may be left out.
pub(super) fn required(required: bool) -> Markup {
    html! { @if !required { " " span class="optional" { "optional" } } }
}

/// A table that scrolls by itself where it is wider than the screen.
pub(super) fn table(columns: &[&str], rows: &Markup) -> Markup {
    html! {
        div class="wide" {
            table {
                thead { tr { @for column in columns { th scope="col" { (column) } } } }
                tbody { (rows) }
            }
        }
    }
}

/// An example, folded away, where there is one.
pub(super) fn example(title: &str, example: &Value) -> Markup {
    html! {
        @if !example.is_null() {
            details {
                summary { (title) }
                pre tabindex="0" { code { (serde_json::to_string_pretty(example).unwrap_or_default()) } }
            }
        }
    }
}
