//! Who has blocked whom, and what is not written between the two any more. Knows nothing of who may ask for it.

use handsel_domain::handshake::StepAction;
use handsel_domain::ids::UserId;
use handsel_domain::ports::{BLOCKS_MAX, BlockError};

use super::bench::{Bench, Process};
use super::clock::START;
use super::expect::{new_entry, refused, repeated_message, repeated_step, text};
use super::seat::{Seat, start};

impl Process {
    /// Returns whether the block is new.
    async fn blocks(&self, who: &Seat, whom: &Seat) -> bool {
        let block = self.storage.blocks.block(who.id(), whom.id(), START).await.expect("there is such a user");
        assert_eq!(block.0.person, *whom.person);
        block.1
    }

    async fn unblocks(&self, who: &Seat, whom: &Seat) {
        self.storage.blocks.unblock(who.id(), whom.id()).await.expect("the storage answers");
    }

    /// Whom the user has blocked.
    async fn blocked_by(&self, seat: &Seat) -> Vec<i64> {
        let blocks = self.storage.blocks.blocks_of(seat.id(), None, 100).await.expect("the storage answers");
        blocks.iter().map(|block| block.person.id.get()).collect()
    }
}

async fn nothing_is_written_either_way_until_the_block_is_taken_back(bench: Bench) {
    let (ana, bob) = bench.ana_and_bob_talking().await;
    assert!(bench.blocks(&ana, &bob).await);
    assert!(!bench.blocks(&ana, &bob).await, "once is enough");
    assert_eq!(refused(ana.sends("a1", "Go away").await), "peer_blocked");
    assert_eq!(refused(bob.sends("b1", "Why?").await), "conversation_closed");
    assert_eq!(refused(ana.tries(start()).await), "peer_blocked");
    assert_eq!(refused(bob.tries(start()).await), "conversation_closed");
    assert_eq!((bob.head().await, bob.reads_all().await.len()), (1, 1), "what was said stays");
    assert!(ana.has_read(1).await.moved);

    assert_eq!((bench.blocked_by(&ana).await, bench.blocked_by(&bob).await), (vec![bob.id().get()], vec![]));
    bench.unblocks(&ana, &bob).await;
    bench.unblocks(&ana, &bob).await;
    assert_eq!(bench.blocked_by(&ana).await, Vec::<i64>::new());
    let said = bob.says("There you are").await;
    assert_eq!((text(&said), said.seq.get()), ("There you are", 2));
    assert_eq!(bench.finds().await, Vec::<String>::new());
}

async fn no_conversation_begins_either_way(bench: Bench) {
    let (ana, bob) = bench.ana_and_bob().await;
    let of_bob = bench.offer_of(&bob.person).await;
    bench.blocks(&ana, &bob).await;
    assert_eq!(refused(bob.sends("b1", "Hello").await), "conversation_closed");
    let at_bobs = bench.seat(&ana.person, of_bob, &ana.person);
    assert_eq!(refused(at_bobs.sends("a1", "Hello").await), "peer_blocked");
    assert_eq!((bob.head().await, at_bobs.head().await), (0, 0));
}

async fn each_of_two_who_blocked_each_other_must_take_it_back(bench: Bench) {
    let (ana, bob) = bench.ana_and_bob_talking().await;
    bench.blocks(&ana, &bob).await;
    bench.blocks(&bob, &ana).await;
    assert_eq!(refused(bob.sends("b1", "x").await), "peer_blocked");
    bench.unblocks(&bob, &ana).await;
    assert_eq!(refused(bob.sends("b1", "x").await), "conversation_closed");
    bench.unblocks(&ana, &bob).await;
    new_entry(bob.sends("b1", "x").await);
    let both = [ana.id(), bob.id()];
    let mut told = bench.heard.barred_now();
    for (pair, _) in &mut told {
        pair.sort_unstable();
    }
    assert_eq!(told, [(both, true), (both, true), (both, false)], "nobody is told of a block that leaves another one");
}

