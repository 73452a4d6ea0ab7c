//! The domain and storage's rows never derive serde: only the edges have a wire form. Knows nothing of that form.

use super::Breach;
use super::tree::{Member, Tree};

const RULE: &str = "serde-free";
const FOLDERS: [&str; 2] = ["crates/domain/", "crates/storage/src/"];
const WORDS: [&str; 5] = ["serde", "serde_derive", "Serialize", "Deserialize", "DeserializeOwned"];

/// `serde_json` is no breach: storage hands its values to SQL as parameters.
pub(super) fn check(tree: &Tree) -> Vec<Breach> {
    let breach = |path: &str, line, name: &str| {
        let advice = format!("no `{name}` here; give the edge that needs it a type of its own");
        Breach { path: path.to_owned(), line, rule: RULE, advice }
    };
    let storage = |member: &&Member| member.manifest.path == "crates/storage/Cargo.toml";
    let mut breaches = Vec::new();
    for member in tree.members.iter().filter(storage) {
        for dependency in member.dependencies.iter().filter(|dependency| WORDS.contains(&dependency.name.as_str())) {
            breaches.push(breach(&member.manifest.path, member.line_of(dependency), &dependency.name));
        }
    }
    let here = |path: &str| FOLDERS.iter().any(|folder| path.starts_with(folder));
    for source in tree.sources.iter().filter(|source| here(&source.file.path)) {
        for (word, line) in source.words.iter().filter(|(word, _)| WORDS.contains(&word.as_str())) {
            breaches.push(breach(&source.file.path, *line, word));
        }
    }
    breaches
}
