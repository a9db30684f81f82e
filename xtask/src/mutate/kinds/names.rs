//! Faults of names: what is referred to, declared, and set.

use std::collections::BTreeSet;

use wfc_compiler::analysis::{BindingKind, Ref};
use wfc_syntax::ast::{Step, StepId, StepKind};
use wfc_syntax::diagnostic::Edit;
use wfc_syntax::expr::{ExprId, ExprKind};
use wfc_syntax::span::Span;
use wfc_syntax::tree::{NodeId, Spelling};

use super::help::{
    insert_before, insert_last, is_guarded, is_name, misspelt, parents, remove_entry, trimmed,
};
use crate::mutate::sites::{BlockSite, entries};
use crate::mutate::subject::Subject;
use crate::mutate::{Kind, Mutant};

pub(super) const KINDS: &[Kind] = &[
    Kind {
        name: "renamed-reference",
        breaks: "one read of a name gets a slip of the fingers; nothing in the file has that name",
        make: renamed_reference,
    },
    Kind {
        name: "renamed-step",
        breaks: "the step's name in `steps.x` gets a slip; no step has that name",
        make: renamed_step,
    },
    Kind {
        name: "renamed-secret",
        breaks: "the name in `secrets.x` or `inputs.x` gets a slip; none is declared by it",
        make: renamed_secret,
    },
    Kind {
        name: "renamed-field",
        breaks: "a field of a value whose type is a record gets a slip; the record has no such field",
        make: renamed_field,
    },
    Kind {
        name: "removed-input",
        breaks: "the declaration of an input that is read is taken out",
        make: removed_input,
    },
    Kind {
        name: "removed-id",
        breaks: "the name of a step whose output is read is taken out",
        make: removed_id,
    },
    Kind {
        name: "duplicate-id",
        breaks: "a step gets the name of another step of its block",
        make: duplicate_id,
    },
    Kind {
        name: "use-before-set",
        breaks: "a step is put before the one beside it whose output it reads",
        make: use_before_set,
    },
    Kind {
        name: "maybe-unset",
        breaks: "a step is put into an `if` of its own while later steps read its output unconditionally",
        make: maybe_unset,
    },
    Kind {
        name: "reserved-name",
        breaks: "an input is called by a word that expressions reserve, and read by it",
        make: reserved_name,
    },
    Kind {
        name: "branches-share-name",
        breaks: "two branches that run at the same time set one variable",
        make: branches_share_name,
    },
];

/// All names that the workflow binds.
fn bound(s: &Subject) -> BTreeSet<String> {
    let analysis = &s.checked.analysis;
    let names = analysis.bindings.iter().map(|b| b.name.text.to_string());
    let locals = analysis.locals.iter().map(|(n, _)| n.text.to_string());
    let steps = s.ast().steps.iter().filter_map(|st| st.id.as_ref());
    names
        .chain(locals)
        .chain(steps.map(|n| n.text.to_string()))
        .collect()
}

fn renamed_reference(s: &Subject, out: &mut Vec<Mutant>) {
    let bound = bound(s);
    for (id, kind, span) in s.exprs() {
        let (ExprKind::Ident { name, .. }, Some(Ref::Binding(_) | Ref::Local(_))) =
            (kind, s.checked.analysis.refs.get(&id))
        else {
            continue;
        };
        let wrong = misspelt(name, span.start);
        if s.src(span) == &**name && !bound.contains(&wrong) {
            out.push(Mutant::replace(span, wrong));
        }
    }
}

/// Selections of a namespace: the expression of the name after it.
fn after_namespace<'a>(
    s: &'a Subject,
    namespaces: &'a [&'a str],
) -> impl Iterator<Item = (ExprId, Span, &'a str)> {
    s.exprs().filter_map(move |(id, kind, _)| {
        let ExprKind::Select {
            of,
            field,
            optional: false,
        } = kind
        else {
            return None;
        };
        let ExprKind::Ident { name, .. } = s.ast().exprs.kind(*of) else {
            return None;
        };
        let plain = s.checked.analysis.refs.get(of);
        (namespaces.contains(&&**name) && !matches!(plain, Some(Ref::Binding(_) | Ref::Local(_))))
            .then_some((id, field.span, &*field.text))
    })
}

