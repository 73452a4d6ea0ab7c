//! No path leads out of the page, however it is written. Knows nothing of the page's own files but one.

use handsel_tests::Server;

use super::support::ask_in_bytes;

async fn status_of(server: &Server, path: &[u8]) -> String {
    let request = [b"GET ", path, b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"].concat();
    let answer = ask_in_bytes(&server.address, &request).await;
    for secret in ["[workspace]", "[package]", "devDependencies", "root:x:", "fn main"] {
        assert!(!answer.contains(secret), "{}: {answer}", path.escape_ascii());
    }
    answer.split(' ').nth(1).unwrap_or_default().to_owned()
}

#[tokio::test]
async fn only_the_pages_own_files_are_served() {
    let server = Server::start().await;
    assert_eq!(status_of(&server, b"/src/dom.js").await, "200");
    assert_eq!(status_of(&server, b"/src/dom.js?v=1").await, "200", "a query changes nothing");
    for path in [
        b"/package.json".as_slice(),
        b"/tsconfig.json",
        b"/node_modules/typescript/package.json",
        b"/src",
        b"/src/",
        b"/src/dom.js/",
        b"/src/../package.json",
        b"/src/../../Cargo.toml",
        b"/../Cargo.toml",
        b"/../../../../../../etc/passwd",
        b"/src/../../crates/server/build.rs",
        b"/src/./dom.js",
        b"/src//dom.js",
        b"//src/dom.js",
        b"/etc/passwd",
        b"//etc/passwd",
        b"/src//etc/passwd",
        b"/src/%2e%2e/package.json",
        b"/src/%2E%2E/%2e%2e/Cargo.toml",
        b"/src/..%2f..%2fCargo.toml",
        b"/%2e%2e%2fCargo.toml",
        b"/..%5cCargo.toml",
        b"/%252e%252e/Cargo.toml",
        b"/src%2fdom.js",
        b"/src/dom.js%00",
        b"/src/dom.js%00.css",
        b"/src\\dom.js",
        b"/src\\..\\..\\Cargo.toml",
        b"/src/..\\..\\Cargo.toml",
    ] {
        assert_eq!(status_of(&server, path).await, "404", "{}", path.escape_ascii());
    }
    for path in [b"/src/dom.js\0".as_slice(), b"/src/dom.js\0.css", b"../Cargo.toml", b"file:///etc/passwd"] {
        assert_eq!(status_of(&server, path).await, "400", "{}: this is no HTTP", path.escape_ascii());
    }
    let absolute = format!("http://{}/src/dom.js", server.address);
    assert_eq!(status_of(&server, absolute.as_bytes()).await, "200", "as a proxy's client asks");
}
