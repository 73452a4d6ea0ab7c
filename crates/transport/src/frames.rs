//! Frames ⇄ domain types: the only place that knows the JSON of the wire. Knows nothing of sockets.
//!
//! - [`client`]: what clients send, parsed into [`ClientFrame`].
//! - [`server`]: entries and errors, each encoded once and shared.
//! - [`kind`]: which type a frame has, as one of a closed list.
//! - [`event`]: what a site is told, in the feed of events and by webhooks.
//! - [`hello`], [`signal`]: what the extended protocol has beside these.

pub mod client;
pub mod event;
pub mod hello;
pub mod kind;
pub mod server;
pub mod signal;

pub use client::{Addressee, ClientFrame, FrameError, Protocol, Request};
pub use server::{
    ErrorFrame, Frame, entry, handshake_object, person, raw, recipients, repeated_entry, repeated_handshake, rfc3339,
};
