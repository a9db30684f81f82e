//! Faults of trust: outside text, secrets, approvals.

use wfc_syntax::ast::{Step, StepId, StepKind};
use wfc_syntax::diagnostic::Edit;
use wfc_syntax::span::Span;
use wfc_syntax::tree::{NodeId, NodeKind, Spelling, Style};
use wfc_value::ty::Type;

use super::help::{is_flow, is_name, remove_step, trimmed};
use crate::mutate::sites::entries;
use crate::mutate::subject::{Base, Subject};
use crate::mutate::{Kind, Mutant};

pub(super) const KINDS: &[Kind] = &[
    Kind {
        name: "removed-approval",
        breaks: "the only approval of a file, which stands before a tool that its catalogue calls destructive, is taken out",
        make: removed_approval,
    },
    Kind {
        name: "secret-in-prompt",
        breaks: "a secret stands in an agent's goal, a message or an approval's prompt",
        make: secret_in_prompt,
    },
    Kind {
        name: "secret-in-command",
        breaks: "a secret stands in a shell command's text",
        make: secret_in_command,
    },
    Kind {
        name: "outside-text-in-command",
        breaks: "an agent's answer stands in a shell command's text",
        make: outside_text_in_command,
    },
    Kind {
        name: "outside-in-destructive-argument",
        breaks: "an agent's answer that no approval shows becomes an argument of a destructive tool",
        make: outside_in_destructive,
    },
];

fn is_destructive(s: &Subject, step: &Step) -> Option<Span> {
    let StepKind::Tool { tool, .. } = &step.kind else {
        return None;
    };
    let hints = s.tool(&tool.text)?.hints;
    let destroys = hints.destructive == Some(true) && hints.read_only != Some(true);
    (destroys && step.allow.is_empty() && s.ast().workflow.allow.is_empty()).then_some(tool.span)
}

fn approvals(s: &Subject) -> Vec<(StepId, &Step)> {
    let ast = s.ast();
    ast.step_ids()
        .map(|id| (id, ast.step(id)))
        .filter(|(_, step)| matches!(step.kind, StepKind::Approval { .. }))
        .collect()
}

fn removed_approval(s: &Subject, out: &mut Vec<Mutant>) {
    let [(_, approval)] = approvals(s)[..] else {
        return;
    };
    if approval.id.is_some() || approval.output.is_some() {
        return;
    }
    for block in &s.sites.blocks {
        let Some(place) = block.items.iter().position(|n| *n == approval.node) else {
            continue;
        };
        let after: Vec<Span> = s
            .ast()
            .steps
            .iter()
            .filter(|st| {
                block
                    .items
                    .iter()
                    .skip(place)
                    .any(|n| s.tree().span(*n).contains(st.span))
            })
            .filter_map(|st| is_destructive(s, st))
            .collect();
        let edit = remove_step(s, block.seq, approval.node);
        if let (false, Some(edit)) = (after.is_empty(), edit) {
            out.push(Mutant::of(vec![edit]).near(after));
        }
    }
}

/// The secret to use, and its declaration when the file has none.
fn secret(s: &Subject) -> Option<(String, Option<Edit>)> {
    if let Some(name) = s.ast().workflow.secrets.first() {
        return Some((name.text.to_string(), None));
    }
    let root = s.tree().root?;
    let start = s.tree().span(root).start;
    let insert = |at: u32, text: &str| Edit {
        span: Span::at(at),
        text: text.to_owned(),
    };
    let edit = match s.spelling {
        Spelling::Yaml if is_flow(s, root) => insert(start + 1, "secrets: [vault_key], "),
        Spelling::Yaml => insert(start, "secrets: [vault_key]\n"),
        Spelling::Json => insert(start + 1, "\"secrets\": [\"vault_key\"], "),
        Spelling::Text => {
            let head = |key: &str| s.tree().field(root, key).map(|n| s.tree().span(n).end);
            let from = head("name").max(head("slug")).unwrap_or(start);
            let brace = s.after(from).find('{')?;
            insert(
                from + u32::try_from(brace).ok()? + 1,
                "\n  secret vault_key\n",
            )
        }
    };
    Some(("vault_key".to_owned(), Some(edit)))
}

/// Puts a template at the end of a text that is written out.
fn append(s: &Subject, step: &Step, field: &str, expr: &str) -> Option<Edit> {
    let node = text_of(s, step.node, field)?;
    let NodeKind::Scalar(scalar) = s.tree().kind(node) else {
        return None;
    };
    let span = trimmed(s, s.tree().span(node));
    let at = match scalar.style {
        Style::SingleQuoted | Style::DoubleQuoted => span.end - 1,
        Style::Literal | Style::Folded => span.end,
        Style::Plain if s.spelling == Spelling::Yaml && !in_flow(s, span) => span.end,
        _ => return None,
    };
    Some(Edit {
        span: Span::at(at),
        text: format!(" {{{{ {expr} }}}}"),
    })
}

