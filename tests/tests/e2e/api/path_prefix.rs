//! `--path-prefix`: everything is below it, and what is outside is told so. Knows nothing of what the page does there.

use handsel_tests::socket::Connecting;
use handsel_tests::{Answer, Server, Started, http};
use serde_json::{Value, json};

async fn served_below(prefix: &str) -> Server {
    Started::fresh().with(&["--demo", "--path-prefix", prefix]).start().await
}

async fn logs_in(server: &Server, username: &str) -> String {
    let login = json!({"username": username, "password": "handsel-demo"});
    let granted = server.post("/handsel/api/auth/login/", login).await;
    granted.is(200)["token"].as_str().expect("a token").to_owned()
}

async fn ask(server: &Server, token: &str, method: &str, path: &str, body: Option<Value>) -> Answer {
    http::request(&server.address, method, path, Some(token), body).await
}

#[tokio::test]
async fn all_of_it_is_below_the_prefix() {
    let server = served_below("/handsel").await;
    for path in ["/handsel/", "/handsel/style.css", "/handsel/healthz", "/handsel/readyz/", "/handsel/metrics"] {
        server.get(path).await.is(200);
    }
    let bo = logs_in(&server, "bo").await;
    let path = format!("/handsel/ws/chat/offer_1/?token={bo}");
    let mut socket = Connecting::to(&server.address, &path).open().await.expect("he is let in");
    socket.says("Hello!").await;
    socket.hears_message("Hello!").await;
    let timeline = ask(&server, &bo, "GET", "/handsel/api/conversations/offer_1/timeline/", None).await;
    assert_eq!(timeline.is(200)["head"], 1);
    socket.leaves().await;
}

#[tokio::test]
async fn what_is_outside_is_told_where_it_is() {
    let server = served_below("/handsel/").await;
    for path in ["/", "/api/offers/", "/ws/inbox/", "/healthz", "/metrics", "/handsels/", "/style.css"] {
        let refused = server.get(path).await;
        let problem = refused.is_problem(404, "not_found");
        let detail = problem["detail"].as_str().expect("a detail");
        assert!(detail.contains("/handsel/") && detail.contains("--path-prefix"), "{path}: {detail}");
    }
    let inside = server.get("/handsel/nothing").await;
    let detail = inside.is_problem(404, "not_found")["detail"].as_str().expect("a detail").to_owned();
    assert!(detail.contains("/handsel/api/") && detail.contains("/handsel/ws/inbox/"), "{detail}");
}

#[tokio::test]
async fn the_prefix_alone_leads_to_the_page() {
    let server = served_below("/handsel").await;
    let redirected = server.get("/handsel").await;
    redirected.is(307);
    assert_eq!(redirected.header("location"), "/handsel/");
    server.post("/handsel", json!({})).await.is_problem(405, "method_not_allowed");
    let without = Started::fresh().with(&["--no-frontend", "--path-prefix", "/handsel"]).start().await;
    let problem = without.get("/handsel").await;
    assert!(problem.is_problem(404, "not_found")["detail"].to_string().contains("--no-frontend"), "{}", problem.text);
}

#[tokio::test]
async fn the_next_page_is_below_it_too() {
    let server = served_below("/handsel").await;
    let ada = logs_in(&server, "ada").await;
    for title in ["Second", "Third"] {
        ask(&server, &ada, "POST", "/handsel/api/offers/", Some(json!({"title": title}))).await.is(201);
    }
    let mut titles = Vec::new();
    let mut next = Some("/handsel/api/offers/?limit=1".to_owned());
    while let Some(path) = next {
        let page = ask(&server, &ada, "GET", &path, None).await;
        titles.push(page.is(200)["results"][0]["title"].as_str().expect("a title").to_owned());
        next = page.json["next"].as_str().map(str::to_owned);
    }
    assert_eq!(titles, ["Third", "Second", "Bike repair"]);
}

#[tokio::test]
async fn what_is_printed_can_be_pasted() {
    let server = served_below("/handsel").await;
    let page = format!("Open http://{}/handsel/ ", server.address);
    server.prints(&page, |output| output.contains(&page).then_some(())).await;
    let line = |output: &str| output.lines().find_map(|line| line.trim().strip_prefix("wscat -c ").map(str::to_owned));
    let line = server.prints("a line to paste", line).await;
    let path =
        line.trim_matches('"').strip_prefix(&format!("ws://{}", server.address)).expect("its address").to_owned();
    assert!(path.starts_with("/handsel/ws/chat/"), "{path}");
    Connecting::to(&server.address, &path).open().await.expect("the line works").leaves().await;
}
