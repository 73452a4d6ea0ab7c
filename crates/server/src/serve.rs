//! Serving: listens, accepts, and ends in order. Knows nothing of what is served.

mod connection;
mod listeners;
mod outbound;

pub use listeners::Listeners;

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use handsel_domain::ports::{Committed, Jwts};
use handsel_domain::usecases::Accounts;
use handsel_storage::DatabaseUrl;
use handsel_transport::broker::Elsewhere;
use handsel_transport::broker::local::Nowhere;
use handsel_transport::broker::redis::RedisBroker;
use handsel_transport::gateway::Gateway;
use handsel_transport::hub::Hub;
use handsel_transport::watch::{Pace, Watch};
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout_at};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::app::App;
use crate::config::{Config, Redis};
use crate::http::{Api, Served, UseCases};
use crate::jwt::SiteJwts;
use crate::page::Page;
use crate::recorder::Recording;
use crate::{demo, telemetry};
use connection::Connections;
pub(crate) use listeners::reached_at;

/// How often what is no longer needed is swept.
const SWEEP_INTERVAL: Duration = Duration::from_mins(1);
/// The part of the drain time over which closes are spread; the rest is for the last of them to be answered.
const DRAIN_SPREAD_PERCENT: u32 = 60;
/// The part of the drain time after which sockets that are still open are left behind.
const DRAIN_SOCKETS_PERCENT: u32 = 90;
/// The part of the drain time after which requests are left behind; the rest is for the database.
const DRAIN_REQUESTS_PERCENT: u32 = 95;
/// What requests, and then the database, are given even where the drain time is used up.
const LAST_MOMENT: Duration = Duration::from_millis(250);

/// Resolves when the process is asked to end: SIGTERM or Ctrl-C.
pub fn stop_signal() -> anyhow::Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate()).context("cannot listen for SIGTERM")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("cannot listen for Ctrl-C")?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

fn use_cases(app: &App) -> UseCases {
    UseCases {
        market: Arc::clone(&app.market),
        directory: Arc::clone(&app.directory),
        events: Arc::clone(&app.events),
        moderation: Arc::clone(&app.moderation),
    }
}

/// A site's own JWTs are taken, where there are any, and its file of keys is watched.
fn take_jwts(jwts: Option<&Arc<SiteJwts>>, app: &mut App, background: &TaskTracker, ended: &CancellationToken) {
    if let Some(jwts) = jwts {
        app.take_jwts(Arc::clone(jwts) as Arc<dyn Jwts>);
        background.spawn(Arc::clone(jwts).watch(ended.clone()));
    }
}

