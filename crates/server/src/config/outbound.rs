//! Whom the server asks by HTTP, where, and how they know that it is this server. Knows nothing of what is said.

use anyhow::Context;
use handsel_outbound::allow::Allow;
use handsel_outbound::client::Target;
use handsel_outbound::signature::Secrets;

use super::Loaded;

/// Where events are pushed.
#[derive(Clone, Debug)]
pub struct Webhook {
    /// Where.
    pub target: Target,
    /// Whether they have what people write.
    pub content: bool,
}

/// Requests to others, checked.
#[derive(Clone, Debug)]
pub struct Outbound {
    /// Which addresses may be reached.
    pub allow: Allow,
    /// What signs the requests.
    pub secrets: Secrets,
    /// Where the ledger is asked.
    pub hook: Option<Target>,
    /// Where events are pushed.
    pub webhook: Option<Webhook>,
}

impl Outbound {
    /// `None` where nobody is asked.
    pub(super) fn new(loaded: &Loaded) -> anyhow::Result<Option<Self>> {
        let settings = &loaded.settings;
        let allow = Allow::parse(&settings.outbound_allow).with_context(|| loaded.place("outbound_allow"))?;
        let target = |name: &'static str, url: &Option<String>| {
            let url = url.as_deref().filter(|url| !url.is_empty());
            url.map(|url| Target::parse(url, &allow).with_context(|| loaded.place(name))).transpose()
        };
        let hook = target("handshake_hook", &settings.handshake_hook)?;
        let webhook = target("webhook_url", &settings.webhook_url)?;
        let webhook = webhook.map(|target| Webhook { target, content: settings.webhook_content });
        let secret = settings.webhook_secret.as_deref().filter(|secret| !secret.is_empty());
        let secrets: Option<Secrets> =
            secret.map(|secret| secret.parse().with_context(|| loaded.place("webhook_secret"))).transpose()?;
        let used = hook.as_ref().map(|_| "handshake_hook").or(webhook.as_ref().map(|_| "webhook_url"));
        let Some(used) = used else { return Ok(None) };
        let secrets = secrets.with_context(|| {
            format!(
                "{}: its requests are signed; set HANDSEL_WEBHOOK_SECRET to what this prints: \
                 echo \"whsec_$(openssl rand -base64 32)\"",
                loaded.place(used)
            )
        })?;
        Ok(Some(Self { allow, secrets, hook, webhook }))
    }
}
