//! What the image sets, held against the server that is in it. Knows nothing of how it is built.

use handsel_tests::server;

use super::compose::{dockerfile_environment, instructions};

#[tokio::test]
async fn the_image_alone_keeps_its_data_in_its_volume_and_listens_to_all() {
    assert_eq!(instructions("WORKDIR"), ["/data"]);
    assert_eq!(instructions("VOLUME"), ["/data"], "where it starts is what outlives it");
    let directory = tempfile::tempdir().expect("a directory");
    let environment = dockerfile_environment();
    let mut variables: Vec<_> = environment.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let (status, printed, errors) = server::command_with(directory.path(), &["check-config"], &variables, "").await;
    assert!(status.success(), "{printed}{errors}");
    for line in ["database_url = \"sqlite://handsel.db\"", "bind = \"0.0.0.0\"", "port = 8000"] {
        assert!(printed.contains(line), "no {line} in\n{printed}");
    }

    // What the image sets must not win over the name that other programs know.
    variables.push(("DATABASE_URL", "sqlite://theirs.db"));
    let (_, printed, errors) = server::command_with(directory.path(), &["check-config"], &variables, "").await;
    assert!(printed.contains("database_url = \"sqlite://theirs.db\""), "{printed}{errors}");
}

#[test]
fn nobody_in_the_image_is_root() {
    let user = instructions("USER").pop().expect("it names a user");
    let (user, group) = user.split_once(':').expect("USER:GROUP");
    for number in [user, group] {
        assert!(number.parse::<u32>().is_ok_and(|number| number > 0), "saw {user}:{group}");
    }
}
