//! Sessions over an in-memory connection, with mocks behind the use cases and a clock that the test moves.

mod bench;
mod comparing;
mod delivering;
mod ending;
mod extended;
mod overload;
mod reading;
