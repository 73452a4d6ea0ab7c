//! JWTs that are taken: of each algorithm, in every place where a token is, and as long as nobody has revoked them. Knows
//! nothing of those that are refused.

use handsel_tests::admin::ADMIN_KEY;
use handsel_tests::signer::{Signer, key_set};
use handsel_tests::socket::Connecting;
use handsel_tests::{Admin, Person, Started, http, in_time};
use serde_json::{Value, json};

use super::site::{Site, claims_of, now};

#[tokio::test]
async fn a_jwt_of_each_algorithm_speaks_for_its_user_over_http_and_sockets() {
    let site = Site::open().await;
    for signer in site.signers() {
        let bob = site.person(6, signer, &json!({}));
        assert_eq!(bob.get("/api/auth/user/").await.is(200)["username"], "bob", "{}", signer.algorithm());
        let mut socket = bob.opens("offer_1").await;
        socket.says(signer.algorithm()).await;
        assert_eq!(socket.hears_message(signer.algorithm()).await["sender"]["id"], 6);
    }
}

#[tokio::test]
async fn a_jwt_is_taken_wherever_a_token_is() {
    let site = Site::open().await;
    let bob = site.person(6, &site.rsa, &json!({}));
    let path = "/ws/chat/offer_1/";
    for connecting in [
        Connecting::to(&bob.address, &format!("{path}?token={}", bob.token)),
        Connecting::to(&bob.address, path).header("authorization", &format!("Bearer {}", bob.token)),
        bob.connecting_by_v1(path),
    ] {
        connecting.open().await.unwrap_or_else(|refusal| panic!("{refusal:?}")).leaves().await;
    }
    let soon = site.person(6, &site.rsa, &json!({"exp": now() + 600}));
    let (mut socket, hello) = soon.opens_by_v1("offer_1").await;
    socket.sends(json!({"type": "auth", "token": bob.token})).await;
    let answer = socket.hears().await;
    assert_eq!(answer["type"], "auth", "{answer}");
    let at = |when: &Value| humantime::parse_rfc3339(when.as_str().expect("a time")).expect("a time");
    assert!(at(&answer["auth"]["expires_at"]) > at(&hello["expires_at"]), "{answer} after {hello}");
    let of_ana = site.person(5, &site.rsa, &json!({})).token;
    socket.sends(json!({"type": "auth", "token": of_ana})).await;
    socket.hears_error("token_of_another_user").await;
}

#[tokio::test]
async fn a_jwt_ends_when_it_says_so() {
    let site = Site::open().await;
    let end = now() + 5;
    let bob = site.person(6, &site.p256, &json!({"exp": end}));
    let (mut socket, hello) = bob.opens_by_v1("offer_1").await;
    let said = humantime::parse_rfc3339(hello["expires_at"].as_str().expect("a time")).expect("a time");
    let said = said.duration_since(std::time::UNIX_EPOCH).expect("after 1970");
    assert_eq!(i128::try_from(said.as_millis()), Ok(i128::from(end) * 1_000));
    socket.hears_close(4001, "token_expired").await;
    bob.get("/api/auth/user/").await.is_problem(401, "token_expired");
}

#[tokio::test]
async fn whoever_logs_out_closes_the_sockets_of_that_jwt_and_of_no_other() {
    let site = Site::open().await;
    let [one, other] = ["one", "other"].map(|device| site.person(6, &site.p256, &json!({"jti": device})));
    let (mut of_one, mut of_other) = (one.opens("offer_1").await, other.opens("offer_1").await);
    one.post("/api/auth/logout/", json!({})).await.is(200);
    of_one.hears_close(4001, "token_revoked").await;
    one.get("/api/auth/user/").await.is_problem(401, "token_revoked");
    of_other.has_heard_nothing().await;
    // Anybody can write another valid signature of ES256. It is the same JWT.
    let again = with_the_other_signature(&one.token);
    assert_ne!(again, one.token);
    Person { token: again, ..one.clone() }.get("/api/auth/user/").await.is_problem(401, "token_revoked");
    let again = with_the_other_signature(&other.token);
    assert_eq!(Person { token: again, ..other.clone() }.get("/api/auth/user/").await.is(200)["id"], 6);
}

