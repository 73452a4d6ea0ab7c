//! Whether systemd understands the unit, and how much it lets the server do. Knows nothing of what the server does.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use handsel_tests::server;

use super::programs::{fails, program, succeeds, text};

/// Out of 10, by `systemd-analyze security`: 1.2 is what a server that listens, writes one directory and looks names up
/// comes to. A unit without any hardening has 9.6.
const EXPOSURE_MAX_TENTHS: &str = "12";

/// The unit, with the program where this machine has it.
fn unit(directory: &Path) -> String {
    let program = directory.join("handsel");
    std::fs::write(&program, "").expect("written");
    std::fs::set_permissions(&program, PermissionsExt::from_mode(0o755)).expect("it is ours");
    let unit = text("deploy/handsel.service");
    assert!(unit.contains("/usr/local/bin/handsel"), "{unit}");
    unit.replace("/usr/local/bin/handsel", &program.display().to_string())
}

#[test]
fn systemd_understands_the_unit() {
    let directory = tempfile::tempdir().expect("a directory");
    let (file, unit) = (directory.path().join("handsel.service"), unit(directory.path()));
    std::fs::write(&file, &unit).expect("written");
    let said = succeeds(program("systemd-analyze").args(["verify", "--man=no"]).arg(&file));
    assert!(!said.contains("handsel.service"), "systemd said:\n{said}");

    std::fs::write(&file, unit.replace("NoNewPrivileges", "NoNewPrivilege")).expect("written");
    let said = succeeds(program("systemd-analyze").args(["verify", "--man=no"]).arg(&file));
    assert!(said.contains("NoNewPrivilege"), "a misspelt line was not found:\n{said}");
}

#[test]
fn the_unit_lets_the_server_do_little() {
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("handsel.service");
    let security = || {
        let mut security = program("systemd-analyze");
        security.args(["security", "--offline=true", "--no-pager", "--threshold", EXPOSURE_MAX_TENTHS]).arg(&file);
        security
    };
    std::fs::write(&file, unit(directory.path())).expect("written");
    succeeds(&mut security());
    std::fs::write(&file, unit(directory.path()).replace("SystemCallFilter=", "#")).expect("written");
    fails(&mut security());
}

/// Each line of the example, also those that are commented out, is a setting, and one that is accepted as a shell reads
/// it: commands beside the unit are told its settings so.
#[test]
fn the_example_of_its_settings_is_accepted() {
    let example = text("deploy/handsel.env.example");
    let settings = example.lines().map(|line| line.trim_start_matches('#'));
    let settings: Vec<_> = settings.filter(|line| line.starts_with("HANDSEL_")).collect();
    assert!(settings.len() > 5, "saw {settings:?}");
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("handsel.env");
    std::fs::write(&file, settings.join("\n")).expect("written");
    let mut shell = Command::new("sh");
    shell.args(["-ec", "set -a; . \"$1\"; exec \"$0\" check-config"]).arg(server::binary()).arg(&file);
    let printed = succeeds(shell.current_dir(&directory).env_clear());
    for setting in settings {
        let (name, _) = setting.split_once('=').expect("a name and a value");
        assert!(printed.contains(name), "{name} has no effect:\n{printed}");
    }
}
