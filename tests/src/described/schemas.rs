//! Both descriptions, as JSON Schema: open for what clients send, closed for what they are sent, in which nothing may be that
//! is not described. Knows nothing of calls and frames.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use jsonschema::{Registry, Validator};
use serde_json::{Value, json};

use super::Breach;

const OPENAPI: &str = "json-schema:///openapi.json";
const ASYNCAPI: &str = "json-schema:///asyncapi.yaml";

/// The descriptions, with every reference made absolute.
pub(super) struct Schemas {
    pub(super) openapi: Value,
    pub(super) asyncapi: Value,
    open: Registry<'static>,
    closed: Registry<'static>,
    compiled: Mutex<HashMap<(bool, usize), Arc<Validator>>>,
}

impl Schemas {
    pub(super) fn read() -> Self {
        let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs");
        let text =
            |name| std::fs::read_to_string(docs.join(name)).unwrap_or_else(|error| panic!("docs/{name}: {error}"));
        let openapi = serde_json::from_str(&text("openapi.json")).expect("docs/openapi.json is JSON");
        let asyncapi = serde_saphyr::from_str(&text("asyncapi.yaml")).expect("docs/asyncapi.yaml is YAML");
        Self::of(openapi, asyncapi)
    }

    /// These descriptions instead.
    pub(super) fn of(mut openapi: Value, mut asyncapi: Value) -> Self {
        make_absolute(&mut openapi, OPENAPI);
        make_absolute(&mut asyncapi, ASYNCAPI);
        let registry = |openapi: &Value, asyncapi: &Value| {
            let both =
                Registry::new().add(OPENAPI, openapi.clone()).and_then(|one| one.add(ASYNCAPI, asyncapi.clone()));
            both.and_then(jsonschema::RegistryBuilder::prepare).expect("the descriptions refer to what there is")
        };
        let open = registry(&openapi, &asyncapi);
        let mut strict = [openapi.clone(), asyncapi.clone()];
        strict.iter_mut().for_each(close);
        let closed = registry(&strict[0], &strict[1]);
        Self { openapi, asyncapi, open, closed, compiled: Mutex::default() }
    }

    /// The value is as described, and may have more fields.
    pub(super) fn open(&self, schema: &Value, value: &Value) -> Result<(), Breach> {
        self.check(schema, value, false)
    }

    /// The value is as described, and has nothing else.
    pub(super) fn closed(&self, schema: &Value, value: &Value) -> Result<(), Breach> {
        self.check(schema, value, true)
    }

    fn check(&self, schema: &Value, value: &Value, strict: bool) -> Result<(), Breach> {
        let validator = self.compiled(schema, strict);
        if validator.is_valid(value) {
            return Ok(());
        }
        let errors = validator.iter_errors(value);
        Err(errors.map(|error| format!("{}: {error}", error.instance_path())).collect::<Vec<_>>().join("; "))
    }

    /// A schema of these descriptions stays where it is: its place stands for it.
    fn compiled(&self, schema: &Value, strict: bool) -> Arc<Validator> {
        let place = (strict, std::ptr::from_ref(schema).addr());
        let mut compiled = self.compiled.lock().unwrap_or_else(PoisonError::into_inner);
        let compile = || {
            let mut schema = schema.clone();
            if strict {
                close(&mut schema);
            }
            let registry = if strict { &self.closed } else { &self.open };
            let options = jsonschema::options().should_validate_formats(true).with_registry(registry);
            Arc::new(options.offline().build(&schema).unwrap_or_else(|error| panic!("{schema} is no schema: {error}")))
        };
        Arc::clone(compiled.entry(place).or_insert_with(compile))
    }

    /// What a `$ref` refers to; anything else is itself.
    pub(super) fn resolved<'a>(&'a self, value: &'a Value) -> &'a Value {
        let Some(reference) = value["$ref"].as_str() else { return value };
        let (document, pointer) = match reference.split_once('#') {
            Some((OPENAPI, pointer)) => (&self.openapi, pointer),
            Some((ASYNCAPI, pointer)) => (&self.asyncapi, pointer),
            _ => panic!("{reference} refers to another document"),
        };
        document.pointer(pointer).unwrap_or_else(|| panic!("there is no {reference}"))
    }
}

fn make_absolute(value: &mut Value, document: &str) {
    match value {
        Value::Object(object) => {
            if let Some(Value::String(reference)) = object.get_mut("$ref") {
                if let Some(pointer) = reference.strip_prefix('#') {
                    *reference = format!("{document}#{pointer}");
                } else if let Some(pointer) = reference.strip_prefix("./openapi.json#") {
                    *reference = format!("{OPENAPI}#{pointer}");
                }
            }
            object.values_mut().for_each(|value| make_absolute(value, document));
        }
        Value::Array(array) => array.iter_mut().for_each(|value| make_absolute(value, document)),
        _ => {}
    }
}

/// Where what a shape has beside its own fields stands.
const ALTERNATIVES: [&str; 3] = ["oneOf", "anyOf", "allOf"];

/// Wherever fields are named, there are no others. What narrows another schema (`$ref`) leaves that to it, and alternatives
/// of a shape leave it to the shape.
fn close(value: &mut Value) {
    match value {
        Value::Object(object) => {
            let names_fields = object.get("properties").is_some_and(Value::is_object);
            for (keyword, inner) in object.iter_mut() {
                match inner.as_array_mut().filter(|_| names_fields && ALTERNATIVES.contains(&keyword.as_str())) {
                    Some(alternatives) => alternatives.iter_mut().for_each(close_inside),
                    None => close(inner),
                }
            }
            let is_open = !["additionalProperties", "$ref"].iter().any(|keyword| object.contains_key(*keyword));
            if is_open && names_fields {
                let has_alternatives = ALTERNATIVES.iter().any(|keyword| object.contains_key(*keyword));
                let keyword = if has_alternatives { "unevaluatedProperties" } else { "additionalProperties" };
                object.insert(keyword.to_owned(), json!(false));
            }
        }
        Value::Array(array) => array.iter_mut().for_each(close),
        _ => {}
    }
}

/// What is in it, and not the schema itself.
fn close_inside(schema: &mut Value) {
    schema.as_object_mut().into_iter().flat_map(|object| object.values_mut()).for_each(close);
}
