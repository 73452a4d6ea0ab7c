//! A healthy conversation of every kind of entry, and what is found once something in it is changed. Knows nothing of
//! where rows come from.

mod healthy;
mod rows;
mod steps;
mod timelines;
