//! Changes that are offered at a place: fixes of findings, all safe fixes at once, and rewrites of steps and files.

mod allow;
mod approval;
mod extract;
mod extract_value;
mod file;
mod inline;
mod selected;
mod template;
mod values;
mod wrap;

use wfc_syntax::code::Severity;
use wfc_syntax::diagnostic::Applicability;
use wfc_syntax::span::Span;
use wfc_syntax::tree::Spelling;

use crate::answer::{FileEdits, FileOperation, TextEdit, WorkspaceEdit};
use crate::cancel::{Cancel, Cancelled};
use crate::check::CheckedFile;
use crate::findings::Findings;
use crate::snapshot::Snapshot;

/// What an action is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ActionKind {
    /// Mends a finding, or allows it.
    QuickFix,
    /// Mends all that can be mended safely.
    FixAll,
    /// Moves a part into a file, or under a name, of its own.
    Extract,
    /// Writes what has a name where it is read.
    Inline,
    /// Writes a part in another way.
    Rewrite,
    /// Is about the whole file.
    Source,
}

/// A change that is offered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeAction {
    /// What it does, as an imperative.
    pub title: String,
    /// What it is.
    pub kind: ActionKind,
    /// Whether it is the likeliest of those for its finding.
    pub preferred: bool,
    /// The finding that it is about, by its place among the file's diagnostics.
    pub finding: Option<usize>,
    /// What changes, or what [`resolve`] finds it out by.
    pub change: Change,
}

/// What an action changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// This.
    Edit(WorkspaceEdit),
    /// To be found out when the action is taken, since that takes long.
    Later(Later),
}

/// A change that is found out when it is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Later {
    /// All safe fixes.
    FixAll,
    /// A file beside this one in another spelling.
    Convert(Spelling),
}

impl Later {
    /// The word by which a protocol can name it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::FixAll => "fix-all",
            Self::Convert(Spelling::Yaml) => "convert-yaml",
            Self::Convert(Spelling::Json) => "convert-json",
            Self::Convert(Spelling::Text) => "convert-text",
        }
    }

    /// What a word names.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        let spellings = [Spelling::Yaml, Spelling::Json, Spelling::Text];
        let all = [Self::FixAll]
            .into_iter()
            .chain(spellings.map(Self::Convert));
        all.into_iter().find(|later| later.word() == word)
    }
}

/// What may be done in a range of a file: fixes of the findings that it touches, and rewrites of the steps in it.
///
/// # Errors
/// When the question was taken back.
pub fn code_actions(
    snapshot: &Snapshot,
    path: &str,
    range: Span,
    cancel: &Cancel,
) -> Result<Vec<CodeAction>, Cancelled> {
    if let Some(found) = snapshot.test_findings(path, cancel)? {
        return Ok(of_tests(path, range, &found));
    }
    let Some(file) = snapshot.checked(path, cancel)? else {
        return Ok(Vec::new());
    };
    let cx = Cx {
        snapshot,
        file: &file,
        range,
    };
    let mut out = Vec::new();
    cx.fixes(&mut out);
    cx.allow(&mut out);
    cancel.check()?;
    if let Some(selected) = cx.selected() {
        let before = out.len();
        cx.approval(&selected, &mut out);
        cx.wrap(&selected, &mut out);
        cx.extract(&selected, &mut out);
        let rewrites = out.split_off(before);
        for action in rewrites {
            // What breaks the workflow elsewhere is not offered.
            let sound = match &action.change {
                Change::Edit(edit) => cx.is_sound(edit, cancel)?,
                Change::Later(_) => true,
            };
            if sound {
                out.push(action);
            }
        }
    }
    cx.as_template(&mut out, cancel)?;
    cx.extract_value(&mut out, cancel)?;
    cx.inline(&mut out, cancel)?;
    cx.whole_file(&mut out);
    Ok(out)
}

/// What a change that was put off comes to; nothing when there is nothing to change, or the file cannot be written so.
///
/// # Errors
/// When the question was taken back.
pub fn resolve(
    snapshot: &Snapshot,
    path: &str,
    later: Later,
    cancel: &Cancel,
) -> Result<Option<WorkspaceEdit>, Cancelled> {
    let Some(file) = snapshot.checked(path, cancel)? else {
        return Ok(None);
    };
    let cx = Cx {
        snapshot,
        file: &file,
        range: Span::default(),
    };
    Ok(match later {
        Later::FixAll => cx.fix_all(cancel)?,
        Later::Convert(to) => cx.converted(to),
    })
}

