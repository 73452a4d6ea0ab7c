//! Whether a description is what its specification allows, by the specification's own JSON schema, which npm brings along
//! with what checks the page. Knows nothing of which descriptions there are.

use std::path::Path;

use serde_json::Value;

/// A file of the repository.
pub(super) fn text(name: &str) -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(name);
    std::fs::read_to_string(&file)
        .unwrap_or_else(|error| panic!("{name}: {error}; `cargo xtask test` installs what checks it"))
}

/// What the schema in that file of npm's says against it.
pub(super) fn mistakes(schema: &str, description: &Value) -> Vec<String> {
    let schema = text(&format!("frontend/node_modules/{schema}"));
    let schema: Value = serde_json::from_str(&schema).expect("the schema is JSON");
    let validator = jsonschema::options().offline().build(&schema).expect("the schema is one");
    validator.iter_errors(description).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

/// Each of these mistakes, alone, would be found: a place, and what stands there instead.
pub(super) fn finds(schema: &str, description: &Value, wrong: &[(&str, Value)]) {
    for (pointer, wrong) in wrong {
        let mut description = description.clone();
        let (parent, name) = pointer.rsplit_once('/').expect("a pointer has a slash");
        let parent = description.pointer_mut(parent).unwrap_or_else(|| panic!("{parent}: there is no such place"));
        match parent.as_object_mut().filter(|_| wrong.is_null()) {
            Some(object) => assert!(object.remove(name).is_some(), "{pointer}: there is nothing to leave out"),
            None => parent[name] = wrong.clone(),
        }
        assert_ne!(mistakes(schema, &description), Vec::<String>::new(), "{pointer} was not found");
    }
}
