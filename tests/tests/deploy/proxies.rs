//! Two nodes behind each of the proxies that `deploy/` configures, and one below a path of a site of others. Knows nothing
//! of how the nodes reach each other.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use handsel_tests::people::seq;
use handsel_tests::socket::Connecting;
use handsel_tests::{Person, Server, Started, http, in_time};
use http_body_util::Full;
use hyper::Request;
use serde_json::json;
use tempfile::TempDir;
use tokio::process::{Child, Command};

use super::programs::{file, program, succeeds, text};

/// How long to wait before it is asked again whether a proxy answers.
const PAUSE: Duration = Duration::from_millis(20);

/// A proxy that runs, and ends with this.
struct Proxy {
    process: Child,
    address: String,
    directory: TempDir,
}

/// For a name and an address.
const LOG_INS_A_MINUTE: u8 = 10;
/// How often another port is tried, where somebody else took the one that was free.
const ATTEMPTS: u32 = 5;

impl Proxy {
    /// Starts what `command` makes for a directory and an address.
    async fn start(command: impl Fn(&Path, &str) -> Command) -> Self {
        let mut last = String::new();
        for _ in 0..ATTEMPTS {
            let directory = tempfile::tempdir().expect("a directory");
            // Both must be told a port.
            let address = format!("127.0.0.1:{}", handsel_services::free_port());
            let log = std::fs::File::create(directory.path().join("log")).expect("a log");
            let mut command = command(directory.path(), &address);
            command.stdin(Stdio::null()).stdout(log.try_clone().expect("a file can be shared")).stderr(log);
            let process = command.kill_on_drop(true).spawn().expect("the proxy starts");
            let mut proxy = Self { process, address, directory };
            if in_time("the proxy to answer or end", proxy.answers()).await {
                return proxy;
            }
            last = std::fs::read_to_string(proxy.directory.path().join("log")).unwrap_or_default();
        }
        panic!("the proxy does not start:\n{last}")
    }

    /// Waits until it passes requests on; false where it has ended. Nothing announces that it has found its nodes.
    async fn answers(&mut self) -> bool {
        while http::tries_to_get(&self.address, "/readyz", "").await.is_none_or(|answer| answer.status != 200) {
            if self.process.try_wait().expect("it can be asked").is_some() {
                return false;
            }
            tokio::time::sleep(PAUSE).await;
        }
        true
    }

    async fn caddy(nodes: &[&Server]) -> Self {
        Self::caddy_by(nodes, |_, _| file("deploy/Caddyfile")).await
    }

    async fn caddy_below_a_path(node: &Server) -> Self {
        Self::caddy_by(&[node], |directory, address| caddy_file_below_a_path(directory, address, node)).await
    }

    async fn caddy_by(nodes: &[&Server], config: impl Fn(&Path, &str) -> PathBuf) -> Self {
        let nodes: Vec<_> = nodes.iter().map(|node| node.address.as_str()).collect();
        Self::start(|directory, address| {
            let mut caddy = Command::new(handsel_services::find("caddy"));
            caddy.args(["run", "--adapter", "caddyfile", "--config"]).arg(config(directory, address));
            caddy.env("SITE_ADDRESS", format!("http://{address}")).env("HANDSEL_NODES", nodes.join(" "));
            // Beside its fixed port, in case that another one runs.
            caddy.env("CADDY_ADMIN", format!("unix/{}", directory.join("admin").display())).env("HOME", directory);
            caddy
        })
        .await
    }

    async fn nginx(nodes: &[&Server]) -> Self {
        let nodes: Vec<_> = nodes.iter().map(|node| node.address.as_str()).collect();
        Self::nginx_by(|directory, address| nginx_files(directory, address, &nodes)).await
    }

    async fn nginx_below_a_path(node: &Server) -> Self {
        Self::nginx_by(|directory, address| {
            let main = nginx_files(directory, address, &[&node.address, &node.address]);
            let ours = directory.join("handsel.conf");
            let theirs = std::fs::read_to_string(&ours).expect("it is there");
            let theirs = theirs.replace("location ~ ^/metrics/?$ {", "location ~ ^/chat/metrics/?$ {");
            let theirs = theirs
                .replace("location / {", "location / {\n        return 200 'the site';\n    }\n    location /chat/ {");
            std::fs::write(ours, theirs).expect("written");
            main
        })
        .await
    }

    async fn nginx_by(config: impl Fn(&Path, &str) -> PathBuf) -> Self {
        Self::start(|directory, address| {
            let mut nginx = Command::new(handsel_services::find("nginx"));
            nginx.arg("-p").arg(directory).arg("-c").arg(config(directory, address));
            nginx
        })
        .await
    }
}

