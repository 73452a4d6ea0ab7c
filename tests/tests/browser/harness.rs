//! What watches the pages sees all that they must not do, and forgives what a test expects. Knows nothing of Handsel's
//! page.

use std::fmt::Write;

use handsel_tests::browser::{Browser, Page, StaticFiles};
use handsel_tests::in_time;
use serde_json::json;
use tempfile::TempDir;

const FAULTY: &str = "<!doctype html><meta charset=utf-8><title>Faulty</title>
    <meta http-equiv=Content-Security-Policy content=\"img-src 'none'\">
    <script src=faulty.js defer></script>";

/// Each by a button.
const FAULTS: &str = "const faults = {
    log: () => console.error('a fault'),
    throw: () => { throw new Error('thrown'); },
    reject: () => { Promise.reject(new Error('refused')); },
    alert: () => alert('hello'),
    load: () => document.body.append(Object.assign(new Image(), { src: 'https://elsewhere.test/' })),
  };
  for (const [name, onclick] of Object.entries(faults)) {
    document.body.append(Object.assign(document.createElement('button'), { textContent: name, onclick }));
  }";

async fn faulty() -> (StaticFiles, TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("faulty.html"), FAULTY).expect("written");
    std::fs::write(folder.path().join("faulty.js"), FAULTS).expect("written");
    (StaticFiles::of(folder.path()).await, folder)
}

async fn complains(page: &Page, of: &str) {
    let complaint = async {
        let mut seen = String::new();
        while !seen.contains(of) {
            write!(seen, "{}", page.complaints().await.join("\n")).expect("text takes text");
        }
    };
    in_time(format!("the complaint {of:?}"), complaint).await;
}

async fn presses(page: &Page, name: &str) {
    page.clicks(name, "return button(given)", json!(name)).await;
}

#[tokio::test]
async fn what_a_page_must_not_do_is_seen() {
    let (files, _folder) = faulty().await;
    let page = Browser::starts().await;
    page.goes_to(&format!("http://{}/faulty.html", files.address)).await;
    for (fault, complaint) in [
        ("log", "a fault"),
        ("throw", "watched: exception: Error: thrown"),
        ("reject", "watched: rejection: Error: refused"),
        ("alert", "watched: dialog: alert(hello)"),
        ("load", "watched: policy: img-src"),
    ] {
        presses(&page, fault).await;
        complains(&page, complaint).await;
    }
    let another = page.another().await;
    another.goes_to(&page.url().await).await;
    presses(&another, "log").await;
    complains(&page, "a fault").await;

    page.expects("a fault");
    presses(&another, "log").await;
    page.ends().await;
}

#[tokio::test]
#[should_panic(expected = "a page must not do this")]
async fn a_complaint_fails_the_test_at_its_end() {
    let (files, _folder) = faulty().await;
    let page = Browser::starts().await;
    page.goes_to(&format!("http://{}/faulty.html", files.address)).await;
    presses(&page, "log").await;
    page.ends().await;
}
