//! The repository's files, and other people's programs that read them. Knows nothing of what is in them.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A file of the repository by its path from the root.
pub(crate) fn file(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

/// What is in it.
pub(crate) fn text(path: &str) -> String {
    std::fs::read_to_string(file(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// A YAML or JSON file as JSON.
pub(crate) fn yaml(path: &str) -> serde_json::Value {
    serde_saphyr::from_str(&text(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// A program to be run at the repository's root.
pub(crate) fn program(name: &str) -> Command {
    let mut command = Command::new(handsel_services::find(name));
    command.current_dir(file("."));
    command
}

/// Runs it; it must end well. Returns what it printed, errors behind the rest.
pub(crate) fn succeeds(command: &mut Command) -> String {
    let (ended_well, said) = ends(command);
    assert!(ended_well, "{command:?} failed:\n{said}");
    said
}

/// Runs it; it must not end well. Returns what it printed.
pub(crate) fn fails(command: &mut Command) -> String {
    let (ended_well, said) = ends(command);
    assert!(!ended_well, "{command:?} should have failed:\n{said}");
    said
}

fn ends(command: &mut Command) -> (bool, String) {
    let Output { status, stdout, stderr } =
        command.output().unwrap_or_else(|error| panic!("{command:?} does not run: {error}"));
    (status.success(), String::from_utf8_lossy(&[stdout, stderr].concat()).into_owned())
}