/// A site with the lines in it that the operations page has for one.
fn caddy_file_below_a_path(directory: &Path, address: &str, node: &Server) -> PathBuf {
    let page = text("docs/operations.md");
    let lines = page.split_once("```text\nhandle /chat/* {").and_then(|(_, rest)| rest.split_once("```"));
    let (lines, _) = lines.expect("docs/operations.md has lines for Caddy");
    assert!(lines.contains("127.0.0.1:8000"), "docs/operations.md has no node in {lines}");
    let lines = lines.replace("127.0.0.1:8000", &node.address);
    let config = directory.join("Caddyfile");
    let site = format!("http://{address} {{\nhandle /chat/* {{{lines}\nhandle {{\nrespond \"the site\"\n}}\n}}\n");
    std::fs::write(&config, site).expect("written");
    config
}

/// Our file where Debian's nginx would include it, with these addresses; the main file around it says what must be said.
fn nginx_files(directory: &Path, address: &str, nodes: &[&str]) -> PathBuf {
    let mut ours = text("deploy/nginx.conf");
    for (written, meant) in [
        ("listen 80;", format!("listen {address};")),
        ("listen [::]:80;", String::new()),
        ("server 127.0.0.1:8001", format!("server {}", nodes[0])),
        ("server 127.0.0.1:8002", format!("server {}", nodes[1])),
    ] {
        assert!(ours.contains(written), "deploy/nginx.conf has no {written:?}");
        ours = ours.replace(written, &meant);
    }
    std::fs::write(directory.join("handsel.conf"), ours).expect("written");
    let path = |kind: &str| format!("{kind}_temp_path {};", directory.join(kind).display());
    let paths = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(path).join("\n");
    // One process, so that it ends with the test.
    let main = format!(
        "daemon off; master_process off; pid {0}/pid; error_log stderr;\nevents {{ worker_connections 1024; }}\n\
         http {{\n{paths}\ninclude {0}/handsel.conf;\n}}\n",
        directory.display()
    );
    std::fs::write(directory.join("nginx.conf"), main).expect("written");
    directory.join("nginx.conf")
}

#[test]
fn caddy_understands_its_file() {
    let directory = tempfile::tempdir().expect("a directory");
    let caddy = || {
        let mut caddy = program("caddy");
        caddy.env("HOME", directory.path());
        caddy
    };
    succeeds(caddy().args(["validate", "--adapter", "caddyfile", "--config", "deploy/Caddyfile"]));
    // As it is written, in Caddy's own form.
    assert_eq!(succeeds(caddy().args(["fmt", "deploy/Caddyfile"])), text("deploy/Caddyfile"));
}

#[test]
fn nginx_understands_its_file() {
    let directory = tempfile::tempdir().expect("a directory");
    let main = nginx_files(directory.path(), "127.0.0.1:8000", &["127.0.0.1:8001", "127.0.0.1:8002"]);
    succeeds(program("nginx").arg("-t").arg("-p").arg(directory.path()).arg("-c").arg(main));
}

/// Two nodes as a proxy's neighbours run them.
async fn two_nodes() -> (Server, Server) {
    let one = Started::fresh().with(&["--trusted-proxy", "127.0.0.1"]).start().await;
    let other = one.another().with(&["--trusted-proxy", "127.0.0.1"]).start().await;
    (one, other)
}

async fn sockets(node: &Server) -> f64 {
    let metrics = node.get("/metrics").await.text;
    let value = metrics.lines().find_map(|line| line.strip_prefix("handsel_sockets "));
    value.and_then(|value| value.parse().ok()).unwrap_or_else(|| panic!("no handsel_sockets in\n{metrics}"))
}

/// However they are asked for: the server itself takes a slash at the end for none.
async fn metrics_are_for_operators_alone(proxy: &Proxy, prefix: &str) {
    for form in ["/metrics", "/metrics/", "/metrics?", "//metrics", "/metrics//", "/%6Detrics/", "/./metrics"] {
        let path = format!("{prefix}{form}");
        let answer = http::request(&proxy.address, "GET", &path, None, None).await;
        let seen = (answer.status, answer.text.contains("handsel_sockets"));
        assert_eq!(seen, (404, false), "{path} is for operators alone, saw {}", answer.text);
    }
}

