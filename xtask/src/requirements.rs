//! What the tests need on the machine: found, else installed, else named. Knows nothing of the tests themselves.

use std::env;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::process::run;

struct Requirement {
    /// What it is, and what for.
    what: &'static str,
    /// Programs of which any one will do.
    programs: &'static [&'static str],
    /// Folders to look in besides PATH.
    also_in: &'static [&'static str],
    /// The Debian packages that bring it.
    packages: &'static [&'static str],
}

const REQUIREMENTS: &[Requirement] = &[
    Requirement {
        what: "a C compiler, to build the SQLite inside the server",
        programs: &["cc"],
        also_in: &[],
        packages: &["gcc", "libc6-dev"],
    },
    Requirement {
        what: "git, to tell which files are committed",
        programs: &["git"],
        also_in: &[],
        packages: &["git"],
    },
    Requirement {
        what: "PostgreSQL 15 or later, to test over",
        programs: &["initdb"],
        also_in: &[
            "/usr/lib/postgresql/18/bin",
            "/usr/lib/postgresql/17/bin",
            "/usr/lib/postgresql/16/bin",
            "/usr/lib/postgresql/15/bin",
        ],
        packages: &["postgresql"],
    },
    Requirement {
        what: "Redis 7 or later, to test over",
        programs: &["redis-server"],
        also_in: &[],
        packages: &["redis-server"],
    },
    Requirement {
        what: "openssl, to make a certificate for PostgreSQL",
        programs: &["openssl"],
        also_in: &[],
        packages: &["openssl"],
    },
    Requirement {
        what: "setpriv, to run PostgreSQL where root tests",
        programs: &["setpriv"],
        also_in: &[],
        packages: &["util-linux"],
    },
];

/// What the page's own tests, and those that use it as people do, need besides.
const OF_THE_PAGE: &[Requirement] = &[
    Requirement { what: "Node, to test the page's modules", programs: &["node"], also_in: &[], packages: &["nodejs"] },
    Requirement { what: "npm, to install what checks the page", programs: &["npm"], also_in: &[], packages: &["npm"] },
    Requirement {
        what: "Chromium, to use the page as people do",
        programs: &["chromium", "chromium-browser", "google-chrome"],
        also_in: &[],
        packages: &["chromium"],
    },
    Requirement {
        what: "Python 3.10 or later with venv, to run the Django site that adopts Handsel",
        programs: &["python3"],
        also_in: &[],
        packages: &["python3", "python3-venv"],
    },
    Requirement {
        what: "chromedriver, to drive it",
        programs: &["chromedriver"],
        also_in: &["/usr/lib/chromium", "/usr/lib/chromium-browser"],
        packages: &["chromium-driver"],
    },
];

/// What reads the files in `deploy`.
const OF_DEPLOYMENT: &[Requirement] = &[
    Requirement {
        what: "promtool, to test the alerts",
        programs: &["promtool"],
        also_in: &[],
        packages: &["prometheus"],
    },
    Requirement { what: "Caddy, to serve behind", programs: &["caddy"], also_in: &[], packages: &["caddy"] },
    Requirement { what: "nginx, to serve behind", programs: &["nginx"], also_in: &["/usr/sbin"], packages: &["nginx"] },
    Requirement {
        what: "systemd-analyze, to check the unit",
        programs: &["systemd-analyze"],
        also_in: &[],
        packages: &["systemd"],
    },
];

/// What is to be tested.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// Rust alone, without a browser.
    Rust,
    /// The page and the deployment as well.
    Page,
}

impl Scope {
    fn requirements(self) -> Vec<&'static Requirement> {
        let (of_the_page, of_deployment): (&[_], &[_]) = match self {
            Self::Rust => (&[], &[]),
            Self::Page => (OF_THE_PAGE, OF_DEPLOYMENT),
        };
        REQUIREMENTS.iter().chain(of_the_page).chain(of_deployment).collect()
    }
}

/// Returns the PATH on which all of them are found. A missing one is an error: no test is skipped for the lack of it.
pub(crate) fn ensure(scope: Scope) -> Result<OsString> {
    let requirements = scope.requirements();
    let path = env::var_os("PATH").unwrap_or_default();
    if let Some(packages) = plan(&missing(&requirements, &path), apt_get_allowed(&path))? {
        let apt_get = || {
            let mut command = Command::new("apt-get");
            command.env("DEBIAN_FRONTEND", "noninteractive");
            command
        };
        run(apt_get().arg("update"))?;
        run(apt_get().args(["install", "-y", "--no-install-recommends"]).args(packages))?;
        // Asked again without apt-get: what is missing still is an error now.
        plan(&missing(&requirements, &path), false)?;
    }
    extended(&requirements, &path)
}

