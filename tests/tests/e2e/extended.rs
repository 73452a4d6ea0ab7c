//! The extended protocol `handsel.v1`, as `docs/protocol.md` describes it, talked to as clients do. Knows nothing of
//! what the base protocol has alone; `wire` is about that.

mod scene;
mod ten;

mod auth;
mod auth_at_the_end;
mod auth_refused;
mod auth_then_revoked;
mod base_sockets;
mod between_processes;
mod blocks;
mod cut;
mod drain;
mod expiry;
mod expiry_in_a_replay;
mod hello;
mod hello_lists;
mod inbox;
mod inbox_errors;
mod inbox_heads;
mod inbox_of_ten;
mod mismatch;
mod missed;
mod order;
mod oversight;
mod ping_and_rate;
mod presence;
mod presence_changes;
mod presence_of_whom;
mod privacy;
mod read;
mod read_elsewhere;
mod read_meanwhile;
mod read_wrong;
mod refusals;
mod repeats;
mod repeats_after_a_kill;
mod repeats_at_once;
mod resume;
mod seam;
mod slow_reader;
mod slow_sender;
mod typing;
