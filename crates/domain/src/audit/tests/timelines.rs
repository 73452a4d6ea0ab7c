//! Places, times, writers, contents and cursors. Knows nothing of the handshake.

use super::healthy::{ANA, BOB, Rows, short};
use crate::audit::{BREACHES_PER_CONVERSATION_MAX, BreachCode, StoredBody};
use crate::conversation::Side;
use crate::ids::ID_MAX;

/// What is found after that change.
fn after(change: impl FnOnce(&mut Rows)) -> Vec<String> {
    let mut rows = Rows::of_every_kind();
    change(&mut rows);
    rows.found()
}

fn content(rows: &mut Rows, seq: i64, text: Option<&str>, is_redacted: bool) {
    match &mut rows.entry(seq).body {
        StoredBody::Message { content, redacted, .. } => {
            (*content, *redacted) = (text.map(str::to_owned), is_redacted);
        }
        StoredBody::Step(_) | StoredBody::Redaction => panic!("expected a message at {seq}"),
    }
}

#[test]
fn what_somebody_said_in_front_of_their_redaction_must_be_gone() {
    let found = |said: Option<&str>, id: Option<&str>| {
        let mut rows = Rows::begun();
        rows.says(Side::Owner, "And you?");
        rows.append(Side::Respondent, StoredBody::Redaction, None);
        if let Some(said) = said {
            content(&mut rows, 1, Some(said), true);
        }
        if let StoredBody::Message { client_message_id, .. } = &mut rows.entry(1).body {
            *client_message_id = id.map(str::to_owned);
        }
        rows.found()
    };
    assert_eq!(found(None, None), ["redaction_incomplete #3"]);
    assert_eq!(found(Some(""), None), Vec::<String>::new(), "the other one's words stay");
    assert_eq!(found(Some(""), Some("m1")), ["redacted_content_kept #1"]);
}

#[test]
fn a_hole_and_a_repetition_are_found() {
    // The fifth and the fourteenth are messages.
    assert_eq!(after(|rows| drop(rows.entries.remove(4))), ["seq_hole #5"]);
    assert_eq!(after(|rows| drop(rows.entries.remove(0))), ["seq_hole #1"]);
    assert_eq!(after(|rows| rows.entries.insert(4, rows.entries[4].clone())), ["seq_repeated #5"]);
    let two = |rows: &mut Rows| rows.entries.retain(|(seq, _)| ![5, 14].contains(seq));
    assert_eq!(after(two), ["seq_hole #5", "seq_hole #14"]);
    let mut rows = Rows::begun();
    rows.conversation.head = 12;
    rows.entries.push((12, rows.entries[0].1.clone()));
    let found = rows.audited().breaches;
    assert_eq!(short(&found[0]), "seq_hole #2");
    assert_eq!(found[0].detail, "10 entries are missing, up to #11");
}

#[test]
fn a_place_that_is_none_is_found() {
    for seq in [0, -1, ID_MAX + 1] {
        let unreadable = |rows: &mut Rows| rows.entries.push((seq, rows.entries[0].1.clone()));
        assert_eq!(after(unreadable), [format!("row_unreadable #{seq}")]);
    }
    assert_eq!(after(|rows| rows.entry(5).id = 0), ["row_unreadable #5"]);
}

#[test]
fn a_head_that_is_not_the_newest_entry_is_found() {
    for head in [0, 16, 18, -1, i64::MAX] {
        assert_eq!(after(|rows| rows.conversation.head = head), ["head_wrong"], "{head}");
    }
    assert_eq!(after(|rows| drop(rows.entries.pop())), ["head_wrong", "cursor_ahead"]);
}

#[test]
fn a_conversation_without_an_entry_is_found() {
    let mut rows = Rows::begun();
    rows.entries.clear();
    assert_eq!(rows.found(), ["head_wrong"]);
    let mut rows = Rows::begun();
    rows.entries.clear();
    rows.conversation.head = 0;
    assert_eq!(rows.found(), ["conversation_empty"]);
}

#[test]
fn a_time_that_runs_backwards_is_found() {
    assert_eq!(after(|rows| rows.entry(5).created_at = 0), ["time_backwards #5"]);
    assert_eq!(after(|rows| rows.entry(1).created_at = 5_000), ["time_backwards #2"]);
    assert_eq!(after(|rows| rows.conversation.last_entry_at += 1), ["last_entry_at_wrong"]);
    assert_eq!(after(|rows| rows.conversation.last_entry_at = i64::MIN), ["last_entry_at_wrong"]);
    let backwards = |rows: &mut Rows| {
        rows.entry(17).created_at = i64::MIN;
        rows.conversation.last_entry_at = i64::MIN;
    };
    assert_eq!(after(backwards), ["time_backwards #17"]);
}

#[test]
fn an_entry_by_someone_else_is_found() {
    for actor in [3, 0, -1, i64::MAX] {
        assert_eq!(after(|rows| rows.entry(5).actor_id = actor), ["not_a_participant #5"]);
        // Whose step that was, nobody can say: what follows is not judged before the next start.
        assert_eq!(after(|rows| rows.entry(8).actor_id = actor), ["not_a_participant #8"]);
    }
    assert_eq!(after(|rows| rows.entry(1).actor_id = ANA), ["begun_by_owner #1"]);
}

