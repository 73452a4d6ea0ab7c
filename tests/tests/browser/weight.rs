//! What the page weighs, and where it comes from: under 60 KiB compressed in all, from its own host alone.

use handsel_tests::Server;
use handsel_tests::browser::Visitor;
use serde_json::{Value, json};

use crate::scene::People;

const WEIGHT_MAX_BYTES: u64 = 60 * 1024;

/// Everything that came by HTTP, the document and the icon included, but no answers of the API.
const LOADED: &str = "
  for (const { href } of document.querySelectorAll('link[rel~=icon]')) await (await fetch(href)).blob();
  const loaded = [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')];
  return loaded.map(({ name, encodedBodySize }) => ({ name, bytes: encodedBodySize }))";

#[tokio::test]
async fn it_is_light_and_comes_from_its_own_host_alone() {
    let server = Server::start().await;
    let (people, key) = People::acquainted(&server).await;
    let ada = Visitor::logged_in(&people.ada).await;
    ada.talks_in(&key).await;
    ada.reads("Hello!").await;
    for view in ["#/offers", "#/needs", "#/offers/new"] {
        ada.opens(view).await;
        ada.may_press("Log out").await;
    }
    let loaded = ada.page.runs(LOADED, Value::Null).await;
    let loaded = loaded.as_array().expect("a list");
    let own = format!("http://{}/", server.address);
    let name = |resource: &Value| resource["name"].as_str().expect("a name").to_owned();
    let elsewhere: Vec<_> = loaded.iter().map(name).filter(|name| !name.starts_with(&own)).collect();
    assert!(elsewhere.is_empty(), "this comes from elsewhere: {elsewhere:?}");

    let mut files: Vec<(String, u64)> = loaded
        .iter()
        .map(|resource| (name(resource), resource["bytes"].as_u64().expect("a number")))
        .filter(|(name, _)| !name.starts_with(&format!("{own}api/")))
        .collect();
    files.sort();
    files.dedup_by(|(one, _), (other, _)| one == other);
    let ends = |end: &str| files.iter().any(|(name, bytes)| name.ends_with(end) && *bytes > 0);
    for end in ["style.css", "icon.svg", "src/site/main.js", "handsel-thread.js", "utils/websocket.js"] {
        assert!(ends(end), "{end} has its part in the weight: {files:?}");
    }
    let bytes: u64 = files.iter().map(|(_, bytes)| bytes).sum();
    println!("{} files, {bytes} bytes", files.len());
    assert!(bytes < WEIGHT_MAX_BYTES, "{bytes} bytes: {files:#?}");
    let token =
        ada.page.runs("return performance.getEntries().some(({ name }) => name.includes('token='))", json!(null)).await;
    assert_eq!(token, json!(false), "no token is in an address");
    ada.leaves().await;
}
