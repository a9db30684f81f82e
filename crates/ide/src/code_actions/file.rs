//! What is about a whole file: all safe fixes, another spelling.

use wfc_syntax::diagnostic::Applicability;
use wfc_syntax::fix::mend;
use wfc_syntax::source::Source;
use wfc_syntax::tree::Spelling;

use super::{ActionKind, Change, CodeAction, Cx, Later};
use crate::answer::{FileOperation, WorkspaceEdit};
use crate::cancel::{Cancel, Cancelled};
use crate::formatting::between;
use crate::paths;
use crate::world::Recorder;

/// Each spelling with its ending and how people call it.
const SPELLINGS: [(Spelling, &str, &str); 3] = [
    (Spelling::Text, ".wf", "the text form"),
    (Spelling::Yaml, ".wf.yaml", "YAML"),
    (Spelling::Json, ".wf.json", "JSON"),
];

impl Cx<'_> {
    pub(super) fn whole_file(&self, out: &mut Vec<CodeAction>) {
        let safe = |d: &wfc_syntax::diagnostic::Diagnostic| {
            d.fixes
                .iter()
                .any(|f| f.applicability == Applicability::Safe)
        };
        if self.file.checked.diagnostics.iter().any(safe) {
            out.push(CodeAction {
                title: "apply all safe fixes".to_owned(),
                kind: ActionKind::FixAll,
                preferred: false,
                finding: None,
                change: Change::Later(Later::FixAll),
            });
        }
        let errors = self.file.checked.parsed.diagnostics.iter();
        if errors
            .into_iter()
            .any(|d| d.severity == wfc_syntax::code::Severity::Error)
        {
            return;
        }
        for (spelling, ending, name) in SPELLINGS {
            let Some(path) = self.path_in(ending) else {
                continue;
            };
            if spelling != self.file.spelling && self.snapshot.source(&path).is_none() {
                out.push(CodeAction {
                    title: format!("write as {name}: {}", paths::name_of(&path)),
                    kind: ActionKind::Source,
                    preferred: false,
                    finding: None,
                    change: Change::Later(Later::Convert(spelling)),
                });
            }
        }
    }

    /// The path of the file with another ending.
    fn path_in(&self, ending: &str) -> Option<String> {
        Some(format!("{}{ending}", self.stem()?))
    }

    /// The path without the ending.
    pub(super) fn stem(&self) -> Option<&str> {
        let endings = [".wf.yaml", ".wf.yml", ".wf.json", ".wf"];
        endings.iter().find_map(|e| self.file.path.strip_suffix(e))
    }

    pub(super) fn fix_all(&self, cancel: &Cancel) -> Result<Option<WorkspaceEdit>, Cancelled> {
        let unwanted = || cancel.is_cancelled();
        let world = Recorder::giving_up(self.snapshot, &unwanted);
        let settings = world.settings(&self.file.path);
        let check = |text: &str| {
            if cancel.is_cancelled() {
                // Nothing is found any more, so the rounds end.
                return Vec::new();
            }
            let source = Source::new(self.file.path.as_str(), text);
            wfc_compiler::check(&source, self.file.spelling, &world, &settings).diagnostics
        };
        let mended = mend(self.file.text(), Applicability::Safe, check);
        cancel.check()?;
        let edits = between(self.file.text(), &mended.text);
        Ok((!edits.is_empty()).then(|| self.edit(edits)))
    }

    pub(super) fn converted(&self, to: Spelling) -> Option<WorkspaceEdit> {
        let (_, ending, _) = SPELLINGS.into_iter().find(|(s, ..)| *s == to)?;
        let text = wfc_format::convert(&self.file.checked.parsed, &self.file.source, to).ok()?;
        Some(WorkspaceEdit {
            files: vec![FileOperation::Create {
                path: self.path_in(ending)?,
                text,
            }],
            edits: Vec::new(),
        })
    }
}