/// Serves until `stop` resolves, then drains and returns. `broker` is what tells this process's hub of commits, and then
/// Redis tells the other nodes, where there is one; whatever is not told is found by comparing.
pub async fn run(
    listeners: Listeners,
    config: Config,
    with_demo: bool,
    broker: impl FnOnce(Arc<Hub>) -> Arc<dyn Committed>,
    stop: impl Future<Output = ()>,
) -> anyhow::Result<()> {
    telemetry::metrics();
    let address = listeners.public.local_addr()?;
    let pace = Arc::new(Pace::default());
    let redis = config.redis.clone().map(|redis| RedisBroker::new(redis.url, redis.prefix, Arc::clone(&pace)));
    let (redis, link) = redis.unzip();
    let hub = Arc::new(Hub::among(config.limits.sockets_per_user, elsewhere(redis.as_ref())));
    let mut stop = std::pin::pin!(stop);
    let recording = Recording::of(config.events.then_some(config.feed));
    let opening = async {
        let here = broker(Arc::clone(&hub));
        let committed = redis.as_ref().map(|redis| redis.behind(Arc::clone(&here))).unwrap_or(here);
        let app =
            App::open(&config.database, recording.in_front_of(committed), config.conversations_started_per_day).await?;
        // In front of everything that serves or sweeps, so that a database of others is left as it is.
        let demo = if with_demo { Some(demo::prepare(&app).await?) } else { None };
        recording.begins(&*app.events).await?;
        anyhow::Ok((app, demo))
    };
    let (mut app, demo) = tokio::select! {
        opened = opening => opened?,
        // A database that another process holds can keep this one waiting.
        () = &mut stop => return Ok(()),
    };
    let (stopping, ended, background) = (CancellationToken::new(), CancellationToken::new(), TaskTracker::new());
    take_jwts(config.identity.jwts.as_ref(), &mut app, &background, &ended);
    outbound::begin(&config, &mut app, &hub, &background, &ended)?;
    let sessions = TaskTracker::new();
    let gateway = Gateway {
        hub: Arc::clone(&hub),
        accounts: Arc::clone(&app.accounts),
        talk: Arc::clone(&app.talk),
        clock: Arc::clone(&app.clock),
        origins: Arc::new(config.origins),
        limits: config.limits,
        sessions: sessions.clone(),
    };
    let api = Arc::new(Api::new(
        use_cases(&app),
        gateway,
        stopping.clone(),
        Served {
            surface: config.surface,
            page: config.page.then(|| Page::new(config.identity.source)),
            path_prefix: config.path_prefix.clone(),
            has_admin_address: listeners.admin.is_some(),
            trusted_proxies: config.trusted_proxies,
            sign_ins_per_minute: config.sign_ins_per_minute,
            identity: config.identity,
        },
    ));

    let watch = Watch::new(Arc::clone(&hub), Arc::clone(&app.talk), Arc::clone(&app.tokens));
    background.spawn(watch.run(pace, ended.clone()));
    // It ends last: what is committed while everything else ends is for the other nodes, too.
    let silent = CancellationToken::new();
    let link = link.map(|link| tokio::spawn(link.run(Arc::clone(&hub), silent.clone())));
    background.spawn(telemetry::upkeep(ended.clone()));
    background.spawn(recording.run(Arc::clone(&app.events), Arc::clone(&app.clock), ended.clone()));
    background.spawn(sweep(Arc::clone(&app.accounts), Arc::clone(&api), ended.clone()));

    say_where(&listeners, &config.database, config.redis.as_ref())?;
    let reached = format!("{}{}", reached_at(address), config.path_prefix);
    match demo {
        Some(demo) => demo::announce(demo, &app, &reached, config.surface, config.page).await?,
        None if config.page => println!("Open http://{reached}/ in a browser."),
        None => {}
    }

    let connections = Connections::new(api);
    let accepting = tokio::spawn(connections.accept(listeners, ended.clone()));
    let failed = tokio::select! {
        () = &mut stop => false,
        () = app.failed() => true,
    };
    // In front of the log, so that whoever has read it finds the server not ready.
    stopping.cancel();
    tracing::info!("stopping: sockets are closed, requests under way are finished");
    let asked_at = Instant::now();
    let until = |percent| (asked_at + config.drain * percent / 100).max(Instant::now() + LAST_MOMENT);

    // While sockets drain, requests are still answered, and new sockets sent elsewhere.
    let drained = async {
        hub.drain(config.drain * DRAIN_SPREAD_PERCENT / 100).await;
        sessions.close();
        sessions.wait().await;
    };
    if timeout_at(until(DRAIN_SOCKETS_PERCENT), drained).await.is_err() {
        tracing::warn!("some sockets did not close in time");
    }
    ended.cancel();
    let connections = accepting.await.context("the listener ended badly")?;
    if timeout_at(until(DRAIN_REQUESTS_PERCENT), connections.finish()).await.is_err() {
        tracing::warn!("some requests did not end in time");
    }
    // Another process may hold the database's lock for longer than a supervisor waits. What is left behind then was
    // never acknowledged.
    let closed = async {
        background.close();
        background.wait().await;
        app.close().await;
    };
    if timeout_at(until(100), closed).await.is_err() {
        tracing::warn!("the database was not free in time; what was not committed was not acknowledged");
    }
    silent.cancel();
    last_words(link, until(100)).await;
    tracing::info!("stopped");
    anyhow::ensure!(!failed, "nothing could be written any more; the log says why");
    Ok(())
}

/// Waits until the other nodes were told what was committed last.
async fn last_words(link: Option<JoinHandle<()>>, by: Instant) {
    if let Some(link) = link
        && timeout_at(by, link).await.is_err()
    {
        tracing::warn!("Redis did not take the last of what was committed in time; other nodes find it by comparing");
    }
}

/// Says where it listens, and over what it serves.
fn say_where(listeners: &Listeners, database: &DatabaseUrl, redis: Option<&Redis>) -> anyhow::Result<()> {
    let redis = redis.map(|redis| format!(", Redis {}", redis.url.shown())).unwrap_or_default();
    let admin = listeners.admin.as_ref().map(|admin| admin.local_addr()).transpose()?;
    let admin = admin.map(|admin| format!(", operator's address http://{admin}")).unwrap_or_default();
    let (version, address, database) = (env!("CARGO_PKG_VERSION"), listeners.public.local_addr()?, database.shown());
    println!("Handsel {version} listening on http://{address}, database {database}{redis}{admin}");
    Ok(())
}

/// Who is told of what happens here, beside this process.
fn elsewhere(redis: Option<&RedisBroker>) -> Arc<dyn Elsewhere> {
    match redis {
        Some(redis) => Arc::new(redis.clone()),
        None => Arc::new(Nowhere),
    }
}

/// Sweeps what has expired.
async fn sweep(accounts: Arc<Accounts>, api: Arc<Api>, stop: CancellationToken) {
    let mut ticks = tokio::time::interval(SWEEP_INTERVAL);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = ticks.tick() => {}
        }
        api.tidy_up();
        match accounts.sweep_tokens().await {
            Ok(0) => {}
            Ok(swept) => tracing::debug!(swept, "expired tokens deleted"),
            Err(unavailable) => tracing::warn!(%unavailable, "expired tokens were not deleted"),
        }
    }
}
