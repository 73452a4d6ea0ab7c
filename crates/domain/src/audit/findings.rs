//! What was found in one conversation, bounded: a timeline that is broken throughout is one finding with many places.
//! Knows nothing of the promises.

use super::{Breach, BreachCode, Place};

/// Most breaches that are listed for one conversation; one more says how many there are besides.
pub const BREACHES_PER_CONVERSATION_MAX: usize = 100;

/// Most characters of a stored text that are shown.
const SHOWN_CHARS_MAX: usize = 40;

pub(super) struct Findings {
    place: Place,
    kept: Vec<Breach>,
    more: u64,
}

impl Findings {
    pub(super) fn about(place: Place) -> Self {
        Self { place, kept: Vec::new(), more: 0 }
    }

    /// Something about the conversation as a whole.
    pub(super) fn add(&mut self, code: BreachCode, detail: impl Into<String>) {
        self.push(code, None, detail.into());
    }

    /// Something about one place in its timeline.
    pub(super) fn add_at(&mut self, seq: i64, code: BreachCode, detail: impl Into<String>) {
        self.push(code, Some(seq), detail.into());
    }

    fn push(&mut self, code: BreachCode, seq: Option<i64>, detail: String) {
        if self.kept.len() < BREACHES_PER_CONVERSATION_MAX {
            self.kept.push(Breach { code, place: self.place.clone(), seq, detail });
        } else {
            self.more += 1;
        }
    }

    pub(super) fn into_breaches(mut self) -> Vec<Breach> {
        if self.more > 0 {
            let detail = format!("{} more in this conversation", self.more);
            self.kept.push(Breach { code: BreachCode::MoreBreaches, place: self.place, seq: None, detail });
        }
        self.kept
    }
}

/// A stored word for people: in quotes, short, and with nothing in it that a terminal would obey.
pub(super) fn shown(text: &str) -> String {
    let mut short: String = text.chars().take(SHOWN_CHARS_MAX).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    format!("{short:?}")
}
