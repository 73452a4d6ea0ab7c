//! A site's keys, and the JWTs that it signs with them, or that somebody forges. Knows nothing of who takes them.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256, RsaKeyPair,
    RsaPublicKeyComponents,
};
use ring::{hmac, rand};
use serde_json::{Value, json};

/// Keys for tests alone: making them takes a debug build seconds, and `ring` makes none.
const RSA: [&str; 2] = [include_str!("signer/rsa-of-the-site.pem"), include_str!("signer/rsa-of-the-stranger.pem")];

/// Signs by one algorithm, with one key.
pub enum Signer {
    /// HS256
    Secret(Vec<u8>),
    /// RS256
    Rsa(Box<RsaKeyPair>),
    /// ES256
    P256(Box<EcdsaKeyPair>),
    /// `EdDSA`
    Ed25519(Box<Ed25519KeyPair>),
}

fn encoded(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A JWT of those parts, whatever they are.
pub fn jwt_of(header: &Value, claims: &Value, sign: impl FnOnce(&[u8]) -> Vec<u8>) -> String {
    let signed = format!("{}.{}", encoded(header.to_string()), encoded(claims.to_string()));
    let signature = sign(signed.as_bytes());
    format!("{signed}.{}", encoded(signature))
}

impl Signer {
    /// By that secret.
    pub fn secret(secret: impl AsRef<[u8]>) -> Self {
        Self::Secret(secret.as_ref().to_vec())
    }

    /// The site's RSA key.
    pub fn rsa() -> Self {
        Self::of_pem(RSA[0])
    }

    /// An RSA key that is not the site's.
    pub fn another_rsa() -> Self {
        Self::of_pem(RSA[1])
    }

    fn of_pem(pem: &str) -> Self {
        let der: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
        let der = STANDARD.decode(der).expect("a PEM file");
        Self::Rsa(Box::new(RsaKeyPair::from_pkcs8(&der).expect("an RSA key")))
    }

    /// A key of P-256 that nobody else has.
    pub fn p256() -> Self {
        let (algorithm, random) = (&ECDSA_P256_SHA256_FIXED_SIGNING, SystemRandom::new());
        let made = EcdsaKeyPair::generate_pkcs8(algorithm, &random).expect("there is randomness");
        Self::P256(Box::new(EcdsaKeyPair::from_pkcs8(algorithm, made.as_ref(), &random).expect("a key")))
    }

    /// A key of Ed25519 that nobody else has.
    pub fn ed25519() -> Self {
        let made = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).expect("there is randomness");
        Self::Ed25519(Box::new(Ed25519KeyPair::from_pkcs8(made.as_ref()).expect("a key")))
    }

    /// What a JWT's header calls the algorithm.
    pub fn algorithm(&self) -> &'static str {
        match self {
            Self::Secret(_) => "HS256",
            Self::Rsa(_) => "RS256",
            Self::P256(_) => "ES256",
            Self::Ed25519(_) => "EdDSA",
        }
    }

    /// The public key, as a JSON Web Key of that name.
    pub fn jwk(&self, name: &str) -> Value {
        match self {
            Self::Secret(_) => panic!("a secret is public to nobody"),
            Self::Rsa(key) => {
                let RsaPublicKeyComponents { n, e } = RsaPublicKeyComponents::<Vec<u8>>::from(key.public());
                json!({"kty": "RSA", "kid": name, "use": "sig", "n": encoded(n), "e": encoded(e)})
            }
            Self::P256(key) => {
                let (x, y) = key.public_key().as_ref()[1..].split_at(32);
                json!({"kty": "EC", "kid": name, "crv": "P-256", "alg": "ES256", "x": encoded(x), "y": encoded(y)})
            }
            Self::Ed25519(key) => {
                json!({"kty": "OKP", "kid": name, "crv": "Ed25519", "x": encoded(key.public_key())})
            }
        }
    }

    /// The bytes of the public key, as whoever forges may take them for a secret.
    pub fn public_bytes(&self) -> Vec<u8> {
        match self {
            Self::Secret(_) => panic!("a secret is public to nobody"),
            Self::Rsa(key) => key.public().as_ref().to_vec(),
            Self::P256(key) => key.public_key().as_ref().to_vec(),
            Self::Ed25519(key) => key.public_key().as_ref().to_vec(),
        }
    }

    /// A signature by this key.
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match self {
            Self::Secret(secret) => hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), message).as_ref().to_vec(),
            Self::Rsa(key) => {
                let mut signature = vec![0; key.public().modulus_len()];
                key.sign(&RSA_PKCS1_SHA256, &random as &dyn rand::SecureRandom, message, &mut signature)
                    .expect("it signs");
                signature
            }
            Self::P256(key) => key.sign(&random, message).expect("it signs").as_ref().to_vec(),
            Self::Ed25519(key) => key.sign(message).as_ref().to_vec(),
        }
    }

    /// A JWT as the site makes it, by the key of that name.
    pub fn jwt(&self, name: Option<&str>, claims: &Value) -> String {
        let mut header = json!({"typ": "JWT", "alg": self.algorithm()});
        if let Some(name) = name {
            header["kid"] = name.into();
        }
        jwt_of(&header, claims, |message| self.sign(message))
    }
}

/// What a JSON Web Key Set of these says.
pub fn key_set(keys: &[Value]) -> String {
    json!({"keys": keys}).to_string()
}
