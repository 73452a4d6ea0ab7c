//! Whether what the dashboard and the alerts ask for is what a server counts, and it is told as Prometheus wants it.
//! Knows nothing of when it counts.

use std::collections::BTreeSet;
use std::fs::{self, File};

use handsel_tests::{Receiver, Started};
use serde_json::json;

use super::programs::{program, succeeds, text, yaml};

/// The names of metrics in a text.
fn names(text: &str) -> BTreeSet<String> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    words.filter(|word| word.starts_with("handsel_")).map(str::to_owned).collect()
}

/// What Prometheus is asked in a rule or a panel.
fn expressions() -> Vec<String> {
    let (alerts, dashboard) = (yaml("deploy/alerts.yml"), yaml("deploy/grafana-dashboard.json"));
    let rules =
        alerts["groups"].as_array().into_iter().flatten().filter_map(|group| group["rules"].as_array()).flatten();
    let panels = dashboard["panels"].as_array().into_iter().flatten();
    let targets = panels.filter_map(|panel| panel["targets"].as_array()).flatten();
    let found: Vec<_> = rules.chain(targets).filter_map(|one| one["expr"].as_str().map(str::to_owned)).collect();
    assert!(found.len() > 20, "saw {found:?}");
    found
}

#[tokio::test]
async fn whatever_is_asked_for_is_counted() {
    let receiver = Receiver::start().await;
    let server = Started::fresh().with_webhooks(&receiver).start().await;
    let (ana, bob) = (server.person("ana").await, server.person("bob").await);
    let offer = ana.offers("Bike repair").await;
    let (mut anas, mut bobs) = (ana.opens(&offer).await, bob.opens(&offer).await);
    bobs.says("Hello!").await;
    anas.hears_message("Hello!").await;
    bobs.hears_message("Hello!").await;
    bobs.sends_wrong(json!({"type": "message", "content": ""})).await;
    bobs.hears_error("content_required").await;
    anas.leaves().await;
    // Read from the timeline.
    let (mut again, _) = ana.resumes(&format!("{offer}:{}", bob.id), 0).await;
    again.hears_message("Hello!").await;

    let counted = server.get("/metrics").await.text;
    let series = names(&counted.lines().filter(|line| !line.starts_with('#')).collect::<Vec<_>>().join("\n"));
    for expression in expressions() {
        for name in names(&expression) {
            // With Redis alone; who counts it tests it.
            if name != "handsel_broker_up" {
                assert!(series.contains(&name), "{name} of {expression} is not in\n{counted}");
            }
        }
    }
    // Its names and units, what it says of them, and how it is written.
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("metrics");
    fs::write(&file, &counted).expect("written");
    let found = succeeds(program("promtool").args(["check", "metrics"]).stdin(File::open(file).expect("it is there")));
    assert_eq!(found, "", "promtool has nothing to say about\n{counted}");
}

#[test]
fn the_dashboard_shows_every_metric() {
    let shown: BTreeSet<_> = expressions().iter().flat_map(|expression| names(expression)).collect();
    let shown: BTreeSet<_> = shown.iter().map(|name| name.trim_end_matches("_bucket")).collect();
    let promised = text("docs/operations.md");
    let promised: BTreeSet<_> = names(&promised);
    for name in shown {
        assert!(promised.contains(name), "docs/operations.md does not say what {name} is");
    }
}
