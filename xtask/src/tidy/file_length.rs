//! A file is read in one sitting. Knows nothing of what is in it.

use super::Breach;
use super::tree::Tree;

const RULE: &str = "file-length";
const LINES_MAX: usize = 400;

pub(super) fn check(tree: &Tree) -> Vec<Breach> {
    let files = tree.sources.iter().map(|source| &source.file).chain(&tree.modules);
    let lengths = files.map(|file| (&file.path, file.text.lines().count()));
    lengths
        .filter(|(_, lines)| *lines > LINES_MAX)
        .map(|(path, lines)| Breach {
            path: path.clone(),
            line: LINES_MAX + 1,
            rule: RULE,
            advice: format!("{lines} lines hold two ideas; split them, at most {LINES_MAX} each"),
        })
        .collect()
}
