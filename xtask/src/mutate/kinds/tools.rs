//! Faults of calls: of tools, of other workflows, and of triggers' mappings.

use wfc_syntax::ast::StepKind;
use wfc_syntax::diagnostic::Edit;
use wfc_syntax::span::Span;
use wfc_syntax::tree::{MapEntry, NodeId};
use wfc_value::ty::Type;

use super::help::{is_name, key_place, misspelt, remove_entry, trimmed, wrong_value};
use crate::mutate::sites::{Owner, entries};
use crate::mutate::subject::Subject;
use crate::mutate::{Kind, Mutant};

pub(super) const KINDS: &[Kind] = &[
    Kind {
        name: "unknown-tool",
        breaks: "the name of a tool gets a slip; its server's catalogue has no such tool",
        make: unknown_tool,
    },
    Kind {
        name: "missing-argument",
        breaks: "an argument that the tool's schema requires is taken out",
        make: missing_argument,
    },
    Kind {
        name: "misspelt-argument",
        breaks: "the name of a tool's argument gets a slip; the schema has no such property",
        make: misspelt_argument,
    },
    Kind {
        name: "mistyped-argument",
        breaks: "a tool's argument becomes a constant of another type than the schema says",
        make: mistyped_argument,
    },
    Kind {
        name: "swapped-arguments",
        breaks: "the values of two arguments of different types change places",
        make: swapped_arguments,
    },
    Kind {
        name: "unknown-workflow-input",
        breaks: "an input's name in a call of another workflow gets a slip; that workflow has no such input",
        make: unknown_workflow_input,
    },
    Kind {
        name: "missing-workflow-input",
        breaks: "an input that the called workflow requires is taken out",
        make: missing_workflow_input,
    },
    Kind {
        name: "mistyped-workflow-input",
        breaks: "an input of a called workflow becomes a constant of another type",
        make: mistyped_workflow_input,
    },
    Kind {
        name: "unknown-workflow",
        breaks: "the name of a called workflow gets a slip; there is no such workflow",
        make: unknown_workflow,
    },
    Kind {
        name: "mistyped-trigger-input",
        breaks: "a trigger gives an input a constant of another type",
        make: mistyped_trigger_input,
    },
    Kind {
        name: "misspelt-trigger-input",
        breaks: "a trigger gives an input that the workflow does not have",
        make: misspelt_trigger_input,
    },
];

/// One argument of a call, with the type that it is to have; none when the callee has no such parameter.
struct Argument<'a> {
    /// The call's mapping of arguments.
    map: NodeId,
    index: usize,
    entry: &'a MapEntry,
    ty: Type,
    required: bool,
    /// All parameters of the callee.
    names: Vec<String>,
    /// Where a missing one would be reported.
    head: Span,
}

fn arguments(s: &Subject) -> Vec<Argument<'_>> {
    let mut out = Vec::new();
    for step in &s.ast().steps {
        let StepKind::Tool { tool, .. } = &step.kind else {
            continue;
        };
        let Some(record) = s.tool(&tool.text).and_then(|t| s.record(&t.input)) else {
            continue;
        };
        let params: Vec<_> = record
            .fields
            .iter()
            .map(|f| (f.name.to_string(), f.ty.clone(), !f.optional))
            .collect();
        push(s, step.node, "arguments", &params, tool.span, &mut out);
    }
    out
}

fn push<'a>(
    s: &'a Subject,
    step: NodeId,
    field: &str,
    params: &[(String, Type, bool)],
    head: Span,
    out: &mut Vec<Argument<'a>>,
) {
    let Some(map) = s.tree().field(step, field) else {
        return;
    };
    for (index, entry) in entries(s.tree(), map).iter().enumerate() {
        if let Some((_, ty, required)) = params.iter().find(|(n, _, _)| *n == *entry.key) {
            out.push(Argument {
                map,
                index,
                entry,
                ty: ty.clone(),
                required: *required,
                names: params.iter().map(|(n, _, _)| n.clone()).collect(),
                head,
            });
        }
    }
}

fn workflow_inputs(s: &Subject) -> Vec<Argument<'_>> {
    let mut out = Vec::new();
    let ast = s.ast();
    for id in ast.step_ids() {
        let step = ast.step(id);
        let (StepKind::Subworkflow { workflow, .. }, Some(signature)) =
            (&step.kind, s.checked.analysis.callees_of_steps.get(&id))
        else {
            continue;
        };
        let params: Vec<_> = signature
            .inputs
            .iter()
            .map(|i| (i.name.clone(), i.ty.clone(), i.required))
            .collect();
        push(s, step.node, "inputs", &params, workflow.span, &mut out);
    }
    out
}

fn trigger_inputs(s: &Subject) -> Vec<Argument<'_>> {
    let inputs = &s.ast().workflow.inputs;
    let types = &s.checked.analysis.inputs;
    let params: Vec<_> = inputs
        .iter()
        .zip(types)
        .map(|(i, ty)| (i.name.text.to_string(), ty.clone(), i.default.is_none()))
        .collect();
    let mut out = Vec::new();
    let mut seen = Vec::new();
    for e in &s.sites.entries {
        if matches!(e.owner, Owner::Trigger(_)) && !seen.contains(&e.map) {
            seen.push(e.map);
            let head = s.tree().span(e.map);
            push(s, e.map, "inputs", &params, head, &mut out);
        }
    }
    out
}

