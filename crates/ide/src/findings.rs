//! The findings of an open file while somebody types: found out anew for what an edit bears on, and the same as those of a
//! whole check.

use std::sync::{Arc, OnceLock};

use wfc_compiler::incremental::{Change, Session, Way};
use wfc_syntax::diagnostic::Diagnostic;
use wfc_syntax::line_index::LineIndex;
use wfc_syntax::source::Source;

use crate::cancel::{Cancel, Cancelled};
use crate::check::CheckedFile;
use crate::snapshot::{Snapshot, locked};
use crate::world::{Asked, Recorder, holds};

/// What is wrong with a file at one version.
#[derive(Clone, Debug)]
pub struct Findings {
    /// The editor's version of the text; none for a file that is not open.
    pub version: Option<i32>,
    /// The text that all spans point into.
    pub source: Arc<Source>,
    /// The findings, in the order of their places.
    pub diagnostics: Arc<Vec<Diagnostic>>,
}

/// A file that is being edited, with what its checks asked.
pub(crate) struct Kept {
    session: Session,
    asked: Asked,
}

impl Snapshot {
    /// What is wrong with a file: the same as [`Snapshot::checked`] says, sooner after an edit of a large file. None when
    /// there is no such file.
    ///
    /// # Errors
    /// When the question was taken back.
    pub fn findings(&self, path: &str, cancel: &Cancel) -> Result<Option<Findings>, Cancelled> {
        cancel.check()?;
        if let Some(file) = self.known(path) {
            return Ok(Some(of(&file)));
        }
        let read = self.read(path).filter(|read| read.refusal.is_empty());
        if let (Some(document), Some(read)) = (self.document(path), read) {
            // Whoever asks at the same time finds none here, and checks the whole.
            let kept = locked(&self.found().sessions).remove(path);
            if let Some(kept) = kept.filter(|kept| holds(&kept.asked, self)) {
                let version = Some(document.version);
                return Ok(Some(self.edited(path, version, &read.source, kept)));
            }
        }
        let Some(file) = self.checked(path, cancel)? else {
            return Ok(None);
        };
        if file.version.is_some() {
            let session =
                Session::from_checked(Arc::clone(&file.source), Arc::clone(&file.checked));
            let asked = file.asked.clone();
            locked(&self.found().sessions).insert(path.to_owned(), Kept { session, asked });
        }
        Ok(Some(of(&file)))
    }

    fn edited(
        &self,
        path: &str,
        version: Option<i32>,
        source: &Arc<Source>,
        mut kept: Kept,
    ) -> Findings {
        let recorder = Recorder::new(self);
        let settings = recorder.settings(path);
        let change = Change::between(&kept.session.source().text, &source.text);
        let way = kept
            .session
            .update(Arc::clone(source), change, &recorder, &settings);
        let asked = recorder.asked();
        match (way, kept.session.checked()) {
            (Way::Whole, Some(checked)) => {
                kept.asked = asked;
                self.keep(CheckedFile {
                    path: path.to_owned(),
                    version,
                    source: Arc::clone(source),
                    spelling: checked.parsed.spelling,
                    index: LineIndex::new(Arc::clone(&source.text)),
                    checked: Arc::clone(checked),
                    asked: kept.asked.clone(),
                    names: OnceLock::new(),
                });
            }
            _ => kept.asked.extend(asked),
        }
        let diagnostics = Arc::clone(kept.session.diagnostics());
        locked(&self.found().sessions).insert(path.to_owned(), kept);
        Findings {
            version,
            source: Arc::clone(source),
            diagnostics,
        }
    }
}

fn of(file: &CheckedFile) -> Findings {
    Findings {
        version: file.version,
        source: Arc::clone(&file.source),
        diagnostics: Arc::new(file.checked.diagnostics.clone()),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use wfc_syntax::span::Span;

    use crate::answer::TextEdit;
    use crate::cancel::Cancel;
    use crate::files::NoDisk;
    use crate::host::Host;

    #[test]
    fn findings_after_each_edit_are_those_of_a_whole_check() {
        const FILE: &str = "long.wf.yaml";
        let mut text = "inputs: { limit: int }\nsteps:\n".to_owned();
        for n in 0..900 {
            text += &format!("  - {{ id: s{n}, type: bash, command: \"ls {{{{ limit }}}}\" }}\n");
        }
        let at = u32::try_from(text.find("  - { id: s400").unwrap()).unwrap();
        let mut host = Host::new(Arc::new(NoDisk));
        host.open(FILE, text, 0);
        let cancel = Cancel::default();
        let first = host.snapshot().findings(FILE, &cancel).unwrap().unwrap();
        assert!(first.diagnostics.is_empty());
        let mut said = 0;
        let step = "  - { type: bash, command: \"echo {{ limit }}\" }\n";
        for (version, (from, typed)) in (1..).zip([(0, step), (37, "x"), (38, "y")]) {
            let edit = TextEdit {
                span: Span::at(at + from),
                text: typed.to_owned(),
            };
            host.change(FILE, &[edit], version);
            let found = host.snapshot().findings(FILE, &cancel).unwrap().unwrap();
            assert_eq!(found.version, Some(version));
            let whole = host.snapshot().checked(FILE, &cancel).unwrap().unwrap();
            assert_eq!(*found.diagnostics, whole.checked.diagnostics, "{version}");
            said = found.diagnostics.len();
        }
        assert!(said > 0, "`limixyt` is no name");
    }
}
