//! What `deploy/` and the container files say, held against the programs that read them.

mod compose_schema;
mod programs;
mod proxies;
mod rules;
mod systemd_unit;
