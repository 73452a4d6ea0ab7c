//! Every source opens with its one idea. Knows nothing of whether the idea is a good one.

use super::Breach;
use super::tree::{File, Tree};

const RULE: &str = "module-header";

pub(super) fn check(tree: &Tree) -> Vec<Breach> {
    let sources = tree.sources.iter().map(|source| (&source.file, "//!"));
    let modules = tree.modules.iter().map(|module| (module, "//"));
    let headless = sources.chain(modules).filter(|(file, mark)| !opens_with_header(&file.text, mark));
    headless.map(|(file, mark)| breach(file, mark)).collect()
}

fn opens_with_header(text: &str, mark: &str) -> bool {
    text.lines().next().and_then(|line| line.strip_prefix(mark)).is_some_and(|idea| !idea.trim().is_empty())
}

fn breach(file: &File, mark: &str) -> Breach {
    let advice = format!("open the file with `{mark}`: its one idea, and what it knows nothing of");
    Breach { path: file.path.clone(), line: 1, rule: RULE, advice }
}
