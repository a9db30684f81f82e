//! Faults of types: operators, functions, literals, declarations, defaults.

use wfc_compiler::analysis::{BindingKind, Callee, Ref};
use wfc_syntax::ast::{LoopHead, StepKind};
use wfc_syntax::expr::{BinaryOp, ExprId, ExprKind};
use wfc_syntax::span::Span;
use wfc_syntax::tree::{Spelling, Style};
use wfc_syntax::type_expr::{TypeExprKind, TypeId};

use super::help::{misspelt, parents, wrong_value};
use super::names::mapped_by_trigger;
use crate::mutate::sites::entries;
use crate::mutate::subject::{Base, Subject};
use crate::mutate::{Kind, Mutant};

pub(super) const KINDS: &[Kind] = &[
    Kind {
        name: "swapped-type",
        breaks: "an input's type becomes another, and its only read is an operand, a condition or a receiver that takes the old one alone",
        make: swapped_type,
    },
    Kind {
        name: "wrong-literal",
        breaks: "a text that is compared with a union of texts, or is a case for one, is none of them",
        make: wrong_literal,
    },
    Kind {
        name: "wrong-default",
        breaks: "an input's default is of another type, or none of its words",
        make: wrong_default,
    },
    Kind {
        name: "misspelt-type",
        breaks: "the name of a type gets a slip; no type has that name",
        make: misspelt_type,
    },
    Kind {
        name: "foreign-type",
        breaks: "a type is written as other languages write it (`integer`, `number`, `string[]`)",
        make: foreign_type,
    },
    Kind {
        name: "unknown-function",
        breaks: "a function's name gets a slip; there is no such function",
        make: unknown_function,
    },
    Kind {
        name: "wrong-argument-count",
        breaks: "a function of one fixed arity gets one argument more",
        make: wrong_argument_count,
    },
    Kind {
        name: "wrong-operand",
        breaks: "the right operand becomes a literal of a type that the operator does not take beside the left one",
        make: wrong_operand,
    },
    Kind {
        name: "foreign-operator",
        breaks: "words and signs of other languages (`and`, `or`, `=`) in place of ours: the expressions have no such operators",
        make: foreign_operator,
    },
    Kind {
        name: "non-boolean-condition",
        breaks: "a condition becomes a number",
        make: non_boolean_condition,
    },
    Kind {
        name: "non-list-over",
        breaks: "what a loop goes over becomes a number",
        make: non_list_over,
    },
];

fn swapped_type(s: &Subject, out: &mut Vec<Mutant>) {
    let parents = parents(s);
    let analysis = &s.checked.analysis;
    for (i, input) in s.ast().workflow.inputs.iter().enumerate() {
        let (Some(ty), None) = (input.ty, input.default) else {
            continue;
        };
        let place = analysis
            .bindings
            .iter()
            .position(|b| matches!(b.kind, BindingKind::Input(n) if n as usize == i));
        let reads: Vec<ExprId> = s
            .exprs()
            .map(|(id, _, _)| id)
            .filter(|id| {
                matches!(analysis.refs.get(id), Some(Ref::Binding(b)) if Some(b.0 as usize) == place)
            })
            .collect();
        let [read] = reads.as_slice() else { continue };
        let declared = analysis.inputs.get(i).and_then(|t| s.base(t));
        let other = match declared {
            Some(Base::String | Base::Number | Base::Bool) => "list<bool>",
            _ => continue,
        };
        let fits = declared_use_needs_it(s, &parents, *read);
        let span = s.ast().types.get(ty).span;
        if !fits || mapped_by_trigger(s, &input.name.text) || s.src(span).contains('\n') {
            continue;
        }
        let simple = matches!(s.ast().types.get(ty).kind, TypeExprKind::Name(_));
        if !simple {
            continue;
        }
        out.push(Mutant::replace(span, other).near([s.ast().exprs.span(*read)]));
        if let Some(parent) = parents.get(read)
            && let Some(mutant) = out.last_mut()
        {
            mutant.near.push(s.ast().exprs.span(*parent));
        }
    }
}

