//! Running other programs in the open: each is printed before it runs. Knows nothing of what they are run for.

use std::env;
use std::ffi::OsStr;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};

/// The workspace that this program was built from.
pub(crate) fn root() -> &'static Path {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here)
}

/// The cargo that runs this program, in the workspace's root.
pub(crate) fn cargo(args: &[&str]) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(args).current_dir(root());
    // What cargo tells this program of itself would pass for changes to crates that look at such variables when they
    // are built: each would be built anew, and all that depends on it.
    for (name, _) in env::vars_os() {
        if ["CARGO_MANIFEST_", "CARGO_PKG_"].iter().any(|prefix| name.to_string_lossy().starts_with(prefix)) {
            command.env_remove(name);
        }
    }
    command
}

/// Runs it to its end, which must be a success.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let line = announce(command);
    let status = command.status().with_context(|| format!("cannot run `{line}`"))?;
    ensure!(status.success(), "`{line}` failed: {status}");
    Ok(())
}

/// Prints the command as one could type it, and returns that line.
pub(crate) fn announce(command: &Command) -> String {
    let text = |part: &OsStr| part.to_string_lossy().into_owned();
    // PATH is the caller's own, nearly always, and cargo's own path says nothing: both would drown the rest.
    let settings = command.get_envs().filter(|(name, _)| *name != "PATH");
    let settings = settings.filter_map(|(name, value)| Some(format!("{}='{}'", text(name), text(value?))));
    let program = Path::new(command.get_program()).file_name().map(text);
    let words: Vec<_> = settings.chain(program).chain(command.get_args().map(text)).collect();
    let line = words.join(" ");
    eprintln!("$ {line}");
    line
}
