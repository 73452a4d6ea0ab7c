//! Whether Prometheus understands the alerts, and they fire when they should and not else. Knows nothing of who counts.

use super::programs::{fails, program, succeeds, text, yaml};

#[test]
fn prometheus_understands_the_alerts() {
    succeeds(program("promtool").args(["check", "rules", "deploy/alerts.yml"]));
}

#[test]
fn alerts_fire_when_they_should_and_not_else() {
    let said = succeeds(program("promtool").args(["test", "rules", "tests/tests/deploy/alerts.yml"]));
    assert!(said.contains("SUCCESS"), "promtool said:\n{said}");
}

#[test]
fn an_alert_that_never_fires_would_be_found() {
    let directory = tempfile::tempdir().expect("a directory");
    let write = |name: &str, text: String| std::fs::write(directory.path().join(name), text).expect("written");
    let deaf = text("deploy/alerts.yml").replace("handsel_broker_up == 0", "handsel_broker_up == 2");
    assert_ne!(deaf, text("deploy/alerts.yml"), "the rule to be broken is there");
    write("deaf.yml", deaf);
    write("tests.yml", text("tests/tests/deploy/alerts.yml").replace("../../../deploy/alerts.yml", "deaf.yml"));
    fails(program("promtool").args(["test", "rules"]).arg(directory.path().join("tests.yml")));
}

#[test]
fn each_alert_says_what_it_is_and_is_explained_and_tested() {
    let (explained, tested) = (text("docs/operations.md"), text("tests/tests/deploy/alerts.yml"));
    let rules = yaml("deploy/alerts.yml");
    let rules = rules["groups"][0]["rules"].as_array().expect("there are rules");
    assert!(!rules.is_empty(), "there are alerts");
    for rule in rules {
        let name = rule["alert"].as_str().expect("an alert has a name");
        let says = |what: &str| rule["annotations"][what].as_str().unwrap_or_default();
        assert!(!says("summary").is_empty() && !says("description").is_empty(), "{name} says nothing");
        assert_eq!(says("runbook"), format!("docs/operations.md#{}", name.to_lowercase()));
        assert!(explained.contains(&format!("### {name}\n")), "docs/operations.md has no heading {name}");
        assert!(tested.contains(name), "tests/tests/deploy/alerts.yml does not test {name}");
    }
}
