//! The corpus: files of cases whose expected diagnostics stand in them, at their places.
//!
//! A file of `tests/suite/check` holds cases, each after a line that names it as a file would be named:
//!
//! ```text
//! === undefined.wf.yaml
//! steps:
//!   - { type: bash, command: "echo {{ nme }}" }
//! #~                                  ^^^ error WF0201 `nme` is not defined
//! ```
//!
//! Lines whose first characters, white space aside, are `#~` are taken out before the case is checked, in every
//! spelling. They belong to the last line before them that is none. Carets mark the characters; a span that goes on
//! over the line's end has `>` after its carets; one that starts left of the mark's own columns says `@start..end`
//! (columns in characters, from 0). `#~ = help: ...` and `#~ = safe fix: ...` go on with the finding above them.
//! A case without such lines must get no finding at all. Cases may call the workflows and name the catalogues of
//! `tests/suite/files`, and what the codes' examples use (`compiler::rules::examples`).
//!
//! `WFC_UPDATE=1` (or `cargo xtask corpus --update`) rewrites expectations; read the difference line by line
//! before it is committed. `WFC_CORPUS=names` keeps to the files with `names` in their own name.

mod annotate;
pub mod cases;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use wfc_compiler::rules::examples::ExampleWorld;
use wfc_compiler::settings::Settings;
use wfc_compiler::world::World;
use wfc_syntax::source::Source;
use wfc_syntax::tree::Spelling;

use annotate::annotated;
use cases::{Case, join, split};

fn suite(kind: &str) -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../tests/suite")
        .join(kind);
    let mut files: Vec<PathBuf> = std::fs::read_dir(&root)
        .unwrap()
        .map(|e| e.unwrap().path())
        .filter(|p| p.is_file())
        .collect();
    if let Ok(part) = std::env::var("WFC_CORPUS") {
        files.retain(|f| {
            f.file_name()
                .is_some_and(|n| n.to_string_lossy().contains(&part))
        });
    }
    files.sort();
    assert!(!files.is_empty(), "no corpus in {}", root.display());
    files
}

/// The files of `tests/suite/files`, and what the codes' examples use.
struct Files;

impl Files {
    fn file(name: &str) -> Option<Arc<Source>> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/suite/files");
        let name = name.strip_prefix("./").unwrap_or(name);
        let text = std::fs::read_to_string(path.join(name)).ok()?;
        Some(Arc::new(Source::new(name, text.as_str())))
    }
}

impl World for Files {
    fn source(&self, from: &str, path: &str) -> Option<Arc<Source>> {
        Self::file(path).or_else(|| ExampleWorld.source(from, path))
    }
    fn workflow(&self, from: &str, slug: &str) -> Option<Arc<Source>> {
        Self::file(&format!("{slug}.wf.yaml")).or_else(|| ExampleWorld.workflow(from, slug))
    }
    fn catalogue(&self, from: &str, path: &str) -> Option<Arc<Source>> {
        Self::file(path).or_else(|| ExampleWorld.catalogue(from, path))
    }
}

/// The case as it should be written, given what the checker finds.
fn actual(case: &Case) -> String {
    let input = case.input();
    let (source, found) = Source::from_text(case.name.as_str(), &input);
    let diagnostics = if found.is_empty() {
        let spelling = Spelling::of(&source.name, &source.text);
        wfc_compiler::check(&source, spelling, &Files, &Settings::default()).diagnostics
    } else {
        found
    };
    let mut written = annotated(&input, &diagnostics);
    if case.written.ends_with("\n\n") && !written.ends_with("\n\n") {
        written.push('\n');
    }
    written
}

#[test]
fn every_case_gets_exactly_the_findings_written_in_it() {
    let update = std::env::var_os("WFC_UPDATE").is_some();
    let mut wrong = String::new();
    let mut cases_seen = 0;
    for file in suite("check") {
        let text = std::fs::read_to_string(&file).unwrap();
        let (preamble, mut cases) = split(&text);
        for case in &mut cases {
            cases_seen += 1;
            let actual = actual(case);
            if actual != case.written {
                if update {
                    case.written = actual;
                } else {
                    wrong.push_str(&format!(
                        "{}:{} {}\n--- expected\n{}--- found\n{actual}\n",
                        file.display(),
                        case.line,
                        case.name,
                        case.written
                    ));
                }
            }
        }
        if update {
            std::fs::write(&file, join(&preamble, &cases)).unwrap();
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    assert!(
        cases_seen >= 40 || std::env::var_os("WFC_CORPUS").is_some(),
        "the corpus has shrunk to {cases_seen} cases"
    );
}
