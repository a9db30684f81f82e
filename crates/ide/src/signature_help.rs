//! What a call takes, while its arguments are written: functions and macros, tools, other workflows.

use wfc_compiler::analysis::catalogue::Found;
use wfc_compiler::analysis::{Analysis, MACROS, SignatureInput, is_function_namespace};
use wfc_syntax::ast::{StepId, StepKind};
use wfc_syntax::expr::{ExprId, ExprKind};
use wfc_syntax::span::Span;
use wfc_syntax::tree::Spelling;
use wfc_value::funcs;
use wfc_value::ty::{Field, Type};

use crate::cancel::{Cancel, Cancelled};
use crate::completion::{analysis_of, facts};
use crate::docs;
use crate::holds::Holds;
use crate::marked::{Cursor, Marked, mark};
use crate::snapshot::Snapshot;

/// The ways to make a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignatureHelp {
    /// Each way.
    pub signatures: Vec<Signature>,
    /// The one that fits what is written.
    pub active: usize,
    /// The parameter at the cursor, of the active one.
    pub parameter: Option<usize>,
}

/// One way to make a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// The whole, as authors read it.
    pub label: String,
    /// What it does, in Markdown.
    pub documentation: Option<String>,
    /// Its parameters.
    pub parameters: Vec<Parameter>,
}

/// A parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// Its place in the label, in bytes.
    pub label: Span,
    /// What it is, in Markdown.
    pub documentation: Option<String>,
}