/// (r, n - s) is a signature of whatever (r, s) is one of.
fn with_the_other_signature(jwt: &str) -> String {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    const ORDER: [u8; 32] = [
        0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6, 0xfa, 0xad,
        0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
    ];
    let (signed, signature) = jwt.rsplit_once('.').expect("three parts");
    let mut signature = URL_SAFE_NO_PAD.decode(signature).expect("base64url");
    let mut borrow = 0_i16;
    for place in (0..32).rev() {
        let digit = i16::from(ORDER[place]) - i16::from(signature[32 + place]) - borrow;
        borrow = i16::from(digit < 0);
        signature[32 + place] = u8::try_from(digit + 256 * borrow).expect("one byte");
    }
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
}

#[tokio::test]
async fn whoever_logs_out_at_the_site_is_logged_out_of_jwts_that_nobody_has_used_yet() {
    let site = Site::open().await;
    let other = Site::taking(site.server.another().with_admin()).start().await;
    let [seen, unseen, undated] = [json!({"jti": 1}), json!({"jti": 2}), json!({"iat": null})]
        .map(|changed| site.person(6, &site.secret, &changed));
    let mut here = seen.opens("offer_1").await;
    let mut elsewhere = seen.at(&other.address).opens("offer_1").await;
    assert_eq!(undated.get("/api/auth/user/").await.is(200)["id"], 6, "nobody was logged out yet");
    site.admin.delete("/api/admin/tokens/?user_id=6").await.is(200);
    here.hears_close(4001, "token_revoked").await;
    elsewhere.hears_close(4001, "token_revoked").await;
    let another_undated = site.person(6, &site.secret, &json!({"iat": null, "jti": 3}));
    for person in [&seen, &unseen, &undated, &another_undated, &unseen.at(&other.address)] {
        person.get("/api/auth/user/").await.is_problem(401, "token_revoked");
    }
    let ana = site.person(5, &site.secret, &json!({}));
    ana.get("/api/auth/user/").await.is(200);
    let later = site.person(6, &site.secret, &json!({"iat": now() + 5}));
    assert_eq!(later.get("/api/auth/user/").await.is(200)["id"], 6, "issued since");
}

#[tokio::test]
async fn whoever_is_suspended_is_nobody_by_a_jwt_either() {
    let site = Site::open().await;
    let [seen, unseen] = [1, 2].map(|number| site.person(6, &site.ed25519, &json!({"jti": number})));
    let mut socket = seen.opens("offer_1").await;
    site.server.database().change("UPDATE users SET suspended_at = 1 WHERE id = 6").await;
    match socket.next().await {
        handsel_tests::socket::Heard::Closed(4003, _) => {}
        other => panic!("expected a close, heard {other:?}"),
    }
    for person in [&seen, &unseen] {
        person.get("/api/auth/user/").await.is_problem(403, "account_suspended");
    }
}

#[tokio::test]
async fn keys_are_replaced_without_a_restart() {
    let site = Site::open().await;
    let new = Signer::p256();
    let [of_old, of_new] = [&site.p256, &new].map(|signer| signer.jwt(Some("p256"), &claims_of(6, &json!({}))));
    let asks = async |jwt: &str| http::request(&site.server.address, "GET", "/api/auth/user/", Some(jwt), None).await;
    asks(&of_old).await.is(200);
    asks(&of_new).await.is_problem(401, "jwt_invalid");

    // What is no set of keys leaves those that were there.
    site.writes_keys("{\"keys\": [");
    site.server.logs("cannot be read anew").await;
    asks(&of_old).await.is(200);

    site.writes_keys(&key_set(&[new.jwk("p256"), site.rsa.jwk("rsa")]));
    let replaced = async {
        while asks(&of_new).await.status != 200 {
            tokio::task::yield_now().await;
        }
    };
    in_time("the new key to count", replaced).await;
    asks(&of_old).await.is_problem(401, "jwt_invalid");
    asks(&site.rsa.jwt(Some("rsa"), &claims_of(6, &json!({})))).await.is(200);
}

