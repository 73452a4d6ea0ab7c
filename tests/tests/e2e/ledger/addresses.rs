//! Where the server may ask: public addresses, and what configuration lists.

use handsel_tests::exposition::until;
use handsel_tests::receiver::SECRET;
use handsel_tests::server::command_with;
use handsel_tests::{Receiver, Started};

use super::scene::Scene;

/// What has addresses, as a flag and as it is shown.
const FLAGS: [(&str, &str); 2] = [("--handshake-hook", "handshake_hook"), ("--webhook-url", "webhook_url")];

async fn check(flag: &str, url: &str, allow: &[&str]) -> Result<String, String> {
    let directory = tempfile::tempdir().expect("a directory");
    let allow: Vec<_> = allow.iter().flat_map(|allowed| ["--outbound-allow", *allowed]).collect();
    let arguments = [&["check-config", flag, url], allow.as_slice()].concat();
    let variables = [("HANDSEL_WEBHOOK_SECRET", SECRET)];
    let (status, output, errors) = command_with(directory.path(), &arguments, &variables, "").await;
    if status.success() { Ok(output) } else { Err(errors) }
}

#[tokio::test]
async fn an_address_that_is_neither_public_nor_listed_is_refused_at_the_start() {
    for (flag, _) in FLAGS {
        is_held_to_public_addresses(flag).await;
    }
}

async fn is_held_to_public_addresses(flag: &str) {
    for url in [
        "http://127.0.0.1:9/",
        "http://10.0.0.7/hook",
        "http://169.254.169.254/latest/meta-data/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://2130706433/",
        "http://0x7f.0.0.1/",
        "http://017700000001/",
    ] {
        let errors = check(flag, url, &["192.168.0.0/16", "localhost"]).await.expect_err(url);
        assert!(errors.contains(flag) && errors.contains("outbound_allow"), "{flag} {url}: {errors}");
    }
    for (url, allow) in [
        ("http://127.0.0.1:9/", "127.0.0.1"),
        ("http://[::ffff:127.0.0.1]/", "127.0.0.0/8"),
        ("http://[fd00::7]/", "fd00::/8"),
        ("https://market.example/hook", "10.0.0.0/8"),
    ] {
        check(flag, url, &[allow]).await.expect(url);
    }
    for (url, allow) in
        [("ftp://market.example/", "::1"), ("https://a:b@market.example/", "::1"), ("https://market.example/", "10/8")]
    {
        let errors = check(flag, url, &[allow]).await.expect_err(url);
        assert!(errors.contains(flag) || errors.contains("--outbound-allow"), "{flag} {url}: {errors}");
        assert!(!errors.contains("a:b"), "{errors}");
    }
}

#[tokio::test]
async fn neither_the_secret_nor_what_is_behind_the_host_is_shown() {
    for (flag, setting) in FLAGS {
        let url = "https://market.example/hook?key=hunter2";
        let shown = check(flag, url, &["10.0.0.0/8"]).await.expect("it is valid");
        assert!(shown.contains(&format!("{setting} = \"https://market.example\"")), "{shown}");
        assert!(!shown.contains("hunter2") && !shown.contains(SECRET) && shown.contains("webhook_secret"), "{shown}");
        let directory = tempfile::tempdir().expect("a directory");
        let arguments = ["check-config", flag, "https://market.example/"];
        for (secret, expected) in [("", "openssl rand"), ("whsec_c2hvcnQ=", "24 to 64"), ("hunter2", "whsec_")] {
            let variables = [("HANDSEL_WEBHOOK_SECRET", secret)];
            let (status, _, errors) = command_with(directory.path(), &arguments, &variables, "").await;
            assert!(!status.success() && errors.contains(expected) && !errors.contains("hunter2"), "{errors}");
        }
    }
}

#[tokio::test]
async fn a_name_is_judged_by_what_it_resolves_to_when_it_is_asked() {
    let ledger = Receiver::start().await;
    let url = ledger.url.replace("127.0.0.1", "localhost");
    let refused = Started::fresh().with_hook_at(&url).start().await;
    let scene = Scene::on(refused, ledger).await;
    scene.takes(&scene.ana, "approve").await.is_problem(503, "unavailable");
    let log = scene.server.logs("localhost resolves to no address that may be reached").await;
    assert!(scene.asked().is_empty() && !log.contains(SECRET), "{log}");
    let Scene { ledger, server, ana, key, .. } = scene;
    let allowed = server.another().with(&["--outbound-allow", "127.0.0.0/8"]).with_hook_at(&url).start().await;
    let path = format!("/api/conversations/{key}/handshake/approve/");
    ana.at(&allowed.address).post(&path, serde_json::json!({})).await.is(201);
    assert_eq!(ledger.heard().len(), 1);
}

#[tokio::test]
async fn a_name_is_judged_by_what_it_resolves_to_when_it_is_told_as_well() {
    let site = Receiver::start().await;
    let url = site.url.replace("127.0.0.1", "localhost");
    let telling = |started: Started| started.with(&["--webhook-url", &url]).variable("HANDSEL_WEBHOOK_SECRET", SECRET);
    let refused = telling(Started::fresh()).start().await;
    let (ana, bob) = (refused.person("ana").await, refused.person("bob").await);
    let path = format!("/api/conversations/{}/messages/", ana.offers("Bike repair").await);
    bob.post(&path, serde_json::json!({"content": "Hello!"})).await.is(201);
    until(&refused.address, "handsel_webhooks_failed_total", |failed| failed > 0.0).await;
    assert_eq!(site.heard().len(), 0);
    refused.terminate().await;
    let allowed = telling(refused.another()).with(&["--outbound-allow", "127.0.0.0/8"]);
    refused.ended().await;
    let _allowed = allowed.start().await;
    site.hears_so_many(2).await;
}
