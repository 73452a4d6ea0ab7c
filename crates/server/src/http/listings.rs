//! `/api/offers/…` and `/api/needs/…`: publishing, browsing and changing listings. Knows nothing of conversations.

use handsel_domain::ids::ListingNumber;
use handsel_domain::listing::{
    Description, Listing, ListingChange, ListingKind, ListingRef, ListingStatus, ListingTextInvalid, Title,
};
use handsel_domain::ports::{InsertListingError, UpdateListingError};
use handsel_transport::close::CloseReason;
use handsel_transport::frames::{person, rfc3339};
use handsel_transport::problem::Problem;
use hyper::{HeaderMap, Request, StatusCode, Uri, body::Incoming};
use serde_json::{Value, json};

use super::body::Fields;
use super::identity::{SitesOwn, only_here};
use super::query::Query;
use super::service::{Api, Reply};
use super::{auth, respond};

pub(super) fn listing_json(listing: &Listing) -> Value {
    json!({
        "id": listing.listing.number.get(),
        "kind": listing.listing.kind.name(),
        "conversation": listing.listing.to_string(),
        "owner": person(&listing.owner),
        "title": listing.title.as_str(),
        "description": listing.description.as_str(),
        "status": listing.status.name(),
        "created_at": rfc3339(listing.created_at),
    })
}

/// A number has one form in a path, as in a key.
fn named(kind: ListingKind, id: &str) -> Result<ListingRef, Problem> {
    format!("{}_{id}", kind.name()).parse().map_err(|_| respond::listing_not_found())
}

pub(super) fn title(fields: &mut Fields, text: &str) -> Option<Title> {
    fields.parsed("title", Title::parse(text), |error: &ListingTextInvalid| error.code())
}

pub(super) fn description(fields: &mut Fields, text: &str) -> Option<Description> {
    fields.parsed("description", Description::parse(text), |error: &ListingTextInvalid| error.code())
}

pub(super) fn status(fields: &mut Fields, text: &str) -> Option<ListingStatus> {
    fields.parsed("status", ListingStatus::from_name(text).ok_or("must be open or closed"), |_| "status_invalid")
}

pub(super) async fn publish(api: &Api, kind: ListingKind, request: Request<Incoming>) -> Result<Reply, Problem> {
    let caller = auth::caller(&api.accounts, request.headers()).await?;
    only_here(api, SitesOwn::Publishing)?;
    let mut fields = Fields::read(request).await?;
    let title = fields.required_text("title").and_then(|text| title(&mut fields, &text));
    let text = fields.text("description").unwrap_or_default();
    let description = description(&mut fields, &text);
    let (Some(title), Some(description)) = (title, description) else { return Err(fields.refuse()) };
    fields.finish()?;
    match api.market.publish(caller.person.id, kind, title, description).await {
        Ok(listing) => Ok(respond::json(StatusCode::CREATED, &listing_json(&listing))),
        // The token went with the account, since it was looked at.
        Err(InsertListingError::OwnerErased) => Err(CloseReason::TokenRevoked.into()),
        Err(InsertListingError::Unavailable(gone)) => Err(respond::unavailable(gone)),
    }
}

pub(super) async fn browse(api: &Api, kind: ListingKind, headers: &HeaderMap, uri: &Uri) -> Result<Reply, Problem> {
    auth::caller(&api.accounts, headers).await?;
    let query = Query::of(uri);
    let (limit, before) = (query.limit()?, query.cursor(ListingNumber::new)?);
    let mut found = api.market.browse(kind, before, limit + 1).await.map_err(respond::unavailable)?;
    let next = query.page(&mut found, limit, |listing| listing.listing.number.get());
    Ok(respond::list(&found.iter().map(listing_json).collect::<Vec<_>>(), next.as_deref()))
}

pub(super) async fn show(api: &Api, kind: ListingKind, id: &str, headers: &HeaderMap) -> Result<Reply, Problem> {
    auth::caller(&api.accounts, headers).await?;
    let found = api.market.find(named(kind, id)?).await.map_err(respond::unavailable)?;
    let listing = found.ok_or_else(respond::listing_not_found)?;
    Ok(respond::json(StatusCode::OK, &listing_json(&listing)))
}

pub(super) async fn change(
    api: &Api,
    kind: ListingKind,
    id: &str,
    request: Request<Incoming>,
) -> Result<Reply, Problem> {
    let caller = auth::caller(&api.accounts, request.headers()).await?;
    only_here(api, SitesOwn::Publishing)?;
    let listing = named(kind, id)?;
    let mut fields = Fields::read(request).await?;
    let change = ListingChange {
        title: fields.text("title").and_then(|text| title(&mut fields, &text)),
        description: fields.text("description").and_then(|text| description(&mut fields, &text)),
        status: fields.text("status").and_then(|text| status(&mut fields, &text)),
    };
    fields.finish()?;
    match api.market.change(listing, caller.person.id, change).await {
        Ok(listing) => Ok(respond::json(StatusCode::OK, &listing_json(&listing))),
        Err(UpdateListingError::NotFound) => Err(respond::listing_not_found()),
        Err(refused @ UpdateListingError::NotOwner) => {
            Err(Problem::new(StatusCode::FORBIDDEN, refused.code(), refused.to_string()))
        }
        Err(UpdateListingError::OwnerErased) => Err(CloseReason::TokenRevoked.into()),
        Err(UpdateListingError::Unavailable(gone)) => Err(respond::unavailable(gone)),
    }
}
