//! Settings: from flags, variables and a file to checked values. Knows nothing of what is done with them.

mod events;
mod identity;
mod outbound;
mod path_prefix;
mod sources;

pub use events::EventFeed;
pub use identity::{AdminKey, AdminKeys, Identity, IdentitySource};
pub use outbound::{Outbound, Webhook};
pub use path_prefix::PathPrefix;
pub use sources::Loaded;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context;
use handsel_storage::DatabaseUrl;
use handsel_transport::broker::redis::{RedisPrefix, RedisUrl};
use handsel_transport::limits::SocketLimits;
use handsel_transport::origin::OriginPolicy;
use ipnet::IpNet;
use serde::{Deserialize, Deserializer, Serialize};

/// Longest drain time: an hour, past which nobody waits for a restart.
const DRAIN_SECONDS_MAX: u64 = 3_600;

/// Every setting as it is written, by its name in a TOML file.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Where the data is.
    pub database_url: String,
    /// Where Redis is, if it is used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub redis_url: Option<String>,
    /// What the names of Redis's channels begin with.
    pub redis_prefix: String,
    /// What to log.
    pub log: String,
    /// How to log.
    pub log_format: LogFormat,
    /// Address to listen on.
    pub bind: IpAddr,
    /// Port to listen on.
    pub port: u16,
    /// Path under which everything is served.
    pub path_prefix: String,
    /// Address of its own for what an operator alone should reach.
    pub admin_bind: Option<SocketAddr>,
    /// Whose the users and listings are.
    pub identity: IdentitySource,
    /// Keys of the site's, for the admin API.
    #[serde(deserialize_with = "list")]
    pub admin_key: Vec<String>,
    /// The secret of the site's own JWTs, if it signs any so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jwt_secret: Option<String>,
    /// The public keys of the site's own JWTs, if it signs any so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jwt_jwks_file: Option<PathBuf>,
    /// Whom a JWT must be for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jwt_audience: Option<String>,
    /// Whom a JWT must be of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jwt_issuer: Option<String>,
    /// How long a message waits unread until the site is told.
    pub notify_after: String,
    /// How long events are kept.
    pub events_kept: String,
    /// Origins of pages that may use this server.
    #[serde(deserialize_with = "list")]
    pub allow_origin: Vec<String>,
    /// Networks of reverse proxies whose `X-Forwarded-For` is believed.
    #[serde(deserialize_with = "list")]
    pub trusted_proxy: Vec<String>,
    /// Frames a second that a socket may send.
    pub frames_per_second: u32,
    /// Sockets of one user.
    pub sockets_per_user: usize,
    /// Registrations and log-ins a minute from one address.
    pub sign_ins_per_minute: u32,
    /// New conversations of one respondent within 24 hours.
    pub conversations_started_per_day: u32,
    /// Seconds that sockets are given to close.
    pub drain_seconds: u64,
    /// Where the ledger is asked, if it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub handshake_hook: Option<String>,
    /// Where events are pushed, if they are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub webhook_url: Option<String>,
    /// Whether they have what people write.
    pub webhook_content: bool,
    /// What signs requests to others.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub webhook_secret: Option<String>,
    /// Networks, addresses and hosts that may be reached though they are not public.
    #[serde(deserialize_with = "list")]
    pub outbound_allow: Vec<String>,
    /// Whether the page is left out.
    pub no_frontend: bool,
}

/// How to log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    Human,
    /// For machines.
    Json,
}

impl Default for Settings {
    fn default() -> Self {
        let SocketLimits { frames_per_second, sockets_per_user } = SocketLimits::default();
        Self {
            database_url: "sqlite://handsel.db".to_owned(),
            redis_url: None,
            redis_prefix: "handsel:".to_owned(),
            log: "info".to_owned(),
            log_format: LogFormat::Human,
            bind: Ipv4Addr::LOCALHOST.into(),
            port: 8000,
            path_prefix: String::new(),
            admin_bind: None,
            identity: IdentitySource::Local,
            admin_key: Vec::new(),
            jwt_secret: None,
            jwt_jwks_file: None,
            jwt_audience: None,
            jwt_issuer: None,
            notify_after: "5m".to_owned(),
            events_kept: "30d".to_owned(),
            allow_origin: Vec::new(),
            trusted_proxy: Vec::new(),
            frames_per_second,
            sockets_per_user,
            sign_ins_per_minute: 120,
            conversations_started_per_day: 200,
            drain_seconds: 8,
            handshake_hook: None,
            webhook_url: None,
            webhook_content: false,
            webhook_secret: None,
            outbound_allow: Vec::new(),
            no_frontend: false,
        }
    }
}

