//! Which processes serve the page, and what they say of it. Knows nothing of its files.

use handsel_tests::{Server, Started};

/// Expects that no page is served; returns what is said about it.
async fn refusal(server: &Server) -> String {
    server.get("/style.css").await.is_problem(404, "not_found");
    let document = server.get("/").await.is_problem(404, "not_found")["detail"].clone();
    assert_eq!(server.get("/index.html").await.is_problem(404, "not_found")["detail"], document);
    document.as_str().expect("a detail").to_owned()
}

#[tokio::test]
async fn it_can_be_switched_off_by_a_flag_a_variable_or_the_file() {
    let by_file = Started::fresh();
    let file = by_file.directory().join("settings.toml");
    std::fs::write(&file, "no_frontend = true").expect("the directory is there");
    for off in [
        Started::fresh().with(&["--no-frontend"]),
        Started::fresh().variable("HANDSEL_NO_FRONTEND", "true"),
        by_file.with(&["--config", "settings.toml"]),
    ] {
        let server = off.start().await;
        let detail = refusal(&server).await;
        assert!(detail.contains("--no-frontend"), "{detail}");
        let (ana, bob) = (server.person("ana").await, server.person("bob").await);
        let offer = ana.offers("Bike repair").await;
        let mut socket = bob.opens(&offer).await;
        socket.says("Hello!").await;
        socket.hears_message("Hello!").await;
        assert!(!server.output().contains("browser"), "{}", server.output());
    }
    let on = Started::fresh().variable("HANDSEL_NO_FRONTEND", "false").start().await;
    on.get("/").await.is(200);
}

#[tokio::test]
async fn of_the_two_halves_the_one_with_the_api_serves_it() {
    let server = Started::fresh().with(&["--websocket-only"]).start().await;
    let detail = refusal(&server).await;
    assert!(detail.contains("--websocket-only"), "{detail}");
    let server = Started::fresh().with(&["--no-websocket"]).start().await;
    server.get("/").await.is(200);
}

#[tokio::test]
async fn a_server_says_where_its_page_is() {
    for bind in ["127.0.0.1", "0.0.0.0"] {
        let server = Started::fresh().with(&["--bind", bind]).start().await;
        let (_, port) = server.address.rsplit_once(':').expect("a port");
        let line = format!("Open http://127.0.0.1:{port}/ in a browser.");
        server.prints(&line, |output| output.contains(&line).then_some(())).await;
    }
}

#[tokio::test]
async fn its_files_are_logged_for_those_who_ask() {
    let quiet = Server::start().await;
    let curious = Started::fresh().variable("HANDSEL_LOG", "debug").start().await;
    for server in [&quiet, &curious] {
        for path in ["/", "/style.css", "/nothing"] {
            server.get(path).await;
        }
    }
    let line = |path: &str| format!("path=\"{path}\"");
    let (quiet, curious) = (quiet.logs(&line("/nothing")).await, curious.logs(&line("/nothing")).await);
    for path in ["/", "/style.css"] {
        assert!(!quiet.contains(&line(path)), "{path} is one of many: {quiet}");
        assert_eq!(curious.matches(&line(path)).count(), 1, "{curious}");
    }
}