fn renamed_step(s: &Subject, out: &mut Vec<Mutant>) {
    let bound = bound(s);
    for (_, span, name) in after_namespace(s, &["steps"]) {
        let wrong = misspelt(name, span.start);
        if s.src(span) == name && !bound.contains(&wrong) {
            out.push(Mutant::replace(span, wrong));
        }
    }
}

fn renamed_secret(s: &Subject, out: &mut Vec<Mutant>) {
    let bound = bound(s);
    let secrets = &s.ast().workflow.secrets;
    for (_, span, name) in after_namespace(s, &["secrets", "inputs"]) {
        let wrong = misspelt(name, span.start);
        let known = bound.contains(&wrong) || secrets.iter().any(|n| *n.text == *wrong);
        if s.src(span) == name && !known {
            out.push(Mutant::replace(span, wrong));
        }
    }
}

fn renamed_field(s: &Subject, out: &mut Vec<Mutant>) {
    for (_, kind, _) in s.exprs() {
        let ExprKind::Select {
            of,
            field,
            optional: false,
        } = kind
        else {
            continue;
        };
        let Some(record) = s.record(&s.ty(*of)) else {
            continue;
        };
        let wrong = misspelt(&field.text, field.span.start);
        let known = record.field(&field.text).is_some() && record.field(&wrong).is_none();
        if record.closed && known && s.src(field.span) == &*field.text {
            out.push(Mutant::replace(field.span, wrong));
        }
    }
}

/// Places in expressions that read an input.
fn reads_of_input(s: &Subject, place: usize) -> Vec<Span> {
    let bindings = &s.checked.analysis.bindings;
    let found = bindings
        .iter()
        .find(|b| matches!(b.kind, BindingKind::Input(n) if n as usize == place));
    found.map(|b| b.reads.clone()).unwrap_or_default()
}

fn removed_input(s: &Subject, out: &mut Vec<Mutant>) {
    let tree = s.tree();
    let Some(map) = tree.root.and_then(|root| tree.field(root, "inputs")) else {
        return;
    };
    for (i, input) in s.ast().workflow.inputs.iter().enumerate() {
        let reads = reads_of_input(s, i);
        if reads.is_empty() || mapped_by_trigger(s, &input.name.text) {
            continue;
        }
        let edit = if s.spelling == Spelling::Text {
            text_declaration(s, map, i, "input")
        } else if entries(tree, map).len() > 1 {
            remove_entry(s, map, i)
        } else {
            None
        };
        let Some(edit) = edit else { continue };
        out.push(Mutant::of(vec![edit]).near(reads));
    }
}

/// Whether a trigger gives the input: its mapping would be at fault as well.
pub(super) fn mapped_by_trigger(s: &Subject, input: &str) -> bool {
    s.ast().workflow.triggers.iter().any(|t| {
        t.inputs.is_some_and(|inputs| {
            matches!(s.ast().exprs.kind(inputs), ExprKind::Map(entries) if entries.iter().any(
                |e| matches!(s.ast().exprs.kind(e.key), ExprKind::String(k) if **k == *input)))
        })
    })
}

/// A declaration of the text form, from its keyword to its end.
fn text_declaration(s: &Subject, map: NodeId, index: usize, keyword: &str) -> Option<Edit> {
    let entry = entries(s.tree(), map).get(index)?;
    let before = s.before(entry.key_span.start).trim_end();
    let start = before.strip_suffix(keyword)?.len();
    let end = s.tree().span(entry.value).end;
    Some(Edit {
        span: Span::of(start, end as usize),
        text: String::new(),
    })
}

