//! Places that do not take everything.

use wfc_syntax::ast::{Step, StepId};
use wfc_syntax::expr::{BinaryOp, ExprId, ExprKind, Name, Part};

use super::Walk;
use crate::analysis::catalogue::Hints;
use crate::rules::RuleContext;
use crate::rules::trust::hints::{held, hints, is_destructive};
use crate::rules::trust::label::{Doubt, Form, Label, Origin, Source};
use crate::rules::trust::summary::{InputSink, Sink, Unguarded};
use crate::rules::trust::trail::Trail;
use crate::rules::trust::{
    blind_approval, outside_destructive_argument, outside_text_in_command, secret_exposed,
    secret_in_command, shell, steered_agent, unapproved_tool,
};

impl<'a> Walk<'a> {
    /// Notes that inputs go to a sink, for this file's callers.
    pub(super) fn note_inputs(
        &mut self,
        origins: &[Origin],
        at: wfc_syntax::span::Span,
        sink: &Sink,
        further: &Trail,
    ) {
        for origin in origins {
            if let Source::Input(input) = origin.source
                && *origin.place.file == *self.env.file
            {
                self.summary.sink(InputSink {
                    input,
                    path: origin.path.clone(),
                    form: origin.form,
                    sink: sink.clone(),
                    place: self.env.place(at),
                    trail: origin.trail.and(further),
                });
            }
        }
    }

