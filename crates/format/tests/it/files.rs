//! Files to print: the examples, the cases of the corpus, the examples of all codes.

use std::path::{Path, PathBuf};

pub(crate) use xtask::printing::{ALL, is_valid, name_in, read};

fn folder(path: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .join(path);
    let mut found: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|e| e.unwrap().path())
        .filter(|p| p.is_file())
        .collect();
    found.sort();
    found
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap().to_str().unwrap().to_owned()
}

/// All example workflows: name and text.
pub(crate) fn examples() -> Vec<(String, String)> {
    let found: Vec<(String, String)> = folder("examples")
        .into_iter()
        // Tests of workflows are no workflows.
        .filter(|p| file_name(p).contains(".wf") && !file_name(p).contains(".wf.test."))
        .map(|p| (file_name(&p), std::fs::read_to_string(&p).unwrap()))
        .collect();
    assert!(found.len() >= 8);
    found
}

/// The cases of `tests/suite/check`, without their expectations.
pub(crate) fn cases() -> Vec<(String, String)> {
    let mut found = Vec::new();
    for path in folder("tests/suite/check") {
        let text = std::fs::read_to_string(&path).unwrap();
        for case in format!("\n{text}").split("\n=== ").skip(1) {
            let (name, body) = case.split_once('\n').unwrap_or((case, ""));
            let lines = body.lines().filter(|l| !l.trim_start().starts_with("#~"));
            let body: String = lines.flat_map(|l| [l, "\n"]).collect();
            found.push((name.trim().to_owned(), body));
        }
    }
    assert!(found.len() >= 40);
    found
}

/// The good and bad examples of all codes; many a bad one is fine as far as syntax and shape go.
pub(crate) fn of_codes() -> Vec<(String, String)> {
    let mut found = Vec::new();
    for code in wfc_syntax::codes()
        .into_iter()
        .chain(wfc_compiler::rules::codes())
    {
        for example in [&code.good, &code.bad] {
            found.push((
                format!("{}.{}", code.id, example.file),
                example.text.to_owned(),
            ));
        }
    }
    found
}
