//! The end-to-end tests once more, over PostgreSQL with Redis. Knows nothing of what they test.

use std::env;
use std::ffi::{OsStr, OsString};
use std::process::Command;
use std::thread;

use super::{Scope, for_cargo, of_packages, scope};

/// What the tests run over; a caller who sets it wants them once, over that.
const OVER: &str = "HANDSEL_TESTS_OVER";
const THREADS: &str = "RUST_TEST_THREADS";

/// The modules of the end-to-end tests that make a file of SQLite's whatever was chosen, each with what is tested of
/// PostgreSQL in its place. They have run once, and would be the same again.
const OF_SQLITE_ALONE: [(&str, &str); 2] = [
    (
        "processes::sqlite_file::",
        "is about files that are no database; processes::postgres_server has servers that are none",
    ),
    (
        "api::backup::",
        "is about `handsel backup`, which copies a file; api::dump has a server's database dumped and restored",
    ),
];

/// Flags of cargo that choose what of a package is tested, with whether a name follows.
const TARGETS: [(&str, bool); 11] = [
    ("--test", true),
    ("--tests", false),
    ("--all-targets", false),
    ("--lib", false),
    ("--bins", false),
    ("--bin", true),
    ("--examples", false),
    ("--example", true),
    ("--benches", false),
    ("--bench", true),
    ("--doc", false),
];

/// The run over PostgreSQL, where the end-to-end tests are among those that the arguments choose.
pub(super) fn again(args: &[OsString]) -> Option<Command> {
    if env::var_os(OVER).is_some() { None } else { over_postgres(args) }
}

fn over_postgres(args: &[OsString]) -> Option<Command> {
    let rest = besides_targets(args)?;
    if scope(args) != Scope::Page {
        return None;
    }
    // Of the same packages as before: for others cargo would build half of the crates anew, with other features.
    let mut test = of_packages(args);
    test.args(["--test", "e2e"]).args(rest).env(OVER, "postgres");
    // They wait for servers more than they work.
    if env::var_os(THREADS).is_none() {
        let cores = thread::available_parallelism().map_or(1, usize::from);
        test.env(THREADS, (2 * cores).to_string());
    }
    test.arg("--").args(args.iter().skip_while(|arg| *arg != "--").skip(1));
    for (module, _) in OF_SQLITE_ALONE {
        test.args(["--skip", module]);
    }
    Some(test)
}

/// A line for each module that is left out then, and why.
pub(super) fn left_out() -> impl Iterator<Item = String> {
    OF_SQLITE_ALONE.iter().map(|(module, reason)| format!("not over PostgreSQL: {module} {reason}"))
}

/// What cargo is told but for the targets that are chosen; nothing where those are chosen without the end-to-end tests.
fn besides_targets(args: &[OsString]) -> Option<Vec<&OsStr>> {
    let (mut rest, mut chosen) = (Vec::new(), Vec::new());
    let mut words = for_cargo(args);
    while let Some(word) = words.next() {
        let text = word.to_string_lossy();
        let (flag, value) = text.split_once('=').map_or((text.as_ref(), None), |(flag, value)| (flag, Some(value)));
        match TARGETS.into_iter().find(|(name, _)| *name == flag) {
            None => rest.push(word),
            Some((name, is_named)) => {
                let next = if is_named && value.is_none() { words.next() } else { value.map(OsStr::new) };
                chosen.push((name, next.unwrap_or_default().to_owned()));
            }
        }
    }
    let is_theirs = |(flag, name): &(&str, OsString)| match *flag {
        "--test" => name == "e2e",
        flag => flag == "--tests" || flag == "--all-targets",
    };
    (chosen.is_empty() || chosen.iter().any(is_theirs)).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::super::tests::args;
    use super::*;
    use crate::process::root;

    fn line_of(command: &Command) -> String {
        command.get_args().map(OsStr::to_string_lossy).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn they_run_again_wherever_they_are_chosen() {
        for (line, again) in [
            ("", Some("--workspace --test e2e --")),
            ("wire", Some("--workspace --test e2e wire --")),
            ("-p handsel-tests", Some("--test e2e -p handsel-tests --")),
            ("-phandsel-tests --tests", Some("--test e2e -phandsel-tests --")),
            ("-p handsel-tests --test nodes --test e2e wire", Some("--test e2e -p handsel-tests wire --")),
            ("--release --package=handsel-tests --test=e2e", Some("--test e2e --release --package=handsel-tests --")),
            ("--workspace -- --nocapture", Some("--test e2e --workspace -- --nocapture")),
            ("-p handsel-tests --test browser", None),
            ("-p handsel-tests --lib", None),
            ("--doc", None),
            ("-p handsel-domain handshake", None),
            ("-p handsel-domain -- -p handsel-tests", None),
        ] {
            let args = args(line);
            let expected = again.map(|again| {
                let skipped = OF_SQLITE_ALONE.map(|(module, _)| format!(" --skip {module}")).concat();
                format!("test --no-fail-fast {again}{skipped}")
            });
            assert_eq!(over_postgres(&args).as_ref().map(line_of), expected, "{line:?}");
        }
    }

    #[test]
    fn what_is_left_out_is_there() {
        for (module, _) in OF_SQLITE_ALONE {
            let file = format!("tests/tests/e2e/{}.rs", module.trim_end_matches("::").replace("::", "/"));
            assert!(root().join(&file).is_file(), "there is no {file}");
        }
    }
}
