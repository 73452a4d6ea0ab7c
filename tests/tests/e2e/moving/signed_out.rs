//! A site's own JWTs at the place to which its users moved: they go on, but for those that were revoked. Knows nothing of
//! what else moves.

use std::fs;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use handsel_tests::over::Over;
use handsel_tests::signer::Signer;
use handsel_tests::{Admin, Person, Server, Started};
use serde_json::{Value, json};

use super::scene::{beside, exports, imports};

const SECRET: &str = "the-secret-of-the-sites-own-jwts-0123456789";

/// Who has a JWT of that site, issued so many seconds ahead of now.
fn person(user: i64, issued_in: Option<u64>) -> Person {
    let since_1970 = |ahead| {
        let at = SystemTime::now() + Duration::from_secs(ahead);
        at.duration_since(UNIX_EPOCH).expect("after 1970").as_secs_f64()
    };
    let mut claims = json!({"sub": user.to_string(), "exp": since_1970(3_600)});
    if let Some(ahead) = issued_in {
        claims["iat"] = Value::from(since_1970(ahead));
    }
    let token = Signer::secret(SECRET).jwt(None, &claims);
    Person { address: String::new(), id: user, username: format!("user {user}"), token }
}

async fn taking(started: Started) -> Server {
    started.with_admin().variable("HANDSEL_JWT_SECRET", SECRET).start().await
}

#[tokio::test]
async fn what_was_revoked_stays_so_wherever_its_user_moves() {
    let server = taking(Started::fresh()).await;
    let admin = Admin::of(&server);
    for (id, name) in [(5, "ana"), (6, "bob"), (7, "cem")] {
        admin.has_user(id, name).await;
    }
    let (ana, unseen, bob, cem) = (person(5, Some(0)), person(5, Some(0)), person(6, Some(0)), person(7, None));
    for person in [&ana, &bob, &cem] {
        person.at(&server.address).get("/api/auth/user/").await.is(200);
    }
    admin.delete("/api/admin/tokens/?user_id=5").await.is(200);
    bob.at(&server.address).post("/api/auth/logout/", json!({})).await.is(200);
    let site = server.another();
    server.terminate().await;
    exports(&site).await;
    let text = fs::read_to_string(beside(&site, "out.ndjson")).expect("it is there");
    for over in [Over::Sqlite, Over::Postgres] {
        let other = Started::fresh_over(over);
        imports(&other, &text).await.1.is(0);
        let server = taking(other).await;
        let asks = async |person: &Person| person.at(&server.address).get("/api/auth/user/").await;
        for revoked in [&ana, &unseen, &bob] {
            asks(revoked).await.is_problem(401, "token_revoked");
        }
        for (valid, name) in [(&cem, "cem"), (&person(5, Some(5)), "ana"), (&person(6, Some(5)), "bob")] {
            assert_eq!(asks(valid).await.is(200)["username"], name);
        }
    }
}
