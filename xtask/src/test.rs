//! The tests, with what they need found first. Knows nothing of what they test.
//!
//! - [`both`]: the end-to-end tests once more, over the other kind of database.
//! - [`described`]: what they have seen of all that is described.

mod both;
mod described;

use std::ffi::{OsStr, OsString};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::Result;

use crate::frontend;
use crate::process::{self, cargo, root};
use crate::requirements::{self, Scope};

pub(crate) fn run(args: &[OsString]) -> Result<()> {
    let mut parts = Parts::default();
    let outcome = run_in(&mut parts, args);
    parts.tell();
    outcome
}

fn run_in(parts: &mut Parts, args: &[OsString]) -> Result<()> {
    let scope = scope(args);
    let path = requirements::ensure(scope)?;
    if scope == Scope::Page {
        parts.take("the page's own checks", || frontend::test(&root().join("frontend"), &path))?;
    }
    // The end-to-end tests start the binary itself, so it must be there before they run, and be the one that ships:
    // cargo alone would build it along with the features that only tests ask for.
    let mut build = cargo(&["build", "-p", "handsel", "--bin", "handsel"]);
    parts.take("the binary", || process::run(build.args(profile(args)).env("PATH", &path)))?;
    let seen = described::Seen::begin(args)?;
    let mut all = of_packages(args);
    let all = parts.take("all tests, and building them", || process::run(seen.by(all.args(args).env("PATH", &path))));
    let Some(mut again) = both::again(args) else { return all };
    both::left_out().for_each(|line| eprintln!("{line}"));
    // Whatever has failed: one run is to tell of all that is wrong.
    let again = || process::run(seen.by(again.env("PATH", &path)));
    match (all, parts.take("the end-to-end tests over PostgreSQL with Redis", again)) {
        (Err(all), Err(again)) => Err(all.context(again)),
        (all, again) => all.and(again).and_then(|()| seen.tell()),
    }
}

/// How long each part of the run has taken.
#[derive(Default)]
struct Parts(Vec<(&'static str, Duration)>);

impl Parts {
    fn take(&mut self, part: &'static str, work: impl FnOnce() -> Result<()>) -> Result<()> {
        let begun = Instant::now();
        let outcome = work();
        self.0.push((part, begun.elapsed()));
        outcome
    }

    fn tell(&self) {
        for (part, took) in &self.0 {
            eprintln!("{:6} s: {part}", took.as_secs());
        }
    }
}

/// `cargo test` of the packages that are named, else of all.
fn of_packages(args: &[OsString]) -> Command {
    let mut test = cargo(&["test", "--no-fail-fast"]);
    if !names_packages(args) {
        test.arg("--workspace");
    }
    test
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

    pub(super) fn args(line: &str) -> Vec<OsString> {
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
