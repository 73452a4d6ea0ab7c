//! The page in a real Chromium, against the real server, as one program: linked once, and run as one.

mod accessibility;
mod base_client;
mod blocks;
mod crossed_steps;
mod demo;
mod double_click;
mod erased;
mod first_contact;
mod harness;
mod hostile_text;
mod keyboard;
mod ledger_refuses;
mod log_in;
mod log_in_ends;
mod long_timeline;
mod path_prefix;
mod phone;
mod restart;
mod scene;
mod second_tab;
mod steps;
mod suspended;
mod talking;
mod thousand_messages;
mod users_elsewhere;
mod weight;