/// Plain reads of a step's output, and whether all reads of it are plain.
fn reads_of_step(s: &Subject, id: StepId) -> Option<Vec<Span>> {
    let parents = parents(s);
    let analysis = &s.checked.analysis;
    let mut reads = Vec::new();
    for (expr, _, span) in s.exprs() {
        let reads_it = match analysis.refs.get(&expr) {
            Some(Ref::Binding(b)) => {
                analysis.bindings.get(b.0 as usize)?.kind == BindingKind::Output(id)
            }
            Some(Ref::StepOutput(step)) => *step == id,
            Some(Ref::StepStatus(step) | Ref::StepError(step) | Ref::Step(step)) => {
                if *step == id {
                    return None;
                }
                false
            }
            _ => false,
        };
        if reads_it {
            if is_guarded(s, &parents, expr) {
                return None;
            }
            reads.push(span);
        }
    }
    (!reads.is_empty()).then_some(reads)
}

/// Steps that have an id, no output variable, and plain reads.
fn read_steps(s: &Subject) -> Vec<(StepId, &Step, Vec<Span>)> {
    let ast = s.ast();
    let named = ast.step_ids().map(|id| (id, ast.step(id)));
    named
        .filter(|(_, step)| step.id.is_some() && step.output.is_none())
        .filter_map(|(id, step)| Some((id, step, reads_of_step(s, id)?)))
        .collect()
}

fn removed_id(s: &Subject, out: &mut Vec<Mutant>) {
    for (_, step, reads) in read_steps(s) {
        let Some(id) = &step.id else { continue };
        // `let x = value` is an assignment: without its name it is nothing.
        if matches!(step.kind, StepKind::Set { .. }) {
            continue;
        }
        let edit = if s.spelling == Spelling::Text {
            let start = step.span.start;
            let rest = s.after(id.span.end);
            let Some(equals) = rest.trim_start().strip_prefix('=') else {
                continue;
            };
            let end = s.text.len() - equals.trim_start().len();
            let span = Span::of(start as usize, end);
            s.src(span).starts_with("let").then_some(Edit {
                span,
                text: String::new(),
            })
        } else {
            let place = entries(s.tree(), step.node)
                .iter()
                .position(|e| &*e.key == "id");
            place.and_then(|i| remove_entry(s, step.node, i))
        };
        if let Some(edit) = edit {
            out.push(Mutant::of(vec![edit]).near(reads));
        }
    }
}

fn step_of_node(s: &Subject, node: NodeId) -> Option<(StepId, &Step)> {
    let ast = s.ast();
    ast.step_ids()
        .map(|id| (id, ast.step(id)))
        .find(|(_, step)| step.node == node)
}

fn duplicate_id(s: &Subject, out: &mut Vec<Mutant>) {
    for block in &s.sites.blocks {
        let steps: Vec<_> = block
            .items
            .iter()
            .filter_map(|n| step_of_node(s, *n))
            .collect();
        for pair in steps.windows(2) {
            let [(_, first), (second, step)] = pair else {
                continue;
            };
            let (Some(taken), None) = (&first.id, &step.output) else {
                continue;
            };
            if !is_name(&taken.text) || matches!(step.kind, StepKind::Set { .. }) {
                continue;
            }
            let edit = match &step.id {
                Some(id) if reads_any(s, *second) || s.src(id.span) != &*id.text => continue,
                Some(id) => Edit {
                    span: id.span,
                    text: taken.text.to_string(),
                },
                None => match with_id(s, step, &taken.text) {
                    Some(edit) => edit,
                    None => continue,
                },
            };
            out.push(Mutant::of(vec![edit]).near([taken.span]));
        }
    }
}

/// Whether anything refers to a step.
fn reads_any(s: &Subject, id: StepId) -> bool {
    let analysis = &s.checked.analysis;
    analysis.refs.values().any(|r| match r {
        Ref::Binding(b) => analysis
            .bindings
            .get(b.0 as usize)
            .is_some_and(|b| b.kind == BindingKind::Output(id)),
        Ref::StepOutput(step) | Ref::StepStatus(step) | Ref::StepError(step) | Ref::Step(step) => {
            *step == id
        }
        _ => false,
    })
}

