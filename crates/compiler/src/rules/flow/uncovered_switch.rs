//! A switch over a closed set of values that leaves some of them out.

use wfc_syntax::ast::{Case, Step, StepKind};
use wfc_syntax::code::{Code, Example, Severity};
use wfc_syntax::diagnostic::{Applicability, Diagnostic, Edit, Fix};
use wfc_syntax::expr::ExprId;
use wfc_syntax::span::Span;
use wfc_syntax::tree::Spelling;
use wfc_value::Value;
use wfc_value::json;
use wfc_value::ty::{Literal, Type};

use crate::analysis::constant::constant;
use crate::rules::{RuleContext, edit};

/// A switch that leaves values out.
pub static CODE: Code = Code {
    id: "WF0403",
    name: "uncovered-switch",
    severity: Severity::Error,
    summary: "a `switch` without `default` that leaves out values which its subject can have",
    why: "A literal union is a closed list of words, and a bool has two values, so the checker can tell that some of them lead nowhere. \
          When a word is added to the type, every `switch` that has to know of it is found.",
    bad: Example::wf(
        "workflow w {\n  input plan: \"free\" | \"team\" | \"enterprise\"\n  switch plan {\n    case \"free\" { bash \"./free.sh\" }\n    case \"team\" { bash \"./team.sh\" }\n  }\n}\n",
    ),
    good: Example::wf(
        "workflow w {\n  input plan: \"free\" | \"team\" | \"enterprise\"\n  switch plan {\n    case \"free\" { bash \"./free.sh\" }\n    case \"team\" { bash \"./team.sh\" }\n    case \"enterprise\" { approval \"Sign?\" { timeout: 7d } }\n  }\n}\n",
    ),
};

/// Values shown at most.
const MAX_SHOWN: usize = 8;

/// Reports switches over literal unions, bools and null that neither name all values nor have a default.
pub fn run(cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
    for step in cx.steps() {
        if let StepKind::Switch {
            on,
            cases,
            default: None,
        } = &step.kind
            && let Some(missing) = missing(cx, *on, cases)
            && !missing.is_empty()
        {
            out.push(report(cx, step, *on, cases, &missing));
        }
    }
}

/// Whether the cases take every value that the subject can have.
pub(crate) fn is_covered(cx: &RuleContext<'_>, on: ExprId, cases: &[Case]) -> bool {
    missing(cx, on, cases).is_some_and(|open| open.is_empty())
}

/// The values without a case, as they are written; nothing when they cannot be counted.
fn missing(cx: &RuleContext<'_>, on: ExprId, cases: &[Case]) -> Option<Vec<String>> {
    let ty = cx.analysis.types.get(on.index())?;
    let mut wanted: Vec<Option<Literal>> = Vec::new();
    closed(cx, ty, 0, &mut wanted)?;
    let mut taken = std::collections::HashSet::new();
    for id in cases.iter().flat_map(|c| &c.values) {
        taken.insert(match constant(&cx.ast.exprs, *id)? {
            Value::Null => None,
            value => Some(Literal::of(&value)?),
        });
    }
    let open = wanted.into_iter().filter(|l| !taken.contains(l));
    Some(
        open.map(|l| l.map_or_else(|| "null".to_owned(), |l| json::format(&l.to_value())))
            .collect(),
    )
}

/// The values of a type that has a countable number of them; `None` stands for null.
fn closed(
    cx: &RuleContext<'_>,
    ty: &Type,
    depth: u32,
    out: &mut Vec<Option<Literal>>,
) -> Option<()> {
    /// Named unions of named unions; deeper ones are cyclic.
    const MAX_NESTING: u32 = 16;
    for member in ty.members() {
        match member {
            Type::Literal(l) => out.push(Some(l.clone())),
            Type::Bool => out.extend([true, false].map(|b| Some(Literal::Bool(b)))),
            Type::Null => out.push(None),
            Type::Named(_) if depth < MAX_NESTING => {
                let resolved = cx.analysis.type_table.resolve(member);
                closed(cx, &resolved, depth + 1, out)?;
            }
            _ => return None,
        }
    }
    Some(())
}

fn report(
    cx: &RuleContext<'_>,
    step: &Step,
    on: ExprId,
    cases: &[Case],
    missing: &[String],
) -> Diagnostic {
    let shown: Vec<String> = missing
        .iter()
        .take(MAX_SHOWN)
        .map(|m| format!("`{m}`"))
        .collect();
    let list = match shown.split_last() {
        Some((last, init)) if !init.is_empty() && missing.len() <= MAX_SHOWN => {
            format!("{} or {last}", init.join(", "))
        }
        _ => shown.join(", "),
    };
    let more = missing.len().saturating_sub(MAX_SHOWN);
    let more = if more > 0 {
        format!(" and {more} more")
    } else {
        String::new()
    };
    let report = Diagnostic::new(
        &CODE,
        cx.ast.exprs.span(on),
        format!("no case takes {list}{more}"),
    )
    .lacks(missing)
    .help("add a case for each, or a `default` for all the others");
    match default_edit(cx, step, cases) {
        Some(edit) => report.fix(Fix {
            title: "add a `default` that fails".to_owned(),
            applicability: Applicability::Suggested,
            edits: vec![edit],
        }),
        None => report,
    }
}

fn default_edit(cx: &RuleContext<'_>, step: &Step, cases: &[Case]) -> Option<Edit> {
    let value = match cx.tree.spelling {
        Spelling::Text => {
            let last = cases.last()?;
            let indent = " ".repeat(edit::column(cx, last.span.start));
            let line = edit::editor(cx).line_break();
            let text = format!("{line}{indent}default {{ fail \"no case takes this value\" }}");
            return Some(Edit {
                span: Span::at(last.span.end.max(last.body.span.end)),
                text,
            });
        }
        Spelling::Yaml => "[{ type: fail, message: no case takes this value }]",
        Spelling::Json => "[{ \"type\": \"fail\", \"message\": \"no case takes this value\" }]",
    };
    edit::add_field(cx, step.node, "on", ("default", value), false)
}
