//! Whether `docs/openapi.json` is `OpenAPI` 3.1. Knows nothing of calls.

use serde_json::{Value, json};

use super::official::{finds, mistakes, text};

/// The specification's, in which a validator has written `$ref` for `$dynamicRef`.
const SCHEMA: &str = "@seriousme/openapi-schema-validator/schemas/v3.1/schema.json";

fn described() -> Value {
    serde_json::from_str(&text("docs/openapi.json")).expect("docs/openapi.json is JSON")
}

#[test]
fn it_is_what_the_specification_allows() {
    assert_eq!(mistakes(SCHEMA, &described()), Vec::<String>::new());
}

#[test]
fn a_mistake_in_it_would_be_found() {
    let timeline = "/paths/~1api~1conversations~1{conversation}~1timeline~1/get";
    let wrong: [(&str, Value); 11] = [
        ("/openapi", json!("3.0.3")),
        ("/info/title", json!(null)),
        ("/paths/api~1offers", json!({})),
        (&format!("{timeline}/operationID"), json!("timeline")),
        (&format!("{timeline}/responses/20O"), json!({"description": "The entries."})),
        (&format!("{timeline}/responses/200/description"), json!(null)),
        (&format!("{timeline}/parameters/0/in"), json!("body")),
        (&format!("{timeline}/parameters/0/name"), json!(null)),
        ("/webhooks/event/post/requestBody/content", json!(null)),
        ("/components/schemas/Event", json!(7)),
        ("/components/securitySchemes/token/type", json!("secret")),
    ];
    finds(SCHEMA, &described(), &wrong);
}
