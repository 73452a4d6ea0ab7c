//! A node that starts while Redis is away, refuses it, or is no Redis at all.

use handsel_services::Redis;
use handsel_tests::Started;

use super::scene::{AWAY, USED, broker};

#[tokio::test]
async fn it_serves_and_says_so_and_takes_redis_when_it_comes() {
    let mut redis = Redis::start();
    redis.stop();
    let node = Started::fresh().with(&["--redis-url", &redis.url()]).start().await;
    let log = node.logs(AWAY).await;
    assert!(log.contains("127.0.0.1"), "expected where Redis should be in {log}");
    assert_eq!(broker(&node).await, "degraded");
    node.person("ana").await.offers("Bike repair").await;
    redis.start_again();
    node.logs(USED).await;
    assert_eq!(broker(&node).await, "ok");
}

#[tokio::test]
async fn what_redis_says_is_logged_without_the_password() {
    let url = format!("redis://:wrong-secret@127.0.0.1:{}", Redis::shared().port());
    let node = Started::fresh().variable("REDIS_URL", &url).start().await;
    let log = node.logs(AWAY).await;
    assert!(log.contains("authentication failed"), "expected Redis's reason in {log}");
    assert!(!log.contains("wrong-secret") && !node.output().contains("wrong-secret"), "the password is in {log}");
    assert_eq!(broker(&node).await, "degraded");
}

#[tokio::test]
async fn an_address_that_is_none_is_an_error_that_names_the_setting() {
    for (setting, flag, value) in [
        ("redis_url", "--redis-url", "http://:secret@127.0.0.1"),
        ("redis_url", "--redis-url", "redis://:secret@127.0.0.1:many"),
        ("redis_prefix", "--redis-prefix", "two words"),
    ] {
        let (status, _, errors) = Started::fresh().with(&[flag, value]).ends_by_itself().await;
        assert!(!status.success(), "it started with {flag} {value}");
        assert!(errors.contains(setting) && errors.contains(flag), "{flag} {value}: {errors}");
        assert!(!errors.contains("secret"), "{flag} {value}: {errors}");
    }
}
