//! The site and its Handsel on one origin, split by path as the example's `nginx.conf` has it. Knows nothing of how nginx
//! does that.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use handsel_tests::django::{HandselBeside, Site};
use handsel_tests::socket::Connecting;
use handsel_tests::{Server, http, in_time};
use tempfile::TempDir;
use tokio::process::{Child, Command};

const PAUSE: Duration = Duration::from_millis(20);
/// How often another port is tried, where somebody else took the one that was free.
const ATTEMPTS: u32 = 5;

struct Nginx {
    _process: Child,
    _directory: TempDir,
    address: String,
}

impl Nginx {
    async fn starts(site: &Site, handsel: &Server) -> Self {
        for _ in 0..ATTEMPTS {
            let directory = tempfile::tempdir().expect("a directory");
            let address = format!("127.0.0.1:{}", handsel_services::free_port());
            let config = config(directory.path(), site.address(), &handsel.address, &address);
            let mut nginx = Command::new(handsel_services::find("nginx"));
            nginx.args(["-p", Site::path(directory.path()), "-e", "stderr", "-c", &config]);
            let mut process = nginx.stdin(Stdio::null()).kill_on_drop(true).spawn().expect("nginx starts");
            let answers = async {
                while http::tries_to_get(&address, "/accounts/login/", "").await.is_none() {
                    if process.try_wait().expect("it can be asked").is_some() {
                        return false;
                    }
                    tokio::time::sleep(PAUSE).await;
                }
                true
            };
            if in_time("nginx to answer or to end", answers).await {
                return Self { _process: process, _directory: directory, address };
            }
        }
        panic!("nginx does not start")
    }
}

/// The example's file as it stands, but for where it listens and what is behind it; around it, what a machine's own
/// nginx.conf has.
fn config(directory: &Path, site: &str, handsel: &str, address: &str) -> String {
    let file = Site::source().join("nginx.conf");
    let text = std::fs::read_to_string(file).expect("the example has an nginx.conf");
    let mut server = text;
    for (theirs, ours) in [
        ("server 127.0.0.1:8000;", format!("server {site};")),
        ("server 127.0.0.1:8001;", format!("server {handsel};")),
        ("listen 80;", format!("listen {address};")),
        ("listen [::]:80;", String::new()),
    ] {
        assert!(server.contains(theirs), "nginx.conf has {theirs:?}");
        server = server.replace(theirs, &ours);
    }
    let own =
        ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(|kind| format!("{kind}_temp_path {kind};")).concat();
    let whole = format!("daemon off; master_process off; pid nginx.pid; events {{}} http {{ {own} {server} }}");
    let path = directory.join("nginx.conf");
    std::fs::write(&path, whole).expect("written");
    Site::path(&path).to_owned()
}

#[tokio::test]
async fn one_origin_has_the_site_and_its_handsel() {
    let (handsel, site) = HandselBeside::fresh().below("/talk").starts().await;
    site.manages(&["demo"]).await;
    let nginx = Nginx::starts(&site, &handsel).await;
    let mut bo = site.logs_in_at(&nginx.address, "bo").await;
    assert!(bo.sees("/offers/1/").await.contains("\"url\": \"/talk/\""), "pages find Handsel below the same origin");
    let token = bo.token().await;

    // The new pages by the prefix, clients of the stack before by their old path; both from a page of this origin.
    let origin = format!("http://{}", nginx.address);
    for path in ["/talk/ws/chat/offer_1/", "/ws/chat/offer_1/"] {
        let connecting = Connecting::to(&nginx.address, &format!("{path}?token={token}")).header("origin", &origin);
        let mut socket = connecting.open().await.unwrap_or_else(|refusal| panic!("{path}: {refusal:?}"));
        socket.says("Hello!").await;
        socket.hears_message("Hello!").await;
        socket.leaves().await;
    }
    let conversations = "/talk/api/conversations/";
    let list = http::request(&nginx.address, "GET", conversations, Some(&token), None).await;
    assert_eq!(list.is(200)["results"][0]["conversation"], "offer_1:2");

    // What is between the two alone: not from here.
    let admin = site.admin_of(&handsel);
    let key = Some(admin.key.as_str());
    http::request(&handsel.address, "GET", "/talk/api/admin/users/1/", key, None).await.is(200);
    http::request(&handsel.address, "GET", "/talk/metrics/", None, None).await.is(200);
    for path in [
        "/talk/api/admin/users/1/",
        "/talk/api/admin/users/1",
        "/talk//api/admin/users/1/",
        "/talk/api/admin",
        "/talk/metrics",
        "/talk/metrics/",
        "/talk//metrics",
        "/handsel/hook/",
        "/handsel/hook",
        "/handsel/events/",
        "/api/admin/users/1/",
    ] {
        let answer = http::request(&nginx.address, "GET", path, key, None).await;
        assert_eq!(answer.status, 404, "{path} is open to everybody: {}", answer.text);
    }
}

/// Whoever copies less than all of it leaves something open, or has an nginx that does not start.
#[test]
fn the_readme_names_each_part_that_a_site_takes_from_it() {
    let [config, readme] = ["nginx.conf", "README.md"]
        .map(|name| std::fs::read_to_string(Site::source().join(name)).expect("the example has it"));
    // Names are not broken over lines in it.
    let parts = config.lines().filter_map(|line| line.trim().strip_suffix(" {"));
    let of_handsel: Vec<_> =
        parts.filter(|part| !["upstream timebank", "server", "location /"].contains(part)).collect();
    assert!(of_handsel.len() >= 7, "expected Handsel's parts in nginx.conf, saw {of_handsel:?}");
    let unnamed: Vec<_> = of_handsel.iter().filter(|part| !readme.contains(&format!("`{part}`"))).collect();
    assert!(unnamed.is_empty(), "README.md does not name {unnamed:?}");
}
