//! Configuration, wiring, the HTTP API, the page and the commands of the binary `handsel`.
//!
//! The only place that names concrete adapters: it joins `storage` and `transport`, which know nothing of each other.

mod agreed;
pub mod app;
pub mod cli;
pub mod clock;
pub mod commands;
pub mod config;
mod demo;
mod description;
pub mod http;
pub mod jwt;
mod moving;
pub mod page;
mod recorder;
pub mod serve;
mod telemetry;
