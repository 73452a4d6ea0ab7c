//! Whether what differs from its description is found: each of these exchanges and frames is as described but for one thing.

use hyper::Request;
use hyper::header::{HeaderName, HeaderValue};
use serde_json::json;

use super::*;

const TOKEN: &str = "Bearer AbCdEfGhIjKlMnOpQrStUvWxYz0123456789-_AbCdE";

fn asked(method: &str, path: &str, body: &Value) -> Asked {
    let body = if body.is_null() { Bytes::new() } else { Bytes::from(body.to_string()) };
    Asked::of(
        &Request::builder().method(method).uri(path).header("authorization", TOKEN).body(()).expect("a request"),
        body,
    )
}

fn answer(status: u16, headers: &[(&str, &str)], json: &Value) -> Answer {
    let is_problem = status >= 400;
    let media_type = if is_problem { "application/problem+json" } else { "application/json" };
    let all = [("x-request-id", "1"), ("content-type", media_type)].into_iter().chain(headers.iter().copied());
    let mut headers = HeaderMap::new();
    for (name, value) in all {
        let name = HeaderName::try_from(name).expect("a name");
        headers.insert(name, HeaderValue::from_str(value).expect("a value"));
    }
    Answer { asked: String::new(), status, headers, json: json.clone(), text: json.to_string() }
}

fn problem(status: u16, code: &str) -> Value {
    json!({"type": "about:blank", "title": "No", "status": status, "code": code, "detail": "Do something else."})
}

fn user() -> Value {
    json!({"id": 1, "username": "ana", "first_name": "", "last_name": "", "full_name": "ana",
        "created_at": "2026-11-23T02:50:54.674Z"})
}

fn told(asked: &Asked, answer: &Answer) -> Result<(), Breach> {
    compared(schemas(), asked, answer)
}

fn is_found(asked: &Asked, answer: &Answer, breach: &str) {
    match told(asked, answer) {
        Ok(()) => panic!("{asked:?} and {answer:?} were found to be as described"),
        Err(found) => assert!(found.contains(breach), "expected {breach:?}, saw {found:?}"),
    }
}

#[test]
fn an_answer_that_differs_from_its_description_is_found() {
    let asked = asked("GET", "/api/auth/user/", &Value::Null);
    assert_eq!(told(&asked, &answer(200, &[], &user())), Ok(()));
    let with = |name: &str, value: Value| {
        let mut user = user();
        user[name] = value;
        answer(200, &[], &user)
    };
    is_found(&asked, &with("email", json!("a@example.org")), "email");
    is_found(&asked, &with("id", json!("1")), "/id");
    is_found(&asked, &with("created_at", json!("2026-11-23T02:50:54Z")), "/created_at");
    is_found(&asked, &answer(200, &[], &json!({})), "required");
    is_found(&asked, &answer(201, &[], &user()), "has the answers");
    is_found(&asked, &answer(200, &[("content-type", "text/plain")], &user()), "application/json");
}

#[test]
fn an_error_that_differs_from_its_description_is_found() {
    let asked = asked("GET", "/api/auth/user/", &Value::Null);
    let bearer = [("www-authenticate", "Bearer")];
    assert_eq!(told(&asked, &answer(401, &bearer, &problem(401, "token_revoked"))), Ok(()));
    is_found(&asked, &answer(401, &bearer, &problem(401, "token_lost")), "token_lost");
    is_found(&asked, &answer(401, &bearer, &problem(403, "token_revoked")), "/status");
    is_found(&asked, &answer(401, &[], &problem(401, "token_revoked")), "WWW-Authenticate");
    is_found(&asked, &answer(409, &[], &problem(409, "username_taken")), "has the answers");
    is_found(&asked, &answer(503, &[("retry-after", "soon")], &problem(503, "unavailable")), "Retry-After");
}

#[test]
fn a_path_or_a_method_that_is_not_described_is_found() {
    let (nothing, found) = (problem(404, "not_found"), answer(200, &[], &user()));
    assert_eq!(told(&asked("GET", "/api/cats/", &Value::Null), &answer(404, &[], &nothing)), Ok(()));
    is_found(&asked("GET", "/api/cats/", &Value::Null), &found, "no such path");
    is_found(&asked("DELETE", "/api/auth/user/", &Value::Null), &found, "no such method");
    is_found(
        &asked("DELETE", "/api/auth/user/", &Value::Null),
        &answer(405, &[], &problem(405, "method_not_allowed")),
        "Allow",
    );
}

