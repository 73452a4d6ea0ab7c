//! JWTs that speak for nobody: forged, confused, incomplete, for somebody else or for another time. Knows nothing of those
//! that are taken.

use handsel_tests::signer::{Signer, jwt_of, key_set};
use handsel_tests::socket::Connecting;
use handsel_tests::{Refusal, Started, http};
use serde_json::{Value, json};

use super::site::{AUDIENCE, SECRET, Site, claims_of, now};

/// Tries it over HTTP, over a socket, and to renew one; it must be refused everywhere with that code.
async fn is_refused(site: &Site, what: &str, jwt: &str, code: &str) {
    let address = &site.server.address;
    let answer = http::request(address, "GET", "/api/auth/user/", Some(jwt), None).await;
    assert_eq!((answer.status, answer.json["code"].as_str()), (401, Some(code)), "{what}: {}", answer.text);
    answer.is_problem(401, code);
    assert!(!answer.text.contains(jwt), "{what}: {}", answer.text);
    match Connecting::to(address, &format!("/ws/chat/offer_1/?token={jwt}")).open().await {
        Ok(_) => panic!("{what}: a socket was opened"),
        Err(Refusal { status, problem, .. }) => {
            assert_eq!((status, problem["code"].as_str()), (401, Some(code)), "{what}: {problem}");
        }
    }
    let by_v1 =
        Connecting::to(address, "/ws/inbox/").header("sec-websocket-protocol", &format!("handsel.v1, bearer.{jwt}"));
    by_v1.open().await.expect("completed, to be closed").hears_close(4001, code).await;
    let (mut socket, _) = site.person(6, &site.secret, &json!({})).opens_inbox().await;
    socket.sends(json!({"type": "auth", "token": jwt})).await;
    socket.hears_error(code).await;
}

#[tokio::test]
async fn what_nobody_signed_or_somebody_else_signed_is_refused() {
    let site = Site::open().await;
    let claims = claims_of(6, &json!({}));
    for (what, signer, name) in [
        ("another secret", Signer::secret("another-secret-of-more-than-32-bytes!"), None),
        ("an empty secret", Signer::secret(""), None),
        ("another RSA key", Signer::another_rsa(), Some("rsa")),
        ("another RSA key without a name", Signer::another_rsa(), None),
        ("another P-256 key", Signer::p256(), Some("p256")),
        ("another Ed25519 key", Signer::ed25519(), Some("ed25519")),
        ("an unknown name", Signer::rsa(), Some("unknown")),
        ("the name of another key", Signer::rsa(), Some("p256")),
        ("the name of a key that is for others", Signer::rsa(), Some("enc")),
    ] {
        is_refused(&site, what, &signer.jwt(name, &claims), "jwt_invalid").await;
    }
    let good = site.rsa.jwt(Some("rsa"), &claims);
    let (signed, signature) = good.rsplit_once('.').expect("three parts");
    let other = site.rsa.jwt(Some("rsa"), &claims_of(5, &json!({})));
    let for_ana = other.rsplit_once('.').expect("three parts").0;
    for (what, jwt) in [
        ("no signature", format!("{signed}.")),
        ("half a signature", format!("{signed}.{}", &signature[..signature.len() / 2])),
        ("the signature of another one", format!("{for_ana}.{signature}")),
        ("no claims", format!("{}..{signature}", signed.split('.').next().unwrap_or_default())),
        ("nothing", "..".to_owned()),
    ] {
        is_refused(&site, what, &jwt, "jwt_invalid").await;
    }
}

