//! Somebody's browser without a window: cookies, and forms with their token. Knows the site by what it shows.

use std::collections::BTreeMap;
use std::fmt::Write;

use bytes::Bytes;
use http_body_util::Full;
use hyper::Request;
use hyper::header::{CONTENT_TYPE, COOKIE, SET_COOKIE};

use crate::{Answer, Person, Server, http};

/// Somebody who visits the site.
pub struct Visitor {
    address: String,
    username: String,
    cookies: BTreeMap<String, String>,
}

impl Visitor {
    pub(super) fn at(address: &str) -> Self {
        Self { address: address.to_owned(), username: String::new(), cookies: BTreeMap::new() }
    }

    /// Opens a page.
    pub async fn opens(&mut self, path: &str) -> Answer {
        self.asks("GET", path, &[]).await
    }

    /// Opens a page that must be there; returns what is on it.
    pub async fn sees(&mut self, path: &str) -> String {
        let answer = self.opens(path).await;
        answer.is(200);
        answer.text
    }

    /// Sends a form, with the token that the site gave this browser.
    pub async fn sends(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.asks("POST", path, fields).await
    }

    /// Logs in by the form.
    pub async fn logs_in(&mut self, username: &str, password: &str) {
        let form = self.sees("/accounts/login/").await;
        assert!(form.contains("csrfmiddlewaretoken"), "expected a form, saw {form}");
        let answer = self.sends("/accounts/login/", &[("username", username), ("password", password)]).await;
        answer.is(302);
        username.clone_into(&mut self.username);
    }

    /// Logs out by the button.
    pub async fn logs_out(&mut self) {
        self.sends("/accounts/logout/", &[]).await.is(302);
    }

    /// The token that a page of this browser's would be given.
    pub async fn token(&mut self) -> String {
        let granted = self.sends("/handsel/token/", &[]).await;
        let token = granted.is(200)["token"].as_str().unwrap_or_else(|| panic!("no token in {}", granted.text));
        token.to_owned()
    }

    /// The one whom a page of this browser's would open sockets as.
    pub async fn at_handsel(&mut self, handsel: &Server) -> Person {
        let page = self.sees("/").await;
        assert!(page.contains("Log out"), "somebody is logged in, saw {page}");
        let mut person = Person {
            address: handsel.address.clone(),
            id: 0,
            username: self.username.clone(),
            token: self.token().await,
        };
        person.id = person.get("/api/auth/user/").await.is(200)["id"].as_i64().expect("a user has an id");
        person
    }

    async fn asks(&mut self, method: &str, path: &str, fields: &[(&str, &str)]) -> Answer {
        let cookies = self.cookies.iter().fold(String::new(), |mut all, (name, value)| {
            let _ = write!(all, "{name}={value}; ");
            all
        });
        let mut request = Request::builder().method(method).uri(path).header(COOKIE, cookies);
        let mut body = String::new();
        if method == "POST" {
            let token = self.cookies.get("csrftoken").map_or("", String::as_str);
            request = request.header("X-CSRFToken", token).header(CONTENT_TYPE, "application/x-www-form-urlencoded");
            body = form_urlencoded::Serializer::new(body).extend_pairs(fields).finish();
        }
        let answer = http::send(&self.address, request.body(Full::new(Bytes::from(body))).expect("a request")).await;
        for cookie in answer.headers.get_all(SET_COOKIE) {
            let cookie = cookie.to_str().expect("a cookie is text").split(';').next().unwrap_or_default();
            if let Some((name, value)) = cookie.split_once('=') {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        answer
    }
}
