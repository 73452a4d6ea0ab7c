//! Doing several things at the same moment. Knows nothing of what is done.

use std::pin::Pin;
use std::task::Poll;

use futures_util::future::join_all;

/// Each in a task of its own; what came of them, in their order.
pub(crate) async fn at_once<T, F>(futures: impl IntoIterator<Item = F>) -> Vec<T>
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let tasks: Vec<_> = futures.into_iter().map(tokio::spawn).collect();
    join_all(tasks).await.into_iter().map(|done| done.expect("the task does not panic")).collect()
}

/// Begins something, as far as it goes without waiting; it must not be done by then.
pub(crate) async fn begun<T, F: Future<Output = T>>(future: F) -> Pin<Box<F>> {
    let mut future = Box::pin(future);
    let done = std::future::poll_fn(|context| Poll::Ready(future.as_mut().poll(context).is_ready())).await;
    assert!(!done, "expected that it has to wait, but it is done");
    future
}

/// Begins each, one after the other; none may be done by then.
pub(crate) async fn all_begun<T, F: Future<Output = T>>(futures: impl IntoIterator<Item = F>) -> Vec<Pin<Box<F>>> {
    let mut all = Vec::new();
    for future in futures {
        all.push(begun(future).await);
        // Each gets a turn of its own, so that the runtime's budget for one turn never makes a difference.
        tokio::task::yield_now().await;
    }
    all
}
