//! One open socket of one user: one loop over one closed list of events. Knows nothing of the upgrade before it, nor
//! of who else is connected; it acts through the use cases and hears through its outbox.
//!
//! - [`socket`]: the WebSocket itself: feeding, flushing, closing, resetting.
//! - [`greeting`]: how a session begins.
//! - [`delivery`]: what was sent of each conversation, so that each entry is sent once and in order.
//! - [`addressing`]: which conversation a frame is for.
//! - [`inbound`]: from a client's frame to what is done.
//! - [`sending`]: what goes out, live or read from the timeline, each entry once.
//! - [`lag`]: how long entries take from their commit to the socket.
//! - [`signals`]: what goes out beside entries.
//! - [`timing`]: what a session waits for: signs of life, the token's end, a write that stalls.
//! - [`ending`]: how a session ends.
//! - [`renewal`]: a fresh token for an open socket.
//! - [`rate`]: how fast a client may send.

mod addressing;
mod delivery;
mod ending;
mod greeting;
mod inbound;
mod lag;
mod rate;
mod renewal;
mod sending;
mod signals;
mod socket;
#[cfg(test)]
mod tests;
mod timing;

pub(crate) use ending::{Ending, announcement};
pub(crate) use greeting::{Extension, listed};
pub(crate) use socket::{Peer, Socket};

use std::collections::HashMap;
use std::sync::Arc;

use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesOrdered;
use handsel_domain::conversation::{ConversationKey, ConversationState};
use handsel_domain::ids::UserId;
use handsel_domain::ports::Clock;
use handsel_domain::time::Timestamp;
use handsel_domain::usecases::{Accounts, Seat, Talk};
use tokio::time::Instant;

use crate::close::CloseReason;
use crate::counts::{self, counts};
use crate::frames::kind::Received;
use crate::frames::{ErrorFrame, Frame};
use crate::hub::{Membership, Reads};
use crate::limits::{APPENDS_IN_FLIGHT_MAX, SocketLimits};
use crate::request_id::RequestId;
use addressing::Located;
use delivery::Delivery;
use greeting::Beginning;
use inbound::Answer;
use lag::Lag;
use rate::{Allowance, Rate};
use renewal::Renewed;
use sending::Page;
use socket::Incoming;
use timing::Stall;

/// What a session is made of, beside its socket.
pub(crate) struct Opening {
    pub(crate) talk: Arc<Talk>,
    pub(crate) accounts: Arc<Accounts>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) seat: Seat,
    pub(crate) membership: Membership,
    /// The conversations of the seat as they stood when it joined the hub; the newest first where they are many.
    pub(crate) heads: Vec<ConversationState>,
    /// What a client that speaks `handsel.v1` asked for.
    pub(crate) extension: Option<Extension>,
    /// When the token runs out.
    pub(crate) expires_at: Timestamp,
    pub(crate) limits: SocketLimits,
    /// What the request that opened it is called in the log.
    pub(crate) request: Option<RequestId>,
}

enum Event {
    Closing(CloseReason),
    Socket(Incoming),
    OutboxChanged,
    Located(Located),
    Answered(Answer),
    Page(Page),
    Renewed(Renewed),
    Tick,
}

pub(crate) struct Session<S> {
    socket: Socket<S>,
    talk: Arc<Talk>,
    accounts: Arc<Accounts>,
    clock: Arc<dyn Clock>,
    seat: Arc<Seat>,
    membership: Membership,
    /// Whether the client speaks `handsel.v1`.
    extended: bool,
    /// Its first frame, until that is sent.
    hello: Option<Frame>,
    delivery: Delivery,
    /// Whose presence the client was told of, and what.
    peers: HashMap<UserId, bool>,
    rate: Rate,
    /// The frame whose conversation the storage is asked for.
    locating: Option<BoxFuture<'static, Located>>,
    /// The fresh token that is looked up.
    renewing: Option<BoxFuture<'static, Renewed>>,
    /// What the client asked for and was not answered yet.
    answers: FuturesOrdered<BoxFuture<'static, Answer>>,
    /// The conversations of which the client has just said how far it has read, each as often as it said so.
    reads_under_way: Vec<ConversationKey>,
    /// Cursors that are not to be told yet.
    waiting_reads: Reads,
    /// The page that is being read for a conversation that is behind.
    reading: Option<BoxFuture<'static, Page>>,
    /// Until when the storage is left alone after it did not answer.
    read_again_at: Option<Instant>,
    request: Option<RequestId>,
    expires_at: Instant,
    heard_at: Instant,
    pinged_at: Instant,
    /// Since when a write waits for the client.
    stalled: Option<Stall>,
    lag: Lag,
}

