//! Files in memory.

use std::collections::BTreeMap;
use std::sync::Arc;

use wfc_compiler::settings::Settings;
use wfc_compiler::world::World;
use wfc_syntax::source::Source;
use wfc_testing::run::Tested;
use wfc_testing::suite::Suite;

/// Files by name; a workflow's slug is its file's stem.
#[derive(Default)]
pub(crate) struct Files(BTreeMap<String, String>);

impl Files {
    pub(crate) fn new<const N: usize>(files: [(&str, &str); N]) -> Self {
        Self(
            files
                .into_iter()
                .map(|(name, text)| (name.to_owned(), text.to_owned()))
                .collect(),
        )
    }
}

impl World for Files {
    fn source(&self, _: &str, path: &str) -> Option<Arc<Source>> {
        let name = path.strip_prefix("./").unwrap_or(path);
        let text = self.0.get(name)?;
        Some(Arc::new(Source::new(name, text)))
    }
    fn workflow(&self, from: &str, slug: &str) -> Option<Arc<Source>> {
        self.source(from, &format!("{slug}.wf"))
    }
    fn catalogue(&self, from: &str, path: &str) -> Option<Arc<Source>> {
        self.source(from, path)
    }
}

/// All tests of a file, run.
pub(crate) fn run_all(files: &Files, name: &str) -> Vec<Tested> {
    let settings = Settings::default();
    let source = Source::new(name, &files.0[name]);
    let mut suite = Suite::load(source, files, &settings);
    let said: Vec<String> = suite
        .diagnostics
        .iter()
        .map(|d| format!("{} {} {:?}", d.code.id, d.message, d.help))
        .collect();
    assert!(said.is_empty(), "{said:#?}");
    (0..suite.plans.len())
        .filter_map(|at| suite.run(at))
        .collect()
}

/// The failures of the only test of a file, a line each: what, message, differences, lines.
pub(crate) fn failures(workflow: &str, tests: &str) -> Vec<String> {
    let files = Files::new([("w.wf", workflow), ("w.wf.test.yaml", tests)]);
    lines(&run_all(&files, "w.wf.test.yaml"))
}

pub(crate) fn lines(all: &[Tested]) -> Vec<String> {
    let failures = all.iter().flat_map(|t| &t.failures);
    failures
        .map(|f| {
            let mut out = format!("{}: {}", f.what, f.message);
            for d in &f.differences {
                let text = |t: &Option<String>| t.clone().unwrap_or_else(|| "nothing".to_owned());
                out.push_str(&format!(
                    "; {} {} {}",
                    d.path,
                    text(&d.expected),
                    text(&d.found)
                ));
            }
            for l in &f.lines {
                out.push_str(&format!("\n{}{}", l.side.sign(), l.text));
            }
            out
        })
        .collect()
}

/// The findings of a file of tests: codes and the characters that they are at.
pub(crate) fn findings(workflow: &str, tests: &str) -> Vec<String> {
    let files = Files::new([("w.wf", workflow), ("w.wf.test.yaml", tests)]);
    let settings = Settings::default();
    let source = Source::new("w.wf.test.yaml", tests);
    let suite = Suite::load(source.clone(), &files, &settings);
    let shown = suite.diagnostics.iter();
    shown
        .map(|d| {
            let help = d.help.as_deref().unwrap_or_default();
            format!(
                "{} `{}` {} | {help}",
                d.code.id,
                source.slice(d.span),
                d.message
            )
        })
        .collect()
}

impl Files {
    /// The same with one more file.
    pub(crate) fn with(&self, name: &str, text: &str) -> Self {
        let mut files = self.0.clone();
        files.insert(name.to_owned(), text.to_owned());
        Self(files)
    }
}