/// Whether an expression stands where a list of booleans is certainly at fault.
fn declared_use_needs_it(
    s: &Subject,
    parents: &std::collections::HashMap<ExprId, ExprId>,
    read: ExprId,
) -> bool {
    let Some(parent) = parents.get(&read) else {
        return false;
    };
    match s.ast().exprs.kind(*parent) {
        ExprKind::Binary {
            op, left, right, ..
        } => {
            let other = if *left == read { *right } else { *left };
            let scalar = !matches!(s.base(&s.ty(other)), Some(Base::List | Base::Record) | None);
            *op != BinaryOp::In && scalar
        }
        ExprKind::Unary { .. } => true,
        ExprKind::Call {
            target: Some(target),
            name,
            ..
        } => *target == read && &*name.text != "size",
        _ => false,
    }
}

fn wrong_literal(s: &Subject, out: &mut Vec<Mutant>) {
    let mut literal = |id: ExprId, words: &[String]| {
        let span = s.ast().exprs.span(id);
        let ExprKind::String(text) = s.ast().exprs.kind(id) else {
            return;
        };
        let Some(at) = s.src(span).find(&**text).filter(|_| !text.is_empty()) else {
            return;
        };
        let start = span.start as usize + at;
        let span = Span::of(start, start + text.len());
        let wrong = misspelt(text, span.start);
        if !words.contains(&wrong) {
            out.push(Mutant::replace(span, wrong));
        }
    };
    for (_, kind, _) in s.exprs() {
        if let ExprKind::Binary {
            op: BinaryOp::Eq | BinaryOp::Ne,
            left,
            right,
            ..
        } = kind
        {
            for (value, constant) in [(left, right), (right, left)] {
                if let Some(words) = s.words(&s.ty(*value)).filter(|w| w.len() > 1) {
                    literal(*constant, &words);
                }
            }
        }
    }
    for step in &s.ast().steps {
        if let StepKind::Switch { on, cases, .. } = &step.kind
            && let Some(words) = s.words(&s.ty(*on)).filter(|w| w.len() > 1)
        {
            for case in cases {
                for value in &case.values {
                    literal(*value, &words);
                }
            }
        }
    }
}

fn wrong_default(s: &Subject, out: &mut Vec<Mutant>) {
    for (i, input) in s.ast().workflow.inputs.iter().enumerate() {
        let Some(default) = input.default else {
            continue;
        };
        let Some(ty) = s.checked.analysis.inputs.get(i) else {
            continue;
        };
        let span = s.ast().exprs.span(default);
        if let Some(words) = s.words(ty) {
            if let ExprKind::String(text) = s.ast().exprs.kind(default)
                && let Some(at) = s.src(span).find(&**text).filter(|_| !text.is_empty())
            {
                let start = span.start as usize + at;
                let span = Span::of(start, start + text.len());
                let wrong = misspelt(text, span.start);
                if !words.contains(&wrong) {
                    out.push(Mutant::replace(span, wrong));
                }
            }
        } else if let Some(base) = s.base(ty)
            && !s.src(span).contains('\n')
        {
            out.push(Mutant::replace(span, wrong_value(s, base)));
        }
    }
}

fn type_names(s: &Subject) -> Vec<(TypeId, Span, String)> {
    let types = &s.ast().types;
    let mut out = Vec::new();
    for n in 0..u32::try_from(types.len()).unwrap_or(0) {
        let ty = types.get(TypeId(n));
        match &ty.kind {
            TypeExprKind::Name(name) if s.src(ty.span) == &**name => {
                out.push((TypeId(n), ty.span, name.to_string()));
            }
            TypeExprKind::List(_) | TypeExprKind::Map(..) => {
                let src = s.src(ty.span);
                for word in ["list", "map"] {
                    if src.starts_with(&format!("{word}<")) {
                        let end = ty.span.start + u32::try_from(word.len()).unwrap_or(0);
                        out.push((TypeId(n), Span::new(ty.span.start, end), word.to_owned()));
                    }
                }
            }
            _ => {}
        }
    }
    out
}

