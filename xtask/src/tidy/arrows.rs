//! Which crate may depend on which. Knows the manifests, and nothing of the sources.

use cargo_metadata::{Dependency, DependencyKind};

use super::Breach;
use super::tree::{Member, Tree};

const RULE: &str = "crate-arrows";

const DOMAIN: &str = "handsel-domain";
const STORAGE: &str = "handsel-storage";
const TRANSPORT: &str = "handsel-transport";
const OUTBOUND: &str = "handsel-outbound";
const SERVICES: &str = "handsel-services";
const TESTS: &str = "handsel-tests";
const AGREEMENTS: &str = "handsel-agreements";

/// What one crate may know.
struct Arrows {
    from: &'static str,
    /// The workspace's crates that it may depend on.
    to: &'static [&'static str],
    /// Those that its tests may depend on besides: the domain for its mocks, the end-to-end tests for their clients.
    in_tests: &'static [&'static str],
    /// Others' crates that it must do without, each with all its family: `tokio` is also `tokio-util`.
    never: &'static [&'static str],
}

/// `crates/server` alone names adapters; `xtask` and the end-to-end tests stand alone. The services of the tests know none
/// of what is tested over them. The agreements are an example of the domain alone.
const ALL: [Arrows; 9] = [
    Arrows { from: DOMAIN, to: &[], in_tests: &[DOMAIN], never: &["hyper", "serde", "sqlx", "tokio", "tungstenite"] },
    Arrows {
        from: STORAGE,
        to: &[DOMAIN],
        in_tests: &[SERVICES],
        never: &["hyper", "redis", "tokio-tungstenite", "tungstenite"],
    },
    Arrows { from: TRANSPORT, to: &[DOMAIN], in_tests: &[SERVICES], never: &["sqlx"] },
    Arrows {
        from: OUTBOUND,
        to: &[DOMAIN],
        in_tests: &[DOMAIN],
        never: &["redis", "sea-orm", "sqlx", "tokio-tungstenite", "tungstenite"],
    },
    Arrows { from: "handsel", to: &[DOMAIN, STORAGE, TRANSPORT, OUTBOUND], in_tests: &[SERVICES, TESTS], never: &[] },
    Arrows { from: SERVICES, to: &[], in_tests: &[], never: &["hyper", "redis", "sqlx", "tokio"] },
    Arrows { from: TESTS, to: &[SERVICES], in_tests: &[], never: &[] },
    Arrows {
        from: AGREEMENTS,
        to: &[DOMAIN],
        in_tests: &[],
        never: &["hyper", "sea-orm", "serde", "sqlx", "tokio", "tungstenite"],
    },
    Arrows { from: "xtask", to: &[], in_tests: &[], never: &["tokio-tungstenite", "tungstenite"] },
];

pub(super) fn check(tree: &Tree) -> Vec<Breach> {
    let ours: Vec<_> = tree.members.iter().map(|member| member.name.as_str()).collect();
    tree.members.iter().flat_map(|member| check_member(member, &ours)).collect()
}

fn check_member(member: &Member, ours: &[&str]) -> Vec<Breach> {
    let breach = |line, advice| Breach { path: member.manifest.path.clone(), line, rule: RULE, advice };
    let Some(arrows) = ALL.iter().find(|arrows| arrows.from == member.name) else {
        let advice = format!("say in xtask/src/tidy/arrows.rs what `{}` may depend on", member.name);
        return vec![breach(1, advice)];
    };
    let refused = |dependency: &&Dependency| !arrows.allow(dependency, ours.contains(&dependency.name.as_str()));
    let dependencies = member.dependencies.iter().filter(refused);
    dependencies
        .map(|dependency| {
            let advice = format!("`{}` must do without `{}`; remove it", member.name, dependency.name);
            breach(member.line_of(dependency), advice)
        })
        .collect()
}

impl Arrows {
    fn allow(&self, dependency: &Dependency, ours: bool) -> bool {
        let name = dependency.name.as_str();
        let in_tests = dependency.kind == DependencyKind::Development;
        if ours || dependency.path.is_some() {
            self.to.contains(&name) || (in_tests && self.in_tests.contains(&name))
        } else {
            in_tests || !self.never.iter().any(|family| is_of_family(name, family))
        }
    }
}

/// Whether a package is the one of that name or one of its parts.
pub(super) fn is_of_family(package: &str, family: &str) -> bool {
    let rest = package.strip_prefix(family);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', '_']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_server_alone_names_two_adapters() {
        let both = |arrows: &&Arrows| arrows.to.contains(&STORAGE) && arrows.to.contains(&TRANSPORT);
        assert_eq!(ALL.iter().filter(both).map(|arrows| arrows.from).collect::<Vec<_>>(), ["handsel"]);
    }

    #[test]
    fn a_family_is_a_name_and_its_parts() {
        assert!(["tokio", "tokio-util", "tokio_x"].iter().all(|package| is_of_family(package, "tokio")));
        assert!(["toki", "tokioish"].iter().all(|package| !is_of_family(package, "tokio")));
    }
}
