//! A text that is the path of a value: its braces were forgotten.

use std::cell::OnceCell;
use std::collections::{HashMap, HashSet};

use wfc_syntax::ast::StepKind;
use wfc_syntax::code::{Code, Example, Severity};
use wfc_syntax::diagnostic::{Applicability, Diagnostic};
use wfc_syntax::expr::ExprKind;
use wfc_syntax::span::Span;
use wfc_syntax::tree::{NodeId, NodeKind, Spelling};
use wfc_value::ty::Type;

use crate::analysis::is_name;
use crate::rules::{RuleContext, edit};

/// A text that is the path of a value.
pub static CODE: Code = Code {
    id: "WF0722",
    name: "path-as-text",
    severity: Severity::Warning,
    summary: "a text in YAML or JSON that is the path of a value in scope",
    why: "In a field that holds a value a text is a text: `review.summary` is these fourteen characters. In braces, `{{ review.summary }}`, it \
          is what the path holds.",
    bad: Example::yaml(
        "steps:\n  - { id: review, type: agent, goal: Sum up the day, returns: { summary: string } }\nreturn: review.summary\n",
    ),
    good: Example::yaml(
        "steps:\n  - { id: review, type: agent, goal: Sum up the day, returns: { summary: string } }\nreturn: \"{{ review.summary }}\"\n",
    ),
};

/// Reports such texts. In the text form a value is an expression, so that quotes are meant.
pub fn run(cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
    if cx.tree.spelling == Spelling::Text {
        return;
    }
    let (names, values) = (OnceCell::new(), OnceCell::new());
    for id in cx.expr_ids() {
        let ExprKind::String(text) = cx.ast.exprs.kind(id) else {
            continue;
        };
        // Where something else than text is declared, the mismatch says it.
        let fits = |ty: &Type| matches!(ty.without_null(), Type::String | Type::Dyn);
        let Some((first, rest)) = path(text) else {
            continue;
        };
        let names = names.get_or_init(|| names_of(cx));
        let known = names.get(first).into_iter().flatten();
        if !known.into_iter().any(|ty| has(cx, ty, rest))
            || !cx.analysis.expected.get(&id).is_none_or(fits)
        {
            continue;
        }
        let span = cx.ast.exprs.span(id);
        let wide = Span::new(span.start.saturating_sub(1), span.end + 1);
        let values = values.get_or_init(|| values_of(cx));
        let Some(place) = [span, wide].into_iter().find(|s| values.contains(s)) else {
            continue;
        };
        let good = format!("{{{{ {text} }}}}");
        out.push(
            Diagnostic::new(
                &CODE,
                span,
                format!("this is the text `{text}`, not what the path holds"),
            )
            .help(format!("write `{good}`"))
            .replace(
                Applicability::Suggested,
                format!("write `{good}`"),
                place,
                edit::editor(cx).string(&good),
            ),
        );
    }
}

/// A name and the names behind its first point, when a text is no more than that.
fn path(text: &str) -> Option<(&str, &str)> {
    let (first, rest) = text.split_once('.')?;
    (is_name(first) && rest.split('.').all(is_name)).then_some((first, rest))
}

/// What each name of the file holds. Look-ups only.
fn names_of<'a>(cx: &RuleContext<'a>) -> HashMap<&'a str, Vec<&'a Type>> {
    let mut names: HashMap<&str, Vec<&Type>> = HashMap::new();
    for binding in &cx.analysis.bindings {
        names
            .entry(&binding.name.text)
            .or_default()
            .push(&binding.ty);
    }
    names
}

/// Whether a value has the fields of a path.
fn has(cx: &RuleContext<'_>, ty: &Type, fields: &str) -> bool {
    let table = &cx.analysis.type_table;
    let mut ty = table.resolve(&ty.without_null());
    fields.split('.').all(|name| {
        let field = match &ty {
            Type::Record(record) => record.field(name).map(|f| f.ty.without_null()),
            _ => None,
        };
        let known = field.is_some();
        ty = field.map_or(Type::Error, |field| table.resolve(&field));
        known
    })
}

/// Where single values stand that may be expressions: not in declarations and types, and no case of a switch.
fn values_of(cx: &RuleContext<'_>) -> HashSet<Span> {
    let ids = (0..cx.tree.len()).filter_map(|i| u32::try_from(i).ok().map(NodeId));
    let mut types: Vec<Span> = Vec::new();
    let mut scalars = HashSet::new();
    for id in ids {
        match cx.tree.kind(id) {
            NodeKind::Scalar(_) => {
                scalars.insert(cx.tree.span(id));
            }
            NodeKind::Map(entries) => {
                let root = cx.tree.root == Some(id);
                let declares = |key: &str| {
                    key == "returns" || root && matches!(key, "inputs" | "types" | "env")
                };
                let declared = entries.iter().filter(|e| declares(&e.key));
                types.extend(declared.map(|e| cx.tree.span(e.value)));
            }
            _ => {}
        }
    }
    scalars.retain(|span| !types.iter().any(|ty| ty.contains(*span)));
    for step in &cx.ast.steps {
        if let StepKind::Switch { cases, .. } = &step.kind {
            for value in cases.iter().flat_map(|case| &case.values) {
                scalars.remove(&cx.ast.exprs.span(*value));
            }
        }
    }
    scalars
}