fn misspelt_type(s: &Subject, out: &mut Vec<Mutant>) {
    let named: Vec<&str> = s
        .ast()
        .workflow
        .types
        .iter()
        .map(|t| &*t.name.text)
        .collect();
    for (_, span, name) in type_names(s) {
        let wrong = misspelt(&name, span.start);
        let known = ["int", "uint", "map", "any", "null", "list"].contains(&wrong.as_str());
        if !known && !named.contains(&wrong.as_str()) && name != "null" {
            out.push(Mutant::replace(span, wrong));
        }
    }
}

fn foreign_type(s: &Subject, out: &mut Vec<Mutant>) {
    let types = &s.ast().types;
    for n in 0..u32::try_from(types.len()).unwrap_or(0) {
        let ty = types.get(TypeId(n));
        let src = s.src(ty.span);
        let foreign = match &ty.kind {
            TypeExprKind::Name(name) if src == &**name => match &**name {
                "int" => "integer".to_owned(),
                "double" => "number".to_owned(),
                "bool" => "boolean".to_owned(),
                "string" => "str".to_owned(),
                _ => continue,
            },
            TypeExprKind::List(of) if src.starts_with("list<") => {
                let of = s.src(types.get(*of).span);
                let plain = of.chars().all(|c| c.is_ascii_alphanumeric());
                // Within brackets of YAML the brackets would end a sequence.
                let in_flow = s.spelling == Spelling::Yaml
                    && s.host(ty.span).is_none_or(|(_, st)| st == Style::Plain)
                    && s.src(s.line(ty.span.start)).contains('{');
                if !plain || in_flow {
                    continue;
                }
                format!("{of}[]")
            }
            _ => continue,
        };
        out.push(Mutant::replace(ty.span, foreign));
    }
}

fn unknown_function(s: &Subject, out: &mut Vec<Mutant>) {
    for (id, kind, _) in s.exprs() {
        let ExprKind::Call { name, .. } = kind else {
            continue;
        };
        if !s.checked.analysis.callees.contains_key(&id) || s.src(name.span) != &*name.text {
            continue;
        }
        let wrong = misspelt(&name.text, name.span.start);
        if !["int", "uint", "min", "max", "map", "all"].contains(&wrong.as_str()) {
            out.push(Mutant::replace(name.span, wrong));
        }
    }
}

/// Functions that have one number of arguments, with that number without the receiver.
const FIXED: &[&str] = &[
    "size",
    "contains",
    "startsWith",
    "endsWith",
    "matches",
    "upperAscii",
    "lowerAscii",
    "string",
    "int",
    "double",
    "trim",
    "distinct",
    "flatten",
    "reverse",
    "filter",
    "all",
    "exists",
];

fn wrong_argument_count(s: &Subject, out: &mut Vec<Mutant>) {
    for (id, kind, span) in s.exprs() {
        let ExprKind::Call { name, args, .. } = kind else {
            continue;
        };
        let known = matches!(
            s.checked.analysis.callees.get(&id),
            Some(Callee::Function { .. } | Callee::Macro(_))
        );
        // `size` and `flatten` take a receiver or one argument; comprehensions have forms of two and three.
        let one_more = match &*name.text {
            "filter" | "all" | "exists" | "flatten" => "1, 2",
            _ => "1, 2, 3",
        };
        if !known || !FIXED.contains(&&*name.text) || !s.src(span).ends_with(')') {
            continue;
        }
        let more = if args.is_empty() {
            one_more.to_owned()
        } else {
            format!(", {one_more}")
        };
        let at = Span::at(span.end - 1);
        out.push(Mutant::replace(at, more).near([span]));
    }
}

fn wrong_operand(s: &Subject, out: &mut Vec<Mutant>) {
    for (_, kind, span) in s.exprs() {
        let ExprKind::Binary {
            op, left, right, ..
        } = kind
        else {
            continue;
        };
        let at = s.ast().exprs.span(*right);
        // What reads names there may be their only read: their values would be unused besides.
        let constant = matches!(
            s.ast().exprs.kind(*right),
            ExprKind::String(_) | ExprKind::Int(_) | ExprKind::Double(_) | ExprKind::Bool(_)
        );
        let wrong = match (op, s.base(&s.ty(*left))) {
            (BinaryOp::In, _) | (_, None) => continue,
            (BinaryOp::And | BinaryOp::Or, _) => "7".to_owned(),
            (_, Some(Base::String)) => "7".to_owned(),
            (_, Some(Base::Number)) => s.quoted(span, "seven"),
            (_, Some(Base::Bool)) => "7".to_owned(),
            (_, Some(Base::List | Base::Record)) => "7".to_owned(),
        };
        if constant {
            out.push(Mutant::replace(at, wrong).near([span]));
        }
    }
}

