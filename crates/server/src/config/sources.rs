//! Where settings come from, and which source wins. Knows nothing of what they mean.

use std::path::PathBuf;

use anyhow::Context;
use figment::Figment;
use figment::providers::{Env, Format, Serialized, Toml};
use serde::Serialize;

use super::Settings;

/// The names of all settings.
const NAMES: [&str; 10] = [
    "database_url",
    "log",
    "log_format",
    "bind",
    "port",
    "allow_origin",
    "trusted_proxy",
    "frames_per_second",
    "sockets_per_user",
    "drain_seconds",
];
/// Settings that other programs know by the same name, without our prefix.
const USUAL_NAMES: [&str; 2] = ["database_url", "port"];
/// Settings that may hold a password, and so can be read from a file.
const SECRETS: [&str; 1] = ["database_url"];
/// Variables with our prefix that are no settings.
const NO_SETTINGS: [&str; 1] = ["config"];

/// Settings and, for each that is not the default, where it comes from.
pub struct Loaded {
    /// What counts.
    pub settings: Settings,
    /// `(name, source)`
    pub sources: Vec<(&'static str, String)>,
}

impl Loaded {
    /// Reads all sources; `flags` are those that were given.
    pub fn read(flags: &impl Serialize, config: Option<PathBuf>) -> anyhow::Result<Self> {
        reject_unknown_variables()?;
        let mut figment = Figment::from(Serialized::defaults(Settings::default()));
        if let Some(file) = config.or_else(|| std::env::var_os("HANDSEL_CONFIG").map(PathBuf::from)) {
            anyhow::ensure!(file.is_file(), "the configuration file {} cannot be read", file.display());
            figment = figment.merge(Toml::file_exact(file));
        }
        for (prefix, names) in [("", USUAL_NAMES.as_slice()), ("HANDSEL_", NAMES.as_slice())] {
            figment = figment.merge(Env::prefixed(prefix).only(names));
            for secret in SECRETS.iter().filter(|secret| names.contains(secret)) {
                if let Some(value) = read_secret_file(prefix, secret)? {
                    figment = figment.merge(Serialized::global(secret, value));
                }
            }
        }
        figment = figment.merge(Serialized::globals(flags));
        let settings: Settings = figment.extract().map_err(|error| anyhow::anyhow!("{}", explain(error)))?;
        let source = |name: &'static str| {
            let metadata = figment.find_metadata(name)?;
            Some((name, metadata.name.to_string()))
        };
        Ok(Self { settings, sources: NAMES.into_iter().filter_map(source).collect() })
    }
}

/// The file that `PREFIX_NAME_FILE` names, without the line break at its end.
fn read_secret_file(prefix: &str, secret: &str) -> anyhow::Result<Option<String>> {
    let variable = format!("{prefix}{}_FILE", secret.to_uppercase());
    let Some(path) = std::env::var_os(&variable) else { return Ok(None) };
    let text = std::fs::read_to_string(&path).with_context(|| format!("{variable}: cannot read {}", path.display()))?;
    Ok(Some(text.trim_end_matches(['\r', '\n']).to_owned()))
}

/// A misspelt variable that is silently not heeded costs someone an evening.
fn reject_unknown_variables() -> anyhow::Result<()> {
    for (variable, _) in std::env::vars_os() {
        let Some(name) = variable.to_str().and_then(|name| name.strip_prefix("HANDSEL_")) else { continue };
        let name = name.to_lowercase();
        let secret = name.strip_suffix("_file").is_some_and(|name| SECRETS.contains(&name));
        let known = NAMES.contains(&name.as_str()) || NO_SETTINGS.contains(&name.as_str()) || secret;
        anyhow::ensure!(
            known,
            "there is no setting {}; known are {}",
            variable.display(),
            NAMES.map(|name| format!("HANDSEL_{}", name.to_uppercase())).join(", ")
        );
    }
    Ok(())
}

/// All that is wrong, each with the setting's name and where it was written.
fn explain(error: figment::Error) -> String {
    let one = |error: figment::Error| {
        let place = error.metadata.as_ref().map(|metadata| format!(" ({})", metadata.name)).unwrap_or_default();
        let name = if error.path.is_empty() { String::new() } else { format!("{}: ", error.path.join(".")) };
        format!("{name}{}{place}", error.kind)
    };
    error.into_iter().map(one).collect::<Vec<_>>().join("; ")
}