    pub(super) fn report(
        &mut self,
        found: impl FnOnce(&RuleContext<'_>) -> wfc_syntax::diagnostic::Diagnostic,
    ) {
        if !self.called {
            let found = found(self.env.cx);
            self.out.push(found);
        }
    }

    /// A shell command takes no text from outside, and no secret.
    pub(super) fn command(&mut self, step: &Step, command: ExprId) {
        for part in parts(self.env.cx, command) {
            let label = self.env.label(part).flat();
            if label.is_clean() {
                continue;
            }
            let texts: Vec<Origin> = label
                .origins()
                .iter()
                .filter(|o| o.form == Form::Text)
                .cloned()
                .collect();
            let span = self.env.cx.ast.exprs.span(part);
            self.note_inputs(&texts, span, &Sink::Command, &Trail::default());
            if let Some(secret) = &label.secret {
                self.report(|cx| secret_in_command::report(cx, step, command, part, secret));
            } else if let Some(origin) = texts.first()
                && origin.source.doubt() != Doubt::Trusted
            {
                self.report(|cx| outside_text_in_command::report(cx, step, command, part, origin));
            }
        }
    }

    /// What a command runs out of its environment, or its standard input, is a command, too.
    pub(super) fn run_again(
        &mut self,
        command: ExprId,
        env: Option<ExprId>,
        stdin: Option<ExprId>,
    ) {
        if env.is_none() && stdin.is_none() {
            return;
        }
        let cx = self.env.cx;
        let again = shell::run_again(&text_of(cx, command));
        let entries = match env.map(|env| cx.ast.exprs.kind(env)) {
            Some(ExprKind::Map(entries)) => entries.as_slice(),
            _ => &[],
        };
        for entry in entries {
            let ExprKind::String(name) = cx.ast.exprs.kind(entry.key) else {
                continue;
            };
            if let Some((_, by)) = again
                .variables
                .iter()
                .find(|(variable, _)| **variable == **name)
            {
                self.is_run(entry.value, by);
            }
        }
        if let (Some(input), Some(by)) = (stdin, &again.input) {
            self.is_run(input, by);
        }
    }

    fn is_run(&mut self, value: ExprId, by: &str) {
        let label = self.env.label(value).flat();
        let origins = label.origins().iter();
        let texts: Vec<Origin> = origins.filter(|o| o.form == Form::Text).cloned().collect();
        let span = self.env.cx.ast.exprs.span(value);
        self.note_inputs(&texts, span, &Sink::RunAgain, &Trail::default());
        if let Some(origin) = texts.first()
            && origin.source.doubt() != Doubt::Trusted
        {
            self.report(|cx| outside_text_in_command::run_again(cx, span, by, origin));
        }
    }

    /// A destructive tool wants a person's yes, and shows what it destroys to that person.
    pub(super) fn tool_sinks(
        &mut self,
        id: StepId,
        tool: &'a Name,
        arguments: Option<ExprId>,
        hints: Hints,
    ) {
        if !is_destructive(hints) || self.undoes_its_own(arguments) {
            return;
        }
        if !self.guard.approved {
            self.summary.unguard(Unguarded {
                tool: (*tool.text).into(),
                place: self.env.place(tool.span),
                trail: Trail::default(),
            });
            let undoing = self.undoing.is_some();
            self.report(|cx| unapproved_tool::report(cx, id, tool, undoing));
        }
        let sink = Sink::Destructive {
            tool: (*tool.text).into(),
        };
        let mut blind = Vec::new();
        for value in arguments_of(self.env.cx, arguments) {
            let label = self.env.label(value).flat();
            let unseen: Vec<Origin> = label
                .origins()
                .iter()
                .filter(|o| !self.guard.has_shown(o))
                .cloned()
                .collect();
            let Some(first) = unseen.first() else {
                continue;
            };
            let span = self.env.cx.ast.exprs.span(value);
            self.note_inputs(&unseen, span, &sink, &Trail::default());
            if !self.guard.approved || self.undoing.is_some() {
                continue;
            }
            if first.source.doubt() == Doubt::Certain {
                self.report(|cx| outside_destructive_argument::report(cx, tool, value, first));
            } else if unseen.iter().any(|o| !self.guard.has_shown_any(o)) {
                blind.push(value);
            }
        }
        if !blind.is_empty() {
            self.report(|cx| blind_approval::report(cx, tool, &blind));
        }
    }

    /// Whether a step undoes what the step around it did, by what that one yielded or was given itself.
    pub(super) fn undoes_its_own(&mut self, arguments: Option<ExprId>) -> bool {
        let Some(done) = self.undoing else {
            return false;
        };
        let cx = self.env.cx;
        let step = cx.ast.step(done);
        let mut given = Label::default();
        for value in own_values(step) {
            given = given.join(&self.env.label(value).flat());
        }
        let values = arguments_of(cx, arguments);
        let labels: Vec<Label> = values.iter().map(|v| self.env.label(*v).flat()).collect();
        let inner =
            |o: &Origin| *o.place.file == *self.env.file && step.span.contains(o.place.span);
        labels.iter().all(|label| {
            let mut origins = label.origins().iter();
            origins.all(|o| {
                inner(o)
                    || given
                        .origins()
                        .iter()
                        .any(|g| g.place == o.place && g.path == o.path)
            })
        })
    }

    /// An agent that holds a destructive tool takes no orders from outside.
    pub(super) fn agent(
        &mut self,
        step: &'a Step,
        (goal, context): (ExprId, Option<ExprId>),
        tools: &'a [Name],
    ) {
        let cx = self.env.cx;
        let all: Vec<(&Name, String, Hints)> = held(cx, tools)
            .map(|(name, tool)| {
                let known = hints(cx, &tool);
                (name, tool, known)
            })
            .collect();
        let Some((held, tool, _)) = all.iter().find(|(.., h)| is_destructive(*h)) else {
            return;
        };
        let mut steering = self.env.label(goal).flat();
        if let Some(context) = context {
            steering = steering.join(&self.env.label(context).flat());
        }
        let texts: Vec<Origin> = steering
            .origins()
            .iter()
            .filter(|o| o.form == Form::Text && !(self.guard.approved && self.guard.has_shown(o)))
            .cloned()
            .collect();
        let sink = Sink::Steer {
            tool: tool.as_str().into(),
        };
        self.note_inputs(&texts, held.span, &sink, &Trail::default());
        if let Some(origin) = texts.first().filter(|o| o.source.doubt() == Doubt::Certain) {
            self.report(|cx| steered_agent::report(cx, step, held, origin));
        } else if !self.guard.approved
            && let Some((reads, ..)) = all
                .iter()
                .find(|(.., h)| h.open_world == Some(true) && !is_destructive(*h))
        {
            self.report(|cx| steered_agent::by_its_tools(cx, step, held, reads));
        }
    }

    /// What is shown to others takes no secret.
    pub(super) fn exposed(&mut self, value: ExprId, what: &'static str) {
        let cx = self.env.cx;
        let mut work = vec![value];
        while let Some(id) = work.pop() {
            let inner: Vec<ExprId> = match cx.ast.exprs.kind(id) {
                ExprKind::Template(_)
                | ExprKind::Binary {
                    op: BinaryOp::Add, ..
                } => parts(cx, id),
                ExprKind::List(items) => items.iter().map(|i| i.value).collect(),
                ExprKind::Map(entries) => entries.iter().map(|e| e.value).collect(),
                _ => Vec::new(),
            };
            if !inner.is_empty() {
                work.extend(inner.into_iter().filter(|e| *e != id));
                continue;
            }
            let label = self.env.label(id).flat();
            if label.is_clean() {
                continue;
            }
            if let Some(secret) = &label.secret {
                self.report(|cx| secret_exposed::report(cx, id, secret, what));
            }
            let span = cx.ast.exprs.span(id);
            self.note_inputs(
                label.origins(),
                span,
                &Sink::Exposed(what),
                &Trail::default(),
            );
        }
    }
}

/// The values that a step was given: what it did is known by them.
fn own_values(step: &Step) -> Vec<ExprId> {
    use wfc_syntax::ast::StepKind;
    match &step.kind {
        StepKind::Tool { arguments, .. } => arguments.iter().copied().collect(),
        StepKind::Bash {
            command,
            env,
            stdin,
            ..
        } => std::iter::once(*command)
            .chain(*env)
            .chain(*stdin)
            .collect(),
        StepKind::Subworkflow { inputs, .. } => inputs.iter().copied().collect(),
        _ => Vec::new(),
    }
}

/// The values of a tool's arguments, one by one where they are written out.
pub(super) fn arguments_of(cx: &RuleContext<'_>, arguments: Option<ExprId>) -> Vec<ExprId> {
    match arguments.map(|a| (a, cx.ast.exprs.kind(a))) {
        None => Vec::new(),
        Some((_, ExprKind::Map(entries))) => entries.iter().map(|e| e.value).collect(),
        Some((whole, _)) => vec![whole],
    }
}

/// The text that is written of a command; what varies is a letter.
fn text_of(cx: &RuleContext<'_>, command: ExprId) -> String {
    match cx.ast.exprs.kind(command) {
        ExprKind::String(text) => text.to_string(),
        ExprKind::Template(parts) => {
            let text = parts.iter().map(|part| match part {
                Part::Text(text, _) => &**text,
                Part::Expr(_) => "x",
            });
            text.collect()
        }
        _ => String::new(),
    }
}

/// The expressions that a text is put together from.
pub(super) fn parts(cx: &RuleContext<'_>, text: ExprId) -> Vec<ExprId> {
    let exprs = &cx.ast.exprs;
    let mut out = Vec::new();
    let mut work = vec![text];
    while let Some(id) = work.pop() {
        match exprs.kind(id) {
            ExprKind::Template(parts) => {
                let inner = parts.iter().rev().filter_map(|p| match p {
                    Part::Expr(e) => Some(*e),
                    Part::Text(..) => None,
                });
                work.extend(inner);
            }
            ExprKind::Binary {
                op: BinaryOp::Add,
                left,
                right,
                ..
            } => work.extend([*right, *left]),
            ExprKind::String(_) => {}
            _ => out.push(id),
        }
    }
    out
}
