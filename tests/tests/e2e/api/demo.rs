//! `--demo`: two people to try Handsel with, in a database of its own. Knows nothing of what they could say.

use handsel_tests::socket::Connecting;
use handsel_tests::{Server, Socket, Started};
use serde_json::json;

const COUNT: &str = "SELECT (SELECT COUNT(*) FROM users) * 1000000 + (SELECT COUNT(*) FROM listings) * 1000 + (SELECT COUNT(*) FROM tokens)";

/// The sockets that the two printed lines open: Bo's, then Ada's.
async fn paste_the_lines(server: &Server) -> [Socket; 2] {
    let two_lines = |output: &str| {
        let mut lines = output.lines().map(str::trim).filter(|line| line.starts_with("wscat -c "));
        let [bo, ada] = [lines.next()?.to_owned(), lines.next()?.to_owned()];
        assert!(output.contains("# as bo") && output.contains("# as ada"), "{output}");
        Some([bo, ada])
    };
    let lines = server.prints("two lines to paste", two_lines).await;
    let open = |line: &str| {
        let url = line.split('"').nth(1).expect("the URL is quoted").to_owned();
        let path = url.strip_prefix(&format!("ws://{}", server.address)).expect("it names this server").to_owned();
        let connecting = Connecting::to(&server.address, &path);
        async move { connecting.open().await.expect("the line works") }
    };
    [open(&lines[0]).await, open(&lines[1]).await]
}

#[tokio::test]
async fn the_printed_lines_work() {
    let server = Started::fresh().with(&["--demo"]).start().await;
    let [mut bo, mut ada] = paste_the_lines(&server).await;
    bo.says("Hello!").await;
    assert_eq!(bo.hears_message("Hello!").await["sender"]["username"], "bo");
    ada.hears_message("Hello!").await;
    ada.sends(json!({"type": "handshake_start"})).await;
    bo.hears_handshake("pending").await;
    bo.sends(json!({"type": "handshake_approve"})).await;
    assert_eq!(bo.hears_handshake("approved").await["handshake"]["id"], "handshake_1_2");

    for username in ["ada", "bo"] {
        let login = json!({"username": username, "password": "handsel-demo"});
        server.post("/api/auth/login/", login).await.is(200);
    }
    let people = server.database().number("SELECT COUNT(*) FROM users").await;
    assert_eq!(people, 2);
    assert_eq!(server.database().number("SELECT COUNT(*) FROM listings").await, 2);
}

#[tokio::test]
async fn it_prints_what_can_be_pasted_and_nothing_else() {
    let mut everywhere = Started::fresh().with(&["--demo", "--bind", "0.0.0.0"]).start().await;
    everywhere.address = everywhere.address.replace("0.0.0.0", "127.0.0.1");
    paste_the_lines(&everywhere).await;

    let without = Started::fresh().with(&["--demo", "--no-websocket"]).start().await;
    let login = json!({"username": "ada", "password": "handsel-demo"});
    without.post("/api/auth/login/", login).await.is(200);
    let says_so = |output: &str| output.contains("(--no-websocket)").then(|| output.to_owned());
    let output = without.prints("why there is nothing to paste", says_so).await;
    assert!(!output.contains("wscat"), "{output}");
}

#[tokio::test]
async fn it_begins_with_the_page_where_that_is_served() {
    let server = Started::fresh().with(&["--demo"]).start().await;
    let announced = |output: &str| output.contains("wscat").then(|| output.to_owned());
    let output = server.prints("what the demo says", announced).await;
    let first = output.lines().filter(|line| !line.is_empty()).nth(1).expect("a line after the server's own");
    let expected = format!("Open http://{}/ in two browser windows", server.address);
    assert!(first.starts_with(&expected), "{output}");
    assert!(!output.contains("in a browser."), "it is said once: {output}");
    assert!(["ada", "bo"].iter().all(|name| first.contains(name)) && output.contains("\"handsel-demo\""), "{output}");

    let without = Started::fresh().with(&["--demo", "--no-frontend"]).start().await;
    let output = without.prints("what the demo says", announced).await;
    assert!(!output.contains("browser"), "{output}");
}

#[tokio::test]
async fn it_recognises_its_own_database() {
    let first = Started::fresh().with(&["--demo"]).start().await;
    let [mut bo, _ada] = paste_the_lines(&first).await;
    bo.says("Hello!").await;
    bo.hears_message("Hello!").await;
    first.person("cyd").await.offers("Piano lessons").await;
    let second = first.kill().await.with(&["--demo"]).start().await;
    let [mut bo, mut ada] = paste_the_lines(&second).await;
    ada.says("Hi!").await;
    assert_eq!(bo.hears_message("Hi!").await["seq"], 2, "their conversation goes on");
    let people = second.database().number("SELECT COUNT(*) FROM users").await;
    assert_eq!(people, 3, "nobody came twice");
}

#[tokio::test]
async fn it_leaves_a_database_of_others_as_it_is() {
    let server = Server::start().await;
    server.person("ada").await.offers("Poetry").await;
    let before = server.database().number(COUNT).await;
    let (status, output, errors) = server.another().with(&["--demo"]).ends_by_itself().await;
    assert_eq!(status.code(), Some(1));
    assert!(errors.contains("--demo") && errors.contains("--database-url"), "{errors}");
    assert!(!output.contains("listening") && !output.contains("wscat"), "{output}");
    assert_eq!(server.database().number(COUNT).await, before);
}
