//! Whether `docs/asyncapi.yaml` is `AsyncAPI` 3.0: by the specification's own JSON schema, which npm brings along with what
//! checks the page. Knows nothing of frames.

use std::path::Path;

use serde_json::{Value, json};

const SCHEMA: &str = "frontend/node_modules/@asyncapi/specs/schemas/3.0.0.json";

fn text(name: &str) -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(name);
    std::fs::read_to_string(&file)
        .unwrap_or_else(|error| panic!("{name}: {error}; `cargo xtask test` installs what checks it"))
}

fn described() -> Value {
    serde_saphyr::from_str(&text("docs/asyncapi.yaml")).expect("docs/asyncapi.yaml is YAML")
}

fn mistakes(description: &Value) -> Vec<String> {
    let schema: Value = serde_json::from_str(&text(SCHEMA)).expect("the schema is JSON");
    let validator = jsonschema::options().offline().build(&schema).expect("the schema is one");
    validator.iter_errors(description).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

#[test]
fn it_is_what_the_specification_allows() {
    assert_eq!(mistakes(&described()), Vec::<String>::new());
}

#[test]
fn a_mistake_in_it_would_be_found() {
    for (pointer, wrong) in [
        ("/channels/chat/adress", json!("/ws/chat/")),
        ("/channels/inbox/messages", json!([])),
        ("/operations/chatSends/action", json!("tell")),
        ("/operations/inboxSends/channel", json!("inbox")),
        ("/components/messages/Ping/payload", json!(7)),
        ("/info/title", json!(null)),
    ] {
        let mut description = described();
        let (parent, name) = pointer.rsplit_once('/').expect("a pointer has a slash");
        description.pointer_mut(parent).unwrap_or_else(|| panic!("{parent}: there is no such place"))[name] = wrong;
        assert_ne!(mistakes(&description), Vec::<String>::new(), "{pointer} was not found");
    }
}

#[test]
fn it_is_of_the_version_that_the_api_is() {
    let openapi: Value = serde_json::from_str(&text("docs/openapi.json")).expect("docs/openapi.json is JSON");
    assert_eq!(described()["info"]["version"], openapi["info"]["version"]);
}
