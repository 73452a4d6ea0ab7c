//! What the example checks by itself. Knows nothing of what that is.

use std::path::Path;

use handsel_tests::django::Site;
use handsel_tests::server::binary;
use tokio::process::Command;

#[tokio::test]
async fn the_example_s_own_tests_pass() {
    let site = Site::alone().await;
    let said = site.manages(&["test", "--failfast"]).await;
    assert!(said.contains("\nOK"), "saw {said}");
}

#[tokio::test]
async fn its_migrations_are_those_of_its_models_and_its_settings_are_fit_to_be_deployed() {
    let site = Site::alone().await;
    site.manages(&["makemigrations", "--check", "--dry-run"]).await;
    site.manages(&["check", "--deploy", "--fail-level", "ERROR"]).await;
}

/// Runs a command of Handsel's as the README has it, in that directory; it must end well. Returns what it printed.
async fn runs(variables: &Path, directory: &Path, arguments: &[&str]) -> String {
    let mut shell = Command::new("sh");
    shell.current_dir(directory).env_clear().args(["-c", "set -a; . \"$1\"; set +a; shift; exec \"$@\"", "sh"]);
    let ended = shell.arg(variables).arg(binary()).args(arguments).kill_on_drop(true).output().await.expect("sh runs");
    let said = String::from_utf8([ended.stdout, ended.stderr].concat()).expect("UTF-8");
    assert!(ended.status.success(), "handsel {arguments:?}: {}\n{said}", ended.status);
    said
}

#[tokio::test]
async fn the_commands_of_handsel_s_are_about_the_same_database_wherever_they_are_called() {
    let site = Site::alone().await;
    site.manages(&["seed_old_messages", "8", "--people", "10"]).await;
    let [database, variables, old] = ["with a space.db", "handsel.env", "old.ndjson"].map(|name| site.file(name));
    let printed = site.manages(&["handsel_env", "--database", Site::path(&database)]).await;
    std::fs::write(&variables, printed).expect("written");
    site.manages(&["handsel_export_messages", Site::path(&old)]).await;
    let [here, there] = [(); 2].map(|()| tempfile::tempdir().expect("a directory"));
    runs(&variables, here.path(), &["import", Site::path(&old)]).await;
    let exported = runs(&variables, there.path(), &["export", "-"]).await;
    assert!(exported.contains("\"username\":\"old0\""), "expected what was imported, saw {exported}");
    assert!(database.is_file(), "the database is where the variables say");
}
