//! A fresh token for an open socket. Knows nothing of what is said over it.
//!
//! It is looked up beside everything else, so that neither a slow commit nor a client that reads slowly lets the old
//! token run out meanwhile.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use handsel_domain::ports::Principal;
use handsel_domain::token::Token;
use handsel_domain::usecases::AuthenticateError;
use tokio::time::Instant;

use super::{Peer, Session};
use crate::frames::{ErrorFrame, signal};
use crate::limits::STORAGE_RETRY;

/// Whom a fresh token speaks for.
pub(super) type Renewed = Result<Principal, RenewError>;

/// Why a socket does not get a new token. It keeps the one that it has.
#[derive(Debug, thiserror::Error)]
pub(super) enum RenewError {
    #[error(transparent)]
    Authenticate(#[from] AuthenticateError),
    #[error("this token is another user's; connect again to talk as somebody else")]
    AnotherUser,
}

impl RenewError {
    const fn code(&self) -> &'static str {
        match self {
            Self::Authenticate(error) => error.code(),
            Self::AnotherUser => "token_of_another_user",
        }
    }
}

impl<S: Peer> Session<S> {
    pub(super) fn renew(&mut self, token: Token) {
        let (accounts, user) = (Arc::clone(&self.accounts), self.seat.caller.id);
        let renewing: BoxFuture<'static, Renewed> = Box::pin(async move {
            let principal = accounts.authenticate(&token).await?;
            if principal.person.id == user { Ok(principal) } else { Err(RenewError::AnotherUser) }
        });
        self.renewing = Some(renewing);
    }

    pub(super) fn take_renewed(&mut self, renewed: Renewed) {
        match renewed {
            Ok(principal) => {
                self.expires_at = Instant::now() + self.clock.now().until(principal.expires_at);
                self.membership.renew(principal.token);
                self.socket.feed(signal::renewed(principal.expires_at));
            }
            Err(error) => {
                let gone = matches!(error, RenewError::Authenticate(AuthenticateError::Unavailable(_)));
                let frame = ErrorFrame::new(error.code(), error.to_string());
                self.send_error(&frame.retry_after(gone.then_some(STORAGE_RETRY)));
            }
        }
    }
}
