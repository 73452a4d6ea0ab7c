//! That the page is whole, light and closed: every file that it needs belongs to it, and no other can be had. What a
//! release embeds is chosen by the same patterns, through the same function, as what these tests see.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;

use super::negotiation::Coding;
use super::*;

/// Most that a browser may have to load, all together.
const BYTES_MAX: usize = 60 * 1024;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../frontend")
}

fn asset(path: &str) -> Asset {
    Asset::new(path, read(path, IdentitySource::Local).expect("it is there"))
}

fn kind(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or_default()
}

/// The names of all scripts below a directory of `frontend/`.
fn scripts_in(directory: &str) -> Vec<String> {
    let entries = fs::read_dir(folder().join(directory)).expect("it is there");
    let names = entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("UTF-8"));
    let paths = names.map(|name| format!("{directory}/{name}"));
    let below = |path: String| if folder().join(&path).is_dir() { scripts_in(&path) } else { vec![path] };
    paths.flat_map(below).filter(|path| kind(path) == "js").collect()
}

/// What that file refers to, by paths in `frontend/`.
fn references(path: &str) -> Vec<String> {
    let text = fs::read_to_string(folder().join(path)).unwrap_or_else(|_| panic!("{path} is needed and missing"));
    let (markers, within) = if kind(path) == "html" {
        (["src=\"", "href=\""].as_slice(), "")
    } else {
        (["from \"", "import \"", "import(\""].as_slice(), path.rsplit_once('/').map_or("", |(directory, _)| directory))
    };
    let is_code = |line: &&str| !["//", "/*", "*"].iter().any(|comment| line.trim_start().starts_with(comment));
    let on_line = |line: &str| {
        let after = markers.iter().filter_map(|marker| line.split_once(marker));
        after.filter_map(|(_, reference)| reference.split('"').next().map(str::to_owned)).collect::<Vec<_>>()
    };
    let references = text.lines().filter(is_code).flat_map(on_line).filter(|reference| !reference.starts_with('#'));
    references.map(|reference| resolve(within, &reference)).collect()
}

fn resolve(within: &str, reference: &str) -> String {
    let mut segments: Vec<_> = within.split('/').filter(|segment| !segment.is_empty()).collect();
    for segment in reference.split('/') {
        match segment {
            "." => {}
            ".." => assert!(segments.pop().is_some(), "{reference} leads out of the page"),
            segment => segments.push(segment),
        }
    }
    segments.join("/")
}

#[test]
fn the_document_the_stylesheet_the_icon_and_all_scripts_belong_to_it() {
    let mut expected: Vec<_> = ["icon.svg", "index.html", "style.css"].map(str::to_owned).into();
    expected.extend(scripts_in("src"));
    expected.sort();
    let mut seen: Vec<_> = paths().collect();
    seen.sort();
    assert_eq!(seen, expected);
}

#[test]
fn it_has_all_that_its_document_and_their_modules_refer_to() {
    let all: BTreeSet<_> = paths().collect();
    let (mut known, mut new) = (BTreeSet::new(), vec![DOCUMENT.to_owned()]);
    while let Some(path) = new.pop() {
        assert!(all.contains(&path), "{path} is needed and does not belong to the page");
        if ["html", "js"].contains(&kind(&path)) && known.insert(path.clone()) {
            new.extend(references(&path));
        }
    }
    assert!(known.iter().filter(|path| kind(path) == "js").count() > 1, "the document starts modules: {known:?}");
}

#[test]
fn a_browser_loads_less_than_60_kib() {
    let Page::Kept(assets) = Page::kept(IdentitySource::Local) else { panic!("it is kept") };
    let sizes: BTreeMap<_, _> = assets.iter().map(|(path, asset)| (path, asset.smallest().body.len())).collect();
    let sum: usize = sizes.values().sum();
    println!("the page: {sum} bytes compressed, in {} files", sizes.len());
    assert!(sum < BYTES_MAX, "the page has grown to {sum} bytes, past {BYTES_MAX}: {sizes:#?}");
}

