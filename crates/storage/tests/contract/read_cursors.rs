//! How far each side has read: forward only, at most to the head. Knows nothing of who is told.

use handsel_domain::conversation::{ReadCursor, Side};
use handsel_domain::ids::Head;
use handsel_domain::ports::ReadMoved;
use handsel_domain::timeline::{Entry, EntryBody};

use super::bench::Bench;
use super::seat::Seat;
use super::together::{at_once, begun};

contract! {
    a_cursor_moves_forward_and_never_back,
    a_cursor_stops_at_the_head,
    each_side_has_a_cursor_of_its_own,
    nobody_reads_where_nothing_is_written,
    of_many_moves_at_the_same_moment_the_furthest_stays,
    a_message_is_read_once_the_peers_cursor_has_passed_it,
    moving_a_cursor_leaves_the_head_alone,
    a_cursor_that_has_moved_is_told_and_no_other,
    a_cursor_does_not_cover_what_was_said_behind_it,
}

fn moved(up_to: i64, moved: bool) -> ReadMoved {
    ReadMoved { up_to: Head::new(up_to).expect("a place"), moved }
}

async fn talk_up_to_six(bench: &Bench) -> (Seat, Seat) {
    let (ana, bob) = bench.ana_and_bob().await;
    for seat in [&bob, &ana, &bob, &ana, &bob, &ana] {
        seat.says("Hello!").await;
    }
    (ana, bob)
}

async fn cursors(seat: &Seat) -> [i64; 2] {
    let state = seat.state().await.expect("it is written in");
    [Side::Owner, Side::Respondent].map(|side| state.read_up_to(side).get())
}

async fn a_cursor_moves_forward_and_never_back(bench: Bench) {
    let (ana, _) = talk_up_to_six(&bench).await;
    for (up_to, expected) in [
        (0, moved(0, false)),
        (2, moved(2, true)),
        (2, moved(2, false)),
        (1, moved(2, false)),
        (0, moved(2, false)),
        (5, moved(5, true)),
    ] {
        assert_eq!(ana.has_read(up_to).await, expected, "read up to {up_to}");
    }
    assert_eq!(cursors(&ana).await, [5, 0]);
}

async fn a_cursor_stops_at_the_head(bench: Bench) {
    let (ana, bob) = talk_up_to_six(&bench).await;
    assert_eq!(ana.has_read(7).await, moved(6, true));
    assert_eq!(ana.has_read(1 << 53).await, moved(6, false));
    bob.says("Hello?").await;
    assert_eq!(cursors(&ana).await, [6, 0], "what comes later is not read in advance");
    assert_eq!(ana.has_read(1 << 53).await, moved(7, true));
}

async fn a_cursor_that_has_moved_is_told_and_no_other(bench: Bench) {
    let (ana, bob) = talk_up_to_six(&bench).await;
    for (seat, up_to) in [(&ana, 2), (&ana, 2), (&ana, 1), (&bob, 99), (&ana, 0)] {
        seat.has_read(up_to).await;
    }
    let conversation = ana.state().await.expect("it is written in").conversation;
    let told = [(Side::Owner, 2), (Side::Respondent, 6)].map(|(reader, up_to)| ReadCursor {
        conversation,
        reader,
        up_to: Head::new(up_to).expect("a place"),
    });
    assert_eq!(bench.heard.read_now(), told);
}

async fn a_cursor_does_not_cover_what_was_said_behind_it(bench: Bench) {
    let (ana, bob) = talk_up_to_six(&bench).await;
    // While the lock is held, one of them is tried and the others queue up to be one batch.
    let held = bench.holds_writes().await;
    let said = begun(bob.says("seven")).await;
    let read = begun(ana.has_read(1 << 53)).await;
    let behind = begun(bob.says("eight")).await;
    let again = begun(ana.has_read(8)).await;
    held.rollback().await.expect("the lock is let go");
    assert_eq!([said.await.seq.get(), behind.await.seq.get()], [7, 8]);
    assert_eq!([read.await, again.await], [moved(7, true), moved(8, true)]);
}

async fn each_side_has_a_cursor_of_its_own(bench: Bench) {
    let (ana, bob) = talk_up_to_six(&bench).await;
    assert_eq!(bob.has_read(4).await, moved(4, true));
    assert_eq!(cursors(&ana).await, [0, 4]);
    assert_eq!(ana.has_read(3).await, moved(3, true));
    assert_eq!(cursors(&bob).await, [3, 4]);
}

async fn nobody_reads_where_nothing_is_written(bench: Bench) {
    let (ana, bob) = bench.ana_and_bob().await;
    for seat in [&ana, &bob] {
        assert_eq!(seat.has_read(1).await, moved(0, false));
        assert_eq!(seat.state().await, None);
    }
}

async fn of_many_moves_at_the_same_moment_the_furthest_stays(bench: Bench) {
    let other = bench.another_process().await;
    let (ana, bob) = talk_up_to_six(&bench).await;
    let moves = [3, 6, 1, 5, 2, 4].map(|up_to| {
        let seat = if up_to % 2 == 0 { ana.clone() } else { other.seat_of(&ana) };
        async move { seat.has_read(up_to).await }
    });
    let moves = at_once(moves).await;
    assert_eq!(cursors(&bob).await, [6, 0], "after {moves:?}");
}

async fn a_message_is_read_once_the_peers_cursor_has_passed_it(bench: Bench) {
    let (ana, bob) = talk_up_to_six(&bench).await;
    let is_read = |entry: &Entry| matches!(entry.body, EntryBody::Message { is_read: true, .. });
    for (reader, up_to, expected) in [
        (&ana, 0, [false, false, false, false, false, false]),
        // Bob wrote 1, 3 and 5: those are Ana's to read.
        (&ana, 3, [true, false, true, false, false, false]),
        (&bob, 2, [true, true, true, false, false, false]),
        (&bob, 6, [true, true, true, true, false, true]),
        (&ana, 6, [true, true, true, true, true, true]),
    ] {
        reader.has_read(up_to).await;
        for seat in [&ana, &bob] {
            let seen: Vec<_> = seat.reads_all().await.iter().map(is_read).collect();
            assert_eq!(seen, expected, "after {} has read up to {up_to}", reader.person.username.as_str());
        }
    }
}

async fn moving_a_cursor_leaves_the_head_alone(bench: Bench) {
    let (ana, bob) = talk_up_to_six(&bench).await;
    let says = (0..20).map(|index| {
        let (ana, bob) = (ana.clone(), bob.clone());
        async move {
            if index % 2 == 0 {
                bob.says("Hello!").await;
            } else {
                ana.has_read(index).await;
            }
        }
    });
    at_once(says.collect::<Vec<_>>()).await;
    assert_eq!(bob.head().await, 16);
    assert_eq!(bob.reads_all().await.len(), 16);
}
