//! How a session ends: told or untold, with what was asked for done. Knows nothing of why it was decided to.

use std::sync::Arc;

use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesOrdered;

use super::delivery::{Delivery, Next};
use super::inbound::Answer;
use super::{Peer, Session, Socket};
use crate::close::CloseReason;
use crate::frames::kind::Sent;
use crate::frames::{ErrorFrame, Frame};
use crate::hub::Membership;
use crate::limits::ANSWERS_PATIENCE;

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

impl<S: Peer> Session<S> {
    /// Leaves the hub first, so that nothing is delivered after the close. What the client has asked for is done even
    /// where it does not wait for the answer.
    pub(super) async fn end(self, ending: Ending) {
        let Self { mut socket, membership, mut answers, delivery, extended, locating, talk, seat, .. } = self;
        if let Some(locating) = locating {
            let caller = Arc::clone(&seat.caller);
            answers.push_back(Box::pin(async move { locating.await.perform(talk, caller).await }));
        }
        if ending == Ending::Closed(CloseReason::Restarting) {
            finish(&mut socket, &membership, &mut answers, delivery, extended).await;
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
    extended: bool,
) {
    let answered = async {
        while let Some(answer) = answers.next().await {
            answer.frames().into_iter().for_each(|frame| socket.feed(frame));
        }
    };
    // Whoever is not answered in time asks again after the restart; nothing is lost by it.
    let _ = tokio::time::timeout(ANSWERS_PATIENCE, answered).await;
    for live in membership.outbox.take_live() {
        let is_known = extended || !Sent::is_for_extended_alone(&live.frame);
        if delivery.next(live.conversation, live.seq) == Next::Send && is_known {
            socket.feed(live.frame);
        }
    }
}
