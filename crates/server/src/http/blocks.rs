//! `/api/blocks/…`: whom the caller has blocked. Knows nothing of what a block keeps from being written.

use handsel_domain::ids::{UserId, UserIdInvalid};
use handsel_domain::ports::{Block, BlockError};
use handsel_transport::frames::{self, rfc3339};
use handsel_transport::problem::Problem;
use hyper::{HeaderMap, StatusCode, Uri};
use serde_json::{Value, json};

use super::query::Query;
use super::service::{Api, Reply};
use super::{auth, respond};

fn block_json(block: &Block) -> Value {
    json!({"user": frames::person(&block.person), "created_at": rfc3339(block.created_at)})
}

fn user_not_found() -> Problem {
    let error = BlockError::UnknownUser;
    Problem::new(StatusCode::NOT_FOUND, error.code(), error.to_string())
}

fn named(id: &str) -> Result<UserId, Problem> {
    id.parse().map_err(|_: UserIdInvalid| user_not_found())
}

/// 201 where the block is new, 200 where it was there already.
pub(super) async fn put(api: &Api, id: &str, headers: &HeaderMap) -> Result<Reply, Problem> {
    let caller = auth::caller(&api.accounts, headers).await?.person.id;
    match api.moderation.block(caller, named(id)?).await {
        Ok((block, is_new)) => {
            let status = if is_new { StatusCode::CREATED } else { StatusCode::OK };
            Ok(respond::json(status, &block_json(&block)))
        }
        Err(BlockError::UnknownUser) => Err(user_not_found()),
        Err(error @ (BlockError::OfSelf | BlockError::TooMany)) => {
            Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, error.code(), error.to_string()))
        }
        Err(BlockError::Unavailable(gone)) => Err(respond::unavailable(gone)),
    }
}

/// 204, also where there was none.
pub(super) async fn delete(api: &Api, id: &str, headers: &HeaderMap) -> Result<Reply, Problem> {
    let caller = auth::caller(&api.accounts, headers).await?.person.id;
    api.moderation.unblock(caller, named(id)?).await.map_err(respond::unavailable)?;
    Ok(respond::nothing())
}

pub(super) async fn list(api: &Api, headers: &HeaderMap, uri: &Uri) -> Result<Reply, Problem> {
    let caller = auth::caller(&api.accounts, headers).await?.person.id;
    let query = Query::of(uri);
    let (limit, after) = (query.limit()?, query.cursor(UserId::new)?);
    let found = api.moderation.blocks_of(caller, after, limit + 1).await;
    let mut found = found.map_err(respond::unavailable)?;
    let next = query.page(&mut found, limit, |block| block.person.id.get());
    Ok(respond::list(&found.iter().map(block_json).collect::<Vec<_>>(), next.as_deref()))
}