#[tokio::test]
async fn an_algorithm_is_the_keys_and_never_the_jwts() {
    let site = Site::open().await;
    let claims = claims_of(6, &json!({}));
    let header = |algorithm: &str, name: Option<&str>| match name {
        Some(name) => json!({"typ": "JWT", "alg": algorithm, "kid": name}),
        None => json!({"typ": "JWT", "alg": algorithm}),
    };
    for none in ["none", "None", "NONE", "nOnE", ""] {
        is_refused(&site, none, &jwt_of(&header(none, None), &claims, |_| Vec::new()), "jwt_invalid").await;
        let signed = jwt_of(&header(none, Some("rsa")), &claims, |message| site.rsa.sign(message));
        is_refused(&site, "none, and signed", &signed, "jwt_invalid").await;
    }
    let file = key_set(&[site.rsa.jwk("rsa")]);
    let public = site.rsa.jwk("rsa");
    let modulus = public["n"].as_str().expect("a modulus").to_owned();
    for (what, secret) in [
        ("the public RSA key as a secret", site.rsa.public_bytes()),
        ("its modulus as a secret", modulus.into_bytes()),
        ("its JSON as a secret", public.to_string().into_bytes()),
        ("the file as a secret", file.into_bytes()),
        ("the public P-256 key as a secret", site.p256.public_bytes()),
        ("the public Ed25519 key as a secret", site.ed25519.public_bytes()),
    ] {
        let forger = Signer::secret(secret);
        for name in [None, Some("rsa"), Some("p256"), Some("ed25519"), Some("unknown")] {
            let jwt = jwt_of(&header("HS256", name), &claims, |message| forger.sign(message));
            let answer = http::request(&site.server.address, "GET", "/api/auth/user/", Some(&jwt), None).await;
            assert_eq!(answer.is_problem(401, "jwt_invalid")["status"], 401, "{what} by {name:?}");
        }
        is_refused(
            &site,
            what,
            &jwt_of(&header("HS256", None), &claims, |message| forger.sign(message)),
            "jwt_invalid",
        )
        .await;
    }
    for (what, algorithm, name, signer) in [
        ("the secret, by the name of an RSA key", "HS256", Some("rsa"), &site.secret),
        ("RSA said to be P-256", "ES256", Some("rsa"), &site.rsa),
        ("P-256 said to be RSA", "RS256", Some("p256"), &site.p256),
        ("P-256 said to be Ed25519", "EdDSA", Some("p256"), &site.p256),
        ("P-256 said to be Ed25519, by its name", "EdDSA", Some("ed25519"), &site.p256),
        ("Ed25519 said to be P-256", "ES256", Some("ed25519"), &site.ed25519),
        ("Ed25519 said to be P-256, by its name", "ES256", Some("p256"), &site.ed25519),
        ("RSA with a longer hash", "RS512", Some("rsa"), &site.rsa),
        ("RSA with another padding", "PS256", Some("rsa"), &site.rsa),
        ("the secret with a longer hash", "HS512", None, &site.secret),
        ("an algorithm that there is not", "XS256", None, &site.secret),
    ] {
        let jwt = jwt_of(&header(algorithm, name), &claims, |message| signer.sign(message));
        is_refused(&site, what, &jwt, "jwt_invalid").await;
    }
}

#[tokio::test]
async fn a_key_that_a_jwt_brings_along_is_not_believed() {
    let site = Site::open().await;
    let forger = Signer::p256();
    for header in [
        json!({"alg": "ES256", "kid": "mine", "jwk": forger.jwk("mine")}),
        json!({"alg": "ES256", "jwk": forger.jwk("mine")}),
        json!({"alg": "ES256", "kid": "p256", "jku": "https://forger.example/keys.json"}),
        json!({"alg": "ES256", "kid": "../../keys.json"}),
        json!({"alg": "ES256", "kid": ["p256"]}),
    ] {
        let jwt = jwt_of(&header, &claims_of(6, &json!({})), |message| forger.sign(message));
        is_refused(&site, &header.to_string(), &jwt, "jwt_invalid").await;
    }
    let critical = json!({"alg": "ES256", "kid": "p256", "crit": ["b64"], "b64": false});
    let jwt = jwt_of(&critical, &claims_of(6, &json!({})), |message| site.p256.sign(message));
    is_refused(&site, "something critical that is not understood", &jwt, "jwt_invalid").await;
}

