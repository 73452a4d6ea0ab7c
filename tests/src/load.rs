//! Pairs that write to each other as fast as they get answers, what was promised to them, how fast it went, and what the
//! server weighed.
//!
//! Knows nothing of flags or of printing.

mod check;
pub mod machine;
mod side;
mod speed;
mod weight;

pub use speed::Speed;
pub use weight::Weight;

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::seen::Breach;
use crate::{Pair, Server, Started};
use side::Side;

/// How many pairs are checked at the same time: each needs a connection to the database.
const CHECKED_AT_ONCE: usize = 8;

/// A server over a fresh database, for nothing but this.
pub async fn server() -> Server {
    Started::fresh().with(&["--frames-per-second", "0", "--sign-ins-per-minute", "0", "--log", "warn"]).start().await
}

/// Pairs whose sockets are open.
pub struct Opened(Vec<Talk>);

/// What both sides of a pair have heard, and since when each of their messages was under way.
struct Talk {
    pair: Pair,
    owner: Side,
    respondent: Side,
}

/// Opens a socket of each side of each.
pub async fn open(pairs: Vec<Pair>) -> Opened {
    let mut opened = Vec::new();
    for pair in pairs {
        let (owners, respondents) = pair.open().await;
        let (owner, respondent) = (Side::new(&pair.owner, owners), Side::new(&pair.respondent, respondents));
        opened.push(Talk { pair, owner, respondent });
    }
    Opened(opened)
}

/// Lets them write for so long; then all that was promised is checked. All breaches, where there are any.
pub async fn run(server: &Server, Opened(opened): Opened, how_long: Duration) -> Result<Speed, Vec<Breach>> {
    let started = Instant::now();
    let talking: JoinSet<_> = opened.into_iter().map(|talk| talk.go_on_until(started + how_long)).collect();
    let (talks, mut breaches) = all(talking).await;
    let took = started.elapsed();
    let speed = Speed::of(&talks, took);

    let database = server.database();
    let turns = Arc::new(Semaphore::new(CHECKED_AT_ONCE));
    let checking: JoinSet<_> = talks
        .into_iter()
        .map(|talk| {
            let (database, turns) = (database.clone(), Arc::clone(&turns));
            async move {
                let _turn = turns.acquire().await.expect("nobody closes it");
                check::all(&talk, &database).await
            }
        })
        .collect();
    breaches.extend(all(checking).await.1);
    if breaches.is_empty() { Ok(speed) } else { Err(breaches) }
}

/// What came of each, and what went wrong: what a task panicked with is a breach like any other.
async fn all<T: 'static>(mut tasks: JoinSet<Result<T, Breach>>) -> (Vec<T>, Vec<Breach>) {
    let (mut done, mut breaches) = (Vec::new(), Vec::new());
    while let Some(ended) = tasks.join_next().await {
        match ended {
            Ok(Ok(one)) => done.push(one),
            Ok(Err(breach)) => breaches.push(breach),
            Err(panicked) => breaches.push(panicked.to_string()),
        }
    }
    (done, breaches)
}

impl Talk {
    async fn go_on_until(self, end: Instant) -> Result<Self, Breach> {
        let Self { pair, mut owner, mut respondent } = self;
        let (by_owner, by_respondent) = tokio::join!(owner.writes_until(end), respondent.writes_until(end));
        by_owner.and(by_respondent)?;
        let total = owner.sent() + respondent.sent();
        let (by_owner, by_respondent) = tokio::join!(owner.hears_all(total), respondent.hears_all(total));
        by_owner.and(by_respondent)?;
        Ok(Self { pair, owner, respondent })
    }
}