async fn what_was_stored_before_the_block_is_still_answered(bench: Bench) {
    let (ana, bob) = bench.ana_and_bob_talking().await;
    let said = new_entry(bob.sends("b1", "Are you there?").await);
    bob.takes(start()).await;
    ana.takes(StepAction::Approve).await;
    bench.blocks(&ana, &bob).await;
    assert_eq!(repeated_message(bob.sends("b1", "Are you there?").await).id, said.id);
    assert_eq!(refused(bob.sends("b1", "Something else").await), "client_message_id_conflict");
    assert_eq!(repeated_step(ana.tries(StepAction::Approve).await).version.get(), 4);
    assert_eq!(refused(bob.tries(StepAction::Cancel).await), "conversation_closed");
    assert_eq!(refused(ana.tries(StepAction::Complete).await), "peer_blocked");
}

async fn the_lists_say_it_to_the_blocker_alone(bench: Bench) {
    let (ana, bob) = bench.ana_and_bob_talking().await;
    bench.blocks(&ana, &bob).await;
    for (seat, expected) in [(&ana, true), (&bob, false)] {
        let list = bench.storage.conversations.of_user(seat.id(), None, 10).await.expect("the storage answers");
        assert_eq!(list.iter().map(|line| line.blocked).collect::<Vec<_>>(), [expected], "{}", seat.id());
        let barred = bench.storage.conversations.barred(&[seat.id()]).await.expect("the storage answers");
        assert_eq!(barred, [[ana.id(), bob.id()]]);
    }
    let others = bench.storage.conversations.barred(&[UserId::new(99).expect("an id")]).await;
    assert_eq!(others.expect("the storage answers"), Vec::<[UserId; 2]>::new());
}

async fn nobody_blocks_someone_who_is_not_there(bench: Bench) {
    let (ana, bob) = bench.ana_and_bob().await;
    let nobody = bench.storage.blocks.block(ana.id(), UserId::new(4_000).expect("an id"), START).await;
    assert_eq!(nobody, Err(BlockError::UnknownUser));
    bench.delete(bob.id()).await;
    assert_eq!(bench.storage.blocks.block(ana.id(), bob.id(), START).await, Err(BlockError::UnknownUser));
}

/// Through another process, while the talking goes on without a pause: whatever is behind the answer in the timeline
/// would have been committed after it.
async fn a_block_that_was_answered_holds_for_all_that_is_committed_later(bench: Bench) {
    let (ana, bob) = bench.ana_and_bob_talking().await;
    let other = bench.another_process().await;
    for round in 0..5 {
        let talking = (0..4).map(|_| {
            let bob = bob.clone();
            tokio::spawn(async move {
                loop {
                    if let Err(refused) = bob.appends(super::seat::message("and another thing", None)).await {
                        assert_eq!(refused.code(), "conversation_closed");
                        return;
                    }
                }
            })
        });
        let talking: Vec<_> = talking.collect();
        bench.heard.entries(bench.heard.entries_now().len() + 5).await;
        other.blocks(&ana, &bob).await;
        let head = bob.head().await;
        for task in talking {
            task.await.expect("it was refused");
        }
        assert_eq!(bob.head().await, head, "round {round}");
        other.unblocks(&ana, &bob).await;
    }
    other.storage.close().await;
}

/// The same where the conversation does not exist yet.
async fn a_block_holds_for_a_conversation_that_is_about_to_begin(bench: Bench) {
    let (ana, bob) = (bench.user("ana").await, bench.user("bob").await);
    let other = bench.another_process().await;
    for round in 0..20 {
        let offer = bench.offer_of(&ana).await;
        let (at_ana, at_bob) = (bench.seat(&ana, offer, &bob), bench.seat(&bob, offer, &bob));
        let (begun, head) = tokio::join!(at_bob.sends("b1", "Hello"), async {
            other.blocks(&at_ana, &at_bob).await;
            at_bob.head().await
        });
        assert_eq!(
            head,
            i64::from(begun.is_ok()),
            "round {round}: it is decided when the block is answered: {begun:?}"
        );
        assert_eq!(at_bob.head().await, head, "round {round}: and nothing comes behind it");
        assert_eq!(refused(at_bob.sends("b2", "Hello?").await), "conversation_closed", "round {round}");
        other.unblocks(&at_ana, &at_bob).await;
    }
    other.storage.close().await;
}

