//! The HTTP API, which `docs/http-api.md` describes. Knows nothing of frames beyond what transport encodes, nor of storage.
//!
//! - `router`: which path is what; `nowhere`: what a path that is none is told; `service`: from a request to its handler
//!   and back; `request_log`: what the log says of it; `cors`: what pages of other origins may do.
//! - `auth`, `body`, `query`, `respond`: reading requests and writing responses, for all handlers.
//! - `accounts`, `listings`, `conversations`, `blocks`, `health`: the handlers.
//! - `identity`: what they do not do where a site has the users.
//! - `admin`: the handlers of what a site asks by its admin key.
//! - `sign_in_rate`, `client_address`: who tries to log in, and how often.

mod accounts;
mod admin;
mod auth;
mod blocks;
mod body;
mod client_address;
mod conversations;
mod cors;
mod health;
mod identity;
mod listings;
mod nowhere;
mod query;
mod request_log;
mod respond;
mod router;
mod service;
mod sign_in_rate;

pub use service::{Api, Entrance, Reply, Served, UseCases};