/// The fixes of a file of tests.
fn of_tests(path: &str, range: Span, found: &Findings) -> Vec<CodeAction> {
    let mut out = Vec::new();
    for (at, finding) in found.diagnostics.iter().enumerate() {
        for (n, fix) in finding.fixes.iter().enumerate() {
            if !range.overlaps(finding.span) {
                continue;
            }
            let mut edits: Vec<TextEdit> = fix
                .edits
                .iter()
                .map(|e| TextEdit::new(e.span, e.text.as_str()))
                .collect();
            edits.sort_by_key(|e| e.span);
            out.push(CodeAction {
                title: fix.title.clone(),
                kind: ActionKind::QuickFix,
                preferred: n == 0 && fix.applicability == Applicability::Safe,
                finding: Some(at),
                change: Change::Edit(WorkspaceEdit {
                    files: Vec::new(),
                    edits: vec![FileEdits {
                        file: path.to_owned(),
                        version: found.version,
                        edits,
                    }],
                }),
            });
        }
    }
    out
}

/// A file and a range in it.
struct Cx<'a> {
    snapshot: &'a Snapshot,
    file: &'a CheckedFile,
    range: Span,
}

impl Cx<'_> {
    /// An edit of this file.
    fn edit(&self, mut edits: Vec<TextEdit>) -> WorkspaceEdit {
        edits.sort_by_key(|e| e.span);
        for edit in &mut edits {
            edit.text = self.broken(&edit.text);
        }
        WorkspaceEdit {
            files: Vec::new(),
            edits: vec![FileEdits {
                file: self.file.path.clone(),
                version: self.file.version,
                edits,
            }],
        }
    }

    /// Whether a change leaves this file, and those that it makes, without an error that was not there.
    fn is_sound(&self, edit: &WorkspaceEdit, cancel: &Cancel) -> Result<bool, Cancelled> {
        let mut texts: Vec<(String, String)> = Vec::new();
        for operation in &edit.files {
            if let FileOperation::Create { path, text } = operation {
                texts.push((path.clone(), text.clone()));
            }
        }
        let own: Vec<wfc_syntax::diagnostic::Edit> = edit
            .edits
            .iter()
            .flat_map(|f| &f.edits)
            .map(|e| wfc_syntax::diagnostic::Edit {
                span: e.span,
                text: e.text.clone(),
            })
            .collect();
        let Some(text) = wfc_syntax::fix::splice(self.file.text(), &own) else {
            return Ok(false);
        };
        texts.push((self.file.path.clone(), text));
        let after = self.snapshot.with_texts(&texts);
        let errors = |file: &CheckedFile| {
            let all = file.checked.diagnostics.iter();
            all.filter(|d| d.severity == Severity::Error).count()
        };
        let mut left = errors(self.file);
        for (path, _) in texts.iter().rev() {
            let found = after.checked(path, cancel)?.map_or(0, |f| errors(&f));
            if found > left {
                return Ok(false);
            }
            // The ones that were there are this file's.
            left = 0;
        }
        Ok(true)
    }

    /// A text with the line breaks that the file uses.
    fn broken(&self, text: &str) -> String {
        let plain = text.replace("\r\n", "\n");
        if self.file.text().contains("\r\n") {
            plain.replace('\n', "\r\n")
        } else {
            plain
        }
    }

    fn fixes(&self, out: &mut Vec<CodeAction>) {
        for (at, finding) in self.file.checked.diagnostics.iter().enumerate() {
            if !self.range.overlaps(finding.span) {
                continue;
            }
            for (n, fix) in finding.fixes.iter().enumerate() {
                let edits = fix.edits.iter();
                let edits = edits.map(|e| TextEdit::new(e.span, e.text.as_str()));
                out.push(CodeAction {
                    title: fix.title.clone(),
                    kind: ActionKind::QuickFix,
                    preferred: n == 0 && fix.applicability == Applicability::Safe,
                    finding: Some(at),
                    change: Change::Edit(self.edit(edits.collect())),
                });
            }
        }
    }
}
