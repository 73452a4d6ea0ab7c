//! No file that goes into the repository names a place on a developer's machine. Knows nothing of the file's language.

use super::Breach;
use super::tree::{File, Tree};

const RULE: &str = "machine-path";
/// Folders of a root directory under which people keep their own. Without slashes, or this file were a breach.
const FOLDERS: [&str; 4] = ["home", "root", "Users", "work"];

pub(super) fn check(tree: &Tree) -> Vec<Breach> {
    tree.committed.iter().flat_map(check_file).collect()
}

fn check_file(file: &File) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for (index, line) in file.text.lines().enumerate() {
        for start in FOLDERS.iter().map(|folder| format!("/{folder}/")).filter(|start| has_path(line, start)) {
            let advice = format!("`{start}…` exists on one machine only; name it from the project's root");
            breaches.push(Breach { path: file.path.clone(), line: index + 1, rule: RULE, advice });
        }
    }
    breaches
}

/// Whether an absolute path begins like this somewhere in the line; the tail of a longer path or URL is none.
fn has_path(line: &str, start: &str) -> bool {
    line.match_indices(start).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        !before.is_some_and(|c| c.is_alphanumeric() || "_-.~)}]*".contains(c))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_begins_where_no_other_goes_on() {
        let start = format!("/{}/", FOLDERS[0]);
        for before in ["", "see ", "\"", "file://", "="] {
            assert!(has_path(&format!("{before}{start}ada"), &start), "{before:?}");
        }
        for before in ["https://example.org", "${BASE}", "..", "target"] {
            assert!(!has_path(&format!("{before}{start}ada"), &start), "{before:?}");
        }
    }
}
