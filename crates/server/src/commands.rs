//! What each command does. Knows nothing of requests or sockets.

mod backup;
mod elsewhere;
mod export;
mod healthcheck;
mod import;
mod lines;
mod progress;
mod token;
mod user;
mod verify;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context;
use handsel_domain::ports::Committed;
use handsel_domain::user::User;
use handsel_storage::DatabaseUrl;
use handsel_transport::broker::LocalBroker;
use serde::Serialize;
use tracing_subscriber::EnvFilter;

use crate::app::App;
use crate::cli::{Cli, Command, CommonArgs, ServeArgs};
use crate::config::{self, Config, IdentitySource, Loaded, Redis, Settings, Surface};
use crate::serve::{self, Listeners};
use crate::telemetry;
use elsewhere::Elsewhere;

/// Runs the command that was typed; returns the status that the process ends with where it does not fail.
pub fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().enable_all().build().context("the runtime does not start")?;
    runtime.block_on(async {
        match cli.command {
            None => serve(cli.serve).await,
            Some(Command::Serve(args)) => serve(args).await,
            Some(Command::Migrate(common)) => migrate(common).await,
            Some(Command::Verify(args)) => return Ok(verify::run(args).await),
            Some(Command::Backup(args)) => backup::run(args).await,
            Some(Command::Export(args)) => export::run(args).await,
            Some(Command::Import(args)) => return Ok(import::run(args).await),
            Some(Command::Healthcheck(args)) => healthcheck::run(args).await,
            Some(Command::User(command)) => Box::pin(user::run(command)).await,
            Some(Command::Token(command)) => token::run(command).await,
            Some(Command::CheckConfig(args)) => check_config(&args),
        }?;
        Ok(ExitCode::SUCCESS)
    })
}

fn load(flags: &impl Serialize, config: Option<PathBuf>) -> anyhow::Result<Loaded> {
    let loaded = Loaded::read(flags, config)?;
    telemetry::start_logging(log_filter(&loaded)?, loaded.settings.log_format)?;
    Ok(loaded)
}

fn log_filter(loaded: &Loaded) -> anyhow::Result<EnvFilter> {
    telemetry::filter(&loaded.settings.log).with_context(|| loaded.place("log"))
}

fn surface(args: &ServeArgs) -> Surface {
    Surface { http_api: !args.websocket_only, websocket: !args.no_websocket }
}

async fn serve(args: ServeArgs) -> anyhow::Result<()> {
    let loaded = load(&args, args.common.config.clone())?;
    let config = Config::new(&loaded, surface(&args))?;
    anyhow::ensure!(
        !args.demo || config.identity.source == IdentitySource::Local,
        "--demo has people who log in with a password: try it without {}",
        loaded.place("identity")
    );
    let listeners = Listeners::bind(&config).await?;
    let broker = |hub| -> Arc<dyn Committed> { Arc::new(LocalBroker::new(hub)) };
    serve::run(listeners, config, args.demo, broker, serve::stop_signal()?).await
}

async fn migrate(common: CommonArgs) -> anyhow::Result<()> {
    let Opened { app, settings, .. } = open(common).await?;
    app.close().await;
    println!("The database {} is up to date.", settings.database_url.parse::<DatabaseUrl>()?.shown());
    Ok(())
}

fn check_config(args: &ServeArgs) -> anyhow::Result<()> {
    let loaded = Loaded::read(args, args.common.config.clone())?;
    let config = Config::new(&loaded, surface(args))?;
    log_filter(&loaded)?;
    let shown = serde_json::to_value(&loaded.settings)?;
    for (name, source) in loaded.sources {
        let value = match name {
            "database_url" => config.database.shown().into(),
            "admin_key" => {
                config.identity.admin_keys.fingerprints().map(|key| format!("{key}…")).collect::<Vec<_>>().into()
            }
            "handshake_hook" => {
                config.outbound.as_ref().and_then(|outbound| outbound.hook.as_ref()).map(ToString::to_string).into()
            }
            "webhook_url" => config
                .outbound
                .as_ref()
                .and_then(|outbound| outbound.webhook.as_ref())
                .map(|webhook| webhook.target.to_string())
                .into(),
            // How many there are is all that may be seen of them.
            "webhook_secret" => config.outbound.as_ref().map(|outbound| format!("{:?}", outbound.secrets)).into(),
            "jwt_secret" => config.identity.jwts.as_ref().map(|_| "***").into(),
            "redis_url" => config.redis.as_ref().map(|redis| redis.url.shown()).into(),
            _ => shown[name].clone(),
        };
        println!("{name} = {value}    # {source}");
    }
    println!("The configuration is valid.");
    Ok(())
}

/// What a command works with that ends at once.
struct Opened {
    app: App,
    settings: Settings,
    /// The nodes over the same database.
    redis: Option<Redis>,
    elsewhere: Arc<Elsewhere>,
}

async fn open(common: CommonArgs) -> anyhow::Result<Opened> {
    let loaded = load(&common, common.config.clone())?;
    let database = loaded.settings.database_url.parse().with_context(|| loaded.place("database_url"))?;
    let redis = config::redis(&loaded)?;
    let elsewhere = Arc::<Elsewhere>::default();
    let app = App::open(&database, Arc::clone(&elsewhere) as Arc<dyn Committed>, 0).await?;
    Ok(Opened { app, settings: loaded.settings, redis, elsewhere })
}

impl Opened {
    /// Lets go of the database, and tells the nodes what they should hear of.
    async fn close(self) {
        self.app.close().await;
        self.elsewhere.is_told(self.redis).await;
    }
}

async fn find_user(app: &App, username: &str) -> anyhow::Result<User> {
    app.accounts
        .by_username(username)
        .await?
        .with_context(|| format!("there is no user {username:?}; `handsel user list` shows them all"))
}
