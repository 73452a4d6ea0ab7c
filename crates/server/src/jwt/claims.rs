//! What a JWT says: for whom, from when and until when, and for which server. Knows nothing of signatures.

use std::time::Duration;

use handsel_domain::ports::{Claims, JwtRefused};
use handsel_domain::time::Timestamp;
use serde::Deserialize;

/// How far the site's clock may be ahead of this one: a JWT that says to begin later is refused.
pub(super) const JWT_LEEWAY: Duration = Duration::from_secs(30);
/// The end of the year 9999: no time that is shown lies behind it, and nothing that is said to last longer does.
const LATEST_MILLIS: i64 = 253_402_300_799_999;

/// What must stand in a JWT beside what all must have.
#[derive(Clone, Debug, Default)]
pub struct Expected {
    /// Who `aud` must name, where that is set.
    pub audience: Option<String>,
    /// Who `iss` must be, where that is set.
    pub issuer: Option<String>,
}

/// The claims as they stand there. What stands there twice is refused.
#[derive(Debug, Deserialize)]
pub(super) struct Said {
    sub: String,
    exp: f64,
    nbf: Option<f64>,
    iat: Option<f64>,
    aud: Option<Audience>,
    iss: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

impl Audience {
    fn names(&self, audience: &str) -> bool {
        match self {
            Self::One(one) => one == audience,
            Self::Many(many) => many.iter().any(|one| one == audience),
        }
    }
}

/// Seconds since 1970, with or without a fraction.
fn time(seconds: f64) -> Timestamp {
    #[expect(clippy::cast_possible_truncation, reason = "what lies outside of all times is brought to their bounds")]
    let millis = (seconds * 1000.0).floor() as i64;
    Timestamp::from_millis(millis.clamp(0, LATEST_MILLIS))
}

impl Said {
    /// Whom it speaks for, where it is for this server and for now.
    pub(super) fn check(&self, expected: &Expected, now: Timestamp) -> Result<Claims, JwtRefused> {
        let expires_at = time(self.exp);
        if expires_at <= now {
            return Err(JwtRefused::Expired);
        }
        let issued_at = self.iat.map(time);
        let latest = now.plus(JWT_LEEWAY);
        if [issued_at, self.nbf.map(time)].into_iter().flatten().any(|begins| begins > latest) {
            return Err(JwtRefused::NotYetValid);
        }
        if expected.issuer.is_some() && self.iss != expected.issuer {
            return Err(JwtRefused::Issuer);
        }
        if let Some(audience) = &expected.audience
            && !self.aud.as_ref().is_some_and(|said| said.names(audience))
        {
            return Err(JwtRefused::Audience);
        }
        let user = self.sub.parse().map_err(|_| {
            tracing::debug!("a JWT was refused: sub is no user's id, a whole number as text");
            JwtRefused::Invalid
        })?;
        Ok(Claims { user, issued_at, expires_at })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const NOW: i64 = 1_800_000_000;

    fn said(claims: &Value) -> Result<Said, serde_json::Error> {
        serde_json::from_str(&claims.to_string())
    }

    fn check(claims: &Value, expected: &Expected) -> Result<Claims, JwtRefused> {
        said(claims).expect("well-formed").check(expected, Timestamp::from_millis(NOW * 1000))
    }

    const ANY: Expected = Expected { audience: None, issuer: None };

    #[test]
    fn a_jwt_speaks_from_its_beginning_until_its_end() {
        let leeway = i64::try_from(JWT_LEEWAY.as_secs()).expect("a few seconds");
        for (claims, expected) in [
            (json!({"sub": "7", "exp": NOW + 1}), None),
            (json!({"sub": "7", "exp": NOW}), Some(JwtRefused::Expired)),
            (json!({"sub": "7", "exp": 0.5 + 1_800_000_000.0}), None),
            (json!({"sub": "7", "exp": -1}), Some(JwtRefused::Expired)),
            (json!({"sub": "7", "exp": 1e300}), None),
            (json!({"sub": "7", "exp": NOW + 9, "nbf": NOW + leeway}), None),
            (json!({"sub": "7", "exp": NOW + 99, "nbf": NOW + leeway + 1}), Some(JwtRefused::NotYetValid)),
            (json!({"sub": "7", "exp": NOW + 99, "iat": NOW + leeway + 1}), Some(JwtRefused::NotYetValid)),
            (json!({"sub": "7", "exp": NOW + 99, "iat": NOW - 1, "nbf": null}), None),
        ] {
            assert_eq!(check(&claims, &ANY).err(), expected, "{claims}");
        }
        let claims = check(&json!({"sub": "7", "exp": 1e300, "iat": 1_799_999_999.25}), &ANY).expect("it is valid");
        assert_eq!(claims.user.get(), 7);
        assert_eq!(claims.issued_at, Some(Timestamp::from_millis(1_799_999_999_250)));
        assert_eq!(claims.expires_at, Timestamp::from_millis(LATEST_MILLIS), "as far as times are shown");
    }

    #[test]
    fn a_jwt_for_somebody_else_or_of_somebody_else_is_refused_where_that_is_set() {
        let expected = Expected { audience: Some("handsel".into()), issuer: Some("https://site.example".into()) };
        let with = |aud: Value, iss: Value| json!({"sub": "7", "exp": NOW + 9, "aud": aud, "iss": iss});
        let site = json!("https://site.example");
        for (claims, refused) in [
            (with(json!("handsel"), site.clone()), None),
            (with(json!(["other", "handsel"]), site.clone()), None),
            (with(json!("Handsel"), site.clone()), Some(JwtRefused::Audience)),
            (with(json!(["other"]), site.clone()), Some(JwtRefused::Audience)),
            (with(json!([]), site.clone()), Some(JwtRefused::Audience)),
            (with(Value::Null, site), Some(JwtRefused::Audience)),
            (with(json!("handsel"), json!("https://site.example/")), Some(JwtRefused::Issuer)),
            (with(json!("handsel"), Value::Null), Some(JwtRefused::Issuer)),
        ] {
            assert_eq!(check(&claims, &expected).err(), refused, "{claims}");
            assert!(check(&claims, &ANY).is_ok(), "neither counts where it is not set: {claims}");
        }
    }

    #[test]
    fn who_is_meant_is_said_in_one_form() {
        for sub in ["", "0", "07", "-7", "7.0", " 7", "ana", "9007199254740993"] {
            let refused = check(&json!({"sub": sub, "exp": NOW + 9}), &ANY).err();
            assert_eq!(refused, Some(JwtRefused::Invalid), "{sub:?}");
        }
    }

    #[test]
    fn what_must_be_there_is_there_once_and_of_its_type() {
        for claims in [
            json!({"exp": NOW + 9}),
            json!({"sub": "7"}),
            json!({"sub": 7, "exp": NOW + 9}),
            json!({"sub": "7", "exp": "soon"}),
            json!({"sub": "7", "exp": null}),
            json!({"sub": "7", "exp": NOW + 9, "iat": "now"}),
            json!({"sub": "7", "exp": NOW + 9, "aud": 7}),
            json!(["7", NOW]),
        ] {
            assert!(said(&claims).is_err(), "{claims}");
        }
        assert!(serde_json::from_str::<Said>(r#"{"sub": "7", "exp": 1, "sub": "8"}"#).is_err());
        assert!(serde_json::from_str::<Said>(r#"{"sub": "7", "exp": 1e999}"#).is_err());
    }
}
