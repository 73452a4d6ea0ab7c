//! Builds anew when the page gains a file. Knows nothing of what is in it.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    // What is embedded is watched file by file, so a new one would be missed; a debug build reads them as they are.
    if std::env::var_os("CARGO_CFG_DEBUG_ASSERTIONS").is_none() {
        for part in ["index.html", "style.css", "icon.svg", "src"] {
            println!("cargo::rerun-if-changed=../../frontend/{part}");
        }
    }
}