#[test]
fn a_request_that_was_done_and_differs_from_its_description_is_found() {
    let list = answer(200, &[], &json!({"results": [], "next": null}));
    assert_eq!(told(&asked("GET", "/prefix/api/offers?limit=100", &Value::Null), &list), Ok(()));
    is_found(&asked("GET", "/api/offers/?limit=101", &Value::Null), &list, "limit");
    is_found(&asked("GET", "/api/offers/?page=2", &Value::Null), &list, "page");
    let read = json!({"type": "read", "read": {"conversation": "offer_1:2", "reader_id": 2, "up_to": 7}});
    let path = "/api/conversations/offer_1/read/";
    assert_eq!(told(&asked("POST", path, &json!({"up_to": 7, "unknown": 1})), &answer(200, &[], &read)), Ok(()));
    is_found(&asked("POST", path, &json!({"up_to": -7})), &answer(200, &[], &read), "/up_to");
    is_found(&asked("POST", path, &json!({"up_to": 7, "more": true})), &answer(200, &[], &read), "more");
    is_found(&asked("POST", path, &Value::Null), &answer(200, &[], &read), "without a body");
    is_found(
        &asked("POST", "/api/conversations/shop_1/read/", &json!({"up_to": 7})),
        &answer(200, &[], &read),
        "shop_1",
    );
    let mut nobody = asked("POST", path, &json!({"up_to": 7}));
    nobody.headers.clear();
    is_found(&nobody, &answer(200, &[], &read), "without authentication");
}

fn heard(path: &str, protocol: Option<&str>, said: &str, frame: &Value) -> Result<(), Breach> {
    let mut spoken = Spoken::over(path, protocol);
    spoken.says_anything(said);
    spoken.heard(frame)
}

#[test]
fn a_frame_that_differs_from_its_description_is_found() {
    let (chat, v1) = ("/ws/chat/offer_1/", Some("handsel.v1"));
    let typing = json!({"type": "typing", "typing": {"conversation": "offer_1:2", "user_id": 1}});
    let error =
        json!({"type": "error", "code": "field_invalid", "message": "content must be text", "field": "content"});
    let more = json!({"type": "typing", "typing": {"conversation": "offer_1:2", "user_id": 1, "mood": "good"}});
    let strange = json!({"type": "error", "code": "strange", "message": "No."});
    for (path, protocol, said, frame, breach) in [
        (chat, v1, "", typing.clone(), None),
        ("/ws/inbox/", v1, "", typing.clone(), None),
        (chat, None, "", typing, Some("no type typing")),
        (chat, v1, "", more, Some("mood")),
        (chat, None, "", json!({"typ": "error"}), Some("no type")),
        (chat, None, "", strange, Some("strange")),
        (chat, None, r#"{"type": "message", "content": 7}"#, error.clone(), None),
        (chat, None, r#"{"type": "message", "content": "Hello!"}"#, error, Some("as described")),
    ] {
        let told = heard(path, protocol, said, &frame);
        match breach {
            None => assert_eq!(told, Ok(()), "{said} and {frame}"),
            Some(breach) => {
                let found = told.expect_err("it differs");
                assert!(found.contains(breach), "expected {breach:?}, saw {found:?}");
            }
        }
    }
}

#[test]
fn a_close_that_is_not_described_is_found() {
    let spoken = Spoken::over("/ws/inbox/", Some("handsel.v1"));
    assert_eq!(spoken.closed(4001, "token_expired"), Ok(()));
    for (code, reason) in [(4001, "too_slow"), (4999, "token_expired"), (4001, "")] {
        assert!(spoken.closed(code, reason).is_err(), "{code} {reason}");
    }
}

#[test]
fn what_was_never_seen_is_named() {
    let described = Described::read();
    let all = described.never("");
    for name in [
        "GET /api/offers/ 200",
        "answer Unauthorized token_expired",
        "inbox sends hello",
        "close 4008 too_slow",
        "webhook question handshake.approve",
        "webhook event conversation.unread",
        "webhook event message.redacted",
    ] {
        assert!(all.contains(&name.to_owned()), "{name} is not among {all:?}");
        assert!(!described.never(name).contains(&name.to_owned()), "{name} was seen");
    }
    assert_eq!(Described::breaches("close 4008 too_slow\nbreach of a promise"), ["breach of a promise"]);
}

#[test]
fn a_frame_of_a_client_that_differs_from_its_description_is_found() {
    let (chat, v1) = ("/ws/chat/offer_1/", Some("handsel.v1"));
    let message = |conversation: Value| json!({"type": "message", "content": "Hello!", "conversation": conversation});
    for (protocol, frame, is_right) in [
        (None, message(Value::Null), true),
        (None, message(json!(7)), true),
        (v1, message(json!("offer_1:2")), true),
        (v1, message(json!(7)), false),
        (v1, message(json!("shop_1")), false),
        (v1, json!({"type": "read", "up_to": 7}), true),
        (None, json!({"type": "read", "up_to": 7}), false),
        (None, json!({"type": "message", "content": " "}), false),
    ] {
        assert_eq!(Spoken::over(chat, protocol).said(&frame).is_ok(), is_right, "{frame} by {protocol:?}");
    }
}

#[test]
fn an_answer_that_is_nobodys_is_found() {
    let asked = asked("GET", "/api/auth/user/", &Value::Null);
    let mut nobodys = answer(200, &[], &json!({"anything": true}));
    nobodys.headers.remove(OF_THE_SERVER);
    is_found(&asked, &nobodys, OF_THE_SERVER);
    nobodys.headers.insert(OF_ANOTHER, HeaderValue::from_static("nginx"));
    assert_eq!(told(&asked, &nobodys), Ok(()), "it is another one's");
}
