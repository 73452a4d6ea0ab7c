//! What a request for a socket says: that it is one, for which conversation, and by which token. Knows nothing of
//! whether the token is anyone's.

use std::borrow::Cow;

use handsel_domain::conversation::{ConversationAddress, ConversationInvalid};
use handsel_domain::ids::{Head, ID_MAX};
use handsel_domain::token::{Token, TokenMalformed};
use hyper::header::{
    AUTHORIZATION, CONNECTION, HeaderMap, HeaderName, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_PROTOCOL, SEC_WEBSOCKET_VERSION,
    UPGRADE,
};
use hyper::{Method, Request, StatusCode, Uri};
use percent_encoding::percent_decode_str;

use super::SUBPROTOCOL;
use crate::close::CloseReason;
use crate::problem::Problem;

/// How a browser hands a token over, beside [`SUBPROTOCOL`].
const BEARER_SUBPROTOCOL: &str = "bearer.";

/// A well-formed request for a WebSocket.
pub(super) struct UpgradeRequest {
    pub(super) key: String,
    /// Whether `handsel.v1` was offered.
    pub(super) extended: bool,
    /// The token that was offered as a subprotocol, as it came.
    bearer: Option<String>,
}

impl UpgradeRequest {
    pub(super) fn parse<B>(request: &Request<B>) -> Result<Self, Problem> {
        let headers = request.headers();
        let get = request.method() == Method::GET;
        if !get || !has_token(headers, &CONNECTION, "upgrade") || !has_token(headers, &UPGRADE, "websocket") {
            let detail = "This is a WebSocket endpoint; connect with a WebSocket client, for instance wscat -c ws://HOST/ws/chat/offer_1/?token=YOUR_TOKEN";
            return Err(Problem::new(StatusCode::UPGRADE_REQUIRED, "upgrade_required", detail));
        }
        let version = headers.get(SEC_WEBSOCKET_VERSION).is_some_and(|version| version == "13");
        let key = headers.get(SEC_WEBSOCKET_KEY).and_then(|key| key.to_str().ok()).filter(|key| key.len() == 24);
        let (true, Some(key)) = (version, key) else {
            return Err(Problem::new(
                StatusCode::BAD_REQUEST,
                "upgrade_invalid",
                "A WebSocket request has Sec-WebSocket-Version: 13 and a Sec-WebSocket-Key of 24 characters.",
            ));
        };
        let offered: Vec<_> = tokens(headers, &SEC_WEBSOCKET_PROTOCOL).collect();
        Ok(Self {
            key: key.to_owned(),
            extended: offered.contains(&SUBPROTOCOL),
            bearer: offered.iter().find_map(|protocol| protocol.strip_prefix(BEARER_SUBPROTOCOL)).map(str::to_owned),
        })
    }
}

fn tokens<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a str> {
    headers
        .get_all(name)
        .into_iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
}

fn has_token(headers: &HeaderMap, name: &HeaderName, wanted: &str) -> bool {
    tokens(headers, name).any(|token| token.eq_ignore_ascii_case(wanted))
}

/// The token of `Authorization: Bearer TOKEN`, where there is such a header.
pub fn bearer_token(headers: &HeaderMap) -> Option<Result<Token, TokenMalformed>> {
    let value = headers.get(AUTHORIZATION)?;
    let Some((scheme, token)) = value.to_str().ok().and_then(|value| value.split_once(' ')) else {
        return Some(Err(TokenMalformed));
    };
    scheme.eq_ignore_ascii_case("bearer").then(|| Token::parse(token.trim()))
}

/// The token, by header, subprotocol or query: the first of these that is there counts.
pub(super) fn token<B>(request: &Request<B>, asked: &UpgradeRequest) -> Result<Token, CloseReason> {
    let malformed = |_| CloseReason::TokenMalformed;
    if let Some(token) = bearer_token(request.headers()) {
        return token.map_err(malformed);
    }
    if let Some(bearer) = &asked.bearer {
        return Token::parse(bearer).map_err(malformed);
    }
    let token = query_value(request.uri(), "token")?.filter(|token| !token.is_empty());
    Token::parse(&token.ok_or(CloseReason::TokenRequired)?).map_err(malformed)
}

