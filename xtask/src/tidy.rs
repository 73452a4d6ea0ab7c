//! The architecture's rules as a check. Knows where the parts of the workspace stand, and nothing of what they do.

mod arrows;
mod file_length;
mod machine_paths;
mod module_header;
mod orm;
mod serde_free;
mod tree;

use std::fmt;
use std::path::Path;

use anyhow::{Result, bail};

use tree::Tree;

/// One place where a rule does not hold.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Breach {
    /// From the root, with `/` between its parts.
    path: String,
    line: usize,
    rule: &'static str,
    /// What to do about it.
    advice: String,
}

impl fmt::Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, line, rule, advice } = self;
        write!(f, "{path}:{line}: {rule}: {advice}")
    }
}

const RULES: [fn(&Tree) -> Vec<Breach>; 6] =
    [arrows::check, module_header::check, orm::check, serde_free::check, file_length::check, machine_paths::check];

/// Prints every breach in the workspace at `root`; an error where there is one.
pub(crate) fn run(root: &Path) -> Result<()> {
    let tree = Tree::read(root)?;
    let mut breaches: Vec<_> = RULES.iter().flat_map(|check| check(&tree)).collect();
    breaches.sort();
    for breach in &breaches {
        println!("{breach}");
    }
    match breaches.len() {
        0 => Ok(()),
        1 => bail!("1 breach of the architecture's rules"),
        n => bail!("{n} breaches of the architecture's rules"),
    }
}
