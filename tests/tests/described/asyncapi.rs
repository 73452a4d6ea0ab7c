//! Whether `docs/asyncapi.yaml` is `AsyncAPI` 3.0. Knows nothing of frames.

use serde_json::{Value, json};

use super::official::{finds, mistakes, text};

const SCHEMA: &str = "@asyncapi/specs/schemas/3.0.0.json";

fn described() -> Value {
    serde_saphyr::from_str(&text("docs/asyncapi.yaml")).expect("docs/asyncapi.yaml is YAML")
}

#[test]
fn it_is_what_the_specification_allows() {
    assert_eq!(mistakes(SCHEMA, &described()), Vec::<String>::new());
}

#[test]
fn a_mistake_in_it_would_be_found() {
    let wrong = [
        ("/channels/chat/adress", json!("/ws/chat/")),
        ("/channels/inbox/messages", json!([])),
        ("/operations/chatSends/action", json!("tell")),
        ("/operations/inboxSends/channel", json!("inbox")),
        ("/components/messages/Ping/payload", json!(7)),
        ("/info/title", json!(null)),
    ];
    finds(SCHEMA, &described(), &wrong);
}

#[test]
fn it_is_of_the_version_that_the_api_is() {
    let openapi: Value = serde_json::from_str(&text("docs/openapi.json")).expect("docs/openapi.json is JSON");
    assert_eq!(described()["info"]["version"], openapi["info"]["version"]);
}
