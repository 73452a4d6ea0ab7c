//! A workspace as the rules see it: members, sources, the page's modules and committed files. Knows none of the rules.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::str::FromStr;

use anyhow::{Context, Result, anyhow, ensure};
use cargo_metadata::{Dependency, DependencyKind, MetadataCommand};
use proc_macro2::{TokenStream, TokenTree};

/// The folders whose sources the rules are about.
const SOURCE_FOLDERS: [&str; 4] = ["crates", "examples", "tests", "xtask"];
/// The folder of the page's modules.
const MODULES_FOLDER: &str = "frontend/src";

pub(super) struct Tree {
    pub(super) members: Vec<Member>,
    pub(super) sources: Vec<Source>,
    /// The page's own JavaScript.
    pub(super) modules: Vec<File>,
    /// What git tracks, or would with the next `git add`.
    pub(super) committed: Vec<File>,
}

pub(super) struct File {
    /// From the root, with `/` between its parts.
    pub(super) path: String,
    pub(super) text: String,
}

/// A package of the workspace.
pub(super) struct Member {
    pub(super) name: String,
    pub(super) manifest: File,
    pub(super) dependencies: Vec<Dependency>,
}

/// A Rust file.
pub(super) struct Source {
    pub(super) file: File,
    /// Its identifiers, each with its line: what stands in comments and strings names nothing.
    pub(super) words: Vec<(String, usize)>,
}

impl Tree {
    pub(super) fn read(root: &Path) -> Result<Self> {
        let mut sources = Vec::new();
        for folder in SOURCE_FOLDERS {
            for file in files(root, folder, "rs")? {
                sources.push(Source::parse(file)?);
            }
        }
        let modules = files(root, MODULES_FOLDER, "js")?;
        Ok(Self { members: members(root)?, sources, modules, committed: committed(root)? })
    }
}

impl File {
    fn read(root: &Path, path: &str) -> Result<Self> {
        let bytes = fs::read(root.join(path)).with_context(|| format!("cannot read {path}"))?;
        Ok(Self { path: path.to_owned(), text: String::from_utf8_lossy(&bytes).into_owned() })
    }
}

impl Member {
    /// Where the manifest names that dependency: the first such line of its kind's tables.
    pub(super) fn line_of(&self, dependency: &Dependency) -> usize {
        let name = dependency.rename.as_ref().unwrap_or(&dependency.name);
        let table = match dependency.kind {
            DependencyKind::Development => "dev-dependencies",
            DependencyKind::Build => "build-dependencies",
            _ => "dependencies",
        };
        let mut within = false;
        for (index, line) in self.manifest.text.lines().enumerate() {
            let named = if let Some(header) = line.trim().strip_prefix('[') {
                let header = header.trim_end_matches(']');
                within = header.rsplit('.').next() == Some(table);
                header.strip_suffix(name.as_str()).is_some_and(|table_dot| table_dot.ends_with(&format!("{table}.")))
            } else {
                within && line.split(['.', '=', ' ']).next() == Some(name)
            };
            if named {
                return index + 1;
            }
        }
        1
    }
}

fn members(root: &Path) -> Result<Vec<Member>> {
    // Without resolving anything: the arrows stand in the manifests, and a check must not need the network.
    let metadata = MetadataCommand::new()
        .manifest_path(root.join("Cargo.toml"))
        .no_deps()
        .other_options(vec!["--offline".to_owned()])
        .exec()
        .context("`cargo metadata` failed")?;
    let mut members = Vec::new();
    for package in &metadata.packages {
        let path = package.manifest_path.strip_prefix(&metadata.workspace_root)?.as_str().replace('\\', "/");
        members.push(Member {
            name: package.name.to_string(),
            manifest: File::read(metadata.workspace_root.as_std_path(), &path)?,
            dependencies: package.dependencies.clone(),
        });
    }
    Ok(members)
}

impl Source {
    fn parse(file: File) -> Result<Self> {
        let words = words(&file.text).with_context(|| format!("{} is no Rust", file.path))?;
        Ok(Self { file, words })
    }
}

/// The files below a folder whose names end like this.
fn files(root: &Path, folder: &str, extension: &str) -> Result<Vec<File>> {
    let mut found = Vec::new();
    if !root.join(folder).is_dir() {
        return Ok(found);
    }
    for entry in fs::read_dir(root.join(folder)).with_context(|| format!("cannot read {folder}"))? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = format!("{folder}/{name}");
        if entry.file_type()?.is_dir() {
            if name != "target" && !name.starts_with('.') {
                found.extend(files(root, &path, extension)?);
            }
        } else if Path::new(&name).extension().is_some_and(|ending| ending == extension) {
            found.push(File::read(root, &path)?);
        }
    }
    Ok(found)
}

/// The identifiers of a source, those inside of macros included.
fn words(source: &str) -> Result<Vec<(String, usize)>> {
    fn collect(tokens: TokenStream, words: &mut Vec<(String, usize)>) {
        for token in tokens {
            match token {
                TokenTree::Group(group) => collect(group.stream(), words),
                TokenTree::Ident(ident) => {
                    let line = ident.span().start().line;
                    words.push((ident.to_string().trim_start_matches("r#").to_owned(), line));
                }
                TokenTree::Punct(_) | TokenTree::Literal(_) => {}
            }
        }
    }
    let tokens = TokenStream::from_str(source).map_err(|error| anyhow!("line {}", error.span().start().line))?;
    let mut words = Vec::new();
    collect(tokens, &mut words);
    Ok(words)
}

fn committed(root: &Path) -> Result<Vec<File>> {
    let git = Command::new("git")
        .current_dir(root)
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate"])
        .output()
        .context("cannot run git")?;
    ensure!(git.status.success(), "`git ls-files` failed: {}", String::from_utf8_lossy(&git.stderr).trim());
    let names = String::from_utf8_lossy(&git.stdout).into_owned();
    // A file that git still lists may be deleted already; a submodule is a folder.
    let files = names.split('\0').filter(|name| !name.is_empty() && root.join(name).is_file());
    files.map(|name| File::read(root, name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_identifiers_wherever_they_stand_but_in_comments_and_strings() {
        let source = "//! a\n/* b */ use c::d;\n/// e\nfn f<'g>() { h!(i \"j\" r#k); }";
        let found = words(source).expect("Rust");
        let expected = [("c", 2), ("d", 2), ("f", 4), ("g", 4), ("h", 4), ("i", 4), ("k", 4)];
        let is_expected = |(word, line): &(String, usize)| expected.contains(&(word.as_str(), *line));
        let keyword = |(word, _): &(String, usize)| ["use", "fn", "doc"].contains(&word.as_str());
        assert!(found.iter().all(|word| is_expected(word) || keyword(word)), "{found:?}");
        assert_eq!(found.iter().filter(|word| is_expected(word)).count(), expected.len());
    }
}