#[tokio::test]
async fn neither_keys_nor_jwts_are_in_the_log_however_finely_it_is_kept() {
    let site = Site::open_with(Started::fresh().with(&["--log", "trace"])).await;
    let good = site.person(6, &site.rsa, &json!({}));
    let forged = site.person(6, &Signer::another_rsa(), &json!({}));
    good.opens("offer_1").await.leaves().await;
    good.opens_inbox().await.0.leaves().await;
    forged.get("/api/auth/user/").await.is_problem(401, "jwt_invalid");
    let refused = forged.is_refused("offer_1").await;
    assert!(!format!("{refused:?}").contains(&forged.token));
    Admin::at(&site.server.address, &good.token).get("/api/admin/users/6/").await.is_problem(401, "admin_key_invalid");
    let log = site.server.logs("a JWT was refused").await;
    let signature = |jwt: &str| jwt.rsplit('.').next().unwrap_or_default().to_owned();
    for secret in [&good.token, &forged.token, &signature(&good.token), &signature(&forged.token)] {
        assert!(!log.contains(secret.as_str()), "{secret} is in the log:\n{log}");
    }
    for secret in [ADMIN_KEY, super::site::SECRET] {
        assert!(!log.contains(secret), "{secret} is in the log:\n{log}");
    }
}

#[tokio::test]
async fn without_keys_a_jwt_is_no_token() {
    let server = Started::fresh().with_admin().start().await;
    Admin::of(&server).has_user(6, "bob").await;
    let jwt = Signer::secret(super::site::SECRET).jwt(None, &json!({"sub": "6", "exp": now() + 60}));
    let refused = http::request(&server.address, "GET", "/api/auth/user/", Some(&jwt), None).await;
    let problem: &Value = refused.is_problem(401, "token_malformed");
    assert!(problem["detail"].as_str().is_some_and(|detail| detail.contains("--jwt-secret")), "{problem}");
}

#[tokio::test]
async fn keys_that_cannot_be_used_stop_the_server_and_are_not_shown() {
    let private = {
        let mut key = Signer::p256().jwk("p256");
        key["d"] = "hunter2hunter2".into();
        key
    };
    for (variable, file, named) in [
        (("HANDSEL_JWT_SECRET", "hunter2"), "", "32 bytes"),
        (("HANDSEL_JWT_JWKS_FILE", "keys.json"), "hunter2", "JSON Web Key Set"),
        (("HANDSEL_JWT_JWKS_FILE", "keys.json"), "{\"keys\": []}", "no key"),
        (("HANDSEL_JWT_JWKS_FILE", "keys.json"), &*key_set(&[private]), "private"),
        (("HANDSEL_JWT_JWKS_FILE", "nowhere.json"), "", "nowhere.json"),
        (("HANDSEL_JWT_AUDIENCE", "handsel"), "", "--jwt-secret"),
    ] {
        let started = Started::fresh_file().variable(variable.0, variable.1);
        std::fs::write(started.directory().join("keys.json"), file).expect("a file");
        let (status, output, errors) = started.ends_by_itself().await;
        assert_eq!((status.code(), output.as_str()), (Some(1), ""), "{variable:?} {file}");
        let setting = variable.0.trim_start_matches("HANDSEL_").to_lowercase();
        assert!(errors.contains(named) && errors.contains(&setting), "{variable:?} {file}: {errors}");
        assert!(!errors.contains("hunter2"), "{errors}");
    }
}
