//! The program over a logbook, as its README shows it. Knows nothing of how it decides.

use std::io::Write;
use std::process::{Command, Stdio};

/// What it says, and how it ends.
fn replayed(logbook: &str) -> (Option<i32>, String, String) {
    let mut program = Command::new(env!("CARGO_BIN_EXE_handsel-agreements"));
    program.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut running = program.spawn().expect("it starts");
    let mut input = running.stdin.take().expect("its input is piped");
    input.write_all(logbook.as_bytes()).expect("it reads");
    drop(input);
    let ended = running.wait_with_output().expect("it ends");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    (ended.status.code(), text(ended.stdout), text(ended.stderr))
}

/// What stands in the README's first and second block.
fn shown() -> (String, String) {
    let readme = include_str!("../README.md");
    let mut blocks = readme.split("```text\n").skip(1).filter_map(|rest| rest.split("```").next().map(str::to_owned));
    (blocks.next().expect("a logbook"), blocks.next().expect("what is said of it"))
}

#[test]
fn what_the_readme_shows_is_what_it_says() {
    let (logbook, said) = shown();
    let (code, output, errors) = replayed(&logbook);
    assert_eq!((output, errors.as_str()), (said, ""));
    assert_eq!(code, Some(2), "one line was refused");
}

#[test]
fn a_logbook_without_a_refusal_ends_well_and_one_that_is_none_says_where() {
    let (code, output, _) = replayed("offer_1:2 1 2 start\noffer_1:2 1 1 decline\n");
    assert_eq!((code, output.as_str()), (Some(0), "1: offer_1:2#1 is pending\n2: offer_1:2#1 is declined\n"));
    let (code, _, errors) = replayed("# ours\n\noffer_1:1 1 1 start\n");
    assert!(code == Some(1) && errors.contains("line 3"), "{code:?}: {errors}");
}
