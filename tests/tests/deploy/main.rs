//! What `deploy/` and the container files say, held against the programs that read them.

mod by_hand;
mod compose;
mod compose_by_hand;
mod compose_schema;
mod image;
mod named_metrics;
mod programs;
mod proxies;
mod rules;
mod systemd_unit;