#[test]
fn what_is_sent_is_the_file_without_comments_and_indentation() {
    for path in paths() {
        let asset = asset(&path);
        let sent = str::from_utf8(&asset.plain.body).expect("UTF-8");
        let file = fs::read_to_string(folder().join(&path)).expect("UTF-8");
        assert_eq!(sent.lines().count(), file.lines().count(), "{path}: a console names the repository's lines");
        for (number, (sent, written)) in sent.lines().zip(file.lines()).enumerate() {
            let begins = written.trim_start();
            let is_comment = ["//", "/*", "*"].iter().any(|mark| begins.starts_with(mark));
            assert!(
                sent.trim_start() == written.trim() || is_comment,
                "{path}:{}: {written:?} became {sent:?}",
                number + 1
            );
            assert!(written.trim_end().ends_with(sent), "{path}:{}: {written:?} became {sent:?}", number + 1);
        }
    }
}

#[test]
fn what_is_compressed_is_the_same() {
    for path in paths() {
        let asset = asset(&path);
        for variant in &asset.compressed {
            let mut unpacked = Vec::new();
            match variant.coding {
                Coding::Gzip => GzDecoder::new(variant.body.as_ref()).read_to_end(&mut unpacked).map(drop),
                Coding::Brotli => brotli::BrotliDecompress(&mut variant.body.as_ref(), &mut unpacked),
                Coding::Identity => panic!("{path}: this is not compressed"),
            }
            .expect("it is what it says");
            assert_eq!(unpacked, asset.plain.body, "{path}");
        }
        let tags: BTreeSet<_> = asset.compressed.iter().chain([&asset.plain]).map(|variant| &variant.tag).collect();
        assert_eq!(tags.len(), asset.compressed.len() + 1, "{path}: as many tags as there are sequences of bytes");
    }
    assert!(asset("style.css").compressed.len() == 2, "and something is compressed");
}

#[test]
fn nothing_else_can_be_had_whether_it_is_kept_or_read_anew() {
    for page in [Page::kept(IdentitySource::Local), Page::ReadAnew(IdentitySource::Local, Mutex::default())] {
        assert!(page.find("/").is_some());
        for path in paths() {
            assert!(page.find(&format!("/{path}")).is_some(), "{path}");
        }
        for path in [
            "",
            "index.html",
            "//",
            "//index.html",
            "/index.html/",
            "/src",
            "/src/",
            "/src/nothing.js",
            "/package.json",
            "/tsconfig.json",
            "/tests/api.test.js",
            "/src/../index.html",
            "/src/../package.json",
            "/src/../../Cargo.toml",
            "/src/../tests/api/api.test.js",
            "/../frontend/index.html",
            "/./index.html",
            "/src/./dom.js",
            "/src//dom.js",
            "/%69ndex.html",
            "/src%2fdom.js",
            "/src/%2e%2e/index.html",
            "/src/..%2f..%2fCargo.toml",
            "/src\\dom.js",
            "/src/..\\index.html",
            "/src/dom.js\0",
            "/src/dom.js%00",
            "/SRC/dom.js",
            "/Index.html",
            "/index.html?",
            "//etc/passwd",
            "/src//etc/passwd",
        ] {
            assert!(page.find(path).is_none(), "{path:?}");
        }
    }
}

#[test]
fn the_document_says_where_a_site_has_the_users() {
    let says = |users| {
        let pages = [Page::kept(users), Page::ReadAnew(users, Mutex::default())];
        pages.map(|page| {
            let document = page.find("/").expect("it is there");
            str::from_utf8(&document.plain.body).expect("UTF-8").contains("<html data-identity=\"external\" lang=")
        })
    };
    assert_eq!(says(IdentitySource::External), [true, true]);
    assert_eq!(says(IdentitySource::Local), [false, false]);
}