/// Gives an id to a step without one.
fn with_id(s: &Subject, step: &Step, id: &str) -> Option<Edit> {
    let first = entries(s.tree(), step.node).first()?;
    let at = first.key_span.start;
    let text = match s.spelling {
        Spelling::Text => {
            let named = ["agent", "bash", "tool", "call", "approval", "agent_message"];
            let word = s.src(step.head);
            if !named.contains(&word) || step.head.start != step.span.start {
                return None;
            }
            return Some(Edit {
                span: Span::at(step.span.start),
                text: format!("let {id} = "),
            });
        }
        Spelling::Json => format!("\"id\": \"{id}\", "),
        Spelling::Yaml if super::help::is_flow(s, step.node) => format!("id: {id}, "),
        Spelling::Yaml => format!("id: {id}\n{}", " ".repeat(s.column(at).0)),
    };
    Some(Edit {
        span: Span::at(at),
        text,
    })
}

fn use_before_set(s: &Subject, out: &mut Vec<Mutant>) {
    for (_, step, reads) in read_steps(s) {
        // An assignment may have had a value before.
        if matches!(step.kind, StepKind::Set { .. }) {
            continue;
        }
        for block in &s.sites.blocks {
            let place = block.items.iter().position(|n| *n == step.node);
            let Some(next) = place.and_then(|i| block.items.get(i + 1)) else {
                continue;
            };
            let a = trimmed(s, step.span);
            let b = trimmed(s, s.tree().span(*next));
            let inside: Vec<Span> = reads.iter().copied().filter(|r| b.contains(*r)).collect();
            // Other siblings after both still see it.
            if inside.is_empty() || !whole_items(s, block, a, b) || is_parallel(s, block) {
                continue;
            }
            let mut mutant = Mutant::of(vec![
                Edit {
                    span: a,
                    text: s.src(b).to_owned(),
                },
                Edit {
                    span: b,
                    text: s.src(a).to_owned(),
                },
            ]);
            let there = |r: &Span| {
                let start = r.start - b.start + a.start;
                Span::new(start, start + r.len())
            };
            mutant.exact = inside.iter().map(there).collect();
            out.push(mutant);
        }
    }
}

/// Whether two items may change places as they are written.
fn whole_items(s: &Subject, block: &BlockSite, a: Span, b: Span) -> bool {
    s.spelling != Spelling::Yaml
        || super::help::is_flow(s, block.seq)
        || super::help::dash(s, a.start).is_some() && super::help::dash(s, b.start).is_some()
}

/// Whether a block's steps are branches of the older form: they run at the same time.
fn is_parallel(s: &Subject, block: &BlockSite) -> bool {
    s.sites.entries.iter().any(|e| {
        let here = entries(s.tree(), e.map).get(e.index);
        here.is_some_and(|h| h.value == block.seq)
            && matches!(e.owner, crate::mutate::sites::Owner::Step(k) if k.name == "parallel")
    })
}

fn maybe_unset(s: &Subject, out: &mut Vec<Mutant>) {
    for (_, step, reads) in read_steps(s) {
        let block = s.sites.blocks.iter().find(|b| b.items.contains(&step.node));
        let Some(block) = block.filter(|b| !is_parallel(s, b)) else {
            continue;
        };
        let span = trimmed(s, step.span);
        // What undoes the step runs only when it was there.
        let outside: Vec<Span> = reads.into_iter().filter(|r| !span.contains(*r)).collect();
        if outside.is_empty() || matches!(step.kind, StepKind::Set { .. }) {
            continue;
        }
        if let Some(edits) = in_an_if(s, block, span) {
            let mut mutant = Mutant::of(edits);
            mutant.exact = outside
                .iter()
                .map(|r| crate::mutate::edit::moved_span(&mutant.edits, *r))
                .collect();
            out.push(mutant);
        }
    }
}

const CONDITION: &str = "execution.attempt > 1";

