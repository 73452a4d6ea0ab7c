//! How many sockets a user may have: one more closes the oldest with 4009.

use handsel_tests::Started;

use crate::wire::pair::Pair;

#[tokio::test]
async fn one_socket_more_than_allowed_closes_the_oldest() {
    let mut pair = Pair::on(Started::fresh().with(&["--sockets-per-user", "2"]).start().await).await;
    let mut second = pair.bob.opens(&pair.offer).await;
    // Another token of the same user counts, and so does another conversation.
    let mut third = pair.server.logs_in("bob").await.opens(&pair.key()).await;
    pair.bobs.hears_close(4009, "too_many_sockets").await;
    let need = pair.ana.needs("Plants").await;
    let mut fourth = pair.bob.opens(&need).await;
    second.hears_close(4009, "too_many_sockets").await;

    third.says("Hello!").await;
    third.hears_message("Hello!").await;
    pair.anas.hears_message("Hello!").await;
    fourth.says("And the plants?").await;
    fourth.hears_message("And the plants?").await;
}

#[tokio::test]
async fn a_socket_that_has_left_makes_room() {
    let pair = Pair::on(Started::fresh().with(&["--sockets-per-user", "2"]).start().await).await;
    let mut first = pair.bobs;
    for _ in 0..5 {
        pair.bob.opens(&pair.offer).await.leaves().await;
    }
    first.says("still here").await;
    first.hears_message("still here").await;
}

#[tokio::test]
async fn whoever_is_refused_takes_no_room() {
    let mut pair = Pair::on(Started::fresh().with(&["--sockets-per-user", "1"]).start().await).await;
    let cem = pair.server.person("cem").await;
    let cems_offer = cem.offers("Bread").await;
    for (path, status, code) in [
        (format!("{cems_offer}:{}", cem.id), 403, "not_a_participant"),
        ("offer_99".to_owned(), 404, "listing_not_found"),
        ("offer_0".to_owned(), 400, "conversation_invalid"),
    ] {
        pair.bob.is_refused(&path).await.is(status, code);
    }
    pair.bobs.says("still here").await;
    pair.both_hear_message("still here").await;
}
