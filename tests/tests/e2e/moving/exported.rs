//! What `handsel export` makes, and what it leaves alone. Knows nothing of what stands in the file.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use handsel_tests::{Started, in_time};

use super::file::large;
use super::scene::{beside, imports, runs};

async fn a_site() -> Started {
    let over = Started::fresh();
    imports(&over, &large(100, 52, 0)).await.1.is(0);
    over
}

fn names(over: &Started) -> Vec<String> {
    let files = fs::read_dir(over.directory()).expect("it is there");
    let names = files.map(|file| file.expect("it is there").file_name().to_string_lossy().into_owned());
    let mut names: Vec<_> = names.filter(|name| name.contains("export") || name.contains("ndjson")).collect();
    names.sort();
    names
}

#[tokio::test]
async fn a_file_is_its_owners_alone_and_takes_the_place_of_nothing() {
    let over = a_site().await;
    let ended = runs(&over, &["export", "site.ndjson"]).await.is(0);
    assert!(ended.output.contains("to site.ndjson: 5422 lines."), "{}", ended.output);
    let file = beside(&over, "site.ndjson");
    assert_eq!(fs::metadata(&file).expect("it is there").permissions().mode() & 0o777, 0o600);
    let before = fs::read_to_string(&file).expect("it is there");
    assert_eq!(before.lines().count(), 5_422);
    assert!(before.ends_with("{\"type\":\"end\",\"lines\":5422}\n"), "it has a last line");
    let ended = runs(&over, &["export", "site.ndjson"]).await.is(1);
    assert!(ended.errors.contains("site.ndjson is there already"), "{}", ended.errors);
    assert_eq!(fs::read_to_string(&file).expect("it is there"), before);
    let ended = runs(&over, &["export", "nowhere/site.ndjson"]).await.is(1);
    assert!(ended.errors.contains("nowhere/site.ndjson cannot be written"), "{}", ended.errors);
    assert_eq!(names(&over), ["in.ndjson", "report.ndjson", "site.ndjson"]);
}

#[tokio::test]
async fn a_killed_one_is_no_export() {
    let over = a_site().await;
    let killed_in_the_middle = async {
        loop {
            let mut process = over.process(&["export", "site.ndjson"]).spawn().expect("it starts");
            while names(&over).len() == 2 && process.try_wait().expect("it can be waited for").is_none() {
                tokio::task::yield_now().await;
            }
            process.kill().await.expect("it is ended");
            let made: Vec<_> =
                names(&over).into_iter().filter(|name| *name != "in.ndjson" && *name != "report.ndjson").collect();
            match made.as_slice() {
                [one] if one == "site.ndjson" => fs::remove_file(beside(&over, one)).expect("it is there"),
                [one] => {
                    assert!(one.starts_with(".handsel-export-"), "{one}");
                    break;
                }
                other => panic!("saw more than an export that is not finished: {other:?}"),
            }
        }
    };
    in_time("an export to be killed in the middle", killed_in_the_middle).await;
    runs(&over, &["export", "site.ndjson"]).await.is(0);
}

#[tokio::test]
async fn where_there_is_nothing_to_export_nothing_is_made() {
    let over = Started::fresh_file();
    let ended = runs(&over, &["export", "site.ndjson"]).await.is(1);
    assert!(ended.errors.contains("there is no such file; name Handsel's with --database-url"), "{}", ended.errors);
    assert_eq!(fs::read_dir(over.directory()).expect("it is there").count(), 0);
}

#[tokio::test]
async fn whoever_reads_standard_output_may_have_enough() {
    let over = a_site().await;
    let mut process = over.process(&["export", "-"]).spawn().expect("it starts");
    drop(process.stdout.take());
    let ended = in_time("the export to end", process.wait_with_output()).await.expect("it runs");
    assert_eq!(ended.status.code(), Some(1), "{}", String::from_utf8_lossy(&ended.stderr));
}