/// What the call around `offset` takes; nothing outside of calls.
///
/// # Errors
/// When the question was taken back.
pub fn signature_help(
    snapshot: &Snapshot,
    path: &str,
    offset: u32,
    cancel: &Cancel,
) -> Result<Option<SignatureHelp>, Cancelled> {
    cancel.check()?;
    let Some(source) = snapshot.source(path) else {
        return Ok(None);
    };
    let spelling = Spelling::of(path, &source.text);
    let cursor = Cursor::new(&source.text, spelling, offset);
    for marked in mark(path, &cursor, cancel)? {
        if let Some(found) = of_call(snapshot, path, &marked) {
            return Ok(Some(found));
        }
        if let Some(found) = of_step(snapshot, path, &marked) {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

/// The innermost call of an expression with the marker among its arguments.
fn of_call(snapshot: &Snapshot, path: &str, marked: &Marked) -> Option<SignatureHelp> {
    let exprs = &marked.parsed.ast.exprs;
    let at = marked.at + 1;
    let ids = (0..u32::try_from(exprs.len()).unwrap_or(u32::MAX)).map(ExprId);
    let around = |id: &ExprId| {
        let span = exprs.span(*id);
        let ExprKind::Call { name, .. } = exprs.kind(*id) else {
            return false;
        };
        name.span.end < at && span.start <= at && at <= span.end
    };
    let id = ids.filter(around).min_by_key(|id| exprs.span(*id).len())?;
    let ExprKind::Call { target, name, args } = exprs.kind(id) else {
        return None;
    };
    let here = |arg: &ExprId| exprs.span(*arg).start <= at && at <= exprs.span(*arg).end;
    let argument = args.iter().position(here).unwrap_or(args.len());
    let namespace = target.and_then(|t| match exprs.kind(t) {
        ExprKind::Ident { name, .. } if is_function_namespace(name) => Some(name.to_string()),
        _ => None,
    });
    let full = match &namespace {
        Some(namespace) => format!("{namespace}.{}", name.text),
        None => name.text.to_string(),
    };
    let member = target.is_some() && namespace.is_none();
    if let Some((forms, doc)) = docs::macro_forms(&full) {
        let is_member = MACROS.iter().any(|(n, _)| *n == full);
        let counts = forms.lines().map(|l| parameters(l).len());
        let active = counts
            .into_iter()
            .position(|n| n >= args.len())
            .unwrap_or(0);
        return (member == is_member).then(|| SignatureHelp {
            signatures: forms.lines().map(|l| signature(l, doc)).collect(),
            active,
            parameter: Some(argument),
        });
    }
    let (_, function) = funcs::find(&full)?;
    let lines = docs::signatures(function, member);
    let receiver = target.filter(|_| member).and_then(|t| {
        let analysis = analysis_of(snapshot, path, marked);
        let ty = analysis
            .types
            .get(t.index())
            .filter(|t| **t != Type::Error)?;
        Some((ty.clone(), analysis.type_table))
    });
    let fits = |line: &String| {
        let first = receiver.as_ref().is_none_or(|(ty, table)| {
            let own = function.overloads.iter().filter_map(|o| o.param(0));
            own.filter(|p| facts::takes(p, ty, table))
                .any(|p| line.starts_with(&format!("{p}.")))
        });
        first && (parameters(line).len() >= args.len() || line.contains("..."))
    };
    let active = lines.iter().position(fits).unwrap_or(0);
    let count = lines.get(active).map_or(0, |l| parameters(l).len());
    Some(SignatureHelp {
        signatures: lines.iter().map(|l| signature(l, function.doc)).collect(),
        active,
        // The last one may be given many times.
        parameter: Some(argument.min(count.saturating_sub(1))),
    })
}

fn signature(label: &str, doc: &str) -> Signature {
    Signature {
        label: label.to_owned(),
        documentation: Some(doc.to_owned()),
        parameters: parameters(label)
            .into_iter()
            .map(|label| Parameter {
                label,
                documentation: None,
            })
            .collect(),
    }
}

/// Places of the parameters in a signature such as `string.charAt(int) -> string`.
fn parameters(label: &str) -> Vec<Span> {
    let Some(open) = label.find('(') else {
        return Vec::new();
    };
    let mut out = Vec::new();
    let (mut depth, mut from) = (0_u32, open + 1);
    let mut before = ' ';
    for (at, c) in label.char_indices().skip_while(|(i, _)| *i <= open) {
        let end = match c {
            '<' | '(' | '{' | '[' => {
                depth += 1;
                false
            }
            ')' if depth == 0 => true,
            '>' if before == '-' => false,
            '>' | ')' | '}' | ']' => {
                depth = depth.saturating_sub(1);
                false
            }
            ',' => depth == 0,
            _ => false,
        };
        before = c;
        if end {
            let text = label.get(from..at).unwrap_or_default();
            let lead = text.len() - text.trim_start().len();
            if !text.trim().is_empty() {
                out.push(Span::of(from + lead, from + text.trim_end().len()));
            }
            from = at + 1;
            if c == ')' {
                break;
            }
        }
    }
    out
}

/// What a step can be given, and what it gives back.
struct Called {
    name: String,
    documentation: Option<String>,
    fields: Vec<Given>,
    gives: Type,
}

/// Something that a step can be given.
struct Given {
    name: String,
    ty: Type,
    optional: bool,
    documentation: Option<String>,
}

/// The tool or workflow that the step around the marker calls.
fn of_step(snapshot: &Snapshot, path: &str, marked: &Marked) -> Option<SignatureHelp> {
    let way = marked.way();
    let frames = way.inside(|h| *h == Holds::Step)?;
    let node = frames.first()?.node;
    let field = frames.get(1)?.field?.name;
    let ast = &marked.parsed.ast;
    let at = ast.steps.iter().position(|s| s.node == node)?;
    let step = ast.steps.get(at)?;
    let current = frames
        .get(2)
        .and_then(|f| f.entry)
        .filter(|_| frames.len() > 2)
        .or(way.key)
        .map(|e| e.key.to_string());
    let analysis = analysis_of(snapshot, path, marked);
    let called = match (&step.kind, field) {
        (StepKind::Tool { tool, .. }, "arguments") => called_tool(&analysis, &tool.text)?,
        (StepKind::Subworkflow { workflow, .. }, "inputs") => {
            let id = StepId(u32::try_from(at).ok()?);
            called_workflow(&analysis, id, &workflow.text)?
        }
        _ => return None,
    };
    Some(called.help(current.as_deref()))
}

fn called_tool(analysis: &Analysis, name: &str) -> Option<Called> {
    let Found::Tool(known) = analysis.catalogues.find(name) else {
        return None;
    };
    let fields = facts::fields(&known.input, &analysis.type_table);
    let given = |field: Field| Given {
        documentation: docs::argument_doc(known, &field.name),
        name: field.name.to_string(),
        ty: field.ty,
        optional: field.optional,
    };
    Some(Called {
        name: name.to_owned(),
        documentation: known.description.clone(),
        fields: fields.into_iter().map(given).collect(),
        gives: known.output.clone(),
    })
}

fn called_workflow(analysis: &Analysis, step: StepId, name: &str) -> Option<Called> {
    let callee = analysis.callees_of_steps.get(&step)?;
    let given = |input: &SignatureInput| Given {
        name: input.name.clone(),
        ty: input.ty.clone(),
        optional: !input.required,
        documentation: None,
    };
    Some(Called {
        name: name.to_owned(),
        documentation: None,
        fields: callee.inputs.iter().map(given).collect(),
        gives: callee.output.clone().unwrap_or(Type::Null),
    })
}

impl Called {
    /// The help, with the field of this name marked.
    fn help(self, current: Option<&str>) -> SignatureHelp {
        let mut label = format!("{}(", self.name);
        let mut parameters = Vec::new();
        let mut parameter = None;
        for (i, given) in self.fields.into_iter().enumerate() {
            if i > 0 {
                label.push_str(", ");
            }
            if current == Some(&*given.name) {
                parameter = Some(i);
            }
            let start = label.len();
            let mark = if given.optional { "?" } else { "" };
            label.push_str(&format!("{}{mark}: {}", given.name, docs::ty(&given.ty)));
            parameters.push(Parameter {
                label: Span::of(start, label.len()),
                documentation: given.documentation,
            });
        }
        label.push_str(&format!(") -> {}", docs::ty(&self.gives)));
        SignatureHelp {
            signatures: vec![Signature {
                label,
                documentation: self.documentation,
                parameters,
            }],
            active: 0,
            parameter,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_of_labels() {
        let of = |label: &str| -> Vec<String> {
            let spans = parameters(label);
            spans
                .into_iter()
                .map(|s| label[s.range()].to_owned())
                .collect()
        };
        assert_eq!(of("string.charAt(int) -> string"), ["int"]);
        assert_eq!(
            of("f(map<K, V>, list<T>) -> bool"),
            ["map<K, V>", "list<T>"]
        );
        assert_eq!(of("now() -> timestamp"), [""; 0]);
        assert_eq!(
            of("list.map(x, condition, expr) -> list"),
            ["x", "condition", "expr"]
        );
    }
}
