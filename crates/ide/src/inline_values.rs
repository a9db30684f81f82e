//! Values of the last run at the places of the names that held them. The caller gives the values; nothing is run here.

use std::collections::{BTreeMap, BTreeSet};

use wfc_syntax::span::Span;

use crate::cancel::{Cancel, Cancelled};
use crate::check::CheckedFile;
use crate::names::Symbol;
use crate::snapshot::Snapshot;

/// What a run held, by names as the file writes them.
#[derive(Clone, Debug, Default)]
pub struct RunValues {
    /// Values of inputs.
    pub inputs: BTreeMap<String, String>,
    /// Outputs of steps, by id (or by `outputVariable`).
    pub steps: BTreeMap<String, String>,
    /// How steps ended, by id: `succeeded`, `failed`, ... Shown where there is no output.
    pub statuses: BTreeMap<String, String>,
    /// Values of variables.
    pub variables: BTreeMap<String, String>,
}

/// A value at a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InlineValue {
    /// The name.
    pub span: Span,
    /// What is shown: `name = value`.
    pub text: String,
}

/// Characters of a value that are shown.
const MAX_VALUE: usize = 60;

/// The values at the names of a part of a file, one a line for each name, in the order of their places.
///
/// # Errors
/// When the question was taken back.
pub fn inline_values(
    snapshot: &Snapshot,
    path: &str,
    range: Span,
    run: &RunValues,
    cancel: &Cancel,
) -> Result<Vec<InlineValue>, Cancelled> {
    let Some(file) = snapshot.checked(path, cancel)? else {
        return Ok(Vec::new());
    };
    let mut seen = BTreeSet::new();
    let mut out = Vec::new();
    for name in file.names().all() {
        if !range.overlaps(name.span) {
            continue;
        }
        let Some((shown, value)) = value_of(&file, &name.symbol, run) else {
            continue;
        };
        let encoding = wfc_syntax::line_index::Encoding::Utf8;
        let line = file.index.position(name.span.start, encoding).line;
        if seen.insert((line, shown.clone())) {
            out.push(InlineValue {
                span: name.span,
                text: format!("{shown} = {}", cut(value)),
            });
        }
    }
    Ok(out)
}

fn value_of<'r>(
    file: &CheckedFile,
    symbol: &Symbol,
    run: &'r RunValues,
) -> Option<(String, &'r str)> {
    let (name, value) = match symbol {
        Symbol::Input(at) => {
            let name = &file.ast().workflow.inputs.get(*at as usize)?.name.text;
            (name, run.inputs.get(&**name)?)
        }
        Symbol::Step(id) => {
            let step = file.ast().steps.get(id.0 as usize)?;
            let name = &step.id.as_ref().or(step.output.as_ref())?.text;
            let value = run.steps.get(&**name).or_else(|| run.statuses.get(&**name));
            (name, value?)
        }
        Symbol::Binding(id) => {
            let name = &file.analysis().bindings.get(id.0 as usize)?.name.text;
            let value = run
                .variables
                .get(&**name)
                .or_else(|| run.steps.get(&**name));
            (name, value?)
        }
        _ => return None,
    };
    Some((name.to_string(), value))
}

/// A value on one line, cut where nobody reads on.
fn cut(value: &str) -> String {
    let line: String = value.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(MAX_VALUE) {
        Some((end, _)) => format!("{}...", line.get(..end).unwrap_or_default()),
        None => line,
    }
}
