//! All end-to-end tests, as one program: linked once, and run as one.

mod admin;
mod api;
mod extended;
mod first_talk;
mod ledger;
mod moving;
mod nodes;
mod processes;
mod webhooks;
mod wire;