#[test]
fn a_message_that_says_nothing_is_found_unless_it_was_redacted() {
    for nothing in [None, Some(""), Some(" \n\u{3000}")] {
        assert_eq!(after(|rows| content(rows, 5, nothing, false)), ["content_missing #5"]);
        assert_eq!(after(|rows| content(rows, 5, nothing, true)), [""; 0]);
    }
    assert_eq!(after(|rows| content(rows, 5, Some("hidden"), true)), ["redacted_content_kept #5"]);
    for wrong in ["a\0b", &"a".repeat(4_001)] {
        assert_eq!(after(|rows| content(rows, 5, Some(wrong), false)), ["content_invalid #5"]);
    }
}

#[test]
fn a_redaction_of_nothing_is_found() {
    for (redacts, found) in [(1, None), (4, None), (5, Some("redacts_nothing #5")), (0, Some("redacts_nothing #5"))] {
        assert_eq!(after(|rows| rows.entry(5).redacts_seq = Some(redacts)), Vec::from_iter(found));
    }
}

#[test]
fn a_client_message_id_that_is_none_or_repeated_is_found() {
    for id in ["", &"x".repeat(65), "a\0"] {
        let named = |rows: &mut Rows| match &mut rows.entry(5).body {
            StoredBody::Message { client_message_id, .. } => *client_message_id = Some(id.to_owned()),
            StoredBody::Step(_) | StoredBody::Redaction => panic!("expected a message"),
        };
        assert_eq!(after(named), ["row_unreadable #5"]);
    }
    let mut audit = crate::audit::ConversationAudit::begin(Rows::begun().conversation);
    for (seq, entry) in Rows::begun().entries {
        audit.entry(seq, entry);
    }
    audit.client_message_id_repeated(BOB, 3, 9, 4);
    assert_eq!(audit.end().breaches.iter().map(short).collect::<Vec<_>>(), ["client_message_id_repeated #9"]);
}

#[test]
fn a_cursor_ahead_of_its_timeline_is_found() {
    assert_eq!(after(|rows| rows.conversation.owner_read_up_to = 18), ["cursor_ahead"]);
    assert_eq!(after(|rows| rows.conversation.respondent_read_up_to = 99), ["cursor_ahead"]);
    assert_eq!(after(|rows| rows.conversation.respondent_read_up_to = -1), ["row_unreadable"]);
}

#[test]
fn an_entry_that_cannot_be_read_is_one_breach_and_the_rest_is_judged() {
    let unreadable = |rows: &mut Rows| {
        rows.entries[4].1 = Err("kind \"dance\" is none".to_owned());
        rows.entry(14).created_at = 0;
    };
    assert_eq!(after(unreadable), ["row_unreadable #5", "time_backwards #14"]);
    assert_eq!(after(|rows| rows.entries[16].1 = Err("no number".to_owned())), ["row_unreadable #17"]);
}

#[test]
fn what_a_conversation_points_at_must_be_there_and_be_what_it_says() {
    assert_eq!(after(|rows| rows.conversation.listing_owner_id = None), ["listing_missing"]);
    assert_eq!(after(|rows| rows.conversation.listing_owner_id = Some(3)), ["owner_differs"]);
    assert_eq!(after(|rows| rows.conversation.owner_found = false), ["user_missing"]);
    assert_eq!(after(|rows| rows.conversation.respondent_found = false), ["user_missing"]);
    // With one person for two, nobody can say who wrote what; places and times are judged still.
    let alone = |rows: &mut Rows| {
        rows.conversation.respondent_id = ANA;
        rows.entry(5).created_at = 0;
    };
    assert_eq!(after(alone), ["owner_is_respondent", "time_backwards #5"]);
}

#[test]
fn a_conversation_without_a_readable_key_is_named_by_its_row() {
    for change in [
        (|rows: &mut Rows| rows.conversation.listing_kind = "shop".to_owned()) as fn(&mut Rows),
        |rows| rows.conversation.listing_id = 0,
        |rows| rows.conversation.respondent_id = -1,
    ] {
        let mut rows = Rows::of_every_kind();
        change(&mut rows);
        let breaches = rows.audited().breaches;
        assert_eq!(breaches.iter().map(short).collect::<Vec<_>>(), ["row_unreadable"]);
        assert_eq!(breaches[0].place.to_string(), "conversations 7");
    }
    let mut rows = Rows::of_every_kind();
    rows.conversation.owner_id = 0;
    rows.conversation.listing_owner_id = Some(0);
    let breaches = rows.audited().breaches;
    assert_eq!((short(&breaches[0]).as_str(), breaches[0].place.to_string().as_str()), ("row_unreadable", "offer_1:2"));
}

#[test]
fn a_timeline_that_is_broken_throughout_is_listed_up_to_a_bound() {
    let mut rows = Rows::begun();
    let entry = rows.entries[0].1.clone();
    rows.entries.extend((2..=1_000).map(|number| (2 * number, entry.clone())));
    rows.conversation.head = 2_000;
    let breaches = rows.audited().breaches;
    assert_eq!(breaches.len(), BREACHES_PER_CONVERSATION_MAX + 1);
    let last = breaches.last().expect("there are some");
    assert_eq!((last.code, last.detail.as_str()), (BreachCode::MoreBreaches, "899 more in this conversation"));
}
