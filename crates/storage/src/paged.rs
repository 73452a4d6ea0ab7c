//! Rows that are read in one snapshot beside those who write, a page at a time, and handed on as what they become. Knows
//! nothing of which rows, nor of who takes them over.

use std::io;

use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr, QueryResult, Value};

use crate::database::DatabaseUrl;
use crate::sql::statement;
use crate::verify::VerifyError;
use crate::verify::source::Source;

/// Rows of one page: what is held in memory at once.
pub(crate) const PAGE_ROWS: i64 = 500;

/// Why not everything was handed over.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The database cannot be read.
    #[error(transparent)]
    Source(#[from] VerifyError),
    /// A row is none that could be moved, or the database failed.
    #[error("{0}; `handsel verify` says more")]
    Unreadable(String),
    /// Whoever took it over could not.
    #[error("{0}")]
    Unwritten(#[from] io::Error),
}

/// Hands on what `read` finds, all of it as it is at one moment. It is read anew from its beginning where somebody came to
/// write to a file that nobody had open.
pub(crate) async fn in_one_snapshot<T, R>(
    url: &DatabaseUrl,
    each: &mut dyn FnMut(T) -> io::Result<()>,
    mut read: impl AsyncFnMut(&mut Reader<'_, T>) -> Result<R, DbErr>,
) -> Result<R, ExportError> {
    let mut source = Source::open(url).await?;
    let mut unwritten = None;
    let done = source
        .snapshot(async |transaction| {
            let mut reader = Reader { transaction, each: &mut *each, unwritten: &mut unwritten };
            read(&mut reader).await
        })
        .await;
    source.close().await;
    match (done, unwritten) {
        (Err(_), Some(error)) => Err(error.into()),
        (Err(error), None) => Err(ExportError::Unreadable(error.to_string())),
        (Ok(done), _) => Ok(done),
    }
}

/// One snapshot, and whoever takes over what is found in it.
pub(crate) struct Reader<'a, T> {
    transaction: &'a DatabaseTransaction,
    each: &'a mut (dyn FnMut(T) -> io::Result<()> + 'a),
    /// Why it was not taken over, which a transaction has no way to say.
    unwritten: &'a mut Option<io::Error>,
}

impl<T> Reader<'_, T> {
    pub(crate) fn hand(&mut self, found: T) -> Result<(), DbErr> {
        (self.each)(found).map_err(|error| {
            *self.unwritten = Some(error);
            DbErr::Custom("it was not taken over".to_owned())
        })
    }

    pub(crate) async fn rows(&self, sql: &'static str, values: Vec<Value>) -> Result<Vec<QueryResult>, DbErr> {
        self.transaction.query_all_raw(statement(self.transaction, sql, values)).await
    }

    /// Reads to the end what a statement finds; its last parameter is how many rows a page has. `read` says of a row which
    /// parameters find what is behind it, and what it is.
    pub(crate) async fn each_row(
        &mut self,
        sql: &'static str,
        mut after: Vec<Value>,
        read: impl Fn(&QueryResult) -> Result<(Vec<Value>, T), DbErr>,
    ) -> Result<(), DbErr> {
        loop {
            let page = self.rows(sql, after.iter().cloned().chain([PAGE_ROWS.into()]).collect()).await?;
            if page.is_empty() {
                return Ok(());
            }
            for row in &page {
                let found;
                (after, found) = read(row)?;
                self.hand(found)?;
            }
        }
    }
}
