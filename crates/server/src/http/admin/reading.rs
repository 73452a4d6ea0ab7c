//! `/api/admin/conversations/{key}/timeline/`: what two people wrote to each other, read by somebody else, which is written
//! down before anything is shown. Knows nothing of who may ask.

use handsel_domain::conversation::ConversationAddress;
use handsel_transport::gateway::conversation_address;
use handsel_transport::problem::Problem;
use hyper::{HeaderMap, Uri};

use super::moderation::operator;
use crate::config::AdminKey;
use crate::http::service::{Api, Reply};
use crate::http::{conversations, respond};

/// A conversation is named by its key: the short form is as many as there are respondents.
pub(super) async fn timeline(
    api: &Api,
    named: &str,
    key: AdminKey,
    headers: &HeaderMap,
    uri: &Uri,
) -> Result<Reply, Problem> {
    let by = operator(key, headers)?;
    let Ok(ConversationAddress::Key(conversation)) = conversation_address(named) else {
        return Err(conversations::invalid());
    };
    let range = conversations::range(uri)?;
    let page = api.moderation.read(&by, conversation, range).await.map_err(respond::unavailable)?;
    Ok(conversations::page(page.as_ref()))
}
