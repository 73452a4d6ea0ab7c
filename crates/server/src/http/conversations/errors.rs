//! From what the use cases refuse to problems: which status each error has. Knows nothing of requests.

use handsel_domain::Unavailable;
use handsel_domain::conversation::{ConversationInvalid, WriteRefused};
use handsel_domain::ports::AppendError;
use handsel_domain::usecases::{RecipientError, Scope, Seat, SeatError};
use handsel_transport::frames;
use handsel_transport::limits::STORAGE_RETRY;
use handsel_transport::problem::Problem;
use hyper::StatusCode;

use super::super::respond;
use super::super::service::Api;

pub(super) fn conversation_invalid() -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, ConversationInvalid::CODE, ConversationInvalid.to_string())
}

pub(super) fn seat(error: SeatError) -> Problem {
    match error {
        SeatError::ListingNotFound => respond::listing_not_found(),
        SeatError::NotAParticipant(_) => Problem::new(StatusCode::FORBIDDEN, error.code(), error.to_string()),
        SeatError::Unavailable(gone) => respond::unavailable(gone),
    }
}

/// Where it is not clear who is meant, those who may be are named.
pub(super) async fn recipient(api: &Api, seat: &Seat, error: RecipientError) -> Problem {
    let (status, detail) = match &error {
        RecipientError::Required => (
            StatusCode::UNPROCESSABLE_ENTITY,
            "Several people have written about this listing; name one by recipient_id, or the conversation by its key."
                .to_owned(),
        ),
        RecipientError::Unknown | RecipientError::ConversationRequired => {
            (StatusCode::UNPROCESSABLE_ENTITY, error.to_string())
        }
        RecipientError::NoRespondent => (StatusCode::CONFLICT, error.to_string()),
        RecipientError::Unavailable(gone) => return respond::unavailable(*gone),
    };
    let problem = Problem::new(status, error.code(), detail);
    match (error, seat.scope) {
        (RecipientError::Required | RecipientError::Unknown, Scope::Listing(listing)) => {
            match api.talk.respondents(listing).await {
                Ok(people) => problem.with("recipients", &frames::recipients(&people)),
                Err(Unavailable) => problem,
            }
        }
        (_, _) => problem,
    }
}

pub(super) fn append(error: &AppendError) -> Problem {
    let status = match error {
        AppendError::ListingNotFound => StatusCode::NOT_FOUND,
        AppendError::WriteRefused(
            WriteRefused::NotAParticipant(_)
            | WriteRefused::AccountSuspended
            | WriteRefused::AccountDeleted
            | WriteRefused::PeerBlocked
            | WriteRefused::Closed,
        ) => StatusCode::FORBIDDEN,
        AppendError::WriteRefused(WriteRefused::TooManyStarted { .. }) => StatusCode::TOO_MANY_REQUESTS,
        AppendError::WriteRefused(WriteRefused::NoRespondent | WriteRefused::ListingClosed) => StatusCode::CONFLICT,
        AppendError::ClientMessageIdConflict | AppendError::Step { .. } | AppendError::Objected { .. } => {
            StatusCode::CONFLICT
        }
        AppendError::Unavailable(_) | AppendError::OutcomeUnknown => StatusCode::SERVICE_UNAVAILABLE,
    };
    let problem = Problem::new(status, error.code(), error.to_string());
    match error {
        AppendError::Step { current: Some((conversation, handshake)), .. }
        | AppendError::Objected { current: (conversation, handshake), .. } => {
            problem.with("handshake", &frames::handshake_object(conversation, handshake))
        }
        AppendError::Unavailable(_) | AppendError::OutcomeUnknown => problem.retry_after(STORAGE_RETRY),
        AppendError::WriteRefused(refused) => match refused.retry_after() {
            Some(wait) => problem.retry_after(wait),
            None => problem,
        },
        AppendError::ListingNotFound
        | AppendError::ClientMessageIdConflict
        | AppendError::Step { current: None, .. } => problem,
    }
}
