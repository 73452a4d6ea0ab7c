//! What is read is what was committed, in every field. Knows nothing of pages.

use handsel_domain::handshake::{NOTE_CHARS_MAX, Note, StepAction, TERMS_BYTES_MAX, Terms};
use handsel_domain::message::{CLIENT_MESSAGE_ID_CHARS_MAX, MESSAGE_CHARS_MAX};

use super::bench::Bench;
use super::expect::{assert_same, new_entry, text};
use super::seat::start;

contract! {
    texts_are_kept_to_the_letter,
    what_is_announced_answered_and_read_is_the_same,
    an_entry_shows_its_writer_as_the_writer_is_called,
}

async fn texts_are_kept_to_the_letter(bench: Bench) {
    let (_, bob) = bench.ana_and_bob().await;
    let every_control: String = ('\u{1}'..='\u{1f}').collect();
    let texts = [
        "1",
        "1e400",
        "null",
        "{\"a\": [1, 2]}",
        "'; DROP TABLE entries; --",
        "\"quotes\" and \\backslashes\\ and \\u0000 and %00 and $1 and ?",
        "two\nlines\r\nand\ttabs",
        &format!("controls {every_control}\u{7f}\u{80}\u{9f} kept"),
        "\u{202e}right to left\u{202c} \u{200b}\u{feff}\u{2028}\u{fffd}\u{fffe}\u{10ffff}.",
        "e\u{301} is not é, \u{1f469}\u{200d}\u{1f4bb} is one",
        &"\u{1f91d}".repeat(MESSAGE_CHARS_MAX),
        &"\u{1}".repeat(MESSAGE_CHARS_MAX),
    ];
    for said in texts {
        bob.says(said).await;
    }
    let read = bob.reads_all().await;
    assert_eq!(read.iter().map(text).collect::<Vec<_>>(), texts);
}

async fn what_is_announced_answered_and_read_is_the_same(bench: Bench) {
    let (ana, bob) = bench.ana_and_bob().await;
    let longest_id = "\u{1f91d}".repeat(CLIENT_MESSAGE_ID_CHARS_MAX);
    let longest_note = Note::parse(&"\u{1f91d}".repeat(NOTE_CHARS_MAX)).expect("a valid note");
    let longest_terms = format!("{{\"a\":\"{}\"}}", "x".repeat(TERMS_BYTES_MAX - 8));
    let longest_terms = Terms::from_compact_object(longest_terms).expect("valid terms");

    let mut answered = vec![bob.says("Hello!").await];
    bench.clock.set(1);
    answered.push(new_entry(ana.sends(&longest_id, "Hi!").await));
    answered.push(ana.takes(StepAction::Start { note: longest_note, terms: Some(longest_terms) }).await);
    bench.clock.set(2);
    for (seat, action) in
        [(&bob, StepAction::Approve), (&bob, StepAction::Complete), (&ana, StepAction::Complete), (&bob, start())]
    {
        answered.push(seat.takes(action).await);
    }
    answered.push(bob.says("Again?").await);
    answered.push(ana.takes(StepAction::Decline).await);

    let announced = bench.heard.entries(answered.len()).await;
    let read = bob.reads_all().await;
    assert_eq!((announced.len(), read.len()), (answered.len(), answered.len()));
    for ((answered, announced), read) in answered.iter().zip(&announced).zip(&read) {
        assert_same(answered, announced);
        assert_same(answered, read);
    }
}

async fn an_entry_shows_its_writer_as_the_writer_is_called(bench: Bench) {
    let (ana, bob) = bench.ana_and_bob().await;
    let said = bob.says("Hello!").await;
    assert_eq!(*said.actor, *bob.person);
    bench.operator(&format!("UPDATE users SET first_name = 'Bob', last_name = 'Jones' WHERE id = {}", bob.id())).await;
    let read = ana.reads_all().await;
    assert_eq!((read[0].actor.id, read[0].actor.full_name.as_str()), (bob.id(), "Bob Jones"));
    assert_eq!(read[0].actor.username, bob.person.username);
}
