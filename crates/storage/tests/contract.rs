//! What every database must do for the domain's ports: one suite, run against each of them.
//!
//! Knows nothing of SQL. A database is put under the contract by one line in the macro below; what that takes is the
//! trait `contract::subject::Subject`.

/// Runs the named functions of a module, each on a bench of its own, against every database; or, `of sqlite alone`, what
/// only a database without types lets anybody store; or, `of postgres alone`, what only one with several writers can do.
macro_rules! contract {
    ($($test:ident),+ $(,)?) => {
        contract!(sqlite: $crate::contract::sqlite::Sqlite => $($test),+);
        contract!(postgres: $crate::contract::postgres::Postgres => $($test),+);
    };
    (of sqlite alone: $($test:ident),+ $(,)?) => {
        contract!(sqlite_alone: $crate::contract::sqlite::Sqlite => $($test),+);
    };
    (of postgres alone: $($test:ident),+ $(,)?) => {
        contract!(postgres_alone: $crate::contract::postgres::Postgres => $($test),+);
    };
    ($database:ident: $subject:ty => $($test:ident),+ $(,)?) => {
        mod $database { $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() {
                super::$test($crate::contract::bench::Bench::fresh::<$subject>().await).await;
            }
        )+ }
    };
}

mod contract {
    mod bench;
    mod clock;
    mod expect;
    mod feed;
    mod heard;
    mod postgres;
    mod seat;
    mod sqlite;
    mod subject;
    mod together;

    mod away;
    mod blocks;
    mod blocks_moved;
    mod commit;
    mod conversations;
    mod events;
    mod events_kept;
    mod events_unread;
    mod file;
    mod first_entry;
    mod giving_up;
    mod handshake;
    mod held;
    mod held_about;
    mod import;
    mod jwts;
    mod listings;
    mod listings_of_a_site;
    mod nodes;
    mod one_batch;
    mod order;
    mod oversight;
    mod pages;
    mod processes;
    mod read_back;
    mod read_cursors;
    mod repeated_messages;
    mod repeated_steps;
    mod restart;
    mod same_moment;
    mod time;
    mod tls;
    mod tokens;
    mod tokens_end;
    mod unread;
    mod users;
    mod users_of_a_site;
    mod verify;
    mod verify_busy;
    mod verify_damage;
    mod verify_events;
    mod verify_file;
    mod verify_handshakes;
    mod verify_rows;
    mod verify_timelines;
    mod views;
    mod webhooks;
    mod your_turn;
}
