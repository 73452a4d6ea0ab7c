//! Every rule of `tidy` fails on a deliberate breach and says where. Knows the rules by what they print alone.

mod workspace;

use workspace::Workspace;

#[test]
fn a_clean_workspace_passes() {
    Workspace::clean().passes();
}

#[test]
fn every_breach_is_printed() {
    let workspace = Workspace::clean().with("crates/domain/src/a.rs", "\n").with("crates/domain/src/b.rs", "\n");
    workspace.fails_at("crates/domain/src/a.rs:1: module-header: ");
    workspace.fails_at("crates/domain/src/b.rs:1: module-header: ");
}

#[test]
fn what_is_no_workspace_fails() {
    Workspace::clean().with("Cargo.toml", "[workspace").fails_with("cargo metadata");
    Workspace::clean().with("crates/domain/src/a.rs", "//! A.\nfn a( {\n").fails_with("crates/domain/src/a.rs");
}

#[test]
fn the_domain_depends_on_nothing_of_ours() {
    Workspace::clean()
        .with_line("crates/domain/Cargo.toml", "[dependencies]", "handsel-storage = { path = \"../storage\" }")
        .fails_at("crates/domain/Cargo.toml:6: crate-arrows: `handsel-domain` must do without `handsel-storage`");
}

#[test]
fn the_adapters_know_nothing_of_each_other() {
    for (from, to) in [("storage", "transport"), ("transport", "storage")] {
        Workspace::clean()
            .with_line(
                &format!("crates/{from}/Cargo.toml"),
                "[dependencies]",
                &format!("handsel-{to} = {{ path = \"../{to}\" }}"),
            )
            .fails_at(&format!("crates/{from}/Cargo.toml:6: crate-arrows: "));
    }
}

#[test]
fn not_even_the_tests_of_an_adapter_know_the_other() {
    let manifest = "crates/storage/Cargo.toml";
    Workspace::clean()
        .with_line(manifest, "[dev-dependencies]", "handsel-transport = { path = \"../transport\" }")
        .fails_at("crates/storage/Cargo.toml:10: crate-arrows: ");
}

#[test]
fn nothing_knows_the_server() {
    for crate_ in ["domain", "storage", "transport"] {
        Workspace::clean()
            .with_line(&format!("crates/{crate_}/Cargo.toml"), "[dependencies]", "handsel = { path = \"../server\" }")
            .fails_at(&format!("crates/{crate_}/Cargo.toml:6: crate-arrows: "));
    }
}

#[test]
fn xtask_and_the_end_to_end_tests_stand_alone() {
    for folder in ["xtask", "tests"] {
        let manifest = format!("{folder}/Cargo.toml");
        for (table, line) in [("[dependencies]", 6), ("[dev-dependencies]", 10), ("[build-dependencies]", 12)] {
            Workspace::clean()
                .with_line(&manifest, table, "handsel-domain = { path = \"../crates/domain\" }")
                .fails_at(&format!("{manifest}:{line}: crate-arrows: "));
        }
    }
}

#[test]
fn each_crate_does_without_what_it_must_know_nothing_of() {
    for (folder, package) in [
        ("crates/domain", "tokio"),
        ("crates/domain", "tokio-util"),
        ("crates/domain", "hyper"),
        ("crates/domain", "serde"),
        ("crates/domain", "serde_json"),
        ("crates/domain", "sqlx"),
        ("crates/domain", "tungstenite"),
        ("crates/domain", "tokio-tungstenite"),
        ("crates/storage", "hyper"),
        ("crates/storage", "tungstenite"),
        ("crates/storage", "tokio-tungstenite"),
        ("crates/transport", "sqlx"),
        ("xtask", "tokio-tungstenite"),
    ] {
        let workspace = Workspace::clean().with_line(
            &format!("{folder}/Cargo.toml"),
            "[dependencies]",
            &format!("{package} = \"1\""),
        );
        workspace.fails_at(&format!("{folder}/Cargo.toml:6: crate-arrows: "));
    }
}

#[test]
fn a_dependency_is_known_by_its_own_name_for_every_target() {
    Workspace::clean()
        .with_line("crates/domain/Cargo.toml", "[dependencies]", "runtime = { package = \"tokio\", version = \"1\" }")
        .fails_at("crates/domain/Cargo.toml:6: crate-arrows: ");
    Workspace::clean()
        .with_line(
            "crates/domain/Cargo.toml",
            "[dev-dependencies]",
            "[target.'cfg(unix)'.dependencies.tokio]\nversion = \"1\"",
        )
        .fails_at("crates/domain/Cargo.toml:10: crate-arrows: ");
}

#[test]
fn the_domain_s_own_tests_may_use_a_runtime() {
    Workspace::clean().with_line("crates/domain/Cargo.toml", "[dev-dependencies]", "tokio = \"1\"").passes();
}

#[test]
fn a_new_crate_says_what_it_depends_on() {
    Workspace::clean()
        .with("crates/extra/Cargo.toml", "[package]\nname = \"handsel-extra\"\n")
        .with("crates/extra/src/lib.rs", "//! Extra.\n")
        .fails_at("crates/extra/Cargo.toml:1: crate-arrows: say in ");
}

