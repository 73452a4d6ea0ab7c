//! Every source opens with its one idea. Knows nothing of whether the idea is a good one.

use super::Breach;
use super::tree::{Source, Tree};

const RULE: &str = "module-header";

pub(super) fn check(tree: &Tree) -> Vec<Breach> {
    tree.sources.iter().filter(|source| !opens_with_header(&source.file.text)).map(breach).collect()
}

fn opens_with_header(text: &str) -> bool {
    text.lines().next().and_then(|line| line.strip_prefix("//!")).is_some_and(|idea| !idea.trim().is_empty())
}

fn breach(source: &Source) -> Breach {
    let advice = "open the file with `//!`: its one idea, and what it knows nothing of".to_owned();
    Breach { path: source.file.path.clone(), line: 1, rule: RULE, advice }
}
