//! What was seen of all that is described, by all tests of a run: each process appends to one file what it is the first of
//! its own to see. Knows nothing of whether it was as described.

use std::collections::{BTreeSet, HashSet};
use std::env;
use std::fs::OpenOptions;
use std::io::Write;
use std::sync::{Mutex, OnceLock, PoisonError};

use serde_json::Value;

use super::calls::Call;
use super::schemas;
use super::schemas::Schemas;

/// The variable that names the file; without it nothing is written down.
pub const SEEN_IN: &str = "HANDSEL_TESTS_SEEN_IN";

/// What begins a line that tells of a breach.
const BREACH: &str = "breach ";

/// Writes it down where it is new.
pub(super) fn saw(what: String) {
    static SEEN: OnceLock<Mutex<HashSet<String>>> = OnceLock::new();
    // What this crate's own tests make up is seen nowhere.
    let Some(file) = env::var_os(SEEN_IN).filter(|_| !cfg!(test)) else { return };
    let mut seen = SEEN.get_or_init(Mutex::default).lock().unwrap_or_else(PoisonError::into_inner);
    if seen.contains(&what) {
        return;
    }
    let line = format!("{}\n", what.replace('\n', " "));
    // One write a line, so that the lines of several processes stay whole.
    let file = OpenOptions::new().create(true).append(true).open(file);
    file.and_then(|mut file| file.write_all(line.as_bytes())).expect("what is seen is written down");
    seen.insert(what);
}

pub(super) fn breaks(breach: &str) {
    saw(format!("{BREACH}{breach}"));
}

/// An answer that several calls share is one.
pub(super) fn answered(call: &Call<'_>, named: &Value, status: u16, body: &Value) {
    let name = answer_name(&call.name, named, &status.to_string());
    match body["code"].as_str().filter(|_| status >= 400) {
        Some(code) => saw(format!("{name} {code}")),
        None => saw(name),
    }
}

fn answer_name(call: &str, named: &Value, status: &str) -> String {
    match named["$ref"].as_str().and_then(|reference| reference.rsplit('/').next()) {
        Some(shared) => format!("answer {shared}"),
        None => format!("{call} {status}"),
    }
}

/// All that is described, to be compared with all that was seen.
pub struct Described {
    all: BTreeSet<String>,
}

impl Described {
    /// By the descriptions as they are.
    pub fn read() -> Self {
        let mut all = BTreeSet::new();
        answers(schemas(), &mut all);
        frames(schemas(), &mut all);
        Self { all }
    }

    /// What is described, and is not in the file `seen`.
    pub fn never(&self, seen: &str) -> Vec<String> {
        let lines: HashSet<_> = seen.lines().collect();
        self.all.iter().filter(|what| !lines.contains(what.as_str())).cloned().collect()
    }

    /// What the file `seen` tells of breaches, those included that failed no test.
    pub fn breaches(seen: &str) -> Vec<String> {
        seen.lines().filter(|line| line.starts_with(BREACH)).map(str::to_owned).collect()
    }
}

fn answers(schemas: &Schemas, all: &mut BTreeSet<String>) {
    const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];
    for (path, item) in schemas.openapi["paths"].as_object().into_iter().flatten() {
        for method in METHODS {
            for (status, named) in item[method]["responses"].as_object().into_iter().flatten() {
                let name = answer_name(&format!("{} {path}", method.to_uppercase()), named, status);
                let content = &schemas.resolved(named)["content"]["application/problem+json"];
                let codes = content["schema"]["properties"]["code"]["enum"].as_array();
                match codes {
                    Some(codes) => {
                        all.extend(codes.iter().filter_map(Value::as_str).map(|code| format!("{name} {code}")));
                    }
                    None => drop(all.insert(name)),
                }
            }
        }
    }
    for (name, webhook) in schemas.openapi["webhooks"].as_object().into_iter().flatten() {
        let sent = schemas.resolved(&webhook["post"]["requestBody"]["content"]["application/json"]["schema"]);
        all.extend(kinds(sent).map(|kind| format!("webhook {name} {kind}")));
    }
    all.insert("405 method_not_allowed".to_owned());
}

/// What the schema's `type` may be: its own values, and those of its alternatives.
fn kinds(schema: &Value) -> impl Iterator<Item = &str> {
    let alternatives = schema["oneOf"].as_array().into_iter().flatten();
    let types = std::iter::once(schema).chain(alternatives).map(|one| &one["properties"]["type"]["enum"]);
    types.filter_map(Value::as_array).flatten().filter_map(Value::as_str)
}

fn frames(schemas: &Schemas, all: &mut BTreeSet<String>) {
    for channel in ["chat", "chatExtended", "inbox"] {
        for (direction, verb) in [("Receives", "receives"), ("Sends", "sends")] {
            let messages = &schemas.asyncapi["operations"][format!("{channel}{direction}")]["messages"];
            for message in messages.as_array().into_iter().flatten() {
                let name = schemas.resolved(schemas.resolved(message))["name"].as_str().unwrap_or_default();
                all.insert(format!("{channel} {verb} {name}"));
            }
        }
    }
    let codes = &schemas.asyncapi["components"]["schemas"]["Error"]["properties"]["code"]["enum"];
    all.extend(codes.as_array().into_iter().flatten().filter_map(Value::as_str).map(|code| format!("error {code}")));
    for (code, reasons) in schemas.asyncapi["x-closes"].as_object().into_iter().flatten() {
        let reasons = reasons.as_array().into_iter().flatten().filter_map(Value::as_str);
        all.extend(reasons.map(|reason| format!("close {code} {reason}")));
    }
}
