//! Files as `handsel export` writes them, of any size. Knows nothing of who reads them.

use std::fmt::Write;
use std::time::{Duration, SystemTime};

/// The first line of any file.
pub(super) const HEADER: &str = r#"{"type":"handsel_export","version":1,"exported_at":"2026-01-01T00:00:00.000Z"}"#;

/// So many milliseconds after the beginning of 2024.
pub(super) fn time(millis: u64) -> String {
    let since_1970 = Duration::from_hours(473_352) + Duration::from_millis(millis);
    humantime::format_rfc3339_millis(SystemTime::UNIX_EPOCH + since_1970).to_string()
}

/// A line about a user.
pub(super) fn user(id: u64, username: &str) -> String {
    let at = time(id);
    format!(
        r#"{{"type":"user","id":{id},"username":"{username}","first_name":"","last_name":"","created_at":"{at}","password_hash":null,"suspended_at":null,"deleted_at":null,"signed_out_at":null}}"#
    )
}

/// A line about whom somebody has blocked.
pub(super) fn block(by: u64, whom: u64) -> String {
    let at = time(4_000);
    format!(r#"{{"type":"block","blocker_id":{by},"blocked_id":{whom},"created_at":"{at}"}}"#)
}

/// A line about a listing that is open.
pub(super) fn listing(name: &str, owner: u64) -> String {
    let at = time(5_000);
    format!(
        r#"{{"type":"listing","listing":"{name}","owner_id":{owner},"title":"Bike repair","description":"","status":"open","created_at":"{at}"}}"#
    )
}

/// A line about a conversation, and how far its two have read.
pub(super) fn conversation(key: &str, owner_read: u64, respondent_read: u64) -> String {
    format!(
        r#"{{"type":"conversation","conversation":"{key}","owner_read_up_to":{owner_read},"respondent_read_up_to":{respondent_read}}}"#
    )
}

/// A line about a message, whose content is JSON already.
pub(super) fn message(key: &str, seq: u64, sender: u64, content: &str) -> String {
    let at = time(10_000 + seq * 1_000);
    format!(
        r#"{{"type":"message","conversation":"{key}","seq":{seq},"sender_id":{sender},"created_at":"{at}","content":"{content}","client_message_id":null,"redacted_at":null}}"#
    )
}

/// A line about a step.
pub(super) fn step(key: &str, seq: u64, actor: u64, step: &str) -> String {
    let at = time(10_000 + seq * 1_000);
    format!(
        r#"{{"type":"step","conversation":"{key}","seq":{seq},"actor_id":{actor},"created_at":"{at}","step":"{step}","note":null,"terms":null}}"#
    )
}

/// A line that says that somebody was redacted.
pub(super) fn redaction(key: &str, seq: u64, actor: u64) -> String {
    let at = time(10_000 + seq * 1_000);
    format!(r#"{{"type":"redaction","conversation":"{key}","seq":{seq},"actor_id":{actor},"created_at":"{at}"}}"#)
}

/// These lines, with a first and a last one.
pub(super) fn whole(lines: &[String]) -> String {
    let end = format!(r#"{{"type":"end","lines":{}}}"#, lines.len() + 2);
    let all: Vec<_> = [HEADER].into_iter().chain(lines.iter().map(String::as_str)).chain([end.as_str()]).collect();
    all.join("\n") + "\n"
}

/// A file of so many conversations with so many entries each, in all of which people talked at the same time: so many
/// messages, but for two steps in each; every seventh named, every hundredth redacted. All ids lie behind `from`.
pub(super) fn large(conversations: u64, entries: u64, from: u64) -> String {
    let owners = conversations.div_ceil(10);
    let people = from + 1..=from + owners + conversations;
    let mut lines: Vec<_> = people.map(|id| user(id, &format!("user{id}"))).collect();
    // As they are exported: needs come before offers, each in the order of numbers.
    let names = (from + 1..=from + owners).map(|owner| (if owner % 2 == 0 { "offer" } else { "need" }, owner));
    let (needs, offers): (Vec<_>, Vec<_>) = names.partition(|(kind, _)| *kind == "need");
    lines.extend(needs.iter().chain(&offers).map(|(kind, owner)| listing(&format!("{kind}_{owner}"), *owner)));
    for number in 0..conversations {
        let (owner, respondent) = (from + number % owners + 1, from + owners + 1 + number);
        let kind = if owner % 2 == 0 { "offer" } else { "need" };
        let key = format!("{kind}_{owner}:{respondent}");
        lines.push(conversation(&key, entries.saturating_sub(number % 5), number % (entries + 1)));
        let id = |seq: u64| from + (seq - 1) * conversations + number + 1;
        lines.extend((1..=entries).map(|seq| entry(&key, seq, id(seq), (owner, respondent))));
    }
    whole(&lines)
}

fn entry(key: &str, seq: u64, id: u64, (owner, respondent): (u64, u64)) -> String {
    let (at, actor) = (time(100_000 + id * 250), if seq % 2 == 1 { respondent } else { owner });
    if let Some(step) = [(3, "start"), (4, "approve")].iter().find_map(|(at, step)| (*at == seq).then_some(step)) {
        let agreed =
            if *step == "start" { r#""note":"Two hours","terms":{"hours":2}"# } else { r#""note":null,"terms":null"# };
        return format!(
            r#"{{"type":"step","conversation":"{key}","seq":{seq},"id":{id},"actor_id":{actor},"created_at":"{at}","step":"{step}",{agreed}}}"#
        );
    }
    let (mut content, mut name, mut redacted) =
        (format!("Message {id}: \\\"…\\\" 🤝\\n"), "null".to_owned(), "null".to_owned());
    let _ = write!(content, "{}", "x".repeat(usize::try_from(id % 200).expect("not so many")));
    let content = content.trim_end_matches("\\n").to_owned();
    let is_redacted = id.is_multiple_of(100);
    if id.is_multiple_of(7) && !is_redacted {
        name = format!("\"m-{id}\"");
    }
    let content = if is_redacted { String::new() } else { content };
    if is_redacted {
        redacted = format!("\"{}\"", time(200_000 + id * 250));
    }
    format!(
        r#"{{"type":"message","conversation":"{key}","seq":{seq},"id":{id},"sender_id":{actor},"created_at":"{at}","content":"{content}","client_message_id":{name},"redacted_at":{redacted}}}"#
    )
}
