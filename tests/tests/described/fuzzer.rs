//! Schemathesis: installed once by pip, kept beside the binary under test, and run over one server. Knows nothing of what
//! it is to find.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use handsel_tests::server::binary;

/// What pip installs.
const WANTED: &str = "schemathesis==4.32.5";
/// Where its examples begin: the same ones each time.
const SEED: &str = "20261123";

fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let target = binary().parent().and_then(Path::parent).expect("target/debug/handsel");
        let environment = target.join("schemathesis-venv");
        let program = environment.join("bin/schemathesis");
        let lock = File::create(target.join("schemathesis-venv.lock")).expect("target can be written");
        lock.lock().expect("files can be locked");
        let installed = environment.join("installed.txt");
        if fs::read_to_string(&installed).is_ok_and(|installed| installed == WANTED) {
            return program;
        }
        succeeds(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&environment));
        let mut pip = Command::new(environment.join("bin/python"));
        succeeds(pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", WANTED]));
        fs::write(installed, WANTED).expect("target can be written");
        program
    })
}

fn succeeds(command: &mut Command) {
    let Output { status, stdout, stderr } = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?} does not run: {error}; the tests need python3-venv"));
    let said = [stdout, stderr].concat();
    assert!(status.success(), "{command:?}: {status}\n{}", String::from_utf8_lossy(&said));
}

/// What is to be fuzzed, and how much.
pub(super) struct Run<'a> {
    pub(super) address: &'a str,
    /// Schemathesis's own settings, as TOML.
    pub(super) settings: &'a str,
    /// Which calls, by its own flags.
    pub(super) calls: &'a [&'a str],
    /// Examples a call, on top of those that go through its bounds one by one.
    pub(super) examples: u32,
}

/// Runs it to its end; returns whether it has found nothing, and what it says.
pub(super) fn finds(run: &Run<'_>) -> (bool, String) {
    let directory = tempfile::tempdir().expect("a directory");
    let settings = directory.path().join("schemathesis.toml");
    fs::write(&settings, run.settings).expect("it can be written");
    let mut schemathesis = Command::new(program());
    schemathesis.current_dir(directory.path()).env("NO_COLOR", "1").env("PYTHONHASHSEED", "0");
    schemathesis.arg("--config-file").arg(&settings).arg("run").arg(format!("http://{}/api/openapi.json", run.address));
    schemathesis.args(["--seed", SEED, "--max-examples", &run.examples.to_string(), "--workers", "1"]);
    schemathesis.args(["--phases", "examples,coverage,fuzzing", "--continue-on-failure", "--request-timeout", "30"]);
    schemathesis.args(["--suppress-health-check", "all", "--generation-database", "none"]).args(run.calls);
    let Output { status, stdout, stderr } = schemathesis.output().expect("it was installed");
    (status.success(), String::from_utf8_lossy(&[stdout, stderr].concat()).into_owned())
}
