//! The tests, with what they need found first. Knows nothing of what they test.

use std::ffi::{OsStr, OsString};

use anyhow::Result;

use crate::frontend;
use crate::process::{self, cargo, root};
use crate::requirements::{self, Scope};

pub(crate) fn run(args: &[OsString]) -> Result<()> {
    let scope = scope(args);
    let path = requirements::ensure(scope)?;
    if scope == Scope::Page {
        frontend::test(&root().join("frontend"), &path)?;
    }
    // The end-to-end tests start the binary itself, so it must be there before they run, and be the one that ships:
    // cargo alone would build it along with the features that only tests ask for.
    let mut build = cargo(&["build", "-p", "handsel", "--bin", "handsel"]);
    process::run(build.args(profile(args)).env("PATH", &path))?;
    let mut test = cargo(&["test", "--no-fail-fast"]);
    if !names_packages(args) {
        test.arg("--workspace");
    }
    process::run(test.args(args).env("PATH", &path))
}

/// What `cargo test` itself reads, without what goes to the tests.
fn for_cargo(args: &[OsString]) -> impl Iterator<Item = &OsStr> {
    args.iter().map(OsString::as_os_str).take_while(|arg| *arg != "--")
}

/// Whether the arguments choose packages, so that it is not to be the whole workspace.
fn names_packages(args: &[OsString]) -> bool {
    for_cargo(args).any(|arg| {
        let text = arg.to_string_lossy();
        text.starts_with("-p") || text == "--package" || text.starts_with("--package=") || text == "--workspace"
    })
}

/// The page is tested with the whole workspace, and with the tests that use it.
fn scope(args: &[OsString]) -> Scope {
    let names_the_tests = for_cargo(args).any(|arg| arg.to_string_lossy().ends_with("handsel-tests"));
    let is_all = !names_packages(args) || for_cargo(args).any(|arg| arg == "--workspace");
    if is_all || names_the_tests { Scope::Page } else { Scope::Rust }
}

/// The arguments that choose the profile: the binary under test is built with the same one.
fn profile(args: &[OsString]) -> Vec<&OsStr> {
    let mut chosen = Vec::new();
    let mut rest = for_cargo(args);
    while let Some(arg) = rest.next() {
        if arg == "--release" || arg == "-r" || arg.to_string_lossy().starts_with("--profile=") {
            chosen.push(arg);
        } else if arg == "--profile" {
            chosen.push(arg);
            chosen.extend(rest.next());
        }
    }
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;

    fn args(line: &str) -> Vec<OsString> {
        line.split_whitespace().map(OsString::from).collect()
    }

    #[test]
    fn all_packages_are_tested_unless_some_are_named() {
        for (line, named) in [
            ("", false),
            ("handshake", false),
            ("-p handsel-domain", true),
            ("--package=handsel-domain handshake", true),
            ("handshake -- -p", false),
        ] {
            assert_eq!(names_packages(&args(line)), named, "{line:?}");
        }
    }

    #[test]
    fn the_page_is_tested_unless_other_packages_are_named() {
        for (line, tested) in [
            ("", Scope::Page),
            ("handshake", Scope::Page),
            ("--workspace", Scope::Page),
            ("-p handsel-tests --test browser", Scope::Page),
            ("--package=handsel-tests", Scope::Page),
            ("-p handsel-domain", Scope::Rust),
            ("-phandsel-storage", Scope::Rust),
            ("-p handsel-domain -- handsel-tests", Scope::Rust),
        ] {
            assert_eq!(scope(&args(line)), tested, "{line:?}");
        }
    }

    #[test]
    fn the_server_is_built_as_its_tests_are() {
        for (line, chosen) in [
            ("", ""),
            ("--release handshake", "--release"),
            ("handshake --profile bench -- -r", "--profile bench"),
            ("--profile=bench", "--profile=bench"),
        ] {
            assert_eq!(profile(&args(line)), args(chosen), "{line:?}");
        }
    }
}
