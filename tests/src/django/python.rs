//! A Python with what the example's `requirements.txt` names, made once by pip and kept beside the binary under test. Knows
//! nothing of the example.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use crate::server::binary;

/// Where the example is.
pub(super) fn example() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/django")
}

/// The interpreter.
pub(super) fn python() -> &'static Path {
    static PYTHON: OnceLock<PathBuf> = OnceLock::new();
    PYTHON.get_or_init(|| {
        let target = binary().parent().and_then(Path::parent).expect("target/debug/handsel");
        let environment = target.join("django-venv");
        let python = environment.join("bin/python");
        let requirements = example().join("requirements.txt");
        let wanted = fs::read_to_string(&requirements).expect("the example has requirements");
        // Another program of the tests may be at it.
        let lock = File::create(target.join("django-venv.lock")).expect("target can be written");
        lock.lock().expect("files can be locked");
        let installed = environment.join("installed.txt");
        if fs::read_to_string(&installed).is_ok_and(|installed| installed == wanted) {
            return python;
        }
        succeeds(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&environment));
        let mut pip = Command::new(&python);
        pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"]);
        succeeds(pip.arg(&requirements));
        fs::write(installed, wanted).expect("target can be written");
        python
    })
}

fn succeeds(command: &mut Command) {
    let Output { status, stdout, stderr } =
        command.output().unwrap_or_else(|error| panic!("{command:?} does not run: {error}"));
    let said = [stdout, stderr].concat();
    assert!(status.success(), "{command:?}: {status}\n{}", String::from_utf8_lossy(&said));
}