fn unknown_tool(s: &Subject, out: &mut Vec<Mutant>) {
    for step in &s.ast().steps {
        let StepKind::Tool { tool, .. } = &step.kind else {
            continue;
        };
        if s.tool(&tool.text).is_none() || s.src(tool.span) != &*tool.text {
            continue;
        }
        let Some((server, name)) = tool.text.split_once('.') else {
            continue;
        };
        let wrong = format!("{server}.{}", misspelt(name, tool.span.start));
        if s.tool(&wrong).is_none() {
            out.push(Mutant::replace(tool.span, wrong));
        }
    }
}

fn remove_required(s: &Subject, args: &[Argument<'_>], out: &mut Vec<Mutant>) {
    for arg in args.iter().filter(|a| a.required) {
        // Without its only entry a mapping of YAML would be empty text.
        let alone = entries(s.tree(), arg.map).len() == 1;
        let block = !super::help::is_flow(s, arg.map);
        if alone && block {
            continue;
        }
        if let Some(edit) = remove_entry(s, arg.map, arg.index) {
            out.push(Mutant::of(vec![edit]).near([arg.head, s.tree().span(arg.map)]));
        }
    }
}

fn misspell(s: &Subject, args: &[Argument<'_>], out: &mut Vec<Mutant>) {
    for arg in args {
        let Some(span) = key_place(s, arg.entry) else {
            continue;
        };
        let wrong = misspelt(&arg.entry.key, span.start);
        if !arg.names.contains(&wrong) && is_name(&wrong) {
            out.push(Mutant::replace(span, wrong).near([arg.head]));
        }
    }
}

fn mistype(s: &Subject, args: &[Argument<'_>], out: &mut Vec<Mutant>) {
    for arg in args {
        let Some(base) = s.base(&arg.ty) else {
            continue;
        };
        let value = trimmed(s, s.tree().span(arg.entry.value));
        // A value over several lines of YAML has an indentation that goes with it.
        if value.is_empty() || s.src(value).contains('\n') {
            continue;
        }
        out.push(Mutant::replace(value, wrong_value(s, base)));
    }
}

fn missing_argument(s: &Subject, out: &mut Vec<Mutant>) {
    remove_required(s, &arguments(s), out);
}

fn misspelt_argument(s: &Subject, out: &mut Vec<Mutant>) {
    misspell(s, &arguments(s), out);
}

fn mistyped_argument(s: &Subject, out: &mut Vec<Mutant>) {
    mistype(s, &arguments(s), out);
}

fn swapped_arguments(s: &Subject, out: &mut Vec<Mutant>) {
    let args = arguments(s);
    for pair in args.windows(2) {
        let [a, b] = pair else { continue };
        let (Some(ta), Some(tb)) = (s.base(&a.ty), s.base(&b.ty)) else {
            continue;
        };
        let place = |arg: &Argument<'_>| trimmed(s, s.tree().span(arg.entry.value));
        let (pa, pb) = (place(a), place(b));
        let lines = s.src(pa).contains('\n') || s.src(pb).contains('\n');
        if a.map != b.map || ta == tb || lines {
            continue;
        }
        // A number is read as the text that it is where text is expected.
        let bare = |span: Span| {
            s.src(span)
                .starts_with(|c: char| c.is_ascii_digit() || c == 't' || c == 'f' || c == '-')
        };
        if bare(pa) || bare(pb) {
            continue;
        }
        let edit = |span, with| Edit {
            span,
            text: s.src(with).to_owned(),
        };
        out.push(Mutant::of(vec![edit(pa, pb), edit(pb, pa)]));
    }
}

fn unknown_workflow_input(s: &Subject, out: &mut Vec<Mutant>) {
    misspell(s, &workflow_inputs(s), out);
}

fn missing_workflow_input(s: &Subject, out: &mut Vec<Mutant>) {
    remove_required(s, &workflow_inputs(s), out);
}

fn mistyped_workflow_input(s: &Subject, out: &mut Vec<Mutant>) {
    mistype(s, &workflow_inputs(s), out);
}

fn unknown_workflow(s: &Subject, out: &mut Vec<Mutant>) {
    let ast = s.ast();
    for id in ast.step_ids() {
        let StepKind::Subworkflow { workflow, .. } = &ast.step(id).kind else {
            continue;
        };
        let known = s.checked.analysis.callees_of_steps.contains_key(&id);
        if known && is_name(&workflow.text) && s.src(workflow.span) == &*workflow.text {
            let wrong = misspelt(&workflow.text, workflow.span.start);
            out.push(Mutant::replace(workflow.span, wrong));
        }
    }
}

fn mistyped_trigger_input(s: &Subject, out: &mut Vec<Mutant>) {
    mistype(s, &trigger_inputs(s), out);
}

fn misspelt_trigger_input(s: &Subject, out: &mut Vec<Mutant>) {
    misspell(s, &trigger_inputs(s), out);
}