/// A list, or its elements in one text with commas between them, as variables have it, or one a line, as files may.
fn list<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Written {
        List(Vec<String>),
        Text(String),
    }
    Ok(match Written::deserialize(deserializer)? {
        Written::List(list) => list,
        Written::Text(text) => {
            text.split([',', '\n']).map(str::trim).filter(|item| !item.is_empty()).map(str::to_owned).collect()
        }
    })
}

/// The settings of a server, checked.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where the data is.
    pub database: DatabaseUrl,
    /// What other processes over the same database are told over, if anything.
    pub redis: Option<Redis>,
    /// Address to listen on.
    pub bind: IpAddr,
    /// Port to listen on; 0 takes a free one.
    pub port: u16,
    /// The path in front of all others.
    pub path_prefix: PathPrefix,
    /// Where what an operator alone should reach is served, and nowhere else; `None`: where all else is.
    pub admin_bind: Option<SocketAddr>,
    /// Whose the users are, and how the site that has them proves to be that site.
    pub identity: Identity,
    /// Whether events are recorded: there is a site to be told.
    pub events: bool,
    /// What it is told, and for how long.
    pub feed: EventFeed,
    /// Which pages may use this server.
    pub origins: OriginPolicy,
    /// Whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// What one socket may take.
    pub limits: SocketLimits,
    /// Registrations and log-ins a minute from one address; 0 is no limit.
    pub sign_ins_per_minute: u32,
    /// New conversations of one respondent within 24 hours; 0 is no limit.
    pub conversations_started_per_day: u32,
    /// How long sockets are given to close.
    pub drain: Duration,
    /// Whom it asks by HTTP, if anyone.
    pub outbound: Option<Outbound>,
    /// Which of its two halves this process serves.
    pub surface: Surface,
    /// Whether the page is served.
    pub page: bool,
}

/// Where the broker is, and which of its channels are ours.
#[derive(Clone, Debug)]
pub struct Redis {
    /// Where.
    pub url: RedisUrl,
    /// What the names of the channels begin with.
    pub prefix: RedisPrefix,
}

/// Which halves a process serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Surface {
    /// The HTTP API.
    pub http_api: bool,
    /// Sockets.
    pub websocket: bool,
}

impl Config {
    /// Checks the settings; an error names the setting that is wrong and where it was written.
    pub fn new(loaded: &Loaded, surface: Surface) -> anyhow::Result<Self> {
        let settings = &loaded.settings;
        let network = |text: &String| {
            let address = || text.parse::<IpAddr>().map(IpNet::from);
            text.parse::<IpNet>()
                .or_else(|_| address())
                .with_context(|| format!("{text:?} is no network; write for instance 10.0.0.0/8"))
                .with_context(|| loaded.place("trusted_proxy"))
        };
        anyhow::ensure!(
            settings.drain_seconds <= DRAIN_SECONDS_MAX,
            "{}: at most {DRAIN_SECONDS_MAX} seconds",
            loaded.place("drain_seconds")
        );
        let outbound = Outbound::new(loaded)?;
        let identity = Identity::new(loaded, surface)?;
        Ok(Self {
            database: settings.database_url.parse().with_context(|| loaded.place("database_url"))?,
            redis: redis(loaded)?,
            bind: settings.bind,
            port: settings.port,
            path_prefix: settings.path_prefix.parse().with_context(|| loaded.place("path_prefix"))?,
            admin_bind: settings.admin_bind,
            events: !identity.admin_keys.is_empty()
                || outbound.as_ref().is_some_and(|outbound| outbound.webhook.is_some()),
            feed: EventFeed::new(loaded)?,
            identity,
            origins: OriginPolicy::new(&settings.allow_origin, settings.bind)
                .with_context(|| loaded.place("allow_origin"))?,
            trusted_proxies: settings.trusted_proxy.iter().map(network).collect::<Result<_, _>>()?,
            limits: SocketLimits {
                frames_per_second: settings.frames_per_second,
                sockets_per_user: settings.sockets_per_user,
            },
            sign_ins_per_minute: settings.sign_ins_per_minute,
            conversations_started_per_day: settings.conversations_started_per_day,
            drain: Duration::from_secs(settings.drain_seconds),
            outbound,
            surface,
            page: surface.http_api && !settings.no_frontend,
        })
    }
}

/// An empty address is none: that is how a variable is switched off.
pub(crate) fn redis(loaded: &Loaded) -> anyhow::Result<Option<Redis>> {
    let settings = &loaded.settings;
    let prefix = settings.redis_prefix.parse().with_context(|| loaded.place("redis_prefix"))?;
    let Some(url) = settings.redis_url.as_deref().filter(|url| !url.is_empty()) else { return Ok(None) };
    let url = url.parse().with_context(|| loaded.place("redis_url"))?;
    Ok(Some(Redis { url, prefix }))
}
