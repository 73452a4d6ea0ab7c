//! One line of the logbook: `offer_1:2 OWNER ACTOR STEP [note]`. Knows nothing of which steps are possible.

use std::str::FromStr;

use anyhow::{Context, Error, Result, bail};
use handsel_domain::conversation::{Conversation, ConversationKey, Side};
use handsel_domain::handshake::{Note, Step, StepAction, StepKind};
use handsel_domain::ids::UserId;

/// What somebody wrote down: checked, so that only those who take part in a conversation stand in it.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) conversation: Conversation,
    pub(crate) actor: Side,
    pub(crate) step: Step,
}

impl FromStr for Line {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let mut words = text.split_whitespace();
        let mut next = |what: &str| words.next().with_context(|| format!("it ends before {what}"));
        let key: ConversationKey = next("the conversation")?.parse()?;
        let conversation = Conversation::new(key, user(next("the owner")?)?)?;
        let actor = user(next("who does it")?)?;
        let actor = conversation.side_of(actor).with_context(|| format!("user {actor} takes no part in {key}"))?;
        let step = next("the step")?;
        let kind = StepKind::from_name(step).with_context(|| format!("{step:?} is no step"))?;
        let note = Note::parse(&words.collect::<Vec<_>>().join(" "))?;
        Ok(Self { conversation, actor, step: Step::new(action(kind, note)?) })
    }
}

fn user(text: &str) -> Result<UserId> {
    let id: i64 = text.parse().with_context(|| format!("{text:?} is no user's id"))?;
    Ok(UserId::new(id)?)
}

fn action(kind: StepKind, note: Option<Note>) -> Result<StepAction> {
    Ok(match (kind, note) {
        (StepKind::Start, note) => StepAction::Start { note, terms: None },
        (_, Some(_)) => bail!("a note is frozen with the start; no later step takes one"),
        (StepKind::Approve, None) => StepAction::Approve,
        (StepKind::Decline, None) => StepAction::Decline,
        (StepKind::Cancel, None) => StepAction::Cancel,
        (StepKind::Complete, None) => StepAction::Complete,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_names_conversation_owner_actor_and_step() {
        let line: Line = "offer_1:2  1 2 start  Saturday at ten".parse().expect("a line");
        assert_eq!((line.conversation.key().to_string().as_str(), line.actor), ("offer_1:2", Side::Respondent));
        let StepAction::Start { note: Some(note), .. } = line.step.action else { panic!("a start with a note") };
        assert_eq!(note.as_str(), "Saturday at ten");
    }

    #[test]
    fn what_is_no_line_says_why() {
        for (text, why) in [
            ("offer_1:2 1 2", "it ends before the step"),
            ("offer_1:2 1 3 start", "user 3 takes no part in offer_1:2"),
            ("offer_1:2 1 2 seal", "\"seal\" is no step"),
            ("offer_1:2 1 two start", "\"two\" is no user's id"),
            ("offer_1:2 1 2 cancel it rains", "a note is frozen with the start; no later step takes one"),
        ] {
            let error = text.parse::<Line>().expect_err("no line").to_string();
            assert_eq!(error, why, "{text:?}");
        }
    }
}
