//! Whether a view is accessible, as far as a machine can tell: axe-core's rules for WCAG 2.1 A and AA and for good
//! practice. Knows nothing of which views there are.

use std::path::Path;

use serde_json::{Value, json};

use super::{Look, Page};

const RUN: &str = "
  const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'];
  // What fades in is not what it will be.
  await Promise.allSettled(document.getAnimations().map((animation) => animation.finished));
  const { violations, passes } = await axe.run(document, { runOnly: { type: 'tag', values: tags } });
  return {
    passes: passes.length,
    violations: violations.flatMap(({ id, help, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id} (${help}) at ${target.join(' ')}: ${failureSummary}`)),
  }";

impl Page {
    /// Checks what is shown now, on a phone and on a desktop, in light and in dark.
    pub async fn is_accessible(&self, view: &str) {
        for look in [Look::Phone, Look::Desktop] {
            self.looks_like(look).await;
            for scheme in ["light", "dark"] {
                self.prefers(scheme).await;
                self.passes_axe(&format!("{view}, {look:?}, {scheme}")).await;
            }
        }
    }

    async fn passes_axe(&self, view: &str) {
        if self.runs("return typeof axe === 'undefined'", Value::Null).await == true {
            self.has_axe().await;
        }
        let found = self.runs(RUN, Value::Null).await;
        assert!(found["passes"].as_u64().is_some_and(|rules| rules > 0), "{view}: axe has checked nothing: {found}");
        let violations: Vec<_> =
            found["violations"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        assert!(violations.is_empty(), "{view}:\n{}", violations.join("\n"));
    }

    async fn has_axe(&self) {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../frontend/node_modules/axe-core/axe.min.js");
        let source = std::fs::read_to_string(&file).unwrap_or_else(|error| {
            panic!("{}: {error}; `npm ci` in frontend/ brings it, and `cargo xtask test` runs that", file.display())
        });
        let evaluated = self.devtools("Runtime.evaluate", json!({"expression": source})).await;
        assert!(evaluated["exceptionDetails"].is_null(), "axe-core cannot be loaded: {evaluated}");
    }
}
