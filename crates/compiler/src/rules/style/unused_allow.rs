//! Something is allowed that does not occur.

use wfc_syntax::code::{Code, Example, Severity};
use wfc_syntax::diagnostic::{Applicability, Diagnostic, Edit, Fix};
use wfc_syntax::edit::Editor;
use wfc_syntax::span::Span;
use wfc_syntax::tree::NodeKind;

use crate::allow::{Allowed, Item, Written};
use crate::rules::RuleContext;

/// Something is allowed that does not occur.
pub static CODE: Code = Code {
    id: "WF0730",
    name: "unused-allow",
    severity: Severity::Warning,
    summary: "an `allow` for a finding that is not there",
    why: "It would hide the finding when it comes back, for a reason that nobody thought of then. Errors of syntax, shape, names and types cannot be allowed at all: without a meaning a workflow does not run.",
    bad: Example::yaml(
        "steps:\n  - type: bash\n    command: ls\n    allow: [ { code: approval-without-timeout, reason: somebody always answers } ]\n",
    ),
    good: Example::yaml(
        "steps:\n  - type: approval\n    prompt: Go on?\n    allow: [ { code: approval-without-timeout, reason: somebody always answers } ]\n",
    ),
};

/// Reports what is allowed for nothing. `codes` are all that there are, `faulty` says that the file has errors: then
/// rules may have been silent, and only what cannot be allowed at all is certain.
pub(crate) fn run(
    cx: &RuleContext<'_>,
    allowed: &Allowed,
    codes: &[&'static Code],
    faulty: bool,
    out: &mut Vec<Diagnostic>,
) {
    for item in &allowed.items {
        let known = codes
            .iter()
            .find(|c| item.code == c.id || item.code == c.name);
        let Some(code) = known.filter(|c| **c != &CODE) else {
            continue;
        };
        // One place is several items where a YAML alias repeats it.
        let used = allowed
            .items
            .iter()
            .any(|i| i.at == item.at && i.used.get());
        if used || out.iter().any(|d| d.span == item.at && d.code == &CODE) {
            continue;
        }
        let text = &item.code;
        if item.barred.get() {
            let message = format!("`{text}` is an error and cannot be allowed");
            let help = format!(
                "mend what {} reports; without that the workflow does not run",
                code.id
            );
            out.push(Diagnostic::new(&CODE, item.at, message).help(help));
        } else if !faulty {
            let message = format!("`{text}` is allowed, but nothing here gets it");
            let mut found = Diagnostic::new(&CODE, item.at, message)
                .help("remove it, so that the finding is seen when it comes back");
            if let Some(edit) = removal(cx, item) {
                found = found.fix(Fix {
                    title: format!("remove the `allow` of `{text}`"),
                    applicability: Applicability::Safe,
                    edits: vec![edit],
                });
            }
            out.push(found);
        }
    }
}

/// Takes the item away: from its list, with the list when it is the only one, or the whole comment.
pub(super) fn removal(cx: &RuleContext<'_>, item: &Item) -> Option<Edit> {
    let editor = Editor::new(cx.tree, cx.text);
    match item.written {
        Written::Field(map) => {
            let list = cx.tree.field(map, "allow")?;
            let NodeKind::Seq(items) = cx.tree.kind(list) else {
                return None;
            };
            if items.len() == 1 {
                return editor.remove_field(map, "allow");
            }
            let at = *items.iter().find(|i| cx.tree.span(**i).contains(item.at))?;
            editor.remove_item(list, at)
        }
        Written::Comment { alone: false, .. } => None,
        Written::Comment { span, own_line, .. } => {
            let before = cx.text.get(..span.start as usize)?;
            let kept = before.trim_end_matches([' ', '\t']).len();
            let mut end = span.end as usize;
            if own_line {
                let rest = cx.text.get(end..)?;
                if rest.starts_with("\r\n") {
                    end += 2;
                } else if rest.starts_with('\n') {
                    end += 1;
                }
            }
            Some(Edit {
                span: Span::of(kept, end),
                text: String::new(),
            })
        }
    }
}