/// Behind which entry the socket is to go on, where the request says so: `?after=SEQ`.
pub(super) fn after(uri: &Uri) -> Result<Option<Head>, CloseReason> {
    let Some(after) = query_value(uri, "after")? else { return Ok(None) };
    let digits = !after.is_empty() && after.bytes().all(|byte| byte.is_ascii_digit());
    // Beyond what any timeline has is beyond the head, like anything else that is.
    let head = after.parse::<i64>().ok().and_then(|number| Head::new(number.min(ID_MAX)).ok());
    Ok(Some(head.filter(|_| digits).ok_or(CloseReason::QueryInvalid)?))
}

/// The first value of that name in the query.
fn query_value<'a>(uri: &'a Uri, name: &str) -> Result<Option<Cow<'a, str>>, CloseReason> {
    let query = uri.query().unwrap_or_default();
    if !is_well_encoded(query) {
        return Err(CloseReason::QueryInvalid);
    }
    Ok(form_urlencoded::parse(query.as_bytes()).find(|(named, _)| named == name).map(|(_, value)| value))
}

/// The conversation that a path's segment names. Clients encode the colon of a key or do not; both are the same.
pub fn conversation_address(segment: &str) -> Result<ConversationAddress, ConversationInvalid> {
    if !is_well_encoded(segment) {
        return Err(ConversationInvalid);
    }
    percent_decode_str(segment).decode_utf8().map_err(|_| ConversationInvalid)?.parse()
}

/// Whether every `%` is followed by two hexadecimal digits, and what that encodes is UTF-8.
fn is_well_encoded(text: &str) -> bool {
    let whole =
        text.split('%').skip(1).all(|rest| rest.len() >= 2 && rest.as_bytes()[..2].iter().all(u8::is_ascii_hexdigit));
    whole && percent_decode_str(text).decode_utf8().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_segment_may_be_percent_encoded() {
        for (segment, expected) in [
            ("offer_1", true),
            ("offer%5F1", true),
            ("offer_1:45", true),
            ("offer_1%3A45", true),
            ("offer_1%3a45", true),
            ("offer_1%", false),
            ("offer_1%zz", false),
            ("offer_1%ff", false),
            ("offer_%31%20", false),
            ("offer_1%2F2", false),
        ] {
            assert_eq!(conversation_address(segment).is_ok(), expected, "{segment}");
        }
    }

    #[test]
    fn after_is_a_place_in_the_timeline() {
        for (query, expected) in [
            ("token=x", Ok(None)),
            ("after=0", Ok(Some(0))),
            ("token=x&after=41", Ok(Some(41))),
            ("after=41&after=x", Ok(Some(41))),
            ("after=", Err(CloseReason::QueryInvalid)),
            ("after", Err(CloseReason::QueryInvalid)),
            ("after=-1", Err(CloseReason::QueryInvalid)),
            ("after=%2B1", Err(CloseReason::QueryInvalid)),
            ("after=1.5", Err(CloseReason::QueryInvalid)),
            ("after=99999999999999999999", Err(CloseReason::QueryInvalid)),
            ("after=9007199254740993", Ok(Some(ID_MAX))),
            ("after=%zz", Err(CloseReason::QueryInvalid)),
        ] {
            let uri: Uri = format!("/ws/chat/offer_1/?{query}").parse().expect("a URI");
            assert_eq!(after(&uri).map(|after| after.map(Head::get)), expected, "{query}");
        }
    }

    #[test]
    fn an_authorization_header_is_a_bearer_token_or_an_error() {
        let token = "a".repeat(43);
        for (value, expected) in [
            (format!("Bearer {token}"), Some(true)),
            (format!("bearer {token}"), Some(true)),
            ("Bearer short".to_owned(), Some(false)),
            ("Bearer".to_owned(), Some(false)),
            ("Basic YTpi".to_owned(), None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(AUTHORIZATION, value.parse().expect("a header"));
            assert_eq!(bearer_token(&headers).map(|token| token.is_ok()), expected, "{value}");
        }
    }
}
