//! What one can do with Handsel, whatever edge one comes from. Knows the ports and no adapter.

mod accounts;
mod market;
mod talk;

pub use accounts::{Accounts, AuthenticateError, Grant, LogInError, RegisterError, Registration};
pub use market::Market;
pub use talk::{RecipientError, Scope, Seat, SeatError, Talk, choose_recipient};
