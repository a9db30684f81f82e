//! What is wrong with a file of tests: its form, and what it says of a workflow that the workflow does not have.

use std::sync::Arc;

use wfc_syntax::diagnostic::Diagnostic;
use wfc_syntax::source::Source;

use crate::cancel::{Cancel, Cancelled};
use crate::findings::Findings;
use crate::in_tests;
use crate::snapshot::{Snapshot, locked};
use crate::world::{Asked, Recorder, holds};

/// The findings of a file of tests, with what they were made from.
#[derive(Clone)]
pub(crate) struct Tested {
    source: Arc<Source>,
    asked: Asked,
    diagnostics: Arc<Vec<Diagnostic>>,
}

impl Snapshot {
    /// What is wrong with a file of tests, as `wfc test` says it. None when there is no such file, or when it is none.
    ///
    /// # Errors
    /// When the question was taken back.
    pub fn test_findings(
        &self,
        path: &str,
        cancel: &Cancel,
    ) -> Result<Option<Findings>, Cancelled> {
        cancel.check()?;
        let Some(read) = self.read(path).filter(|_| in_tests::is_tests(path)) else {
            return Ok(None);
        };
        let version = self.document(path).map(|d| d.version);
        let source = Arc::clone(&read.source);
        let of = |tested: &Tested| Findings {
            version,
            source: Arc::clone(&source),
            diagnostics: Arc::clone(&tested.diagnostics),
        };
        if !read.refusal.is_empty() {
            return Ok(Some(Findings {
                version,
                diagnostics: Arc::new(read.refusal.to_vec()),
                source,
            }));
        }
        let last = locked(&self.found().tested).get(path).cloned();
        if let Some(last) = last
            && Arc::ptr_eq(&last.source, &source)
            && holds(&last.asked, self)
        {
            return Ok(Some(of(&last)));
        }
        let unwanted = || cancel.is_cancelled();
        let recorder = Recorder::giving_up(self, &unwanted);
        let settings = recorder.settings(path);
        let found = wfc_testing::suite::check(source.as_ref().clone(), &recorder, &settings);
        if recorder.gave_up() {
            return Err(Cancelled);
        }
        let tested = Tested {
            source: Arc::clone(&source),
            asked: recorder.asked(),
            diagnostics: Arc::new(found),
        };
        let found = of(&tested);
        locked(&self.found().tested).insert(path.to_owned(), tested);
        Ok(Some(found))
    }
}
