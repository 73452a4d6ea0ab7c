//! The page below a path of its own, as behind a proxy that serves other things beside it: from the log-in to a talk,
//! nothing is asked for outside of it.

use handsel_tests::Started;
use handsel_tests::browser::Visitor;
use serde_json::{Value, json};

const LOADED: &str = "
  const loaded = [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')];
  return loaded.map(({ name }) => name)";

#[tokio::test]
async fn two_people_talk_below_a_prefix() {
    let server = Started::fresh().with(&["--demo", "--path-prefix", "/apps/handsel"]).start().await;
    let below = format!("{}/apps/handsel", server.address);
    let ada = Visitor::with_password(&below, "ada", "handsel-demo").await;
    let bo = Visitor::with_password(&below, "bo", "handsel-demo").await;
    bo.follows("Offers").await;
    bo.sees("Bike repair").await;
    bo.follows("Write to Ada Lovelace").await;
    bo.says("Could you mend my bike?").await;
    bo.has_said("Could you mend my bike?").await;
    ada.follows("Messages").await;
    ada.chooses("offer_1:2").await;
    ada.reads("Could you mend my bike?").await;
    ada.says("Gladly.").await;
    bo.reads("Gladly.").await;
    bo.page.reloads().await;
    bo.reads("Gladly.").await;

    let token =
        server.post("/apps/handsel/api/auth/login/", json!({"username": "ada", "password": "handsel-demo"})).await;
    let token = token.is(200)["token"].as_str().expect("a token").to_owned();
    for number in 0..60 {
        let listing = json!({"title": format!("Offer {number}")});
        let path = "/apps/handsel/api/offers/";
        handsel_tests::http::request(&server.address, "POST", path, Some(&token), Some(listing)).await.is(201);
    }
    bo.follows("Offers").await;
    bo.sees("Offer 59").await;
    bo.presses("Show more").await;
    bo.sees("Offer 0").await;

    for visitor in [&ada, &bo] {
        let loaded = visitor.page.runs(LOADED, Value::Null).await;
        let names: Vec<_> = loaded.as_array().expect("a list").iter().filter_map(Value::as_str).collect();
        let outside: Vec<_> = names.iter().filter(|name| !name.starts_with(&format!("http://{below}/"))).collect();
        assert!(!names.is_empty() && outside.is_empty(), "asked for outside of the prefix: {outside:?}");
    }
    ada.leaves().await;
    bo.leaves().await;
}