/// Two people talk through the proxy, each at another node; then one of the nodes is restarted.
async fn two_talk_through(proxy: &Proxy, one: Server, other: Server) {
    let (ana, bob) = (Person::registers(&proxy.address, "ana").await, Person::registers(&proxy.address, "bob").await);
    let offer = ana.offers("Bike repair").await;
    let (mut anas, _) = ana.opens_by_v1(&offer).await;
    let (mut bobs, _) = bob.opens_by_v1(&offer).await;
    assert_eq!((sockets(&one).await, sockets(&other).await), (1.0, 1.0), "the proxy gives each node one socket");

    bobs.sends(json!({"type": "message", "content": "Hello!", "client_message_id": "1"})).await;
    let heard = anas.hears_message("Hello!").await;
    bobs.hears_message("Hello!").await;
    anas.sends(json!({"type": "handshake_start"})).await;
    bobs.hears_handshake("pending").await;
    anas.hears_handshake("pending").await;

    // A page's origin is the proxy's address, which must be what the nodes see as their host.
    let from_a_page = ana.connecting_by_v1("/ws/inbox/").header("origin", &format!("http://{}", proxy.address));
    assert!(from_a_page.open().await.is_ok(), "the origin of the proxy's own page is refused");
    let from_elsewhere = ana.connecting("offer_1").header("origin", "http://elsewhere.example.org");
    from_elsewhere.open().await.expect_err("another site's page").is(403, "origin_not_allowed");
    let page = http::request(&proxy.address, "GET", "/", None, None).await;
    assert!(page.is(200).is_null() && page.text.contains("<!doctype html>"), "{}", page.text);
    metrics_are_for_operators_alone(proxy, "").await;

    drop(one.kill().await);
    let (mut again, _) = ana.resumes(&format!("{offer}:{}", bob.id), heard["seq"].as_i64().expect("a seq")).await;
    assert_eq!(seq(&again.hears_handshake("pending").await), 2, "what the living node has is told");
    // A request that was under way to the node breaks with it, and is sent again as clients do it: it is stored once.
    let path = format!("/api/conversations/{offer}/messages/");
    let message = json!({"content": "Still there?", "client_message_id": "2"});
    let posted = async {
        loop {
            let answer = bob.post(&path, message.clone()).await;
            if answer.status != 502 {
                return answer;
            }
        }
    };
    in_time("the living node to be found", posted).await.is(201);
    again.hears_message("Still there?").await;

    // Who guesses passwords does not get further by claiming to be somebody else each time.
    let mut last = 0;
    for attempt in 0..=LOG_INS_A_MINUTE {
        let body = json!({"username": "ana", "password": "not the password"}).to_string();
        let guess = Request::post("/api/auth/login/")
            .header("content-type", "application/json")
            .header("x-forwarded-for", format!("203.0.113.{attempt}"));
        let guess = guess.body(Full::from(body)).expect("a request");
        last = http::send(&proxy.address, guess).await.status;
    }
    assert_eq!(last, 429, "the proxy passes on what clients claim about their address");
}

/// The page, the API and sockets are below the path, all else is as it was.
async fn one_talks_below_a_path(proxy: &Proxy) {
    let get = async |path| http::request(&proxy.address, "GET", path, None, None).await;
    for (path, expected) in [("/", "the site"), ("/metrics", "the site"), ("/chat/", "<!doctype html>")] {
        let answer = get(path).await;
        assert!(answer.status == 200 && answer.text.contains(expected), "{path}: {} {}", answer.status, answer.text);
    }
    metrics_are_for_operators_alone(proxy, "/chat").await;
    let login = json!({"username": "bo", "password": "handsel-demo"});
    let granted = http::request(&proxy.address, "POST", "/chat/api/auth/login/", None, Some(login)).await;
    let token = granted.is(200)["token"].as_str().expect("a token").to_owned();
    let path = format!("/chat/ws/chat/offer_1/?token={token}");
    let mut socket = Connecting::to(&proxy.address, &path).open().await.expect("he is let in");
    socket.says("Hello!").await;
    socket.hears_message("Hello!").await;
}

#[tokio::test]
async fn a_node_works_below_a_path_of_a_site() {
    let node = Started::fresh().with(&["--demo", "--path-prefix", "/chat"]).start().await;
    one_talks_below_a_path(&Proxy::caddy_below_a_path(&node).await).await;
    one_talks_below_a_path(&Proxy::nginx_below_a_path(&node).await).await;
}

#[tokio::test]
async fn two_nodes_work_behind_caddy() {
    let (one, other) = two_nodes().await;
    let proxy = Proxy::caddy(&[&one, &other]).await;
    two_talk_through(&proxy, one, other).await;
}

#[tokio::test]
async fn two_nodes_work_behind_nginx() {
    let (one, other) = two_nodes().await;
    let proxy = Proxy::nginx(&[&one, &other]).await;
    two_talk_through(&proxy, one, other).await;
}
