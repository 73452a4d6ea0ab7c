//! The server while one works on it: built, started, and started again. Knows nothing of what it serves.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::Path;
use std::process::Child;
use std::thread;
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result};

use crate::process::{self, announce, cargo, root};

const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Ends with Ctrl-C alone, which a terminal sends to the server as well.
pub(crate) fn run(args: &[OsString]) -> Result<()> {
    fs::create_dir_all(root().join("target/dev")).context("cannot make target/dev")?;
    let sources = root().join("crates");
    let mut server: Option<Child> = None;
    loop {
        let seen = Stamp::of(&sources)?;
        // Built first and stopped then: while a change does not compile, the server as it was goes on.
        match process::run(&mut cargo(&["build", "-p", "handsel", "--bin", "handsel"])) {
            Ok(()) => {
                stop(server.take())?;
                server = Some(start(args)?);
            }
            Err(error) => eprintln!("xtask: {error:#}; waiting for a change"),
        }
        while Stamp::of(&sources)? == seen {
            thread::sleep(LOOK_EVERY);
            report_end(&mut server)?;
        }
    }
}

fn start(args: &[OsString]) -> Result<Child> {
    let mut command = cargo(&["run", "--quiet", "-p", "handsel", "--bin", "handsel", "--", "serve", "--demo"]);
    if !args.iter().any(|arg| arg.to_string_lossy().starts_with("--database-url")) {
        command.args(["--database-url", "sqlite://target/dev/handsel.db"]);
    }
    command.args(args);
    let line = announce(&command);
    command.spawn().with_context(|| format!("cannot run `{line}`"))
}

/// At once and not gently: what the server has acknowledged is committed, and its clients come back by themselves.
fn stop(server: Option<Child>) -> Result<()> {
    if let Some(mut server) = server {
        server.kill().context("cannot stop the server")?;
        server.wait().context("cannot wait for the server's end")?;
    }
    Ok(())
}

fn report_end(server: &mut Option<Child>) -> Result<()> {
    if let Some(running) = server
        && let Some(status) = running.try_wait().context("cannot ask after the server")?
    {
        eprintln!("xtask: the server has ended ({status}); waiting for a change");
        *server = None;
    }
    Ok(())
}

/// When a folder last changed, and how many files it has: a file that is deleted leaves no newer time behind.
#[derive(Debug, PartialEq, Eq)]
struct Stamp {
    files: usize,
    newest: SystemTime,
}

impl Stamp {
    fn of(folder: &Path) -> Result<Self> {
        let mut stamp = Self { files: 0, newest: SystemTime::UNIX_EPOCH };
        stamp.add(folder).with_context(|| format!("cannot look at {}", folder.display()))?;
        Ok(stamp)
    }

    fn add(&mut self, folder: &Path) -> io::Result<()> {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let added = entry.metadata().and_then(|file| {
                if file.is_dir() {
                    return self.add(&entry.path());
                }
                self.files += 1;
                self.newest = self.newest.max(file.modified()?);
                Ok(())
            });
            // Editors and git write files beside the old ones and rename them: some are gone before they are seen.
            if let Err(error) = added
                && error.kind() != io::ErrorKind::NotFound
            {
                return Err(error);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_a_changed_and_a_deleted_file_are_changes() {
        let folder = tempfile::tempdir().expect("a folder");
        let (a, b) = (folder.path().join("a.rs"), folder.path().join("deep/b.rs"));
        fs::create_dir(folder.path().join("deep")).expect("a folder");
        let stamp = || Stamp::of(folder.path()).expect("a stamp");

        let empty = stamp();
        fs::write(&a, "1").and_then(|()| fs::write(&b, "1")).expect("written");
        let two = stamp();
        assert_ne!(two, empty);
        assert_eq!(stamp(), two);

        let later = SystemTime::now() + Duration::from_secs(5);
        fs::File::options().append(true).open(&b).and_then(|file| file.set_modified(later)).expect("touched");
        let changed = stamp();
        assert_ne!(changed, two);

        fs::remove_file(&a).expect("deleted");
        assert_ne!(stamp(), changed);
    }
}
