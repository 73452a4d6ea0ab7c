//! What a process prints, line by line, as it comes. Knows nothing of what is looked for in it.

use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::sync::watch;

/// All that came through one pipe so far.
pub(crate) struct Printed(watch::Receiver<String>);

impl Printed {
    /// Reads the pipe to its end.
    pub(crate) fn of(pipe: impl AsyncRead + Send + Unpin + 'static) -> Self {
        let (text, printed) = watch::channel(String::new());
        tokio::spawn(async move {
            let mut lines = BufReader::new(pipe).lines();
            while let Ok(Some(line)) = lines.next_line().await {
                text.send_modify(|text| {
                    text.push_str(&line);
                    text.push('\n');
                });
            }
        });
        Self(printed)
    }

    pub(crate) fn so_far(&self) -> String {
        self.0.borrow().clone()
    }

    /// Waits until what is looked for has been printed; `None` where the pipe ends without it.
    pub(crate) async fn find<T>(&self, find: impl Fn(&str) -> Option<T>) -> Option<T> {
        let mut printed = self.0.clone();
        loop {
            let found = find(&printed.borrow_and_update());
            if found.is_some() || printed.changed().await.is_err() {
                return found;
            }
        }
    }
}