fn in_flow(s: &Subject, span: Span) -> bool {
    s.src(Span::new(s.line(span.start).start, span.start))
        .contains(['{', '['])
}

/// The node of a field under its own name or an older one.
fn text_of(s: &Subject, map: NodeId, field: &str) -> Option<NodeId> {
    s.sites
        .entries
        .iter()
        .find(|e| e.map == map && e.field.name == field)
        .and_then(|e| entries(s.tree(), map).get(e.index))
        .map(|e| e.value)
}

fn with_secret(s: &Subject, step: &Step, field: &str, out: &mut Vec<Mutant>) {
    let Some((name, declaration)) = secret(s) else {
        return;
    };
    let Some(edit) = append(s, step, field, &format!("secrets.{name}")) else {
        return;
    };
    let mut edits = vec![edit];
    edits.extend(declaration);
    let mut mutant = Mutant::of(edits);
    let start = crate::mutate::edit::places(&mutant.edits);
    mutant.exact = start.into_iter().take(1).collect();
    out.push(mutant);
}

fn secret_in_prompt(s: &Subject, out: &mut Vec<Mutant>) {
    for step in &s.ast().steps {
        let field = match &step.kind {
            StepKind::Agent { .. } => "goal",
            StepKind::AgentMessage { .. } => "content",
            StepKind::Approval { .. } => "prompt",
            _ => continue,
        };
        with_secret(s, step, field, out);
    }
}

fn secret_in_command(s: &Subject, out: &mut Vec<Mutant>) {
    for step in &s.ast().steps {
        if matches!(step.kind, StepKind::Bash { .. }) {
            with_secret(s, step, "command", out);
        }
    }
}

/// Expressions of outside text that steps inside of later siblings see: an agent's answer, with the places from
/// which on it is set.
fn answers(s: &Subject) -> Vec<(String, Span)> {
    let mut out = Vec::new();
    let ast = s.ast();
    for id in ast.step_ids() {
        let step = ast.step(id);
        let (StepKind::Agent { .. }, Some(name), None) = (&step.kind, &step.id, &step.when) else {
            continue;
        };
        if !is_name(&name.text) || step.on_error.is_some() || step.output.is_some() {
            continue;
        }
        let ty = s.checked.analysis.outputs.get(id.0 as usize);
        let text = match ty.map(|t| s.resolve(t)) {
            Some(Type::String) => name.text.to_string(),
            Some(Type::Record(record)) => {
                let field = record
                    .fields
                    .iter()
                    .find(|f| f.ty == Type::String && !f.optional);
                match field {
                    Some(field) if is_name(&field.name) => format!("{}.{}", name.text, field.name),
                    _ => continue,
                }
            }
            _ => continue,
        };
        for block in &s.sites.blocks {
            if let Some(place) = block.items.iter().position(|n| *n == step.node) {
                let later = block.items.iter().skip(place + 1);
                out.extend(later.map(|n| (text.clone(), s.tree().span(*n))));
            }
        }
    }
    out
}

fn outside_text_in_command(s: &Subject, out: &mut Vec<Mutant>) {
    let answers = answers(s);
    for step in &s.ast().steps {
        if !matches!(step.kind, StepKind::Bash { .. }) {
            continue;
        }
        let seen = answers.iter().find(|(_, span)| span.contains(step.span));
        let edit = seen.and_then(|(expr, _)| append(s, step, "command", expr));
        out.extend(edit.map(|e| Mutant::of(vec![e])));
    }
}

fn outside_in_destructive(s: &Subject, out: &mut Vec<Mutant>) {
    let answers = answers(s);
    for step in &s.ast().steps {
        let (Some(_), StepKind::Tool { tool, .. }) = (is_destructive(s, step), &step.kind) else {
            continue;
        };
        let shown = |text: &str| {
            approvals(s)
                .iter()
                .any(|(_, a)| s.src(a.span).contains(text))
        };
        let seen = answers
            .iter()
            .find(|(expr, span)| span.contains(step.span) && !shown(expr) && !shown("items"));
        let (Some((expr, _)), Some(map)) = (seen, s.tree().field(step.node, "arguments")) else {
            continue;
        };
        let record = s.tool(&tool.text).and_then(|t| s.record(&t.input));
        for entry in entries(s.tree(), map) {
            let ty = record.as_ref().and_then(|r| r.field(&entry.key));
            let text = ty.is_some_and(|f| s.base(&f.ty) == Some(Base::String));
            let value = trimmed(s, s.tree().span(entry.value));
            if !text || s.src(value).contains('\n') {
                continue;
            }
            let new = match s.spelling {
                Spelling::Text => expr.clone(),
                _ => format!("\"{{{{ {expr} }}}}\""),
            };
            out.push(Mutant::replace(value, new));
        }
    }
}
