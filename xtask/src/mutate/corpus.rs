//! The valid corpus: examples, the `good` examples of all codes, cases of the suite that get nothing, and the
//! workflows of `tests/suite/valid`; each in the spelling that it is written in, and in the other two.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use wfc_compiler::rules::examples::ExampleWorld;
use wfc_compiler::settings::Settings;
use wfc_compiler::world::{NoWorld, World};
use wfc_compiler::{Checked, check};
use wfc_syntax::slug::slug_of;
use wfc_syntax::source::Source;
use wfc_syntax::tree::Spelling;

use super::subject::Subject;

/// Files beside a workflow: what its world knows.
#[derive(Default)]
pub struct Files {
    by_path: BTreeMap<String, Arc<Source>>,
    by_slug: BTreeMap<String, Arc<Source>>,
    examples: bool,
}

impl Files {
    /// The files of a folder, by their names.
    fn of(folder: &Path) -> Self {
        let mut out = Self::default();
        for path in files_in(folder) {
            let name = file_name(&path);
            let Ok(text) = std::fs::read_to_string(&path) else {
                continue;
            };
            let source = Arc::new(Source::new(name.as_str(), &text));
            if is_workflow(&name) {
                let parsed = wfc_syntax::parse(&source, Spelling::of(&name, &text));
                out.by_slug
                    .entry(slug_of(&parsed.ast, &name))
                    .or_insert_with(|| Arc::clone(&source));
            }
            out.by_path.insert(name, source);
        }
        out
    }
}

impl World for Files {
    fn source(&self, from: &str, path: &str) -> Option<Arc<Source>> {
        if self.examples {
            return ExampleWorld.source(from, path);
        }
        self.by_path
            .get(path.strip_prefix("./").unwrap_or(path))
            .cloned()
    }

    fn workflow(&self, from: &str, slug: &str) -> Option<Arc<Source>> {
        if self.examples {
            return ExampleWorld.workflow(from, slug);
        }
        self.by_slug.get(slug).cloned()
    }

    fn catalogue(&self, from: &str, path: &str) -> Option<Arc<Source>> {
        if self.examples {
            return ExampleWorld.catalogue(from, path);
        }
        self.source(from, path)
    }

    fn slugs(&self) -> Vec<String> {
        if self.examples {
            return ExampleWorld.slugs();
        }
        self.by_slug.keys().cloned().collect()
    }
}

/// The corpus, and what in it is not valid after all: a name with its findings.
#[derive(Default)]
pub struct Corpus {
    /// Valid workflows.
    pub subjects: Vec<Subject>,
    /// Files that must have no finding and have one.
    pub faulty: Vec<(String, Vec<String>)>,
}

/// A file of the older form allows what its other spellings do not have.
const UNUSED_ALLOW: &str = "WF0730";

/// Reads the corpus; `root` is the workspace's folder.
#[must_use]
pub fn load(root: &Path) -> Corpus {
    let mut corpus = Corpus::default();
    for folder in ["tests/suite/valid", "examples"] {
        let files = Arc::new(Files::of(&root.join(folder)));
        for (name, source) in &files.by_path {
            if is_workflow(name) {
                corpus.add(&format!("{folder}/{name}"), &source.text, &files, true);
            }
        }
    }
    let examples = Arc::new(Files {
        examples: true,
        ..Files::default()
    });
    for code in wfc_syntax::codes()
        .into_iter()
        .chain(wfc_compiler::rules::codes())
    {
        let name = format!("{}/{}", code.id, code.good.file);
        corpus.add(&name, code.good.text, &examples, false);
    }
    let alone = Arc::new(Files::default());
    for path in files_in(&root.join("tests/suite/check")) {
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        for (name, input) in clean_cases(&text) {
            corpus.add(
                &format!("{}/{name}", file_name(&path)),
                &input,
                &alone,
                false,
            );
        }
    }
    corpus
}

