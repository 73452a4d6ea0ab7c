//! What one can do with Handsel, whatever edge one comes from. Knows the ports and no adapter.

mod accounts;
mod addressing;
mod agreement;
mod directory;
mod market;
mod moderation;
mod seat;
mod talk;

pub use accounts::{Accounts, AuthenticateError, Grant, LogInError, RegisterError, Registration};
pub use addressing::{LocateError, RecipientError, choose_recipient};
pub use agreement::Agreement;
pub use directory::{Directory, GrantError};
pub use market::Market;
pub use moderation::Moderation;
pub use seat::{Scope, Seat, SeatError};
pub use talk::Talk;
