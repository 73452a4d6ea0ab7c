//! Which signatures are believed: a secret, and the public keys of a file (RFC 7517). Each key has one algorithm, which the
//! key decides and never the JWT. Knows nothing of what a JWT says.

use anyhow::Context;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyAlgorithm, KeyOperations, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde::Deserialize;
use serde_json::Value;

use super::claims::Said;

/// Shortest secret for HS256: as long as what it signs is hashed to (RFC 7518, 3.2).
pub(crate) const SECRET_BYTES_MIN: usize = 32;
/// Most keys of a file. A JWT that names none is tried with each of its algorithm.
const KEYS_MAX: usize = 32;
/// Shortest modulus of an RSA key, in bytes: 2,048 bits.
const RSA_BYTES_MIN: usize = 256;
/// Bytes of a coordinate on either curve.
const COORDINATE_BYTES: usize = 32;

/// The secret of HS256, which the site has, too.
pub struct Secret(DecodingKey);

impl Secret {
    /// Checks that it is long enough. An error does not show it.
    pub fn new(secret: &str) -> anyhow::Result<Self> {
        anyhow::ensure!(
            secret.len() >= SECRET_BYTES_MIN,
            "the secret of JWTs has at least {SECRET_BYTES_MIN} bytes; make one with: openssl rand -hex 32"
        );
        Ok(Self(DecodingKey::from_secret(secret.as_bytes())))
    }
}

/// What a JWT can be signed with.
pub(super) struct Keys {
    keys: Vec<Key>,
    /// What the file had, where there is one.
    source: String,
}

struct Key {
    algorithm: Algorithm,
    /// What the file calls it. The secret has no name.
    name: Option<String>,
    verifies: DecodingKey,
}

#[derive(Deserialize)]
struct KeySet {
    keys: Vec<Value>,
}

impl Keys {
    /// Of that secret and that file's text, which an error does not show.
    pub(super) fn new(secret: Option<&Secret>, file: Option<&str>) -> anyhow::Result<Self> {
        let mut keys = Vec::new();
        if let Some(Secret(key)) = secret {
            keys.push(Key { algorithm: Algorithm::HS256, name: None, verifies: key.clone() });
        }
        if let Some(text) = file {
            let given = of_file(text)?;
            anyhow::ensure!(
                !given.is_empty(),
                "no key of the file can be used: RS256 takes an RSA key of 2,048 bits or more, ES256 one of P-256, EdDSA one \
                 of Ed25519"
            );
            keys.extend(given);
        }
        Ok(Self { keys, source: file.unwrap_or_default().to_owned() })
    }

    pub(super) fn len(&self) -> usize {
        self.keys.len()
    }

    pub(super) fn source(&self) -> &str {
        &self.source
    }

    /// What the JWT says, where one of these keys has signed it; otherwise why not, for the log.
    pub(super) fn verified(&self, jwt: &str) -> Result<Said, &'static str> {
        let header =
            decode_header(jwt).map_err(|_| "its header cannot be read, or its algorithm is none that there is")?;
        // Whatever it may be, it must be understood, and nothing of the kind is.
        if header.crit.is_some() {
            return Err("its header has something critical");
        }
        let named = header.kid.as_deref();
        let is_named = |key: &Key| named.is_some() && key.name.as_deref() == named;
        // A name that one of the file's keys has means that key, and the secret is not tried.
        let is_of_file = self.keys.iter().any(is_named);
        let may_have_signed = |key: &&Key| match &key.name {
            _ if key.algorithm != header.alg => false,
            _ if is_named(key) || named.is_none() => true,
            _ => key.algorithm == Algorithm::HS256 && !is_of_file,
        };
        let mut is_any = false;
        for key in self.keys.iter().filter(may_have_signed) {
            is_any = true;
            // The key's own algorithm, and nothing beside the signature: times are the clock's, which is not this library's.
            let mut validation = Validation::new(key.algorithm);
            validation.required_spec_claims.clear();
            (validation.validate_exp, validation.validate_aud) = (false, false);
            match decode::<Said>(jwt, &key.verifies, &validation) {
                Ok(decoded) => return Ok(decoded.claims),
                Err(error) if matches!(error.kind(), jsonwebtoken::errors::ErrorKind::Json(_)) => {
                    return Err("it is signed, but sub or exp is missing, or a claim is of another type");
                }
                Err(_) => {}
            }
        }
        Err(if is_any { "its signature is wrong" } else { "there is no key of that name and algorithm" })
    }
}

fn of_file(text: &str) -> anyhow::Result<Vec<Key>> {
    // Without what the parser says: it may quote the file, and somebody may have put a private key there.
    let set: KeySet = serde_json::from_str(text).ok().context("the file is no JSON Web Key Set: {\"keys\": [...]}")?;
    anyhow::ensure!(set.keys.len() <= KEYS_MAX, "the file has more than {KEYS_MAX} keys");
    let mut keys = Vec::new();
    for (place, value) in set.keys.into_iter().enumerate() {
        let name = value["kid"].as_str().map(str::to_owned);
        anyhow::ensure!(
            value.get("d").is_none() && value.get("k").is_none(),
            "key {place} of the file (counted from 0) is private: only the site may have that; write public keys alone"
        );
        match usable(value) {
            Ok((algorithm, verifies)) => keys.push(Key { algorithm, name, verifies }),
            // Sets may hold keys for others (RFC 7517, 5).
            Err(why) => tracing::warn!(place, name, why, "a key of the JWTs' file is left out (jwt_jwks_file)"),
        }
    }
    Ok(keys)
}

/// The one algorithm that the key is for.
fn usable(value: Value) -> Result<(Algorithm, DecodingKey), &'static str> {
    let jwk: Jwk = serde_json::from_value(value).map_err(|_| "it is no JSON Web Key")?;
    if !matches!(jwk.common.public_key_use, None | Some(PublicKeyUse::Signature)) {
        return Err("it is not for signatures (use)");
    }
    if jwk.common.key_operations.as_ref().is_some_and(|all| !all.contains(&KeyOperations::Verify)) {
        return Err("it is not for verifying (key_ops)");
    }
    let has = |text: &str, least: usize, most: usize| {
        URL_SAFE_NO_PAD.decode(text).is_ok_and(|bytes| (least..=most).contains(&bytes.len()))
    };
    let is_coordinate = |text: &str| has(text, COORDINATE_BYTES, COORDINATE_BYTES);
    let algorithm = match &jwk.algorithm {
        AlgorithmParameters::RSA(rsa) if has(&rsa.n, RSA_BYTES_MIN, usize::MAX) => Algorithm::RS256,
        AlgorithmParameters::RSA(_) => return Err("it has less than 2,048 bits"),
        AlgorithmParameters::EllipticCurve(point)
            if point.curve == EllipticCurve::P256 && is_coordinate(&point.x) && is_coordinate(&point.y) =>
        {
            Algorithm::ES256
        }
        AlgorithmParameters::OctetKeyPair(point)
            if point.curve == EllipticCurve::Ed25519 && is_coordinate(&point.x) =>
        {
            Algorithm::EdDSA
        }
        _ => return Err("its type or curve is none of RSA, P-256 and Ed25519"),
    };
    if jwk.common.key_algorithm.is_some_and(|said| said != KeyAlgorithm::from(algorithm)) {
        return Err("it is for another algorithm than RS256, ES256 and EdDSA (alg)");
    }
    let key = DecodingKey::from_jwk(&jwk).map_err(|_| "it is none")?;
    Ok((algorithm, key))
}
