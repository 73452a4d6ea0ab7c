//! What `docker-compose.yml` and the `Dockerfile` say of one service. Knows nothing of how it is run.

use std::collections::BTreeMap;

use serde_json::Value;

use super::programs::{text, yaml};

/// The whole compose file.
pub(crate) struct Compose(Value);

/// One of its services.
#[derive(Clone, Debug)]
pub(crate) struct Service {
    /// What others call it.
    pub(crate) name: String,
    /// Its image, without the tag.
    pub(crate) image: String,
    /// What replaces the image's own command.
    pub(crate) command: Vec<String>,
    /// With what the image itself sets.
    pub(crate) environment: BTreeMap<String, String>,
    /// Those that must be healthy before it starts.
    pub(crate) waits_for: Vec<String>,
    /// `CMD` or `CMD-SHELL`, and what follows; empty where there is none.
    pub(crate) health_check: Vec<String>,
    /// How long it may take to end, in seconds.
    pub(crate) grace_seconds: Option<u64>,
    /// Its secrets: name, and the file from the compose file's directory.
    pub(crate) secrets: BTreeMap<String, String>,
}

impl Compose {
    /// Reads it.
    pub(crate) fn read() -> Self {
        Self(yaml("docker-compose.yml"))
    }

    /// All services, each behind those that it waits for.
    pub(crate) fn services_in_order(&self) -> Vec<Service> {
        let mut waiting: Vec<_> = self.0["services"].as_object().expect("services").keys().collect();
        let mut ordered: Vec<Service> = Vec::new();
        while !waiting.is_empty() {
            let started = |name: &String| ordered.iter().any(|service| service.name == *name);
            let ready = waiting.iter().position(|name| self.service(name).waits_for.iter().all(started));
            let ready = ready.unwrap_or_else(|| panic!("{waiting:?} wait for each other"));
            ordered.push(self.service(waiting.remove(ready)));
        }
        ordered
    }

    fn service(&self, name: &str) -> Service {
        let said = &self.0["services"][name];
        let image = words(&said["image"]).concat().split(':').next().expect("an image has a name").to_owned();
        let is_ours = said["build"] != Value::Null;
        let mut environment = if is_ours { dockerfile_environment() } else { BTreeMap::new() };
        environment.extend(entries(&said["environment"], |value| value.as_str().map(str::to_owned)));
        let waits_for = entries(&said["depends_on"], |how| how["condition"].as_str().map(str::to_owned));
        assert!(waits_for.values().all(|condition| condition == "service_healthy"), "{name}: {waits_for:?}");
        let own_check = words(&said["healthcheck"]["test"]);
        let secret = |name: String| {
            let file = self.0["secrets"][&name]["file"].as_str().expect("a secret is a file").to_owned();
            (name, file)
        };
        let grace = said["stop_grace_period"].as_str().and_then(|text| text.strip_suffix('s')?.parse().ok());
        Service {
            name: name.to_owned(),
            image,
            command: words(&said["command"]),
            environment,
            waits_for: waits_for.into_keys().collect(),
            health_check: if is_ours && own_check.is_empty() { dockerfile_health_check() } else { own_check },
            grace_seconds: grace,
            secrets: words(&said["secrets"]).into_iter().map(secret).collect(),
        }
    }
}

/// A text, or a list of them.
fn words(value: &Value) -> Vec<String> {
    let list = value.as_array().map_or_else(|| std::slice::from_ref(value), Vec::as_slice);
    list.iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

fn entries(value: &Value, read: impl Fn(&Value) -> Option<String>) -> BTreeMap<String, String> {
    let entry = |(name, value)| (String::clone(name), read(value).unwrap_or_else(|| panic!("{name}: {value}")));
    value.as_object().into_iter().flatten().map(entry).collect()
}

/// What stands behind an instruction of the Dockerfile's last stage, each time.
pub(crate) fn instructions(name: &str) -> Vec<String> {
    let dockerfile = text("Dockerfile").replace("\\\n", " ");
    let last_stage = dockerfile.rsplit_once("\nFROM ").expect("two stages").1.to_owned();
    let found = last_stage.lines().filter_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    found.map(|rest| rest.trim().to_owned()).collect()
}

/// What the image sets.
pub(crate) fn dockerfile_environment() -> BTreeMap<String, String> {
    let pair = |line: String| line.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned()));
    instructions("ENV").into_iter().filter_map(pair).collect()
}

fn dockerfile_health_check() -> Vec<String> {
    let check = instructions("HEALTHCHECK").pop().expect("the image has a health check");
    let command = check.split_once("CMD ").expect("a health check is a command").1;
    let command: Vec<String> = serde_json::from_str(command).expect("without a shell, which the image has not");
    [vec!["CMD".to_owned()], command].concat()
}

/// What the image runs; a service's command follows it.
pub(crate) fn dockerfile_entrypoint() -> Vec<String> {
    serde_json::from_str(&instructions("ENTRYPOINT").pop().expect("an entry point")).expect("without a shell")
}
