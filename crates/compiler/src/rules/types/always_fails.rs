//! Expressions that fail whenever they are evaluated.

use wfc_syntax::code::{Code, Example, Severity};
use wfc_syntax::diagnostic::Diagnostic;
use wfc_syntax::expr::{BinaryOp, Entry, ExprId, ExprKind, Exprs, Item};
use wfc_value::funcs::check_regex;
use wfc_value::{Type, Value};

use crate::analysis::constant::constant;
use crate::emit::failures;
use crate::rules::RuleContext;

/// Expressions that fail whenever they are evaluated.
pub static CODE: Code = Code {
    id: "WF0330",
    name: "always-fails",
    severity: Severity::Error,
    summary: "an expression that fails whenever it is evaluated",
    why: "Its operands are written out, so what comes of them is known beforehand: a division by zero, an index that is not there, a regular expression, \
          time or number that cannot be read. The run would fail there each time.",
    bad: Example::wf(
        "workflow w {\n  input order: string\n  return order.matches(\"^A-[0-9+$\")\n}\n",
    ),
    good: Example::wf(
        "workflow w {\n  input order: string\n  return order.matches(\"^A-[0-9]+$\")\n}\n",
    ),
};

/// Functions that take a regular expression, with its place among the arguments of a member call.
const REGEX: [&str; 4] = ["matches", "extract", "extractAll", "replace"];

/// What is found while the parts of a file are looked at, one after the other.
#[derive(Debug, Default)]
pub(crate) struct Candidates {
    /// Of each expression so far: whether it has nothing but literals for leaves.
    constant: Vec<bool>,
    /// Expressions that have nothing but literals for leaves and may fail.
    whole: Vec<ExprId>,
    /// Those of which one operand may tell.
    partly: Vec<ExprId>,
}

/// Takes note of the expressions of a part that may fail always. Operands stand before what they are part of.
pub(crate) fn collect(cx: &RuleContext<'_>) {
    let exprs = &cx.ast.exprs;
    let mut found = cx.shared.may_fail.borrow_mut();
    for id in cx.expr_ids() {
        let kind = exprs.kind(id);
        let literal = is_literal(kind);
        let constant = literal || {
            let known = |child: ExprId| found.constant.get(child.index()).copied();
            has_operands(kind) && {
                let mut all = true;
                exprs.children(id, |child| all &= known(child).unwrap_or(false));
                all
            }
        };
        if constant && !literal && !is_plain(exprs, kind) {
            found.whole.push(id);
        } else if !constant && one_operand_decides(kind) {
            found.partly.push(id);
        }
        found.constant.push(constant);
    }
}

/// Reports such expressions, the innermost of each.
pub(crate) fn report_all(cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
    let exprs = &cx.ast.exprs;
    let Candidates { whole, partly, .. } = cx.shared.may_fail.take();
    if !whole.is_empty() {
        for (id, fault) in failures(exprs, &whole, cx.analysis) {
            out.push(report(cx, id, &fault.message));
        }
    }
    let faulty = |id: &ExprId| cx.analysis.types.get(id.index()) == Some(&Type::Error);
    for id in partly.into_iter().filter(|id| !faulty(id)) {
        if let Some(message) = of_one_operand(exprs, id) {
            out.push(report(cx, id, &message));
        }
    }
}

fn is_literal(kind: &ExprKind) -> bool {
    use ExprKind::{Bool, Bytes, Double, Duration, Int, Null, String, Uint};
    matches!(
        kind,
        Null | Bool(_) | Int(_) | Uint(_) | Double(_) | String(_) | Bytes(_) | Duration(_)
    )
}

/// Whether it is made of operands alone.
fn has_operands(kind: &ExprKind) -> bool {
    matches!(
        kind,
        ExprKind::Unary { .. }
            | ExprKind::Binary { .. }
            | ExprKind::Index { .. }
            | ExprKind::Call { .. }
            | ExprKind::List(_)
            | ExprKind::Map(_)
    )
}

