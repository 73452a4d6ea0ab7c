//! `handsel check-config`: it says what would be used, or which setting is wrong and where it was written. Knows
//! nothing of which source wins.

use std::path::Path;

use handsel_tests::server::command_with;

async fn check(directory: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Result<String, String> {
    let arguments = [&["check-config"], arguments].concat();
    let (status, output, errors) = command_with(directory, &arguments, variables, "").await;
    if status.success() { Ok(output) } else { Err(errors) }
}

/// Runs it in a directory with that file, `settings.toml`, given by `--config`.
async fn check_file(toml: &str) -> Result<String, String> {
    let directory = tempfile::tempdir().expect("a directory");
    std::fs::write(directory.path().join("settings.toml"), toml).expect("a file");
    check(directory.path(), &["--config", "settings.toml"], &[]).await
}

#[tokio::test]
async fn every_setting_is_shown_with_its_source_and_nothing_is_made() {
    let directory = tempfile::tempdir().expect("a directory");
    let output = check(directory.path(), &["--drain-seconds", "3", "--no-frontend"], &[]).await.expect("it is valid");
    assert_eq!(
        output.lines().collect::<Vec<_>>(),
        [
            "database_url = \"sqlite://handsel.db\"    # default",
            "redis_prefix = \"handsel:\"    # default",
            "log = \"info\"    # default",
            "log_format = \"human\"    # default",
            "bind = \"127.0.0.1\"    # default",
            "port = 8000    # default",
            "path_prefix = \"\"    # default",
            "admin_bind = null    # default",
            "identity = \"local\"    # default",
            "admin_key = []    # default",
            "notify_after = \"5m\"    # default",
            "events_kept = \"30d\"    # default",
            "allow_origin = []    # default",
            "trusted_proxy = []    # default",
            "frames_per_second = 20    # default",
            "sockets_per_user = 20    # default",
            "sign_ins_per_minute = 120    # default",
            "conversations_started_per_day = 200    # default",
            "drain_seconds = 3    # --drain-seconds",
            "webhook_content = false    # default",
            "outbound_allow = []    # default",
            "no_frontend = true    # --no-frontend",
            "The configuration is valid.",
        ]
    );
    assert_eq!(std::fs::read_dir(directory.path()).expect("it is there").count(), 0);
}

#[tokio::test]
async fn a_wrong_flag_is_named() {
    let directory = tempfile::tempdir().expect("a directory");
    for (flag, value) in [
        ("--trusted-proxy", "10.0.0.0/99"),
        ("--allow-origin", "market.example"),
        ("--allow-origin", "https://*.example"),
        ("--database-url", "handsel.db"),
        ("--database-url", "mysql://localhost/handsel"),
        ("--path-prefix", "handsel"),
        ("--path-prefix", "/a/../b"),
        ("--admin-bind", "9100"),
        ("--redis-url", "localhost:6379"),
        ("--redis-url", "redis://localhost:many"),
        ("--redis-prefix", "two words"),
        ("--identity", "theirs"),
        ("--identity", "external"),
        ("--admin-key", "short"),
        ("--log", "loud=very=much"),
        ("--log-format", "xml"),
        ("--config", "nowhere.toml"),
    ] {
        let errors = check(directory.path(), &[flag, value], &[]).await.expect_err(flag);
        let known_by = if flag == "--config" { "nowhere.toml" } else { flag };
        assert!(errors.contains(known_by), "{flag} {value}: {errors}");
    }
}

#[tokio::test]
async fn a_wrong_variable_is_named() {
    let directory = tempfile::tempdir().expect("a directory");
    for (variable, setting, value) in [
        ("HANDSEL_PORT", "port", "eighty"),
        ("HANDSEL_PORT", "port", "70000"),
        ("PORT", "port", "-1"),
        ("DATABASE_URL", "database_url", "mysql://localhost/handsel"),
        ("REDIS_URL", "redis_url", "https://localhost"),
        ("HANDSEL_REDIS_URL", "redis_url", "rediss://localhost/#insecure"),
        ("HANDSEL_BIND", "bind", "everywhere"),
        ("HANDSEL_PATH_PREFIX", "path_prefix", "https://market.example/handsel"),
        ("HANDSEL_ADMIN_BIND", "admin_bind", "localhost:9100"),
        ("HANDSEL_IDENTITY", "identity", "theirs"),
        ("HANDSEL_IDENTITY", "identity", "external"),
        ("HANDSEL_ADMIN_KEY", "admin_key", "short"),
        ("HANDSEL_LOG_FORMAT", "log_format", "xml"),
        ("HANDSEL_TRUSTED_PROXY", "trusted_proxy", "10.0.0.0/8,nonsense"),
        ("HANDSEL_ALLOW_ORIGIN", "allow_origin", "market.example"),
        ("HANDSEL_DRAIN_SECONDS", "drain_seconds", "8s"),
        ("HANDSEL_SOCKETS_PER_USER", "sockets_per_user", "1.5"),
        ("HANDSEL_NO_FRONTEND", "no_frontend", "perhaps"),
    ] {
        let errors = check(directory.path(), &[], &[(variable, value)]).await.expect_err(variable);
        assert!(errors.contains(&format!("{setting} ({variable}): ")), "{errors}");
    }
}

#[tokio::test]
async fn a_wrong_line_of_the_file_is_named() {
    for (line, setting) in [
        ("port = \"eighty\"", "port"),
        ("port = 70000", "port"),
        ("drain_seconds = -1", "drain_seconds"),
        ("log_format = \"xml\"", "log_format"),
        ("path_prefix = \"handsel\"", "path_prefix"),
        ("admin_bind = 9100", "admin_bind"),
        ("trusted_proxy = [\"nonsense\"]", "trusted_proxy"),
        ("allow_origin = \"market.example\"", "allow_origin"),
        ("database_url = \"sqlite::memory:\"", "database_url"),
    ] {
        let errors = check_file(line).await.expect_err(line);
        assert!(errors.contains(&format!("{setting} (settings.toml): ")), "{errors}");
    }
    let errors = check_file("port = 8000\nprot = 9000").await.expect_err("there is no such setting");
    assert!(errors.contains("prot") && errors.contains("settings.toml") && errors.contains("`port`"), "{errors}");
    let errors = check_file("port = = 1").await.expect_err("this is no TOML");
    assert!(errors.contains("settings.toml") && errors.contains("line 1"), "{errors}");
}

#[tokio::test]
async fn a_misspelt_variable_is_refused() {
    let directory = tempfile::tempdir().expect("a directory");
    for variable in ["HANDSEL_PROT", "HANDSEL_DATABASE_URI", "HANDSEL_PORT_FILE", "HANDSEL_"] {
        let errors = check(directory.path(), &[], &[(variable, "1")]).await.expect_err(variable);
        assert!(errors.contains(variable) && errors.contains("HANDSEL_PORT"), "{errors}");
    }
    check(directory.path(), &[], &[("HANDSELS", "1"), ("PROT", "1")]).await.expect("those are none of ours");
}

#[tokio::test]
async fn a_database_in_memory_is_refused() {
    let directory = tempfile::tempdir().expect("a directory");
    for url in ["sqlite::memory:", "sqlite://:memory:", "sqlite://handsel.db?mode=memory", "sqlite://", "sqlite:"] {
        let errors = check(directory.path(), &["--database-url", url], &[]).await.expect_err(url);
        assert!(errors.contains("database_url (--database-url)"), "{errors}");
    }
}

#[tokio::test]
async fn a_databases_password_is_never_shown() {
    let directory = tempfile::tempdir().expect("a directory");
    for url in ["postgres://ana:hunter2@localhost/handsel", "mysql://ana:hun@hunter2@localhost/handsel"] {
        for variables in [[("DATABASE_URL", url)], [("HANDSEL_DATABASE_URL", url)]] {
            let said = check(directory.path(), &[], &variables).await;
            assert!(!said.unwrap_or_else(|errors| errors).contains("hunter2"), "{url}");
        }
    }
    let errors = check_file("database_url = postgres://ana:hunter2@localhost/handsel").await.expect_err("no TOML");
    assert!(!errors.contains("hunter2"), "{errors}");
}

#[tokio::test]
async fn the_password_of_redis_is_never_shown() {
    let directory = tempfile::tempdir().expect("a directory");
    for variable in ["REDIS_URL", "HANDSEL_REDIS_URL"] {
        let said = check(directory.path(), &[], &[(variable, "rediss://ana:hunter2@redis.example:6380")]).await;
        let said = said.expect("it is valid");
        let shown = format!("redis_url = \"rediss://ana:***@redis.example:6380\"    # {variable}");
        assert!(said.contains(&shown) && !said.contains("hunter2"), "{said}");
        let said = check(directory.path(), &[], &[(variable, "redis://ana:hunter2@redis.example:many")]).await;
        let errors = said.expect_err("it is no address");
        assert!(!errors.contains("hunter2"), "{errors}");
    }
    std::fs::write(directory.path().join("address"), "redis://:hunter2@redis.example\n").expect("a file");
    let said = check(directory.path(), &[], &[("REDIS_URL_FILE", "address")]).await.expect("it is valid");
    assert!(said.contains("redis://:***@redis.example") && said.contains("# REDIS_URL_FILE"), "{said}");
    let said = check(directory.path(), &[], &[("REDIS_URL", "")]).await.expect("an empty one is none");
    assert!(said.contains("redis_url = null"), "{said}");
}

#[tokio::test]
async fn an_admin_key_is_shown_by_the_beginning_of_its_hash() {
    let directory = tempfile::tempdir().expect("a directory");
    let [one, other] = ["11111111111111111111111111111111", "[hunter2]-\"0123456789\"-0123456789"];
    // As sha256sum has them.
    let shown = |source: &str| format!("admin_key = [\"8a83665f…\",\"db0b76dd…\"]    # {source}");
    std::fs::write(directory.path().join("keys"), format!("{one}\n{other}\n")).expect("a file");
    for (variable, value) in
        [("HANDSEL_ADMIN_KEY", format!("{one},{other}")), ("HANDSEL_ADMIN_KEY_FILE", "keys".into())]
    {
        let said =
            check(directory.path(), &["--identity", "external"], &[(variable, &value)]).await.expect("it is valid");
        assert!(said.contains(&shown(variable)) && !said.contains("hunter2") && !said.contains(one), "{said}");
    }
    let both = ["--admin-key", one, "--admin-key", other];
    let said = check(directory.path(), &both, &[]).await.expect("it is valid");
    assert!(said.contains(&shown("--admin-key")), "{said}");
    let wrong = format!("{one},hunter2");
    let errors = check(directory.path(), &[], &[("HANDSEL_ADMIN_KEY", &wrong)]).await.expect_err("one is too short");
    assert!(errors.contains("32 characters") && !errors.contains("hunter2") && !errors.contains(one), "{errors}");
}

#[tokio::test]
async fn the_secret_of_jwts_is_not_shown() {
    let directory = tempfile::tempdir().expect("a directory");
    let secret = "12345678901234567890123456789012";
    let numbers = [("HANDSEL_JWT_SECRET", secret), ("HANDSEL_JWT_ISSUER", "12345")];
    let said = check(directory.path(), &["--jwt-audience", "handsel"], &numbers).await;
    let said = said.expect("it is valid");
    assert!(said.contains("jwt_secret = \"***\"    # HANDSEL_JWT_SECRET") && !said.contains(secret), "{said}");
    assert!(said.contains("jwt_audience = \"handsel\"    # --jwt-audience"), "{said}");
    assert!(said.contains("jwt_issuer = \"12345\"    # HANDSEL_JWT_ISSUER"), "{said}");
}
