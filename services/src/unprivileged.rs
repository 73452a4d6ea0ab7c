//! Who runs a server: the one who runs the tests, or somebody with fewer rights where that is root. Knows nothing of
//! which server.

use std::fs;
use std::os::unix::fs::{MetadataExt, chown};
use std::path::Path;
use std::process::Command;

/// Somebody whom every Linux has: PostgreSQL refuses to run as root.
const NOBODY: &str = "nobody";

/// The user and group to run as; none where this process is unprivileged itself.
fn other() -> Option<(u32, u32)> {
    let own = fs::metadata("/proc/self").expect("Linux tells of a process").uid();
    if own != 0 {
        return None;
    }
    let users = fs::read_to_string("/etc/passwd").expect("the users can be read");
    let entry = users.lines().find(|line| line.starts_with(&format!("{NOBODY}:")))?;
    let mut numbers = entry.split(':').skip(2).map(|number| number.parse().expect("a number"));
    numbers.next().zip(numbers.next())
}

/// A command that runs as that user.
pub fn command(program: &Path) -> Command {
    match other() {
        None => Command::new(program),
        Some((user, group)) => {
            let mut command = Command::new("setpriv");
            command.arg(format!("--reuid={user}")).arg(format!("--regid={group}")).arg("--clear-groups");
            command.arg("--").arg(program);
            command
        }
    }
}

/// Makes a file or directory that user's own.
pub(crate) fn hand_over(path: &Path) {
    if let Some((user, group)) = other() {
        chown(path, Some(user), Some(group)).expect("root can hand it over");
    }
}
