//! Pairs that write at once, through one process and through two. `cargo xtask load` is the same at length.

use futures_util::future::join_all;
use handsel_tests::{Pair, Started};

use super::both_write::both_write;

#[tokio::test]
async fn of_pairs_that_write_at_once_each_hears_all_once_and_in_one_order() {
    let server = Started::fresh().with(&["--frames-per-second", "0"]).start().await;
    let (pairs, database) = (Pair::meet(&server, 6).await, server.database());
    join_all(pairs.iter().map(|pair| both_write(pair, 40, database))).await;
    database.is_sound().await;
}

#[tokio::test]
async fn sides_that_use_two_processes_hear_the_same_as_if_it_were_one() {
    let one = Started::fresh().with(&["--frames-per-second", "0"]).start().await;
    let other = one.another().with(&["--frames-per-second", "0"]).start().await;
    let pairs = Pair::meet(&one, 6).await;
    let pairs = pairs.iter().enumerate().map(|(number, pair)| match number % 2 {
        0 => pair.at(&one.address, &other.address),
        _ => pair.at(&other.address, &one.address),
    });
    let (pairs, database) = (pairs.collect::<Vec<_>>(), one.database());
    join_all(pairs.iter().map(|pair| both_write(pair, 40, database))).await;
    database.is_sound().await;
}
