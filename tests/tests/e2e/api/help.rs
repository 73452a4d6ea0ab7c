//! `--help` explains every flag of every command, each with its default. Knows nothing of what they do.

use handsel_tests::server::command;

const COMMON: [(&str, &str); 4] =
    [("--database-url", "sqlite://handsel.db"), ("--config", "none"), ("--log", "info"), ("--log-format", "human")];
const SERVE: [(&str, &str); 26] = [
    ("--path-prefix", "none"),
    ("--admin-bind", "none"),
    ("--identity", "local"),
    ("--admin-key", "none"),
    ("--jwt-secret", "none"),
    ("--jwt-jwks-file", "none"),
    ("--jwt-audience", "none"),
    ("--jwt-issuer", "none"),
    ("--handshake-hook", "none"),
    ("--webhook-url", "none"),
    ("--webhook-content", "off"),
    ("--webhook-secret", "none"),
    ("--outbound-allow", "none"),
    ("--redis-url", "none"),
    ("--redis-prefix", "handsel:"),
    ("--bind", "127.0.0.1"),
    ("--port", "8000"),
    ("--allow-origin", "none"),
    ("--trusted-proxy", "none"),
    ("--frames-per-second", "20"),
    ("--sockets-per-user", "20"),
    ("--drain-seconds", "8"),
    ("--no-frontend", "off"),
    ("--demo", "off"),
    ("--no-websocket", "off"),
    ("--websocket-only", "off"),
];
const HEALTHCHECK: [(&str, &str); 5] = [
    ("--url", "where one with these settings is"),
    ("--ready", "off"),
    ("--bind", "127.0.0.1"),
    ("--port", "8000"),
    ("--path-prefix", "none"),
];
const NAMES: [(&str, &str); 2] = [("--first-name", "none"), ("--last-name", "none")];

/// The help of a command in one line, so that it does not matter where it is wrapped.
async fn help(command_line: &[&str]) -> String {
    let directory = tempfile::tempdir().expect("a directory");
    let (status, output, errors) = command(directory.path(), &[command_line, &["--help"]].concat(), "").await;
    assert!(status.success(), "{errors}");
    output.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn every_flag_is_explained_with_its_default() {
    let serve = [SERVE.as_slice(), &COMMON].concat();
    for (command_line, flags) in [
        ([].as_slice(), serve.clone()),
        (&["serve"], serve.clone()),
        (&["check-config"], serve),
        (&["migrate"], COMMON.to_vec()),
        (&["verify"], [[("--json", "off")].as_slice(), &COMMON].concat()),
        (&["backup"], COMMON.to_vec()),
        (&["export"], [[("--without-passwords", "off")].as_slice(), &COMMON].concat()),
        (&["import"], [[("--report", "none"), ("--no-verify", "off")].as_slice(), &COMMON].concat()),
        (&["healthcheck"], [HEALTHCHECK.as_slice(), &COMMON].concat()),
        (&["user", "add"], [NAMES.as_slice(), &COMMON].concat()),
        (&["user", "list"], COMMON.to_vec()),
        (&["user", "export"], COMMON.to_vec()),
        (&["user", "set-password"], COMMON.to_vec()),
        (&["token", "issue"], COMMON.to_vec()),
        (&["token", "revoke"], COMMON.to_vec()),
    ] {
        let help = help(command_line).await;
        let mut places: Vec<_> = help.match_indices(" --").map(|(place, _)| place).collect();
        places.push(help.len());
        for (flag, default) in flags {
            let explained = places.windows(2).map(|place| &help[place[0]..place[1]]).any(|part| {
                part.trim_start().starts_with(&format!("{flag} ")) && part.contains(&format!("[default: {default}]"))
            });
            assert!(explained, "{command_line:?} explains {flag} with its default {default}: {help}");
        }
    }
}

#[tokio::test]
async fn every_command_is_named() {
    let all = help(&[]).await;
    for name in
        ["serve", "migrate", "verify", "backup", "export", "import", "healthcheck", "user", "token", "check-config"]
    {
        assert!(all.contains(&format!(" {name} ")), "{name}: {all}");
    }
    let (user, token) = (help(&["user"]).await, help(&["token"]).await);
    assert!(["add", "list", "export", "set-password"].iter().all(|name| user.contains(name)), "{user}");
    assert!(["issue", "revoke"].iter().all(|name| token.contains(name)), "{token}");
}

#[tokio::test]
async fn what_is_no_command_or_flag_is_refused() {
    let directory = tempfile::tempdir().expect("a directory");
    for arguments in [
        ["dance", ""].as_slice(),
        &["--prot", "1"],
        &["serve", "--port", "99999"],
        &["user"],
        &["token", "issue"],
        &["serve", "--no-websocket", "--websocket-only"],
    ] {
        let (status, output, errors) = command(directory.path(), arguments, "").await;
        assert!(!status.success() && output.is_empty(), "{arguments:?}");
        assert!(errors.contains("--help") || errors.contains("Usage:"), "{errors}");
    }
    assert_eq!(std::fs::read_dir(directory.path()).expect("it is there").count(), 0, "nothing was made");
}