fn in_an_if(s: &Subject, block: &BlockSite, span: Span) -> Option<Vec<Edit>> {
    let around = |before: String, after: &str| {
        vec![
            Edit {
                span: Span::at(span.start),
                text: before,
            },
            Edit {
                span: Span::at(span.end),
                text: after.to_owned(),
            },
        ]
    };
    match s.spelling {
        Spelling::Text => Some(around(format!("if {CONDITION} {{\n"), "\n}")),
        Spelling::Json => Some(around(
            format!("{{ \"type\": \"conditional\", \"condition\": \"{CONDITION}\", \"then\": [ "),
            " ] }",
        )),
        Spelling::Yaml if super::help::is_flow(s, block.seq) => Some(around(
            format!("{{ type: conditional, condition: {CONDITION}, then: [ "),
            " ] }",
        )),
        Spelling::Yaml => {
            let dash = super::help::dash(s, span.start)?;
            let pad = " ".repeat(s.column(dash).0);
            let mut edits = vec![Edit {
                span: Span::at(dash),
                text: format!(
                    "- type: conditional\n{pad}  condition: {CONDITION}\n{pad}  then:\n{pad}    "
                ),
            }];
            let mut at = span.start;
            while let Some(next) = s.after(at).find('\n') {
                at += u32::try_from(next).ok()? + 1;
                if at >= span.end {
                    break;
                }
                edits.push(Edit {
                    span: Span::at(at),
                    text: "    ".to_owned(),
                });
            }
            Some(edits)
        }
    }
}

fn reserved_name(s: &Subject, out: &mut Vec<Mutant>) {
    for (i, input) in s.ast().workflow.inputs.iter().enumerate() {
        let reads = reads_of_input(s, i);
        let [read] = reads.as_slice() else { continue };
        let plain = s.src(*read) == &*input.name.text && s.src(input.name.span) == s.src(*read);
        let selected = s.before(read.start).ends_with('.');
        if !plain || selected || mapped_by_trigger(s, &input.name.text) {
            continue;
        }
        let word = if i % 2 == 0 { "namespace" } else { "package" };
        let edit = |span| Edit {
            span,
            text: word.to_owned(),
        };
        let mut mutant = Mutant::of(vec![edit(input.name.span), edit(*read)]);
        let places = crate::mutate::edit::places(&mutant.edits);
        mutant.exact = places.into_iter().skip(1).collect();
        out.push(mutant);
    }
}

fn branches_share_name(s: &Subject, out: &mut Vec<Mutant>) {
    for step in &s.ast().steps {
        let StepKind::Parallel {
            branches,
            from_steps: false,
            join: None,
            ..
        } = &step.kind
        else {
            continue;
        };
        // The reader stands at the end of the workflow, and sees what all of its runs set.
        if !s
            .ast()
            .workflow
            .steps
            .steps
            .iter()
            .any(|id| s.ast().step(*id).node == step.node)
        {
            continue;
        }
        let seqs: Vec<NodeId> = s
            .sites
            .blocks
            .iter()
            .filter(|b| {
                branches
                    .iter()
                    .any(|br| br.body.span == s.tree().span(b.seq))
            })
            .map(|b| b.seq)
            .collect();
        for pair in seqs.windows(2) {
            let [a, b] = pair else { continue };
            let set = |seq: NodeId, n: u8| {
                let first = crate::mutate::sites::items(s.tree(), seq).first()?;
                insert_before(
                    s,
                    seq,
                    *first,
                    &format!("{{ \"type\": \"set\", \"values\": {{ \"winner\": {n} }} }}"),
                    &format!("set winner = {n}"),
                )
            };
            let show = insert_last_reader(s);
            if let (Some(a), Some(b), Some(show)) = (set(*a, 1), set(*b, 2), show) {
                let mut mutant = Mutant::of(vec![a, b, show]);
                mutant.exact = crate::mutate::edit::places(&mutant.edits)
                    .into_iter()
                    .take(2)
                    .collect();
                out.push(mutant);
            }
        }
    }
}

/// A last step that reads what the branches set, so that it is no unused name besides.
fn insert_last_reader(s: &Subject) -> Option<Edit> {
    let root = s.sites.blocks.iter().find(|b| {
        s.tree()
            .root
            .and_then(|r| s.tree().field(r, "steps"))
            .is_some_and(|n| n == b.seq)
    })?;
    insert_last(
        s,
        root.seq,
        "{ \"type\": \"agent_message\", \"content\": \"{{ winner }}\" }",
        "agent_message \"{{ winner }}\"",
    )
}
