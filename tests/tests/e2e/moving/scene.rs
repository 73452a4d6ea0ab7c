//! A database that is moved into or out of, by the commands as an operator runs them. Knows nothing of what is moved.

use std::fs;
use std::path::PathBuf;
use std::process::Output;
use std::time::Duration;

use handsel_tests::Started;
use serde_json::Value;
use tokio::time::timeout;

/// How long moving may take at most, on a machine that may be busy: it is no measure of speed.
const PATIENCE: Duration = Duration::from_mins(10);

/// What a command came to.
pub(super) struct Ended {
    pub(super) status: Option<i32>,
    pub(super) output: String,
    pub(super) errors: String,
}

impl Ended {
    pub(super) fn is(self, status: i32) -> Self {
        assert_eq!(self.status, Some(status), "{}{}", self.output, self.errors);
        self
    }
}

/// Runs a command over that database to its end.
pub(super) async fn runs(over: &Started, arguments: &[&str]) -> Ended {
    let ended = timeout(PATIENCE, over.process(arguments).output()).await;
    let Output { status, stdout, stderr } =
        ended.unwrap_or_else(|_| panic!("waited {PATIENCE:?} in vain for {arguments:?}")).expect("it starts");
    let [output, errors] = [stdout, stderr].map(|said| String::from_utf8(said).expect("UTF-8"));
    Ended { status: status.code(), output, errors }
}

/// A file of that name in the database's directory.
pub(super) fn beside(over: &Started, name: &str) -> PathBuf {
    over.directory().join(name)
}

/// Takes the text in; the report's lines, and what came of it.
pub(super) async fn imports(over: &Started, text: &str) -> (Vec<Value>, Ended) {
    fs::write(beside(over, "in.ndjson"), text).expect("it is written");
    let ended = runs(over, &["import", "in.ndjson", "--report", "report.ndjson"]).await;
    let report = fs::read_to_string(beside(over, "report.ndjson")).unwrap_or_default();
    (report.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect(), ended)
}

/// Everything, as `handsel export` writes it, but for the time at which it did.
pub(super) async fn exports(over: &Started) -> Vec<Value> {
    let file = beside(over, "out.ndjson");
    let _ = fs::remove_file(&file);
    runs(over, &["export", "out.ndjson"]).await.is(0);
    content(&fs::read_to_string(file).expect("it is there"))
}

/// What a file says, but for the time at which it was written.
pub(super) fn content(text: &str) -> Vec<Value> {
    let mut lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(lines[0]["type"], "handsel_export", "{}", lines[0]);
    lines[0]["exported_at"].take();
    lines
}

/// Expects the same lines; says where the first difference is.
pub(super) fn assert_same(expected: &[Value], seen: &[Value]) {
    if let Some(place) = expected.iter().zip(seen).position(|(expected, seen)| expected != seen) {
        panic!("line {} should be {}, and is {}", place + 1, expected[place], seen[place]);
    }
    assert_eq!(expected.len(), seen.len(), "lines");
}

/// The last line of a report.
pub(super) fn summary(report: &[Value]) -> &Value {
    let last = report.last().expect("a report has a last line");
    assert_eq!(last["type"], "summary", "{last}");
    last
}

/// What a report says was found, as `line code`, with a `+` where it was taken nevertheless.
pub(super) fn found(report: &[Value]) -> Vec<String> {
    let found = report.iter().filter(|line| line["type"] != "summary").map(|line| {
        let taken = match line["type"].as_str() {
            Some("refused") => "",
            Some("noted") => "+",
            other => panic!("nothing else is found: {other:?} in {line}"),
        };
        assert!(line["detail"].as_str().is_some_and(|detail| !detail.is_empty()), "{line}");
        format!("{} {taken}{}", line["line"], line["code"].as_str().expect("a code"))
    });
    found.collect()
}
