//! One open socket of one user: one loop over one closed list of events. Knows nothing of the upgrade before it, nor
//! of who else is connected; it acts through the use cases and hears through its outbox.
//!
//! - [`socket`]: the WebSocket itself: feeding, flushing, closing, resetting.
//! - [`delivery`]: what was sent of each conversation, so that each entry is sent once and in order.
//! - [`inbound`]: from a client's frame to what is appended.
//! - [`rate`]: how fast a client may send.

mod delivery;
mod inbound;
mod rate;
mod socket;
#[cfg(test)]
mod tests;

pub(crate) use socket::{Peer, Socket};

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use futures_util::stream::FuturesOrdered;
use futures_util::{FutureExt, StreamExt};
use handsel_domain::Unavailable;
use handsel_domain::conversation::{ConversationKey, ConversationState};
use handsel_domain::timeline::{TimelinePage, TimelineRange};
use handsel_domain::usecases::{Seat, Talk};
use tokio::time::Instant;

use crate::close::CloseReason;
use crate::frames::{ErrorFrame, Frame};
use crate::hub::Membership;
use crate::limits::{
    ANSWERS_PATIENCE, APPENDS_IN_FLIGHT_MAX, DEAD_AFTER, PING_INTERVAL, SLOW_PATIENCE, STORAGE_RETRY, SocketLimits,
};
use delivery::Delivery;
use inbound::Answer;
use rate::{Allowance, Rate};
use socket::Incoming;

/// A write that has waited so long and then goes on shows that the client is there.
const FLUSH_SHOWS_LIFE: Duration = Duration::from_secs(1);

/// What a session is made of, beside its socket.
pub(crate) struct Opening {
    pub(crate) talk: Arc<Talk>,
    pub(crate) seat: Seat,
    pub(crate) membership: Membership,
    /// The conversations of the seat as they stood when it joined the hub.
    pub(crate) heads: Vec<ConversationState>,
    /// Whether the client speaks `handsel.v1`.
    pub(crate) extended: bool,
    /// For how long the token is still valid.
    pub(crate) expires_in: Duration,
    pub(crate) limits: SocketLimits,
}

/// Why a session ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// The server closed it.
    Closed(CloseReason),
    /// The client closed it.
    ClientLeft,
    /// The connection broke.
    Broke,
    /// Nothing was heard of the client for too long.
    Dead,
}

enum Event {
    Closing(CloseReason),
    Socket(Incoming),
    OutboxChanged,
    Answered(Answer),
    Read(ConversationKey, Result<Option<TimelinePage>, Unavailable>),
    Tick,
}

type Reading = BoxFuture<'static, (ConversationKey, Result<Option<TimelinePage>, Unavailable>)>;

pub(crate) struct Session<S> {
    socket: Socket<S>,
    talk: Arc<Talk>,
    seat: Arc<Seat>,
    membership: Membership,
    extended: bool,
    delivery: Delivery,
    rate: Rate,
    /// What the client asked for and was not answered yet.
    answers: FuturesOrdered<BoxFuture<'static, Answer>>,
    /// The page that is being read for a conversation that is behind.
    reading: Option<Reading>,
    /// Until when the storage is left alone after it did not answer.
    read_again_at: Option<Instant>,
    expires_at: Instant,
    heard_at: Instant,
    pinged_at: Instant,
    /// Since when a write waits for the client.
    stalled: Option<Stall>,
}

/// A write that waits for the client.
#[derive(Clone, Copy)]
struct Stall {
    since: Instant,
    /// When to look whether the queue is full by now.
    look_at: Instant,
}

impl<S: Peer> Session<S> {
    pub(crate) fn new(socket: Socket<S>, opening: Opening) -> Self {
        let Opening { talk, seat, membership, heads, extended, expires_in, limits } = opening;
        let now = Instant::now();
        Self {
            socket,
            talk,
            seat: Arc::new(seat),
            membership,
            extended,
            delivery: Delivery::from_heads(&heads),
            rate: Rate::new(limits.frames_per_second),
            answers: FuturesOrdered::new(),
            reading: None,
            read_again_at: None,
            expires_at: now + expires_in,
            heard_at: now,
            pinged_at: now,
            stalled: None,
        }
    }

    /// Serves the socket until it ends, and logs that once.
    pub(crate) async fn run(mut self) -> Ending {
        let opened_at = Instant::now();
        let ending = loop {
            self.read_what_is_behind();
            let event = self.next_event().await;
            if let Some(ending) = self.handle(event).await {
                break ending;
            }
        };
        let code = match ending {
            Ending::Closed(reason) => reason.close_code(),
            // Which code a client gives is its own affair, and would be a label without bounds.
            Ending::ClientLeft => 1000,
            Ending::Broke | Ending::Dead => 1006,
        };
        metrics::counter!("handsel_socket_closes_total", "code" => code.to_string()).increment(1);
        tracing::info!(
            user = %self.seat.caller.id,
            code,
            ?ending,
            received = self.rate.received(),
            sent = self.socket.sent(),
            seconds = opened_at.elapsed().as_secs(),
            "socket closed"
        );
        self.end(ending).await;
        ending
    }

