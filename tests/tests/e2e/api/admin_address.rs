//! `--admin-bind`: an address of the operator's own, for what others should not reach. Knows nothing of the metrics.

use std::net::TcpListener;

use handsel_tests::server::command_with;
use handsel_tests::{Server, Started, http};
use serde_json::json;

/// Where the operator reaches that server: `127.0.0.1:PORT`.
async fn admin_address(server: &Server) -> String {
    let address = |output: &str| {
        let line = output.lines().find(|line| line.contains("listening on"))?;
        Some(line.split_once("operator's address http://")?.1.to_owned())
    };
    server.prints("the operator's address", address).await
}

#[tokio::test]
async fn the_metrics_move_there_and_health_is_on_both() {
    let server = Started::fresh().with(&["--admin-bind", "127.0.0.1:0"]).start().await;
    let admin = admin_address(&server).await;
    assert_ne!(admin, server.address);
    let ask = async |address: &str, path: &str| http::request(address, "GET", path, None, None).await;
    for path in ["/metrics", "/metrics/"] {
        assert!(ask(&admin, path).await.text.contains("handsel_sockets"), "{path}");
        let refused = ask(&server.address, path).await;
        let problem = refused.is_problem(404, "not_found");
        assert!(problem["detail"].as_str().is_some_and(|detail| detail.contains("--admin-bind")), "{problem}");
    }
    for address in [&admin, &server.address] {
        ask(address, "/healthz").await.is(200);
        assert_eq!(ask(address, "/readyz").await.is(200)["status"], "ready");
    }
    for path in ["/", "/api/offers/", "/ws/inbox/", "/style.css"] {
        let refused = ask(&admin, path).await;
        let problem = refused.is_problem(404, "not_found");
        assert!(problem["detail"].as_str().is_some_and(|detail| detail.contains("--admin-bind")), "{problem}");
    }
    let login = json!({"username": "ana", "password": "a good password"});
    http::request(&admin, "POST", "/api/auth/login/", None, Some(login)).await.is_problem(404, "not_found");
}

#[tokio::test]
async fn no_prefix_stands_in_front_of_its_paths() {
    let flags = ["--admin-bind", "127.0.0.1:0", "--path-prefix", "/handsel"];
    let server = Started::fresh().with(&flags).start().await;
    let admin = admin_address(&server).await;
    http::request(&admin, "GET", "/metrics", None, None).await.is(200);
    server.get("/handsel/metrics").await.is_problem(404, "not_found");
    server.get("/handsel/readyz").await.is(200);
}

#[tokio::test]
async fn a_taken_address_changes_nothing() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = taken.local_addr().expect("an address").to_string();
    let directory = tempfile::tempdir().expect("a directory");
    let arguments = ["--port", "0", "--admin-bind", &address];
    let (status, output, errors) = command_with(directory.path(), &arguments, &[], "").await;
    assert_eq!((status.code(), output.as_str()), (Some(1), ""));
    assert!(errors.contains(&address) && errors.contains("--admin-bind"), "{errors}");
    assert_eq!(std::fs::read_dir(directory.path()).expect("it is there").count(), 0, "nothing was made");
}
