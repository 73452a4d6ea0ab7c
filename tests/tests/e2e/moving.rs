//! `handsel export` and `handsel import`: what moves, what is refused, and that neither a kill nor anybody beside it is in
//! the way; and `handsel user export`, which is for one person. Knows nothing of how they do it.

mod file;
mod scene;

mod beside;
mod exported;
mod here_already;
mod killed;
mod person;
mod refused;
mod round_trip;
mod signed_out;