    /// Whatever comes first. While a write waits for the client, nothing is read from it and nothing more is taken
    /// for it: what it does not read it does not get, and TCP slows what it sends.
    async fn next_event(&mut self) -> Event {
        let writable = !self.socket.is_flushing();
        if writable {
            self.stalled = None;
        } else if self.stalled.is_none() {
            let since = Instant::now();
            self.stalled = Some(Stall { since, look_at: since + SLOW_PATIENCE });
        }
        let may_read = self.answers.len() < APPENDS_IN_FLIGHT_MAX;
        let deadline = self.deadline();
        tokio::select! {
            reason = &mut self.membership.closing => Event::Closing(reason.unwrap_or(CloseReason::Restarting)),
            incoming = self.socket.progress(may_read) => Event::Socket(incoming),
            () = self.membership.outbox.changed(), if writable => Event::OutboxChanged,
            Some(answer) = self.answers.next(), if writable && !self.answers.is_empty() => Event::Answered(answer),
            (conversation, page) = wait_for(self.reading.as_mut()), if writable && self.reading.is_some() => {
                self.reading = None;
                Event::Read(conversation, page)
            }
            () = tokio::time::sleep_until(deadline) => Event::Tick,
        }
    }

    async fn handle(&mut self, event: Event) -> Option<Ending> {
        match event {
            Event::Closing(reason) => return Some(Ending::Closed(reason)),
            Event::Socket(incoming) => return self.heard(incoming).await,
            Event::OutboxChanged => self.send_live(),
            Event::Answered(answer) => self.send_answer(answer),
            Event::Read(conversation, page) => self.send_page(conversation, page),
            Event::Tick => return self.tick(),
        }
        None
    }

    async fn heard(&mut self, incoming: Incoming) -> Option<Ending> {
        match incoming {
            Incoming::Flushed => {
                // Where a write has waited, that it goes on is a sign of life: the client has taken something.
                if self.stalled.is_some_and(|stall| stall.since.elapsed() >= FLUSH_SHOWS_LIFE) {
                    self.heard_at = Instant::now();
                }
                return None;
            }
            Incoming::Heard => {}
            Incoming::Text(text) => {
                self.heard_at = Instant::now();
                return match self.rate.check() {
                    Allowance::Fits => {
                        self.take_frame(&text).await;
                        None
                    }
                    Allowance::Wait(wait) => {
                        let error = ErrorFrame::new(
                            "rate_limited",
                            "Too many frames; this one was not stored. Send it again a little later.",
                        );
                        self.send_error(&error.retry_after(Some(wait)).answering(inbound::client_message_id_of(&text)));
                        None
                    }
                    Allowance::Exhausted => Some(Ending::Closed(CloseReason::RateLimited)),
                };
            }
            Incoming::Refused(reason) => return Some(Ending::Closed(reason)),
            Incoming::Left => return Some(Ending::ClientLeft),
            Incoming::Broke => return Some(Ending::Broke),
        }
        self.heard_at = Instant::now();
        None
    }

    fn send_answer(&mut self, answer: Answer) {
        answer.frames().into_iter().for_each(|frame| self.socket.feed(frame));
    }

    /// Sends the answers that are there already. Called between taking entries and sending them: an answer that was
    /// given before an entry was committed goes out before it, so that the state in it never follows a newer one.
    fn send_ready_answers(&mut self) {
        while let Some(Some(answer)) = tokio::task::unconstrained(self.answers.next()).now_or_never() {
            self.send_answer(answer);
        }
    }

    fn send_live(&mut self) {
        let taken = self.membership.outbox.take_live();
        self.send_ready_answers();
        for live in taken {
            match self.delivery.next(live.conversation, live.seq) {
                delivery::Next::Send => self.socket.feed(live.frame),
                delivery::Next::AlreadySent => {}
                delivery::Next::Missing => self.membership.outbox.fall_behind(live.conversation, live.seq.into()),
            }
        }
    }

    /// Starts to read the next page of a conversation that is behind, one at a time.
    fn read_what_is_behind(&mut self) {
        if self.reading.is_some() || self.read_again_at.is_some() {
            return;
        }
        while let Some((conversation, target)) = self.membership.outbox.next_behind() {
            let sent = self.delivery.sent(conversation);
            if sent >= target {
                self.membership.outbox.caught_up(conversation, sent);
                continue;
            }
            let talk = Arc::clone(&self.talk);
            self.reading =
                Some(Box::pin(
                    async move { (conversation, talk.read(conversation, TimelineRange::after(sent)).await) },
                ));
            return;
        }
    }

