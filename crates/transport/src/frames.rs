//! Frames ⇄ domain types: the only place that knows the JSON of the wire. Knows nothing of sockets.
//!
//! - [`client`]: what clients send, parsed into [`ClientFrame`].
//! - [`server`]: what they are sent, each encoded once and shared.

pub mod client;
pub mod server;

pub use client::{ClientFrame, FrameError};
pub use server::{
    ErrorFrame, Frame, entry, handshake_object, person, raw, recipients, repeated_entry, repeated_handshake, rfc3339,
};
