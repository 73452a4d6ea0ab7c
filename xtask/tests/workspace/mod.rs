//! A small workspace with the names of the real one, on which `tidy` is tried. Knows nothing of its rules.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

/// Each in its folder: the package's name, and what stands in its `[dependencies]` and `[dev-dependencies]`.
const PACKAGES: [(&str, &str, &str, &str); 6] = [
    ("crates/domain", "handsel-domain", "", "handsel-domain = { path = \".\", features = [\"mock\"] }"),
    ("crates/storage", "handsel-storage", "handsel-domain.workspace = true\nsea-orm.workspace = true", ""),
    ("crates/transport", "handsel-transport", "handsel-domain.workspace = true\ntokio-tungstenite = \"0\"", ""),
    (
        "crates/server",
        "handsel",
        "handsel-domain.workspace = true\nhandsel-storage.workspace = true\nhandsel-transport.workspace = true",
        "",
    ),
    ("tests", "handsel-tests", "tokio-tungstenite = \"0\"", ""),
    ("xtask", "xtask", "", ""),
];

const ROOT: &str = r#"[workspace]
resolver = "3"
members = ["crates/*", "tests", "xtask"]

[workspace.dependencies]
handsel-domain = { path = "crates/domain" }
handsel-storage = { path = "crates/storage" }
handsel-transport = { path = "crates/transport" }
sea-orm = "2"
"#;

pub(crate) struct Workspace(TempDir);

impl Workspace {
    /// One that breaks no rule.
    pub(crate) fn clean() -> Self {
        let workspace = Self(tempfile::tempdir().expect("a folder"));
        let git = command("git", workspace.0.path()).args(["init", "--quiet"]).output().expect("git runs");
        assert!(git.status.success(), "{git:?}");
        for (folder, name, dependencies, dev_dependencies) in PACKAGES {
            // Three lines each, so that the tables begin at lines 5, 9 and 11 of every manifest.
            let padding = "\n".repeat(2 - dependencies.matches('\n').count());
            let manifest = format!(
                "[package]\nname = \"{name}\"\nedition = \"2024\"\n\n[dependencies]\n{dependencies}{padding}\n\
                 [dev-dependencies]\n{dev_dependencies}\n[build-dependencies]\n[features]\nmock = []\n"
            );
            workspace.write(&format!("{folder}/Cargo.toml"), &manifest);
            workspace.write(&format!("{folder}/src/lib.rs"), "//! One idea. Knows nothing of the others.\n");
        }
        workspace.with("Cargo.toml", ROOT).with(".gitignore", "/target\n")
    }

    /// The same with this file.
    pub(crate) fn with(self, path: &str, text: &str) -> Self {
        self.write(path, text);
        self
    }

    /// The same with a line (or lines) right behind that one of a file.
    pub(crate) fn with_line(self, path: &str, behind: &str, line: &str) -> Self {
        let text = fs::read_to_string(self.0.path().join(path)).expect("readable");
        assert!(text.contains(behind), "{path} has no {behind}");
        self.with(path, &text.replacen(behind, &format!("{behind}\n{line}"), 1))
    }

    pub(crate) fn passes(&self) {
        let output = self.tidy();
        assert!(output.status.success() && output.stdout.is_empty(), "{output:?}");
    }

    /// Fails, and prints a line that begins like this.
    pub(crate) fn fails_at(&self, start: &str) {
        let output = self.tidy();
        let printed = String::from_utf8_lossy(&output.stdout);
        assert_eq!(output.status.code(), Some(1), "{printed}");
        assert!(printed.lines().any(|line| line.starts_with(start)), "no {start:?} in:\n{printed}");
    }

    /// Fails without a verdict, with an error that says this.
    pub(crate) fn fails_with(&self, part: &str) {
        let output = self.tidy();
        assert_eq!(output.status.code(), Some(1));
        assert!(String::from_utf8_lossy(&output.stderr).contains(part), "{output:?}");
    }

    fn tidy(&self) -> Output {
        let folder = self.0.path();
        command(env!("CARGO_BIN_EXE_xtask"), folder).args(["tidy", "--root"]).arg(folder).output().expect("xtask runs")
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.0.path().join(path);
        fs::create_dir_all(path.parent().expect("a folder")).and_then(|()| fs::write(&path, text)).expect("written");
    }
}

/// Away from the git repository of whoever runs the tests: hooks put it in the environment.
fn command(program: &str, folder: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(folder);
    for variable in ["GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE"] {
        command.env_remove(variable);
    }
    command
}
