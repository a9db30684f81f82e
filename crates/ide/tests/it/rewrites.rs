//! Rewrites of the steps of all valid workflows: what comes out has no error.

use wfc_ide::Cancel;
use wfc_ide::answer::FileOperation;
use wfc_ide::code_actions::{ActionKind, Change, code_actions};
use wfc_syntax::code::Severity;
use wfc_syntax::span::Span;

use crate::code_actions::apply;
use crate::support::{files_of, host};

/// Every how many-th step is looked at, so that the test stays short.
const EVERY: usize = 3;

#[test]
fn rewritten_workflows_have_no_errors() {
    let (mut wrong, mut taken, mut extracted) = (Vec::new(), 0, 0);
    for name in ["examples", "tests/suite/valid"] {
        let files = files_of(name);
        let known: Vec<(&str, &str)> = files
            .iter()
            .map(|(p, t)| (p.as_str(), t.as_str()))
            .collect();
        let endings = [".wf", ".wf.yaml", ".wf.json"];
        for (path, _) in files
            .iter()
            .filter(|(p, _)| endings.iter().any(|e| p.ends_with(e)))
        {
            let (first, _) = host(&known);
            let file = first
                .snapshot()
                .checked(path, &Cancel::new())
                .unwrap()
                .unwrap();
            for step in file.ast().steps.iter().step_by(EVERY) {
                let range = Span::at(step.head.start);
                let all = code_actions(&first.snapshot(), path, range, &Cancel::new()).unwrap();
                for action in all {
                    let Change::Edit(edit) = &action.change else {
                        continue;
                    };
                    if action.kind == ActionKind::QuickFix {
                        continue;
                    }
                    taken += 1;
                    extracted += usize::from(action.kind == ActionKind::Extract);
                    let (mut again, _) = host(&known);
                    apply(&mut again, edit);
                    let made = edit.files.iter().filter_map(|f| match f {
                        FileOperation::Create { path, .. } => Some(path.as_str()),
                        _ => None,
                    });
                    for changed in made.chain([path.as_str()]) {
                        let file = again
                            .snapshot()
                            .checked(changed, &Cancel::new())
                            .unwrap()
                            .unwrap();
                        for d in &file.checked.diagnostics {
                            if d.severity == Severity::Error {
                                let line = file.text()[..d.span.start as usize].lines().count();
                                wrong.push(format!(
                                    "{path} at {}: {}: {changed}:{line}: {}",
                                    step.head.start, action.title, d.message
                                ));
                            }
                        }
                    }
                }
            }
        }
    }
    assert!(taken > 100 && extracted > 20, "{taken}, {extracted}");
    assert!(
        wrong.is_empty(),
        "{} of {taken}:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}
