//! Pages in `docs/` that are made from the sources, and the examples in those that people wrote.
//!
//! `UPDATE_DOCS=1 cargo test -p wfc-cli --test all docs` writes the made pages anew.

mod agents;
mod codes;
mod examples;
mod functions;
mod language;

use std::path::{Path, PathBuf};

/// The folder `docs/`.
fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs")
}

/// The pages in a folder and the folders in it, in the order of their paths.
fn markdown(folder: &Path) -> Vec<PathBuf> {
    let mut out = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            out.extend(markdown(&path));
        } else if path.extension().is_some_and(|e| e == "md") {
            out.push(path);
        }
    }
    out.sort();
    out
}

/// Whether made pages are to be written.
fn updates() -> bool {
    std::env::var_os("UPDATE_DOCS").is_some_and(|value| value == "1")
}

/// Holds a made page to what it should say, or writes it.
fn hold(path: &Path, content: &str) {
    if updates() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
        return;
    }
    let have = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        have == content,
        "{} is not what the sources say: UPDATE_DOCS=1 cargo test -p wfc-cli --test all docs",
        path.display()
    );
}
