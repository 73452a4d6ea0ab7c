//! Redis behind TLS, with a certificate that a private authority vouches for.

use handsel_services::Redis;
use handsel_tests::Started;

use super::scene::{AWAY, USED, broker};

#[tokio::test]
async fn it_is_used_where_its_authority_is_believed_and_not_elsewhere() {
    let redis = Redis::start_with_tls();
    let (url, authority) = (redis.url_with_tls(), redis.authority());
    let authority = authority.to_str().expect("a path in UTF-8");
    let trusting = Started::fresh().with(&["--redis-url", &url]).variable("SSL_CERT_FILE", authority);
    let node = trusting.start().await;
    node.logs(USED).await;
    assert_eq!(broker(&node).await, "ok");

    let node = Started::fresh().with(&["--redis-url", &url]).start().await;
    let log = node.logs(AWAY).await;
    assert!(log.to_lowercase().contains("certificate"), "expected the reason in {log}");
    assert_eq!(broker(&node).await, "degraded");
}

#[tokio::test]
async fn a_certificate_for_another_host_is_not_believed() {
    let redis = Redis::start_with_tls();
    // It names localhost, and no address.
    let url = redis.url_with_tls().replace("localhost", "127.0.0.1");
    let authority = redis.authority();
    let node =
        Started::fresh().with(&["--redis-url", &url]).variable("SSL_CERT_FILE", authority.to_str().expect("UTF-8"));
    let node = node.start().await;
    let log = node.logs(AWAY).await;
    assert!(log.to_lowercase().contains("certificate"), "expected the reason in {log}");
}