/// Cases without an expectation.
fn clean_cases(text: &str) -> Vec<(String, String)> {
    let cases = text
        .split("\n=== ")
        .skip(1)
        .filter_map(|case| case.split_once('\n'));
    cases
        .filter(|(_, body)| !body.lines().any(|l| l.trim_start().starts_with("#~")))
        .map(|(name, body)| (name.trim().to_owned(), format!("{}\n", body.trim_end())))
        .collect()
}

impl Corpus {
    fn add(&mut self, name: &str, text: &str, files: &Arc<Files>, must_be_valid: bool) {
        let spelling = Spelling::of(name, text);
        let (source, checked) = checked(name, text, spelling, files);
        if !checked.diagnostics.is_empty() {
            if must_be_valid {
                let found = checked.diagnostics.iter();
                let say = |d: &wfc_syntax::diagnostic::Diagnostic| {
                    format!("{} `{}`: {}", d.code.id, source.slice(d.span), d.message)
                };
                self.faulty
                    .push((name.to_owned(), found.map(say).collect()));
            }
            return;
        }
        for to in [Spelling::Yaml, Spelling::Json, Spelling::Text] {
            if to == spelling {
                continue;
            }
            let Ok(printed) = wfc_format::convert(&checked.parsed, &source, to) else {
                continue;
            };
            let name = renamed(name, to);
            let (_, again) = self::checked(&name, &printed, to, files);
            if again.diagnostics.is_empty() {
                self.push(name, printed, again, files);
            } else if must_be_valid && again.diagnostics.iter().any(|d| d.code.id != UNUSED_ALLOW) {
                let found = again.diagnostics.iter();
                let say =
                    |d: &wfc_syntax::diagnostic::Diagnostic| format!("{} {}", d.code.id, d.message);
                self.faulty.push((name, found.map(say).collect()));
            }
        }
        self.push(name.to_owned(), source.text.to_string(), checked, files);
    }

    fn push(&mut self, name: String, text: String, checked: Checked, files: &Arc<Files>) {
        let subject = Subject::new(name, text, checked, Arc::clone(files));
        self.subjects.push(subject);
    }
}

/// Checks a text as the corpus does.
#[must_use]
pub fn checked(name: &str, text: &str, spelling: Spelling, files: &Files) -> (Source, Checked) {
    let own = name.rsplit('/').next().unwrap_or(name);
    let source = Source::new(own, text);
    let world: &dyn World = if files.examples || !files.by_path.is_empty() {
        files
    } else {
        &NoWorld
    };
    let checked = check(&source, spelling, world, &Settings::default());
    (source, checked)
}

/// The name with the ending of another spelling.
fn renamed(name: &str, to: Spelling) -> String {
    let stem = [".wf.yaml", ".wf.yml", ".wf.json", ".wf"]
        .iter()
        .find_map(|ending| name.strip_suffix(ending))
        .unwrap_or(name);
    let ending = match to {
        Spelling::Yaml => ".wf.yaml",
        Spelling::Json => ".wf.json",
        Spelling::Text => ".wf",
    };
    format!("{stem}{ending}")
}

/// Whether a file of that name is a workflow: catalogues and files of tests stand beside them.
fn is_workflow(name: &str) -> bool {
    let other = [
        ".tools.json",
        ".wf.test.yaml",
        ".wf.test.yml",
        ".wf.test.json",
    ];
    Spelling::of_path(name).is_some() && !other.iter().any(|ending| name.ends_with(ending))
}

fn files_in(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .filter_map(|e| e.ok().map(|e| e.path()))
        .filter(|p| p.is_file())
        .collect();
    files.sort();
    files
}

fn file_name(path: &Path) -> String {
    path.file_name()
        .map(|n| n.to_string_lossy().into_owned())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::is_workflow;

    #[test]
    fn catalogues_and_files_of_tests_are_no_workflows() {
        for name in ["a.wf.yaml", "a.wf.json", "a.wf"] {
            assert!(is_workflow(name), "{name}");
        }
        for name in ["a.tools.json", "a.wf.test.yaml", "a.wf.test.json", "a.txt"] {
            assert!(!is_workflow(name), "{name}");
        }
    }
}
