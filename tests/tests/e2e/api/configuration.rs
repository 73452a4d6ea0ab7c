//! Where settings come from and which source wins: flags, HANDSEL_*, the usual names, the file. Knows nothing of what
//! they do.

use handsel_tests::server::command_with;
use handsel_tests::{Server, Started};
use tempfile::TempDir;

/// A directory with a file `settings.toml` in it.
fn directory_with(toml: &str) -> TempDir {
    let directory = tempfile::tempdir().expect("a directory");
    std::fs::write(directory.path().join("settings.toml"), toml).expect("a file");
    directory
}

/// What `check-config` says of one setting: its value and its source.
async fn setting(directory: &TempDir, name: &str, arguments: &[&str], variables: &[(&str, &str)]) -> (String, String) {
    let arguments = [&["check-config"], arguments].concat();
    let (status, output, errors) = command_with(directory.path(), &arguments, variables, "").await;
    assert!(status.success(), "{errors}");
    let line =
        output.lines().find_map(|line| line.strip_prefix(&format!("{name} = "))).expect("every setting is shown");
    let (value, source) = line.split_once("    # ").expect("with its source");
    (value.to_owned(), source.to_owned())
}

fn is(expected: (&str, &str), seen: &(String, String)) {
    assert_eq!((seen.0.as_str(), seen.1.as_str()), expected);
}

#[tokio::test]
async fn a_flag_wins_over_our_variable_over_the_usual_one_over_the_file() {
    let directory = directory_with("port = 1001");
    let (config, flag) = (["--config", "settings.toml"], ["--config", "settings.toml", "--port", "1004"]);
    let variables = [("PORT", "1002"), ("HANDSEL_PORT", "1003")];
    is(("8000", "default"), &setting(&directory, "port", &[], &[]).await);
    is(("1001", "settings.toml"), &setting(&directory, "port", &config, &[]).await);
    is(("1002", "PORT"), &setting(&directory, "port", &config, &variables[..1]).await);
    is(("1003", "HANDSEL_PORT"), &setting(&directory, "port", &config, &variables).await);
    is(("1004", "--port"), &setting(&directory, "port", &flag, &variables).await);
}

#[tokio::test]
async fn the_file_can_be_named_by_a_variable() {
    let directory = directory_with("drain_seconds = 3\nallow_origin = [\"https://market.example\"]");
    let variable = [("HANDSEL_CONFIG", "settings.toml")];
    is(("3", "settings.toml"), &setting(&directory, "drain_seconds", &[], &variable).await);
    is(("[\"https://market.example\"]", "settings.toml"), &setting(&directory, "allow_origin", &[], &variable).await);
}

#[tokio::test]
async fn a_list_is_written_with_commas_in_a_variable_and_by_repeating_its_flag() {
    let directory = directory_with("");
    let expected = "[\"10.0.0.0/8\",\"192.0.2.1\"]";
    let variable = [("HANDSEL_TRUSTED_PROXY", "10.0.0.0/8, 192.0.2.1,")];
    is((expected, "HANDSEL_TRUSTED_PROXY"), &setting(&directory, "trusted_proxy", &[], &variable).await);
    let flags = ["--trusted-proxy", "10.0.0.0/8", "--trusted-proxy", "192.0.2.1"];
    is((expected, "--trusted-proxy"), &setting(&directory, "trusted_proxy", &flags, &[]).await);
}

#[tokio::test]
async fn a_secret_can_be_read_from_a_file() {
    let directory = directory_with("database_url = \"sqlite://file.db\"");
    for (file, url) in [("ours", "sqlite://ours.db\n"), ("usual", "sqlite://usual.db\r\n")] {
        std::fs::write(directory.path().join(file), url).expect("a file");
    }
    let config = ["--config", "settings.toml"];
    let usual = ("DATABASE_URL_FILE", "usual");
    let ours = ("HANDSEL_DATABASE_URL_FILE", "ours");
    let name = "database_url";
    is(("\"sqlite://usual.db\"", usual.0), &setting(&directory, name, &config, &[usual]).await);
    is(("\"sqlite://ours.db\"", ours.0), &setting(&directory, name, &config, &[usual, ours]).await);
    let plain = ("DATABASE_URL", "sqlite://plain.db");
    is(("\"sqlite://ours.db\"", ours.0), &setting(&directory, name, &config, &[plain, ours]).await);
    let flag = ["--database-url", "sqlite://flag.db"];
    is(("\"sqlite://flag.db\"", "--database-url"), &setting(&directory, name, &flag, &[usual, ours]).await);

    let missing = [("HANDSEL_DATABASE_URL_FILE", "nowhere")];
    let (status, _, errors) = command_with(directory.path(), &["check-config"], &missing, "").await;
    assert_eq!(status.code(), Some(1));
    assert!(errors.contains("HANDSEL_DATABASE_URL_FILE") && errors.contains("nowhere"), "{errors}");
}

#[tokio::test]
async fn commands_heed_the_same_sources() {
    let directory = directory_with("database_url = \"sqlite://elsewhere.db\"");
    let variables = [("HANDSEL_CONFIG", "settings.toml"), ("PORT", "1002")];
    let (status, _, errors) =
        command_with(directory.path(), &["user", "add", "ana"], &variables, "a good password\n").await;
    assert!(status.success(), "{errors}");
    assert!(directory.path().join("elsewhere.db").is_file());
    assert!(!directory.path().join("handsel.db").exists());
}

#[tokio::test]
async fn a_server_heeds_its_variables() {
    let server = Started::fresh().variable("HANDSEL_LOG_FORMAT", "json").variable("HANDSEL_LOG", "debug").start().await;
    server.get("/healthz").await.is(200);
    let log = server.logs("/healthz").await;
    assert!(log.lines().all(|line| line.starts_with('{') && line.ends_with('}')), "{log}");
}

#[tokio::test]
async fn a_server_does_not_start_with_a_wrong_setting_nor_on_a_taken_port() {
    let (status, output, errors) = Started::fresh().variable("HANDSEL_PROT", "1").ends_by_itself().await;
    assert_eq!((status.code(), output.as_str()), (Some(1), ""));
    assert!(errors.contains("HANDSEL_PROT"), "{errors}");

    let server = Server::start().await;
    let port = server.address.rsplit(':').next().expect("a port").to_owned();
    let directory = tempfile::tempdir().expect("a directory");
    let (status, _, errors) = command_with(directory.path(), &["--port", &port], &[], "").await;
    assert_eq!(status.code(), Some(1));
    assert!(errors.contains(&port) && errors.contains("--port"), "{errors}");
    assert_eq!(std::fs::read_dir(directory.path()).expect("it is there").count(), 0, "nothing was made");
}
