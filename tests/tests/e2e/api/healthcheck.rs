//! `handsel healthcheck`: what a container asks the server inside. Knows nothing of what makes a server ready.

use std::net::TcpListener;

use handsel_tests::Started;
use handsel_tests::server::{command, command_with};

fn port_of(address: &str) -> String {
    address.rsplit(':').next().expect("a port").to_owned()
}

#[tokio::test]
async fn it_finds_the_server_by_the_same_settings() {
    let server = Started::fresh().with(&["--bind", "0.0.0.0", "--path-prefix", "/handsel"]).start().await;
    let directory = tempfile::tempdir().expect("a directory");
    let port = port_of(&server.address);
    let variables = [("HANDSEL_BIND", "0.0.0.0"), ("HANDSEL_PORT", port.as_str()), ("HANDSEL_PATH_PREFIX", "/handsel")];
    for (asked, path, said) in
        [(["healthcheck"].as_slice(), "healthz", "ok"), (&["healthcheck", "--ready"], "readyz", "ready")]
    {
        let (status, output, errors) = command_with(directory.path(), asked, &variables, "").await;
        assert!(status.success(), "{errors}");
        assert_eq!(output, format!("http://127.0.0.1:{port}/handsel/{path}: {said}\n"));
    }
    let url = format!("http://127.0.0.1:{port}/handsel/");
    let (status, _, errors) = command(directory.path(), &["healthcheck", "--url", &url], "").await;
    assert!(status.success(), "{errors}");
    assert_eq!(std::fs::read_dir(directory.path()).expect("it is there").count(), 0, "nothing was made");
}

#[tokio::test]
async fn it_fails_where_nobody_listens_or_somebody_else_does() {
    let directory = tempfile::tempdir().expect("a directory");
    let nobody = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = port_of(&nobody.local_addr().expect("an address").to_string());
    drop(nobody);
    let server = Started::fresh().with(&["--path-prefix", "/handsel"]).start().await;
    let elsewhere = port_of(&server.address);
    for (port, expected) in [(port.as_str(), "refused"), (&elsewhere, "404: Everything is below /handsel/")] {
        let (status, output, errors) = command(directory.path(), &["healthcheck", "--port", port], "").await;
        assert_eq!((status.code(), output.as_str()), (Some(1), ""));
        assert!(errors.contains(port) && errors.contains(expected), "{errors}");
        assert_eq!(errors.lines().count(), 1, "{errors}");
    }
}

#[tokio::test]
async fn it_does_not_wait_for_ever() {
    let silent = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = port_of(&silent.local_addr().expect("an address").to_string());
    let directory = tempfile::tempdir().expect("a directory");
    let (status, _, errors) = command(directory.path(), &["healthcheck", "--port", &port], "").await;
    assert_eq!(status.code(), Some(1));
    assert!(errors.contains("no answer within 5 s"), "{errors}");
}

#[tokio::test]
async fn what_it_cannot_ask_is_named() {
    let directory = tempfile::tempdir().expect("a directory");
    for (arguments, named) in [
        (["--port", "0"], "--url"),
        (["--url", "https://127.0.0.1:8000"], "--url"),
        (["--url", "127.0.0.1:8000"], "--url"),
        (["--path-prefix", "handsel"], "path_prefix (--path-prefix)"),
    ] {
        let (status, _, errors) =
            command(directory.path(), &[["healthcheck"].as_slice(), &arguments].concat(), "").await;
        assert_eq!(status.code(), Some(1), "{arguments:?}");
        assert!(errors.contains(named), "{errors}");
    }
}