/// Literals, and short lists and mappings of them, cannot fail.
fn is_plain(exprs: &Exprs, kind: &ExprKind) -> bool {
    const SHORT: usize = 16;
    match kind {
        ExprKind::List(items) => {
            let plain = |i: &Item| !i.optional && is_literal(exprs.kind(i.value));
            items.len() <= SHORT && items.iter().all(plain)
        }
        ExprKind::Map(entries) => {
            let text = |id| match exprs.kind(id) {
                ExprKind::String(text) => Some(text),
                _ => None,
            };
            let new = |place: usize, key: ExprId| {
                let mut before = entries.iter().take(place);
                text(key).is_some_and(|t| !before.any(|e| text(e.key) == Some(t)))
            };
            let plain = |(place, e): (usize, &Entry)| {
                !e.optional && new(place, e.key) && is_literal(exprs.kind(e.value))
            };
            entries.len() <= SHORT && entries.iter().enumerate().all(plain)
        }
        kind => is_literal(kind),
    }
}

/// Whether [`of_one_operand`] looks at expressions of the kind.
fn one_operand_decides(kind: &ExprKind) -> bool {
    match kind {
        ExprKind::Binary { op, .. } => matches!(op, BinaryOp::Div | BinaryOp::Mod),
        ExprKind::Index { optional, .. } => !optional,
        ExprKind::Call { name, .. } => REGEX.contains(&&*name.text),
        _ => false,
    }
}

/// Failures that one operand decides, whatever the others are.
fn of_one_operand(exprs: &Exprs, id: ExprId) -> Option<String> {
    match exprs.kind(id) {
        ExprKind::Binary {
            op: op @ (BinaryOp::Div | BinaryOp::Mod),
            right,
            ..
        } => {
            let zero = matches!(constant(exprs, *right)?, Value::Int(0) | Value::Uint(0));
            let word = if *op == BinaryOp::Div {
                "divide"
            } else {
                "modulus"
            };
            zero.then(|| format!("{word} by zero"))
        }
        ExprKind::Index {
            index,
            optional: false,
            ..
        } => {
            // `[-1]` is the last item elsewhere.
            let negative = matches!(constant(exprs, *index)?, Value::Int(..0));
            negative.then(|| "there is no item in front of the first".to_owned())
        }
        ExprKind::Call { name, args, .. } if REGEX.contains(&&*name.text) => {
            let place = usize::from(args.len() > 1);
            match constant(exprs, *args.get(place)?)? {
                Value::String(pattern) if is_regex_call(exprs, id) => {
                    check_regex(&pattern).err().map(|fault| fault.message)
                }
                _ => None,
            }
        }
        _ => None,
    }
}

/// `matches` in both forms, and what belongs to `regex`; `"a".replace("(", "")` takes plain text.
fn is_regex_call(exprs: &Exprs, id: ExprId) -> bool {
    let ExprKind::Call { target, name, .. } = exprs.kind(id) else {
        return false;
    };
    let of_regex = |target: ExprId| matches!(exprs.kind(target), ExprKind::Ident { name, .. } if &**name == "regex");
    &*name.text == "matches" || target.is_some_and(of_regex)
}

fn report(cx: &RuleContext<'_>, id: ExprId, message: &str) -> Diagnostic {
    let found = Diagnostic::new(
        &CODE,
        cx.ast.exprs.span(id),
        format!("this always fails: {message}"),
    );
    match help(cx, id) {
        Some(help) => found.help(help),
        None => found.help("write operands that it can work with, or leave it out"),
    }
}

fn help(cx: &RuleContext<'_>, id: ExprId) -> Option<&'static str> {
    Some(match cx.ast.exprs.kind(id) {
        ExprKind::Binary {
            op: BinaryOp::Div | BinaryOp::Mod,
            ..
        } => "divide by something else than zero",
        ExprKind::Binary { .. } => {
            "`int` and `uint` hold 64 bits: use `double`, or smaller numbers"
        }
        ExprKind::Index { .. } => {
            "places count from 0; `list[?i].orValue(...)` gives another value where there is none, `.last()` is the last item"
        }
        ExprKind::Call { name, .. } => match &*name.text {
            "timestamp" => "write a time as RFC 3339 has it: `timestamp(\"2026-01-31T09:00:00Z\")`",
            "duration" => {
                "write a length of time such as `duration(\"1h30m\")`; the units are h, m, s, ms, us and ns"
            }
            "matches" | "extract" | "extractAll" => {
                "write a regular expression in RE2's syntax; `\\\\` in front of a sign that is meant as itself"
            }
            _ => return None,
        },
        _ => return None,
    })
}