    fn send_page(&mut self, conversation: ConversationKey, page: Result<Option<TimelinePage>, Unavailable>) {
        let entries = match page {
            Ok(page) => page.map(|page| page.entries).unwrap_or_default(),
            Err(Unavailable) => {
                self.read_again_at = Some(Instant::now() + STORAGE_RETRY);
                return;
            }
        };
        if entries.is_empty() {
            tracing::warn!(%conversation, "told of entries that the storage does not have");
            self.membership.outbox.give_up(conversation);
        }
        metrics::counter!("handsel_replayed_entries_total").increment(entries.len() as u64);
        self.send_ready_answers();
        for entry in entries {
            if self.delivery.next(conversation, entry.seq) == delivery::Next::Send {
                self.socket.feed(crate::frames::entry(&entry));
            }
        }
        self.membership.outbox.caught_up(conversation, self.delivery.sent(conversation));
    }

    fn send_error(&mut self, error: &ErrorFrame) {
        metrics::counter!("handsel_errors_total", "code" => error.code).increment(1);
        self.socket.feed(error.encode());
    }

    fn deadline(&self) -> Instant {
        let heartbeat = (self.heard_at.max(self.pinged_at) + PING_INTERVAL).min(self.heard_at + DEAD_AFTER);
        let deadline = heartbeat.min(self.expires_at);
        let looks = [self.read_again_at, self.stalled.map(|stall| stall.look_at)];
        looks.into_iter().flatten().fold(deadline, Instant::min)
    }

    fn tick(&mut self) -> Option<Ending> {
        let now = Instant::now();
        if now >= self.expires_at {
            return Some(Ending::Closed(CloseReason::TokenExpired));
        }
        if now >= self.heard_at + DEAD_AFTER {
            return Some(Ending::Dead);
        }
        if now >= self.heard_at.max(self.pinged_at) + PING_INTERVAL {
            self.pinged_at = now;
            if !self.socket.is_flushing() {
                self.socket.ping();
            }
        }
        if self.read_again_at.is_some_and(|at| now >= at) {
            self.read_again_at = None;
        }
        if let Some(stall) = self.stalled.as_mut().filter(|stall| now >= stall.look_at) {
            if self.membership.outbox.has_overflowed() {
                return Some(Ending::Closed(CloseReason::TooSlow));
            }
            stall.look_at = now + SLOW_PATIENCE;
        }
        None
    }

    /// Leaves the hub first, so that nothing is delivered after the close. What the client has asked for is done even
    /// where it does not wait for the answer.
    async fn end(self, ending: Ending) {
        let Self { mut socket, membership, mut answers, delivery, extended, .. } = self;
        if ending == Ending::Closed(CloseReason::Restarting) {
            finish(&mut socket, &membership, &mut answers, delivery).await;
        }
        drop(membership);
        let ended = async {
            match ending {
                Ending::Closed(reason) => {
                    let announced = extended && matches!(reason, CloseReason::RateLimited | CloseReason::Restarting);
                    socket.close(reason, announced.then(|| announcement(reason))).await;
                }
                Ending::ClientLeft => socket.leave().await,
                Ending::Broke => {}
                Ending::Dead => socket.reset(),
            }
        };
        let settled = tokio::time::timeout(ANSWERS_PATIENCE, async { while answers.next().await.is_some() {} });
        let ((), _) = tokio::join!(ended, settled);
    }
}

/// The error frame that a client of `handsel.v1` gets before some closes.
pub(crate) fn announcement(reason: CloseReason) -> Frame {
    ErrorFrame::new(reason.code(), reason.explanation()).retry_after(reason.retry_after()).encode()
}

/// Before a restart: what was asked is answered and what was committed is sent, if it takes no longer than a moment.
async fn finish<S: Peer>(
    socket: &mut Socket<S>,
    membership: &Membership,
    answers: &mut FuturesOrdered<BoxFuture<'static, Answer>>,
    mut delivery: Delivery,
) {
    let answered = async {
        while let Some(answer) = answers.next().await {
            answer.frames().into_iter().for_each(|frame| socket.feed(frame));
        }
    };
    // Whoever is not answered in time asks again after the restart; nothing is lost by it.
    let _ = tokio::time::timeout(ANSWERS_PATIENCE, answered).await;
    for live in membership.outbox.take_live() {
        if delivery.next(live.conversation, live.seq) == delivery::Next::Send {
            socket.feed(live.frame);
        }
    }
}

async fn wait_for<T>(future: Option<&mut BoxFuture<'static, T>>) -> T {
    match future {
        Some(future) => future.await,
        None => std::future::pending().await,
    }
}