fn missing<'a>(requirements: &[&'a Requirement], path: &OsStr) -> Vec<&'a Requirement> {
    requirements.iter().copied().filter(|requirement| folder_of(requirement, path).is_none()).collect()
}

/// The folder that has one of its programs, PATH first.
fn folder_of(requirement: &Requirement, path: &OsStr) -> Option<PathBuf> {
    let has_one = |folder: &PathBuf| {
        let program = |name: &&str| folder.join(format!("{name}{}", env::consts::EXE_SUFFIX));
        requirement.programs.iter().map(program).any(|file| file.is_file())
    };
    env::split_paths(path).chain(requirement.also_in.iter().map(PathBuf::from)).find(has_one)
}

/// The packages to install, if any. Where they may not be installed, an error of one line that names them.
fn plan(missing: &[&Requirement], apt_get_allowed: bool) -> Result<Option<Vec<&'static str>>> {
    let packages: Vec<_> = missing.iter().flat_map(|requirement| requirement.packages).copied().collect();
    if packages.is_empty() {
        Ok(None)
    } else if apt_get_allowed {
        Ok(Some(packages))
    } else {
        let needs: Vec<_> = missing
            .iter()
            .map(|requirement| format!("{} (`{}`)", requirement.what, requirement.programs.join("` or `")))
            .collect();
        bail!("the tests need {}; on Debian and Ubuntu: apt-get install {}", needs.join(" and "), packages.join(" "))
    }
}

fn apt_get_allowed(path: &OsStr) -> bool {
    let apt_get = env::split_paths(path).any(|folder| folder.join("apt-get").is_file());
    let debian = Path::new("/etc/debian_version").exists();
    let root = Command::new("id").arg("-u").output().is_ok_and(|id| id.stdout.trim_ascii() == b"0");
    apt_get && debian && root
}

/// PATH with the folders behind it in which something was found besides.
fn extended(requirements: &[&Requirement], path: &OsStr) -> Result<OsString> {
    let mut folders: Vec<_> = env::split_paths(path).collect();
    for folder in requirements.iter().filter_map(|requirement| folder_of(requirement, path)) {
        if !folders.contains(&folder) {
            folders.push(folder);
        }
    }
    env::join_paths(folders).context("PATH cannot be put together")
}

#[cfg(test)]
mod tests {
    use super::*;

    const SURELY_MISSING: Requirement = Requirement {
        what: "a loom",
        programs: &["surely-no-such-loom", "nor-such-a-loom"],
        also_in: &[],
        packages: &["loom", "yarn"],
    };

    #[test]
    fn a_program_is_found_under_any_of_its_names() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().as_os_str();
        assert_eq!(missing(&[&SURELY_MISSING], path).len(), 1);
        let file = folder.path().join(format!("nor-such-a-loom{}", env::consts::EXE_SUFFIX));
        std::fs::write(file, "").expect("written");
        assert!(missing(&[&SURELY_MISSING], path).is_empty());
    }

    #[test]
    fn a_folder_beside_path_joins_it_when_something_is_found_there() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join(format!("loom{}", env::consts::EXE_SUFFIX)), "").expect("written");
        let also_in: &'static str = folder.path().to_str().expect("UTF-8").to_owned().leak();
        let beside = Requirement { programs: &["loom"], also_in: vec![also_in].leak(), ..SURELY_MISSING };
        let path = extended(&[&beside], OsStr::new("")).expect("a path");
        assert!(env::split_paths(&path).any(|found| found == folder.path()));
    }

    #[test]
    fn what_is_missing_is_installed_where_that_is_allowed() {
        assert_eq!(plan(&[], true).expect("nothing to do"), None);
        assert_eq!(plan(&[&SURELY_MISSING], true).expect("a plan"), Some(vec!["loom", "yarn"]));
    }

    #[test]
    fn what_is_missing_elsewhere_fails_in_one_line_that_says_what_to_install() {
        let error = plan(&[&SURELY_MISSING], false).expect_err("must fail").to_string();
        assert_eq!(error.lines().count(), 1);
        assert!(error.contains("a loom") && error.ends_with("apt-get install loom yarn"), "{error}");
    }
}
