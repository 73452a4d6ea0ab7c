//! What a query says: pages and bounds. Knows nothing of what is paged.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use handsel_domain::timeline::PAGE_ENTRIES_MAX;
use handsel_transport::problem::Problem;
use hyper::{StatusCode, Uri};

/// Entries of a page where nothing is said.
const LIMIT_DEFAULT: u32 = 50;

/// The query of a request.
pub(super) struct Query<'a> {
    uri: &'a Uri,
}

fn invalid(name: &str, expected: &str) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, "query_invalid", format!("{name} must be {expected}."))
        .with("parameter", &name)
}

impl<'a> Query<'a> {
    pub(super) const fn of(uri: &'a Uri) -> Self {
        Self { uri }
    }

    fn get(&self, name: &str) -> Option<String> {
        let query = self.uri.query().unwrap_or_default();
        form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    }

    /// A text, where it is given.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        self.get(name)
    }

    /// A whole number from `min`, made into what it stands for.
    pub(super) fn number<T, E>(
        &self,
        name: &str,
        make: impl FnOnce(i64) -> Result<T, E>,
    ) -> Result<Option<T>, Problem> {
        let read = |text: String| {
            text.parse()
                .ok()
                .and_then(|number| make(number).ok())
                .ok_or_else(|| invalid(name, "a whole number within its bounds"))
        };
        self.get(name).map(read).transpose()
    }

    /// The same where it must be there.
    pub(super) fn required_number<T, E>(
        &self,
        name: &str,
        make: impl FnOnce(i64) -> Result<T, E>,
    ) -> Result<T, Problem> {
        self.number(name, make)?.ok_or_else(|| invalid(name, "given, a whole number"))
    }

    /// How many, 1 to the limit of a page.
    pub(super) fn limit(&self) -> Result<u32, Problem> {
        self.limit_up_to(PAGE_ENTRIES_MAX, LIMIT_DEFAULT)
    }

    /// How many, 1 to that many; where nothing is said, the default.
    pub(super) fn limit_up_to(&self, max: u32, default: u32) -> Result<u32, Problem> {
        let fits = |text: String| text.parse().ok().filter(|limit| (1..=max).contains(limit));
        self.get("limit").map_or(Ok(default), |text| {
            fits(text).ok_or_else(|| invalid("limit", &format!("a whole number from 1 to {max}")))
        })
    }

    /// Which of these are asked for beside what is always there, with commas between them.
    pub(super) fn includes(&self, known: &[&'static str]) -> Result<Vec<&'static str>, Problem> {
        let text = self.get("include").unwrap_or_default();
        let asked = text.split(',').filter(|name| !name.is_empty());
        let find = |name: &str| {
            let found = known.iter().copied().find(|known| *known == name);
            found.ok_or_else(|| invalid("include", &format!("one or more of {}", known.join(", "))))
        };
        asked.map(find).collect()
    }

    /// Where the page begins, as [`Query::page`] wrote it.
    pub(super) fn cursor<T, E>(&self, make: impl FnOnce(i64) -> Result<T, E>) -> Result<Option<T>, Problem> {
        let read = |text: String| {
            let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
            make(i64::from_be_bytes(bytes.try_into().ok()?)).ok()
        };
        self.get("cursor")
            .map(|text| read(text).ok_or_else(|| invalid("cursor", "what `next` of the page before had")))
            .transpose()
    }

    /// Cuts what was found, one more than the limit, to a page; says where the next page is, if there is one.
    pub(super) fn page<T>(&self, found: &mut Vec<T>, limit: u32, place: impl FnOnce(&T) -> i64) -> Option<String> {
        let more = found.len() > limit as usize;
        found.truncate(limit as usize);
        let cursor = URL_SAFE_NO_PAD.encode(place(found.last().filter(|_| more)?).to_be_bytes());
        Some(format!("{}?limit={limit}&cursor={cursor}", self.uri.path()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_comes_back_as_it_went() {
        let uri = Uri::from_static("/api/offers/?limit=2");
        let mut found = vec![42, 41, 40];
        let next = Query::of(&uri).page(&mut found, 2, |number| *number).expect("one is left");
        assert_eq!(found, [42, 41]);
        let uri: Uri = next.parse().expect("a URL");
        let query = Query::of(&uri);
        assert_eq!(query.cursor(Ok::<_, ()>).ok(), Some(Some(41)));
        assert_eq!(query.limit().ok(), Some(2));
        assert_eq!(query.page(&mut found, 2, |number| *number), None, "this was all");
    }

    #[test]
    fn what_is_out_of_bounds_is_refused() {
        for query in ["limit=0", "limit=101", "limit=x", "cursor=x", "cursor=AAAA"] {
            let uri: Uri = format!("/?{query}").parse().expect("a URL");
            let query_of = Query::of(&uri);
            assert!(query_of.limit().is_err() || query_of.cursor(Ok::<_, ()>).is_err(), "{query}");
        }
    }
}