async fn nobody_blocks_without_end(bench: Bench) {
    let (ana, bob) = (bench.user("ana").await, bench.user("bob").await);
    bench
        .operator(&format!(
            "WITH RECURSIVE n(id) AS (SELECT 1000 UNION ALL SELECT id + 1 FROM n WHERE id < {last}) \
             INSERT INTO users (id, username, username_key, first_name, last_name, created_at) \
             SELECT id, 'u' || id, 'u' || id, '', '', 0 FROM n",
            last = 998 + BLOCKS_MAX
        ))
        .await;
    bench
        .operator("INSERT INTO blocks (blocker_id, blocked_id, created_at) SELECT 1, id, 0 FROM users WHERE id >= 1000")
        .await;
    let block = async |by: UserId, whom: i64| {
        let whom = UserId::new(whom).expect("an id");
        bench.storage.blocks.block(by, whom, START).await.map(|(_, is_new)| is_new)
    };
    assert_eq!(block(ana.id, bob.id.get()).await, Ok(true), "there is room for one");
    let new = bench.user("cleo").await.id;
    assert_eq!(block(ana.id, new.get()).await, Err(BlockError::TooMany));
    assert_eq!(block(ana.id, 1_000).await, Ok(false), "what is there is no more");
    assert_eq!(block(bob.id, ana.id.get()).await, Ok(true), "it is counted by person");
    bench.storage.blocks.unblock(ana.id, bob.id).await.expect("the storage answers");
    assert_eq!(block(ana.id, new.get()).await, Ok(true), "there is room again");
}

async fn a_days_new_conversations_are_counted_over_all_processes(bench: Bench) {
    const PLACES: u32 = 3;
    let (ana, bob) = (bench.user("ana").await, bench.user("bob").await);
    let other = bench.another_process().await;
    let hello = || super::seat::message("Hello", None);
    let mut offers = Vec::new();
    for _ in 0..8 {
        offers.push(bench.offer_of(&ana).await);
    }
    // Two processes, in the same moment, each with more than fit.
    let tries = offers.iter().enumerate().map(|(place, offer)| {
        let process: &Process = if place % 2 == 0 { &bench } else { &other };
        let seat = process.seat(&bob, *offer, &bob);
        async move { seat.appends_within(hello(), PLACES).await }
    });
    let outcomes = futures_util::future::join_all(tries).await;
    let begun = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    assert_eq!(begun, 3, "{outcomes:#?}");
    let refusal = outcomes.into_iter().find_map(Result::err).expect("one was refused");
    assert_eq!(refusal.code(), "conversations_per_day");

    // What was begun goes on, nobody else is kept, and a day later there is room again.
    let new = bench.offer_of(&ana).await;
    let seat = bench.seat(&bob, new, &bob);
    assert_eq!(refused(seat.appends_within(hello(), PLACES).await), "conversations_per_day");
    let cleo = bench.user("cleo").await;
    new_entry(bench.seat(&cleo, new, &cleo).appends_within(hello(), PLACES).await);
    bench.clock.set(24 * 3_600_000);
    new_entry(seat.appends_within(hello(), PLACES).await);
    other.storage.close().await;
}

contract!(
    nothing_is_written_either_way_until_the_block_is_taken_back,
    no_conversation_begins_either_way,
    each_of_two_who_blocked_each_other_must_take_it_back,
    what_was_stored_before_the_block_is_still_answered,
    the_lists_say_it_to_the_blocker_alone,
    nobody_blocks_someone_who_is_not_there,
    a_block_that_was_answered_holds_for_all_that_is_committed_later,
    a_block_holds_for_a_conversation_that_is_about_to_begin,
    nobody_blocks_without_end,
    a_days_new_conversations_are_counted_over_all_processes,
);
