//! `/api/admin/events/`: what a site is told, page by page. Knows nothing of who may ask, nor of how events are recorded.

use handsel_domain::ids::EventId;
use handsel_domain::ports::EventsPageError;
use handsel_transport::frames::event;
use handsel_transport::problem::Problem;
use hyper::{StatusCode, Uri};

use crate::http::query::Query;
use crate::http::respond;
use crate::http::service::{Api, Reply};

/// Events of a page where nothing is said.
const LIMIT_DEFAULT: u32 = 100;
/// Most events of a page.
const LIMIT_MAX: u32 = 1_000;

pub(super) async fn page(api: &Api, uri: &Uri) -> Result<Reply, Problem> {
    let query = Query::of(uri);
    // 0 is in front of the first event, and so the same as nothing.
    let place = |id| if id == 0 { Ok(None) } else { EventId::new(id).map(Some) };
    let after = query.number("after", place)?.flatten();
    let limit = query.limit_up_to(LIMIT_MAX, LIMIT_DEFAULT)?;
    let with_content = query.includes(&["content"])?.contains(&"content");
    let page = api.events.page(after, limit).await.map_err(refused)?;
    let more = page.events.last().filter(|last| page.newest.is_some_and(|newest| last.id < newest));
    let next = more.map(|last| {
        let include = if with_content { "&include=content" } else { "" };
        format!("{}?after={}&limit={limit}{include}", uri.path(), last.id)
    });
    let events: Vec<_> = page.events.iter().map(|one| event::event(one, with_content)).collect();
    Ok(respond::list(&events, next.as_deref()))
}

fn refused(error: EventsPageError) -> Problem {
    match error {
        EventsPageError::Expired { up_to } => {
            let detail = format!(
                "Events up to {up_to} are not kept any more (events_kept). Read what you missed from the timelines, and \
                 the feed from its beginning, without after."
            );
            Problem::new(StatusCode::GONE, "events_expired", detail).with("expired_up_to", &up_to.get())
        }
        EventsPageError::Ahead { newest } => {
            let newest = newest.map_or(0, EventId::get);
            let detail = format!(
                "after must be at most {newest}, the newest event; one past it is of another feed, for instance of one \
                 that was in front of a restored backup."
            );
            Problem::new(StatusCode::BAD_REQUEST, "query_invalid", detail).with("parameter", &"after")
        }
        EventsPageError::Unavailable(gone) => respond::unavailable(gone),
    }
}
