//! JSON bodies: read within their limits, and their fields one by one, with every wrong one in the answer.
//!
//! Knows nothing of what the fields mean.

use std::collections::HashMap;
use std::fmt;
use std::time::Duration;

use handsel_transport::problem::{FieldError, Problem};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::Body;
use hyper::header::{CONTENT_LENGTH, CONTENT_TYPE};
use hyper::{Request, StatusCode};
use serde::de::{DeserializeOwned, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

/// Longest body of a request in bytes.
pub(super) const BODY_BYTES_MAX: usize = 64 * 1024;
/// How long a body may take to arrive.
const BODY_TIMEOUT: Duration = Duration::from_secs(10);

/// The fields of an object as they are written. A field that stands there twice is refused, as it is in a frame.
#[derive(Debug, Default)]
struct Object(HashMap<String, Box<RawValue>>);

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;

        impl<'de> Visitor<'de> for Reader {
            type Value = Object;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut fields: M) -> Result<Object, M::Error> {
                let mut object = HashMap::new();
                while let Some((name, value)) = fields.next_entry::<String, Box<RawValue>>()? {
                    if object.contains_key(&name) {
                        return Err(serde::de::Error::custom(format_args!("duplicate field `{name}`")));
                    }
                    object.insert(name, value);
                }
                Ok(Object(object))
            }
        }

        deserializer.deserialize_map(Reader)
    }
}

/// A JSON object, read field by field; what is wrong is collected.
#[derive(Debug, Default)]
pub(super) struct Fields {
    object: Object,
    errors: Vec<FieldError>,
}

impl Fields {
    /// Reads the body as a JSON object. No body at all is an object without fields.
    pub(super) async fn read<B>(request: Request<B>) -> Result<Self, Problem>
    where
        B: Body,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let too_large = || {
            Problem::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                "body_too_large",
                format!("A body has at most {BODY_BYTES_MAX} bytes."),
            )
        };
        let announced = request
            .headers()
            .get(CONTENT_LENGTH)
            .and_then(|length| length.to_str().ok())
            .and_then(|length| length.parse::<usize>().ok());
        if announced.is_some_and(|length| length > BODY_BYTES_MAX) {
            return Err(too_large());
        }
        let is_json = is_json(request.headers().get(CONTENT_TYPE).and_then(|content_type| content_type.to_str().ok()));
        let collect = Limited::new(request.into_body(), BODY_BYTES_MAX).collect();
        let body = match tokio::time::timeout(BODY_TIMEOUT, collect).await {
            Err(_) => {
                return Err(Problem::new(
                    StatusCode::REQUEST_TIMEOUT,
                    "body_timeout",
                    "The body took too long to arrive.",
                ));
            }
            Ok(Err(error)) if error.is::<LengthLimitError>() => return Err(too_large()),
            Ok(Err(_)) => {
                return Err(Problem::new(StatusCode::BAD_REQUEST, "body_incomplete", "The body did not arrive whole."));
            }
            Ok(Ok(body)) => body.to_bytes(),
        };
        if body.is_empty() {
            return Ok(Self::default());
        }
        if !is_json {
            return Err(Problem::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "unsupported_media_type",
                "Send JSON, with Content-Type: application/json.",
            ));
        }
        let refused = |detail| Problem::new(StatusCode::BAD_REQUEST, "invalid_json", detail);
        match serde_json::from_slice(&body) {
            Ok(object) => Ok(Self { object, errors: Vec::new() }),
            Err(error) if error.is_data() => Err(refused(format!("The body must be one JSON object: {error}."))),
            Err(error) => Err(refused(format!("The body is not JSON: {error}."))),
        }
    }

    /// A text, where there is one that is not null.
    pub(super) fn text(&mut self, name: &str) -> Option<String> {
        self.read_as(name, "must be text")
    }

    /// A text that must be there.
    pub(super) fn required_text(&mut self, name: &str) -> Option<String> {
        self.required(name, Self::text)
    }

    /// A whole number that must be there.
    pub(super) fn required_integer(&mut self, name: &str) -> Option<i64> {
        self.required(name, Self::integer)
    }

    fn required<T>(&mut self, name: &str, read: impl FnOnce(&mut Self, &str) -> Option<T>) -> Option<T> {
        let wrong_before = self.errors.len();
        let value = read(self, name);
        if value.is_none() && self.errors.len() == wrong_before {
            self.wrong::<()>(name, "required", "is required");
        }
        value
    }

    /// A whole number, where there is one that is not null.
    pub(super) fn integer(&mut self, name: &str) -> Option<i64> {
        self.read_as(name, "must be a whole number")
    }

    /// A yes or no that must be there.
    pub(super) fn required_flag(&mut self, name: &str) -> Option<bool> {
        let wrong_before = self.errors.len();
        let flag = self.read_as(name, "must be true or false");
        if flag.is_none() && self.errors.len() == wrong_before {
            self.wrong::<()>(name, "required", "is required");
        }
        flag
    }

    /// Anything that is there, as it is written.
    pub(super) fn raw(&mut self, name: &str) -> Option<Box<RawValue>> {
        self.object.0.remove(name)
    }

    fn read_as<T: DeserializeOwned>(&mut self, name: &str, expected: &str) -> Option<T> {
        let value = self.raw(name)?;
        match serde_json::from_str(value.get()) {
            Ok(read) => read,
            Err(_) => self.wrong(name, "field_invalid", expected),
        }
    }

    /// What a parse gives; what it refuses is collected under that name.
    pub(super) fn parsed<T, E: fmt::Display>(
        &mut self,
        name: &str,
        parsed: Result<T, E>,
        code: impl FnOnce(&E) -> &'static str,
    ) -> Option<T> {
        parsed.map_err(|error| self.wrong::<T>(name, code(&error), error.to_string())).ok()
    }

    fn wrong<T>(&mut self, name: &str, code: &'static str, detail: impl Into<String>) -> Option<T> {
        let pointer = format!("/{name}");
        // The first thing that is wrong with a field is the one to mend.
        if self.errors.iter().all(|error| error.pointer != pointer) {
            self.errors.push(FieldError { pointer, code, detail: detail.into() });
        }
        None
    }

    /// 422 where anything was wrong.
    pub(super) fn finish(self) -> Result<(), Problem> {
        if self.errors.is_empty() { Ok(()) } else { Err(Problem::invalid(self.errors)) }
    }

    /// 422: something is wrong that makes the rest moot.
    pub(super) fn refuse(self) -> Problem {
        Problem::invalid(self.errors)
    }
}

fn is_json(content_type: Option<&str>) -> bool {
    let essence = content_type.unwrap_or_default().split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_has_one_type_and_its_kin() {
        for (content_type, expected) in [
            (Some("application/json"), true),
            (Some("Application/JSON; charset=utf-8"), true),
            (Some("application/merge-patch+json"), true),
            (Some("text/plain"), false),
            (Some("application/x-www-form-urlencoded"), false),
            (None, false),
        ] {
            assert_eq!(is_json(content_type), expected, "{content_type:?}");
        }
    }
}