#[tokio::test]
async fn without_a_secret_there_is_no_hs256() {
    let started = Started::fresh().with_admin();
    let rsa = Signer::rsa();
    std::fs::write(started.directory().join("keys.json"), key_set(&[rsa.jwk("rsa")])).expect("a file");
    let server = started.with(&["--jwt-jwks-file", "keys.json"]).start().await;
    handsel_tests::Admin::of(&server).has_user(6, "bob").await;
    let claims = json!({"sub": "6", "exp": now() + 60});
    let asks = async |jwt: String| http::request(&server.address, "GET", "/api/auth/user/", Some(&jwt), None).await;
    asks(rsa.jwt(Some("rsa"), &claims)).await.is(200);
    asks(rsa.jwt(None, &claims)).await.is(200);
    for secret in [rsa.public_bytes(), Vec::new(), SECRET.as_bytes().to_vec()] {
        asks(Signer::secret(secret).jwt(None, &claims)).await.is_problem(401, "jwt_invalid");
    }
}

#[tokio::test]
async fn what_a_jwt_must_say_is_checked() {
    let site = Site::open().await;
    let far = now() + 86_400;
    for (claims, code) in [
        (json!({"exp": null}), "jwt_invalid"),
        (json!({"exp": "tomorrow"}), "jwt_invalid"),
        (json!({"sub": null}), "jwt_invalid"),
        (json!({"sub": 6}), "jwt_invalid"),
        (json!({"sub": "bob"}), "jwt_invalid"),
        (json!({"sub": "06"}), "jwt_invalid"),
        (json!({"sub": "-6"}), "jwt_invalid"),
        (json!({"sub": "9007199254740993"}), "jwt_invalid"),
        (json!({"sub": "7"}), "user_unknown"),
        (json!({"exp": now()}), "token_expired"),
        (json!({"exp": now() - 3_600}), "token_expired"),
        (json!({"exp": -1}), "token_expired"),
        (json!({"nbf": far, "exp": far + 60}), "jwt_not_yet_valid"),
        (json!({"iat": far, "exp": far + 60}), "jwt_not_yet_valid"),
        (json!({"aud": null}), "jwt_audience"),
        (json!({"aud": "another"}), "jwt_audience"),
        (json!({"aud": []}), "jwt_audience"),
        (json!({"aud": [format!("{AUDIENCE} ")]}), "jwt_audience"),
        (json!({"iss": null}), "jwt_issuer"),
        (json!({"iss": "https://forger.example"}), "jwt_issuer"),
    ] {
        for signer in site.signers() {
            let jwt = site.person(6, signer, &claims).token;
            let answer = http::request(&site.server.address, "GET", "/api/auth/user/", Some(&jwt), None).await;
            assert_eq!(answer.json["code"], code, "{} {claims}: {}", signer.algorithm(), answer.text);
            answer.is_problem(401, code);
        }
        is_refused(&site, &claims.to_string(), &site.person(6, &site.rsa, &claims).token, code).await;
    }
    let refused = http::request(
        &site.server.address,
        "GET",
        "/api/auth/user/",
        Some(&site.person(7, &site.rsa, &json!({})).token),
        None,
    )
    .await;
    let problem: &Value = refused.is_problem(401, "user_unknown");
    assert!(problem["detail"].as_str().is_some_and(|detail| detail.contains("PUT /api/admin/users/")), "{problem}");
}

#[tokio::test]
async fn what_is_too_large_is_no_token() {
    let site = Site::open().await;
    let with = |bytes: usize| site.person(6, &site.secret, &json!({"more": "x".repeat(bytes)})).token;
    let fits = with(2_700);
    assert!(fits.len() > 3_800 && fits.len() <= 4_096, "{}", fits.len());
    http::request(&site.server.address, "GET", "/api/auth/user/", Some(&fits), None).await.is(200);
    let exceeds = with(3_000);
    assert!(exceeds.len() > 4_096, "{}", exceeds.len());
    is_refused(&site, "more than 4 KiB", &exceeds, "token_malformed").await;
}
