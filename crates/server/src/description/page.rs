//! The page `/api/docs/`: the whole description as one document that reads without a script. Knows nothing of how it is
//! served.

use maud::{DOCTYPE, Markup, PreEscaped, html};
use serde_json::{Map, Value};

use super::{operation, schema};

/// The page's stylesheet.
pub(super) const STYLE: &str = include_str!("style.css");

/// What can be done at a path, in the order in which it is shown.
const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// A call, or a request that the server sends itself.
pub(super) struct Call<'a> {
    pub(super) method: &'static str,
    /// The path, or what a webhook is called.
    pub(super) place: &'a str,
    pub(super) operation: &'a Value,
    /// What holds for all methods of the path.
    pub(super) shared: &'a Value,
}

impl Call<'_> {
    fn id(&self) -> &str {
        text(&self.operation["operationId"])
    }

    fn is_tagged(&self, tag: &str) -> bool {
        list(&self.operation["tags"]).iter().any(|one| one == tag)
    }
}

/// The document.
pub(super) fn document(description: &Value, prefix: &str) -> Markup {
    let (info, calls) = (&description["info"], calls(&description["paths"]));
    let webhooks = self::calls(&description["webhooks"]);
    let tags = list(&description["tags"]);
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (text(&info["title"])) " HTTP API" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                a class="skip" href="#calls" { "Skip to the calls" }
                header {
                    h1 { (text(&info["title"])) " HTTP API " small { (text(&info["version"])) } }
                    (prose(&info["description"]))
                    p {
                        "For programs: " a href={ (prefix) "/api/openapi.json" } { "openapi.json" }
                        " (OpenAPI " (text(&description["openapi"])) "). All paths are below "
                        code { (if prefix.is_empty() { "/" } else { prefix }) } "."
                    }
                }
                nav aria-label="Calls" {
                    @for tag in tags {
                        (contents(text(&tag["name"]), calls.iter().filter(|call| call.is_tagged(text(&tag["name"])))))
                    }
                    @if !webhooks.is_empty() { (contents("Sent by this server", webhooks.iter())) }
                }
                main id="calls" {
                    @for tag in tags {
                        section aria-labelledby={ "tag-" (text(&tag["name"])) } {
                            h2 id={ "tag-" (text(&tag["name"])) } { (text(&tag["name"])) }
                            (prose(&tag["description"]))
                            @for call in calls.iter().filter(|call| call.is_tagged(text(&tag["name"]))) {
                                (operation::article(description, call))
                            }
                        }
                    }
                    @if !webhooks.is_empty() {
                        section aria-labelledby="webhooks" {
                            h2 id="webhooks" { "Sent by this server" }
                            @for call in &webhooks { (operation::article(description, call)) }
                        }
                    }
                    section aria-labelledby="authentication" {
                        h2 id="authentication" { "Authentication" }
                        @for (name, scheme) in entries(&description["components"]["securitySchemes"]) {
                            h3 id={ "security-" (name) } { code { (name) } }
                            (prose(&scheme["description"]))
                        }
                    }
                    section aria-labelledby="schemas" {
                        h2 id="schemas" { "Shapes" }
                        @for (name, shape) in entries(&description["components"]["schemas"]) {
                            h3 id={ "schema-" (name) } { (name) }
                            (schema::definition(shape))
                        }
                    }
                }
            }
        }
    }
}

fn contents<'a>(title: &str, calls: impl Iterator<Item = &'a Call<'a>>) -> Markup {
    html! {
        h2 { (title) }
        ul {
            @for call in calls {
                li {
                    a href={ "#" (call.id()) } { code { (call.method.to_uppercase()) " " (call.place) } }
                    " " (text(&call.operation["summary"]))
                }
            }
        }
    }
}

fn calls(paths: &Value) -> Vec<Call<'_>> {
    entries(paths)
        .flat_map(|(place, shared)| {
            METHODS.iter().filter_map(move |method| {
                let operation = shared.get(method)?;
                Some(Call { method, place, operation, shared })
            })
        })
        .collect()
}

/// Paragraphs, with what stands between backticks as code.
pub(super) fn prose(text: &Value) -> Markup {
    html! { @for paragraph in self::text(text).split("\n\n").filter(|text| !text.is_empty()) { p { (inline(paragraph)) } } }
}

/// One line of it.
pub(super) fn inline(text: &str) -> Markup {
    html! {
        @for (place, part) in text.split('`').enumerate() {
            @if place % 2 == 0 { (part) } @else { code { (part) } }
        }
    }
}

/// The members of an object, none where it is none.
pub(super) fn entries(object: &Value) -> impl Iterator<Item = (&str, &Value)> {
    object.as_object().into_iter().flat_map(Map::iter).map(|(name, value)| (name.as_str(), value))
}

/// The items of an array, none where it is none.
pub(super) fn list(array: &Value) -> &[Value] {
    array.as_array().map_or(&[], Vec::as_slice)
}

/// A text, empty where there is none.
pub(super) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// What a `$ref` refers to; anything else is itself.
pub(super) fn resolved<'a>(description: &'a Value, value: &'a Value) -> &'a Value {
    value["$ref"].as_str().and_then(|pointer| description.pointer(pointer.strip_prefix('#')?)).unwrap_or(value)
}
