//! Nothing outside of `crates/storage` names sea-orm. Knows nothing of how it is used inside.

use super::Breach;
use super::arrows::is_of_family;
use super::tree::Tree;

const RULE: &str = "sea-orm-in-storage";
const HOME: &str = "crates/storage/";

pub(super) fn check(tree: &Tree) -> Vec<Breach> {
    let breach = |path: &str, line, name: &str| {
        let advice = format!("`{name}` belongs in {HOME} alone; go through a port of the domain");
        Breach { path: path.to_owned(), line, rule: RULE, advice }
    };
    let mut breaches = Vec::new();
    for member in tree.members.iter().filter(|member| !member.manifest.path.starts_with(HOME)) {
        for dependency in member.dependencies.iter().filter(|dependency| is_of_family(&dependency.name, "sea-orm")) {
            breaches.push(breach(&member.manifest.path, member.line_of(dependency), &dependency.name));
        }
    }
    for source in tree.sources.iter().filter(|source| !source.file.path.starts_with(HOME)) {
        for (word, line) in source.words.iter().filter(|(word, _)| is_of_family(word, "sea_orm")) {
            breaches.push(breach(&source.file.path, *line, word));
        }
    }
    breaches
}
