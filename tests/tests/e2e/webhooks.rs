//! Events are pushed to the marketplace, each at least once and in its conversation's order. Knows nothing of how they are
//! recorded.

mod dead_endpoint;
mod delivered;
mod erased;
mod killed;
mod scene;
mod turned_off;
