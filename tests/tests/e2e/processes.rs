//! Durability and processes: what holds while people write at once, while a process dies, and between two of them.

mod both_write;
mod waits;
mod writing;

mod between_two;
mod both_start;
mod burst;
mod commit_first;
mod drain;
mod drain_busy;
mod drain_refuses;
mod erase_killed;
mod events_killed;
mod expiry;
mod killed;
mod pairs;
mod postgres_server;
mod requests_under_way;
mod restart;
mod revoked_elsewhere;
mod sqlite_file;
mod starts;
mod starts_not;
mod stubborn;
mod three_respondents;
mod two_halves;
