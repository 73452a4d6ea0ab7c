//! `/api/admin/listings/{offer_123}/`: a site's offers and needs, by the site's own numbers. Knows nothing of who may ask.

use handsel_domain::ids::UserId;
use handsel_domain::listing::{ListingRef, ListingRefInvalid, ListingStatus};
use handsel_domain::ports::{Put, PutListingError, SiteListing};
use handsel_transport::problem::Problem;
use hyper::{Request, StatusCode, body::Incoming};

use crate::http::body::Fields;
use crate::http::listings::{description, listing_json, status, title};
use crate::http::respond;
use crate::http::service::{Api, Reply};

pub(super) async fn put(api: &Api, name: &str, request: Request<Incoming>) -> Result<Reply, Problem> {
    let listing: ListingRef = name.parse().map_err(|wrong: ListingRefInvalid| {
        Problem::new(StatusCode::BAD_REQUEST, "listing_invalid", format!("The path must name a listing: {wrong}."))
    })?;
    let mut fields = Fields::read(request).await?;
    let owner = fields
        .required_integer("owner_id")
        .and_then(|number| fields.parsed("owner_id", UserId::new(number), |_| "field_invalid"));
    let title = fields.required_text("title").and_then(|text| title(&mut fields, &text));
    let text = fields.text("description").unwrap_or_default();
    let description = description(&mut fields, &text);
    let status = fields.text("status").map_or(Some(ListingStatus::Open), |text| status(&mut fields, &text));
    let (Some(owner), Some(title), Some(description), Some(status)) = (owner, title, description, status) else {
        return Err(fields.refuse());
    };
    fields.finish()?;
    let refused = |status, error: PutListingError| Problem::new(status, error.code(), error.to_string());
    match api.directory.put_listing(SiteListing { listing, owner, title, description, status }).await {
        Ok(Put::Created(listing)) => Ok(respond::json(StatusCode::CREATED, &listing_json(&listing))),
        Ok(Put::Kept(listing)) => Ok(respond::json(StatusCode::OK, &listing_json(&listing))),
        Err(error @ (PutListingError::OwnerUnknown | PutListingError::NumberTooHigh)) => {
            Err(refused(StatusCode::UNPROCESSABLE_ENTITY, error))
        }
        Err(error @ PutListingError::OwnerFixed) => Err(refused(StatusCode::CONFLICT, error)),
        Err(PutListingError::Unavailable(gone)) => Err(respond::unavailable(gone)),
    }
}