fn foreign_operator(s: &Subject, out: &mut Vec<Mutant>) {
    for (_, kind, _) in s.exprs() {
        let ExprKind::Binary { op, op_span, .. } = kind else {
            continue;
        };
        let foreign = match op {
            BinaryOp::And => "and",
            BinaryOp::Or => "or",
            BinaryOp::Eq => "=",
            _ => continue,
        };
        if s.src(*op_span) == op.sign() {
            out.push(Mutant::replace(*op_span, foreign));
        }
    }
}

/// Expressions that have to be boolean, as written.
fn conditions(s: &Subject) -> Vec<ExprId> {
    let mut out = Vec::new();
    for step in &s.ast().steps {
        out.extend(step.when);
        match &step.kind {
            StepKind::Conditional { condition, .. } => out.push(*condition),
            StepKind::Loop {
                head: LoopHead::While(e) | LoopHead::Until(e),
                ..
            } => out.push(*e),
            _ => {}
        }
    }
    out.extend(s.ast().workflow.triggers.iter().filter_map(|t| t.when));
    out
}

/// A number that is no constant.
const NUMBER: &str = "execution.attempt";

fn non_boolean_condition(s: &Subject, out: &mut Vec<Mutant>) {
    for id in conditions(s) {
        // Of the older form's mapping nothing but the parts is written.
        let span = s.ast().exprs.span(id);
        let src = s.src(span);
        if src.is_empty() || src.starts_with('{') || src.contains('\n') || older(s, span) {
            continue;
        }
        let reads_names = reads_any_name(s, id);
        let mutant = if reads_names {
            // The names stay read, the value is a number.
            Mutant::replace(span, format!("({src}) ? 1 : {NUMBER}"))
        } else {
            Mutant::replace(span, NUMBER)
        };
        // A plain scalar of YAML cannot hold ` ? ` with `: ` after it.
        if reads_names && plain_yaml(s, span) {
            out.push(Mutant::replace(span, format!("int({src})")).near([span]));
            continue;
        }
        out.push(mutant.near([span]));
    }
}

fn plain_yaml(s: &Subject, span: Span) -> bool {
    s.spelling == Spelling::Yaml && s.host(span).is_some_and(|(_, st)| st == Style::Plain)
}

/// Whether a condition is written as a boolean or as `{ variable, equals }`.
fn older(s: &Subject, span: Span) -> bool {
    s.src(span) == "true"
        || s.src(span) == "false"
        || s.sites.entries.iter().any(|e| {
            e.field.name == "variable"
                && entries(s.tree(), e.map)
                    .get(e.index)
                    .is_some_and(|n| s.tree().span(e.map).contains(span) || n.key_span == span)
        })
}

fn reads_any_name(s: &Subject, id: ExprId) -> bool {
    let mut found = matches!(s.ast().exprs.kind(id), ExprKind::Ident { .. });
    s.ast()
        .exprs
        .children(id, |c| found = found || reads_any_name(s, c));
    found
}

fn non_list_over(s: &Subject, out: &mut Vec<Mutant>) {
    for step in &s.ast().steps {
        let StepKind::Loop {
            head: LoopHead::Over { over, .. },
            ..
        } = &step.kind
        else {
            continue;
        };
        let span = s.ast().exprs.span(*over);
        let src = s.src(span);
        let expression = !src.starts_with('[') && !src.contains('\n') && !src.contains("{{");
        if expression && matches!(s.base(&s.ty(*over)), Some(Base::List)) {
            out.push(Mutant::replace(span, format!("size({src})")));
        }
    }
}
