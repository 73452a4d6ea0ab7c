//! Where settings come from, and which source wins. Knows nothing of what they mean.

use std::path::PathBuf;

use anyhow::Context;
use figment::providers::{Env, Format, Serialized, Toml};
use figment::value::{Dict, Map};
use figment::{Figment, Metadata, Profile, Provider};
use serde::Serialize;

use super::Settings;

/// The names of all settings.
const NAMES: [&str; 30] = [
    "database_url",
    "redis_url",
    "redis_prefix",
    "log",
    "log_format",
    "bind",
    "port",
    "path_prefix",
    "admin_bind",
    "identity",
    "admin_key",
    "jwt_secret",
    "jwt_jwks_file",
    "jwt_audience",
    "jwt_issuer",
    "notify_after",
    "events_kept",
    "allow_origin",
    "trusted_proxy",
    "frames_per_second",
    "sockets_per_user",
    "sign_ins_per_minute",
    "conversations_started_per_day",
    "drain_seconds",
    "handshake_hook",
    "webhook_url",
    "webhook_content",
    "webhook_secret",
    "outbound_allow",
    "no_frontend",
];
/// Settings that other programs know by the same name, without our prefix.
const USUAL_NAMES: [&str; 3] = ["database_url", "redis_url", "port"];
/// Settings that are or may hold a secret, and so can be read from a file.
const SECRETS: [&str; 5] = ["database_url", "redis_url", "admin_key", "jwt_secret", "webhook_secret"];
/// Settings that are text whatever they look like, as secrets are: not a number, a list or something quoted.
const TEXTS: [&str; 2] = ["jwt_audience", "jwt_issuer"];
/// Variables with our prefix that are no settings.
const NO_SETTINGS: [&str; 1] = ["config"];

/// What a source of flags is called; a setting's own flag is named instead.
const FLAGS: &str = "--";

/// Settings and where each of them comes from.
pub struct Loaded {
    /// What counts.
    pub settings: Settings,
    /// `(name, source)`
    pub sources: Vec<(&'static str, String)>,
}

/// A source by the name that people know it by.
struct Named<P>(String, P);

impl<P: Provider> Provider for Named<P> {
    fn metadata(&self) -> Metadata {
        Metadata::named(self.0.clone())
    }

    fn data(&self) -> Result<Map<Profile, Dict>, figment::Error> {
        self.1.data()
    }
}

impl Loaded {
    /// Reads all sources; `flags` are those that were given.
    pub fn read(flags: &impl Serialize, config: Option<PathBuf>) -> anyhow::Result<Self> {
        reject_unknown_variables()?;
        let mut figment = Figment::from(Named("default".to_owned(), Serialized::defaults(Settings::default())));
        if let Some(file) = config.or_else(|| std::env::var_os("HANDSEL_CONFIG").map(PathBuf::from)) {
            anyhow::ensure!(file.is_file(), "the configuration file {} cannot be read", file.display());
            figment = figment.merge(Named(file.display().to_string(), Toml::file_exact(file)));
        }
        for (prefix, names) in [("", USUAL_NAMES.as_slice()), ("HANDSEL_", NAMES.as_slice())] {
            for name in names {
                let variable = format!("{prefix}{}", name.to_uppercase());
                figment = match text_variable(name, &variable)? {
                    Some(value) => figment.merge(Named(variable, Serialized::global(name, value))),
                    None => figment.merge(Named(variable, Env::prefixed(prefix).only(&[name]))),
                };
            }
            for secret in SECRETS.iter().filter(|secret| names.contains(secret)) {
                let variable = format!("{prefix}{}_FILE", secret.to_uppercase());
                if let Some(value) = read_secret_file(&variable)? {
                    figment = figment.merge(Named(variable, Serialized::global(secret, value)));
                }
            }
        }
        figment = figment.merge(Named(FLAGS.to_owned(), Serialized::globals(flags)));
        let settings: Settings = figment.extract().map_err(|error| anyhow::anyhow!("{}", explain(error)))?;
        let source = |name: &'static str| Some((name, shown(name, &figment.find_metadata(name)?.name)));
        Ok(Self { settings, sources: NAMES.into_iter().filter_map(source).collect() })
    }

    /// A setting with its source, as errors speak of it.
    pub fn place(&self, name: &str) -> String {
        let source = self.sources.iter().find(|(setting, _)| *setting == name);
        source.map_or_else(|| name.to_owned(), |(name, source)| format!("{name} ({source})"))
    }
}

/// A setting's source as people know it.
fn shown(name: &str, source: &str) -> String {
    if source == FLAGS { format!("{FLAGS}{}", name.replace('_', "-")) } else { source.to_owned() }
}

/// What stands in the variable of a setting that is text, where there is one.
fn text_variable(name: &str, variable: &str) -> anyhow::Result<Option<String>> {
    let is_text = SECRETS.contains(&name) || TEXTS.contains(&name);
    let Some(value) = std::env::var_os(variable).filter(|_| is_text) else { return Ok(None) };
    let value = value.into_string().map_err(|_| anyhow::anyhow!("{variable} is no UTF-8"))?;
    Ok(Some(value.trim().to_owned()))
}

/// The file that a variable names, without the line break at its end.
fn read_secret_file(variable: &str) -> anyhow::Result<Option<String>> {
    let Some(path) = std::env::var_os(variable) else { return Ok(None) };
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
        let name = error.path.join(".");
        let source = error.metadata.as_ref().map(|metadata| shown(&name, &metadata.name)).unwrap_or_default();
        let place = [name, if source.is_empty() { source } else { format!("({source})") }];
        // Without the line of the file that a syntax error would quote: a password may stand in it.
        let what = error.kind.to_string();
        let (first, rest) = what.split_once('\n').unwrap_or((&what, ""));
        let rest = rest.lines().map(str::trim).filter(|line| !line.is_empty() && !line.contains('|'));
        let what: Vec<_> = std::iter::once(first).chain(rest).collect();
        format!("{}: {}", place.join(" ").trim(), what.join(", "))
    };
    error.into_iter().map(one).collect::<Vec<_>>().join("; ")
}