#[test]
fn a_source_opens_with_its_header() {
    for (path, text) in [
        ("crates/storage/src/a.rs", "\n//! Too late.\n"),
        ("crates/server/build.rs", "// No header.\nfn main() {}\n"),
        ("xtask/src/a.rs", "use std::fs;\n"),
        ("tests/tests/a/b.rs", "//!\n//! Empty at first.\n"),
        ("tests/src/empty.rs", ""),
    ] {
        Workspace::clean().with(path, text).fails_at(&format!("{path}:1: module-header: "));
    }
}

#[test]
fn a_module_of_the_page_opens_with_its_header_and_is_no_longer_than_a_source() {
    let module = |lines: usize| format!("// A. Knows nothing of B.\n{}", "export {};\n".repeat(lines - 1));
    Workspace::clean().with("frontend/src/a.js", &module(400)).passes();
    let path = "frontend/src/deep/a.js";
    Workspace::clean().with(path, &module(401)).fails_at(&format!("{path}:401: file-length: "));
    for text in ["export {};\n", "\n// Too late.\n", "//\n", "", "/* Another comment. */\n"] {
        Workspace::clean().with(path, text).fails_at(&format!("{path}:1: module-header: "));
    }
    for elsewhere in ["frontend/tests/a.js", "frontend/node_modules/a/index.js"] {
        Workspace::clean().with(elsewhere, "export {};\n").passes();
    }
}

#[test]
fn only_storage_names_the_orm() {
    let uses = "//! A.\n\nuse sea_orm::EntityTrait;\n";
    Workspace::clean().with("crates/storage/tests/a.rs", uses).passes();
    for path in ["crates/domain/src/a.rs", "crates/server/src/a.rs", "tests/tests/a.rs", "xtask/src/a.rs"] {
        Workspace::clean().with(path, uses).fails_at(&format!("{path}:3: sea-orm-in-storage: "));
    }
    let in_a_macro = "//! A.\nfn a() { println!(\"{}\", sea_orm_migration::b()) }\n";
    Workspace::clean()
        .with("crates/server/src/a.rs", in_a_macro)
        .fails_at("crates/server/src/a.rs:2: sea-orm-in-storage: ");
}

#[test]
fn only_storage_depends_on_the_orm() {
    for folder in ["crates/domain", "crates/transport", "crates/server", "tests", "xtask"] {
        for package in ["sea-orm", "sea-orm-migration"] {
            let manifest = format!("{folder}/Cargo.toml");
            let workspace =
                Workspace::clean().with_line(&manifest, "[dev-dependencies]", &format!("{package} = \"2\""));
            workspace.fails_at(&format!("{manifest}:10: sea-orm-in-storage: "));
        }
    }
}

#[test]
fn a_comment_or_a_string_names_nothing() {
    let text = "//! Not sea_orm.\n/* serde */\nfn a() -> &'static str { \"sea_orm, serde::Serialize\" }\n";
    Workspace::clean().with("crates/domain/src/a.rs", text).passes();
}

#[test]
fn domain_and_rows_are_free_of_serde() {
    for path in ["crates/domain/src/a.rs", "crates/storage/src/rows/a.rs"] {
        for line in ["#[derive(Serialize)] struct A;", "use serde::de::Visitor;", "type A = DeserializeOwned;"] {
            let workspace = Workspace::clean().with(path, &format!("//! A.\n\n{line}\n"));
            workspace.fails_at(&format!("{path}:3: serde-free: "));
        }
    }
    Workspace::clean()
        .with_line("crates/storage/Cargo.toml", "[dependencies]", "serde = \"1\"")
        .fails_at("crates/storage/Cargo.toml:6: serde-free: ");
    Workspace::clean()
        .with_line("crates/storage/Cargo.toml", "[dependencies]", "serde_json = \"1\"")
        .with("crates/storage/src/a.rs", "//! A.\nfn a() -> serde_json::Value { todo!() }\n")
        .with("crates/transport/src/a.rs", "//! A.\n#[derive(serde::Serialize)] struct A;\n")
        .passes();
}

#[test]
fn a_file_has_at_most_400_lines() {
    let lines = |count: usize| "//! Long.\n".repeat(count);
    Workspace::clean().with("tests/tests/a.rs", &lines(400)).passes();
    Workspace::clean().with("tests/tests/a.rs", &lines(401)).fails_at("tests/tests/a.rs:401: file-length: 401 lines");
}

#[test]
fn no_committed_file_names_a_path_of_one_machine() {
    // Put together here: written out, this file were a breach itself.
    for folder in ["home", "root", "Users", "work"] {
        let text = format!("# Notes\nsee /{folder}/ada/notes.txt\n");
        Workspace::clean().with("docs/notes.md", &text).fails_at("docs/notes.md:2: machine-path: ");
        Workspace::clean().with("target/notes.md", &text).passes();
        Workspace::clean().with("docs/notes.md", &format!("see https://example.org/{folder}/ada\n")).passes();
    }
}
