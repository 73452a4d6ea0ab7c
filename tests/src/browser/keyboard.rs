//! The page by keyboard alone: from one control to the next, seeing where one is. Knows nothing of a mouse, nor of a
//! shorter way.

use serde_json::{Value, json};
use thirtyfour::Key;

use super::Visitor;

/// More controls than any view has.
const TABS_MAX: usize = 80;

/// Where the focus is: what it is called, and whether one sees that it is there.
const FOCUS: &str = "const element = document.activeElement;
  if (!element || element === document.body) return { name: '', visible: true };
  const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(element);
  const ring = (outlineStyle !== 'none' && parseFloat(outlineWidth) > 0) || boxShadow !== 'none';
  const box = element.getBoundingClientRect();
  const inside = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
  return { name: element.dataset.conversation ?? nameOf(element), visible: ring && inside && isShown(element) }";

impl Visitor {
    /// Presses Tab until the focus is on what has that name.
    pub async fn tabs_to(&self, name: &str) {
        self.moves_to(name, false).await;
    }

    /// Presses Shift and Tab until the focus is on what has that name.
    pub async fn tabs_back_to(&self, name: &str) {
        self.moves_to(name, true).await;
    }

    async fn moves_to(&self, name: &str, back: bool) {
        let mut passed = Vec::new();
        while passed.len() < TABS_MAX {
            if back {
                self.page.presses_with_shift(Key::Tab).await;
            } else {
                self.page.presses(Key::Tab).await;
            }
            let focus = self.page.runs(FOCUS, Value::Null).await;
            let at = focus["name"].as_str().expect("a name").to_owned();
            assert_eq!(focus["visible"], true, "the focus on {at:?} is not seen; {}", self.page.state().await);
            if at == name || at.starts_with(&format!("{name} ")) {
                return;
            }
            passed.push(at);
        }
        panic!("Tab does not lead to {name:?}, but to {passed:?}; {}", self.page.state().await);
    }

    /// Goes to what has that name, and presses Enter.
    pub async fn tabs_to_and_enters(&self, name: &str) {
        self.tabs_to(name).await;
        self.page.presses(Key::Enter).await;
    }

    /// Goes to the field of that name, and types.
    pub async fn tabs_to_and_types(&self, name: &str, text: &str) {
        self.tabs_to(name).await;
        self.page.types(text).await;
    }

    /// Waits until the focus is on what has that name.
    pub async fn is_at(&self, name: &str) {
        let script = format!("const focus = (() => {{ {FOCUS} }})(); return focus.visible && focus.name === given");
        self.page.until(format!("the focus to be on {name:?}"), &script, json!(name)).await;
    }
}
