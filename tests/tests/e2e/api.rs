//! The HTTP API, the page, the configuration and the commands from outside.
//!
//! Knows nothing of frames beyond what the API returns; `wire` is about sockets.

mod support;

pub(crate) use support::{ask, finds_wrong, has_exactly};

mod access;
mod admin_address;
mod backup;
mod bodies;
mod check_config;
mod configuration;
mod conversations;
mod cors;
mod demo;
mod description;
mod dump;
mod halves;
mod handshake;
mod handshake_refusals;
mod healthcheck;
mod help;
mod listing_changes;
mod listings;
mod login;
mod login_rate;
mod messages;
mod metrics;
mod metrics_move;
mod operations;
mod owner_short_form;
mod page;
mod page_forms;
mod page_paths;
mod page_switched_off;
mod path_prefix;
mod read;
mod register;
mod repeated_messages;
mod request_heads;
mod request_ids;
mod table;
mod timeline;
mod token_commands;
mod tokens;
mod unread;
mod user_commands;
mod usernames;
mod verify;
mod verify_at_the_end;
mod verify_busy;
mod your_turn;
