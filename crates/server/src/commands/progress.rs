//! How far a command has come: a bar on a terminal, a line now and then elsewhere. Knows nothing of what is done.

use std::io::{self, IsTerminal};

use indicatif::{ProgressBar, ProgressStyle};

/// Where nobody looks at a terminal, a line is printed each time that so many have been dealt with.
const LINES_BETWEEN: u64 = 100_000;

/// How far it has come, on standard error.
pub(super) struct Progress {
    bar: Option<ProgressBar>,
    lines: u64,
}

impl Progress {
    /// Of so much, in bytes; `None`: nobody knows how much there is.
    pub(super) fn of_bytes(bytes: Option<u64>) -> Self {
        Self::new(bytes, "{bar:30} {bytes} of {total_bytes}, {eta} left", "{spinner} {bytes}")
    }

    /// Of so many lines.
    pub(super) fn of_lines(lines: u64) -> Self {
        Self::new(Some(lines), "{bar:30} {human_pos} of {human_len}, {eta} left", "{spinner} {human_pos}")
    }

    fn new(length: Option<u64>, known: &str, unknown: &str) -> Self {
        let bar = io::stderr().is_terminal().then(|| match length {
            Some(length) => ProgressBar::new(length).with_style(style(known)),
            None => ProgressBar::new_spinner().with_style(style(unknown)),
        });
        Self { bar, lines: 0 }
    }

    /// So much further, which was so many lines.
    pub(super) fn goes_on(&mut self, by: u64, lines: u64) {
        if let Some(bar) = &self.bar {
            bar.inc(by);
        } else if self.lines / LINES_BETWEEN < (self.lines + lines) / LINES_BETWEEN {
            eprintln!("{} lines", self.lines + lines);
        }
        self.lines += lines;
    }

    /// What is printed from here on has the terminal for itself.
    pub(super) fn ends(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}