impl<S: Peer> Session<S> {
    pub(crate) fn new(socket: Socket<S>, mut opening: Opening) -> Self {
        let Beginning { delivery, hello, peers } = Beginning::of(&mut opening);
        let Opening { talk, accounts, clock, seat, membership, heads: _, extension, expires_at, limits, request } =
            opening;
        let now = Instant::now();
        let expires_in = clock.now().until(expires_at);
        Self {
            socket,
            talk,
            accounts,
            clock,
            seat: Arc::new(seat),
            membership,
            extended: extension.is_some(),
            hello,
            delivery,
            peers,
            rate: Rate::new(limits.frames_per_second),
            locating: None,
            renewing: None,
            reads_under_way: Vec::new(),
            waiting_reads: Reads::default(),
            answers: FuturesOrdered::new(),
            reading: None,
            read_again_at: None,
            request,
            expires_at: now + expires_in,
            heard_at: now,
            pinged_at: now,
            stalled: None,
            lag: Lag::default(),
        }
    }

    /// Serves the socket until it ends, and logs that once.
    pub(crate) async fn run(mut self) -> Ending {
        let opened_at = Instant::now();
        self.greet();
        let ending = loop {
            self.read_what_is_behind();
            let event = self.next_event().await;
            if let Some(ending) = self.handle(event) {
                break ending;
            }
        };
        let code = match ending {
            Ending::Closed(reason) => reason.close_code(),
            // Which code a client gives is its own affair, and would be a label without bounds.
            Ending::ClientLeft => counts::CLIENT_LEFT,
            Ending::Broke | Ending::Dead => counts::BROKE,
        };
        counts::closes(code).increment(1);
        tracing::info!(
            user = %self.seat.caller.id,
            code,
            ?ending,
            received = self.rate.received(),
            sent = self.socket.sent(),
            millis = u64::try_from(opened_at.elapsed().as_millis()).unwrap_or(u64::MAX),
            request = self.request.as_ref().map(RequestId::as_str),
            "socket closed"
        );
        self.end(ending).await;
        ending
    }

    /// Whatever comes first. While a write waits for the client, nothing is read from it and nothing more is taken
    /// for it: what it does not read it does not get, and TCP slows what it sends.
    async fn next_event(&mut self) -> Event {
        let writable = !self.socket.is_flushing();
        self.note_stall(!writable);
        let may_read = self.answers.len() < APPENDS_IN_FLIGHT_MAX && self.locating.is_none() && self.renewing.is_none();
        let deadline = self.deadline();
        tokio::select! {
            reason = &mut self.membership.closing => Event::Closing(reason.unwrap_or(CloseReason::Restarting)),
            incoming = self.socket.progress(may_read) => Event::Socket(incoming),
            () = self.membership.outbox.changed(), if writable => Event::OutboxChanged,
            located = wait_for(self.locating.as_mut()), if self.locating.is_some() => {
                self.locating = None;
                Event::Located(located)
            }
            // Also while a write waits: the old token runs out meanwhile.
            renewed = wait_for(self.renewing.as_mut()), if self.renewing.is_some() => {
                self.renewing = None;
                Event::Renewed(renewed)
            }
            Some(answer) = self.answers.next(), if writable && !self.answers.is_empty() => Event::Answered(answer),
            // Also while a write waits: a read that nobody polls would keep its connection to the database from others.
            page = wait_for(self.reading.as_mut()), if self.reading.is_some() => {
                self.reading = None;
                Event::Page(page)
            }
            () = tokio::time::sleep_until(deadline) => Event::Tick,
        }
    }

    fn handle(&mut self, event: Event) -> Option<Ending> {
        match event {
            Event::Closing(reason) => return Some(Ending::Closed(reason)),
            Event::Socket(incoming) => return self.heard(incoming),
            Event::OutboxChanged => self.send_what_is_there(),
            Event::Located(located) => self.take_located(located),
            Event::Answered(answer) => self.send_answer(answer),
            Event::Page(page) => self.send_page(page),
            Event::Renewed(renewed) => self.take_renewed(renewed),
            Event::Tick => return self.tick(),
        }
        None
    }

    fn heard(&mut self, incoming: Incoming) -> Option<Ending> {
        match incoming {
            Incoming::Flushed => {
                self.note_flushed();
                self.lag.flushed();
                return None;
            }
            Incoming::Heard => {}
            Incoming::Text(text) => {
                self.heard_at = Instant::now();
                if self.heard_at >= self.expires_at {
                    return Some(Ending::Closed(CloseReason::TokenExpired));
                }
                return match self.rate.check() {
                    Allowance::Fits => {
                        self.take_frame(&text);
                        None
                    }
                    Allowance::Wait(wait) => {
                        counts().received(Received::of(&text));
                        let error = ErrorFrame::new(
                            "rate_limited",
                            "Too many frames; this one was not stored. Send it again a little later.",
                        );
                        self.refuse(&text, error.retry_after(Some(wait)));
                        None
                    }
                    Allowance::Exhausted => {
                        counts().received(Received::of(&text));
                        Some(Ending::Closed(CloseReason::RateLimited))
                    }
                };
            }
            Incoming::Refused(reason) => return Some(Ending::Closed(reason)),
            Incoming::Left => return Some(Ending::ClientLeft),
            Incoming::Broke => return Some(Ending::Broke),
        }
        self.heard_at = Instant::now();
        None
    }
}

async fn wait_for<T>(future: Option<&mut BoxFuture<'static, T>>) -> T {
    match future {
        Some(future) => future.await,
        None => std::future::pending().await,
    }
}
