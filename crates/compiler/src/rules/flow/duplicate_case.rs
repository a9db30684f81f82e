//! A value that two cases of a switch name.

use std::collections::HashMap;

use wfc_syntax::ast::StepKind;
use wfc_syntax::code::{Code, Example, Severity};
use wfc_syntax::diagnostic::Diagnostic;
use wfc_syntax::span::Span;
use wfc_value::ty::Literal;
use wfc_value::{Value, json};

use crate::analysis::constant::constant;
use crate::rules::RuleContext;

/// A value that two cases name.
pub static CODE: Code = Code {
    id: "WF0404",
    name: "duplicate-case",
    severity: Severity::Error,
    summary: "a value that a case before this one takes already",
    why: "The first case that names the value runs, so the second one never does. Most likely another value was meant.",
    bad: Example::json(
        "{ \"inputs\": { \"region\": \"string\" },\n  \"steps\": [{ \"type\": \"switch\", \"on\": \"region\", \"cases\": [\n    { \"case\": [\"eu\", \"us\"], \"steps\": [{ \"type\": \"bash\", \"command\": \"./near.sh\" }] },\n    { \"case\": \"us\", \"steps\": [{ \"type\": \"bash\", \"command\": \"./far.sh\" }] }] }] }\n",
    ),
    good: Example::json(
        "{ \"inputs\": { \"region\": \"string\" },\n  \"steps\": [{ \"type\": \"switch\", \"on\": \"region\", \"cases\": [\n    { \"case\": [\"eu\", \"us\"], \"steps\": [{ \"type\": \"bash\", \"command\": \"./near.sh\" }] },\n    { \"case\": \"ap\", \"steps\": [{ \"type\": \"bash\", \"command\": \"./far.sh\" }] }] }] }\n",
    ),
};

/// Reports the second case of a value.
pub fn run(cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
    for step in cx.steps() {
        let StepKind::Switch { cases, .. } = &step.kind else {
            continue;
        };
        let mut first: HashMap<Option<Literal>, Span> = HashMap::new();
        for id in cases.iter().flat_map(|c| &c.values) {
            let span = cx.ast.exprs.span(*id);
            let Some(value) = constant(&cx.ast.exprs, *id) else {
                continue;
            };
            let key = match &value {
                Value::Null => None,
                other => match Literal::of(other) {
                    Some(literal) => Some(literal),
                    None => continue,
                },
            };
            match first.get(&key) {
                Some(at) => {
                    let message = format!("`{}` has a case already", json::format(&value));
                    let report = Diagnostic::new(&CODE, span, message)
                        .label(*at, "this case takes it")
                        .help("remove the value here, or name the one that is meant");
                    out.push(report);
                }
                None => {
                    first.insert(key, span);
                }
            }
        }
    }
}
