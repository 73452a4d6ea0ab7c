//! What a database must bring to be put under the contract. Knows nothing of the tests.

use std::sync::Arc;

use async_trait::async_trait;
use sea_orm::{DatabaseConnection, DatabaseTransaction};

/// A database of its own for one test; it is gone when this is dropped.
#[async_trait]
pub(crate) trait Subject: Send + Sync + 'static {
    /// An empty one.
    async fn fresh() -> Self
    where
        Self: Sized;

    /// Another empty one of the same kind.
    async fn another(&self) -> Arc<dyn Subject>;

    /// Where it is, as an operator would write it.
    fn url(&self) -> String;

    /// Begins a transaction on `outside` that lets nobody else commit before it ends.
    async fn hold_writes(&self, outside: &DatabaseConnection) -> DatabaseTransaction;

    /// What lets an operator store what the database would refuse: no foreign keys, and nothing unique.
    fn unguarded(&self) -> &'static str;

    /// What is found for that alone, as `code place`.
    fn missing_guards(&self) -> &'static [&'static str];

    /// How often some waited for each other until one of them was made to give up, as is known once nobody uses the
    /// database any more.
    async fn deadlocks(&self) -> i64;

    /// Every byte that is stored, in whatever order.
    async fn everything_stored(&self) -> Vec<u8>;
}
