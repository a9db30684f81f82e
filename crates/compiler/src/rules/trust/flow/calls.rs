//! Calls of other workflows: their summaries, put to the arguments given here.

use wfc_syntax::ast::Step;
use wfc_syntax::expr::{ExprId, ExprKind, Name};
use wfc_syntax::span::Span;

use super::Walk;
use crate::rules::trust::guard::Key;
use crate::rules::trust::label::{Doubt, Form, Label, Origin, Source, place};
use crate::rules::trust::summary::{File, InputSink, Sink, Summary, Unguarded};
use crate::rules::trust::trail::{Place, Trail};
use crate::rules::trust::{in_callee, unapproved_tool};

/// What one input is given.
struct Given {
    label: Label,
    /// The value in this file, or the call itself where it is left out.
    span: Span,
}

impl<'a> Walk<'a> {
    pub(super) fn call(
        &mut self,
        step: &'a Step,
        workflow: &'a Name,
        inputs: Option<ExprId>,
        waits: bool,
    ) -> Label {
        self.fails(step, Source::Failure);
        let found = self.calls.of(self.env.cx.file, &workflow.text);
        let Some((file, summary)) = found else {
            return if waits {
                self.source(step, Source::Workflow)
            } else {
                Label::default()
            };
        };
        let given = self.given(step, &file, inputs);
        self.effects(workflow, inputs, &file, &summary);
        for sink in &summary.sinks {
            if let Some(given) = given.get(sink.input as usize) {
                self.reaches(workflow, &file, sink, given);
            }
        }
        if !waits {
            return Label::default();
        }
        if summary.approves {
            self.approved_in(&summary, &given);
        }
        self.yields(workflow, &file, &summary, &given)
    }

    /// What each input of the called workflow is given, in their order.
    fn given(&mut self, step: &Step, file: &File, inputs: Option<ExprId>) -> Vec<Given> {
        let cx = self.env.cx;
        let whole = inputs.map(|i| (i, self.env.label(i)));
        let one = |name: &str, place: &Place| {
            let Some((id, label)) = &whole else {
                return Given {
                    label: Label::default(),
                    span: step.head,
                };
            };
            let written = match cx.ast.exprs.kind(*id) {
                ExprKind::Map(entries) => entries
                    .iter()
                    .find(
                        |e| matches!(cx.ast.exprs.kind(e.key), ExprKind::String(k) if &**k == name),
                    )
                    .map(|e| e.value),
                _ => None,
            };
            Given {
                label: label.field(name).via(place, &|| {
                    format!("it goes to the input `{name}` of `{}`", file.slug)
                }),
                span: cx.ast.exprs.span(written.unwrap_or(*id)),
            }
        };
        let declared = &file.parsed.ast.workflow.inputs;
        let there = file.source.name.as_str().into();
        declared
            .iter()
            .map(|input| one(&input.name.text, &place(&there, input.name.span)))
            .collect()
    }

    /// What the called workflow destroys without anyone's yes.
    fn effects(&mut self, workflow: &Name, inputs: Option<ExprId>, file: &File, summary: &Summary) {
        if self.guard.approved || summary.unguarded.is_empty() || self.undoes_its_own(inputs) {
            return;
        }
        let undoing = self.undoing.is_some();
        let here = self.env.place(workflow.span);
        for effect in &summary.unguarded {
            let text = format!("`{}` is called here", file.slug).into();
            self.summary.unguard(Unguarded {
                trail: Trail::default().then(&here, &text).and(&effect.trail),
                ..effect.clone()
            });
        }
        if let Some(effect) = summary.unguarded.first() {
            self.report(|cx| unapproved_tool::in_callee(cx, workflow, &file.slug, effect, undoing));
        }
    }

    /// What an input is given reaches a place in the called workflow.
    fn reaches(&mut self, workflow: &Name, file: &File, sink: &InputSink, given: &Given) {
        let label = given.label.at(&sink.path).at_most(sink.form).flat();
        if label.is_clean() {
            return;
        }
        let text = sink.sink.remark().into();
        let further = sink.trail.then(&sink.place, &text);
        if let Sink::Exposed(what) = sink.sink {
            self.note_inputs(label.origins(), given.span, &sink.sink, &further);
            if let Some(secret) = &label.secret {
                self.report(|cx| {
                    in_callee::exposed(cx, given.span, &file.slug, secret, what, &further)
                });
            }
            return;
        }
        let wants_text = !matches!(sink.sink, Sink::Destructive { .. });
        let is_seen = |o: &Origin| {
            !matches!(sink.sink, Sink::Command | Sink::RunAgain)
                && self.guard.approved
                && self.guard.has_shown(o)
        };
        let unseen: Vec<Origin> = label
            .origins()
            .iter()
            .filter(|o| (o.form == Form::Text || !wants_text) && !is_seen(o))
            .cloned()
            .collect();
        self.note_inputs(&unseen, given.span, &sink.sink, &further);
        if sink.sink == Sink::Command
            && let Some(secret) = &label.secret
        {
            self.report(|cx| {
                in_callee::secret_in_command(cx, given.span, &file.slug, secret, &further)
            });
            return;
        }
        let Some(origin) = unseen.first() else { return };
        let reported = match &sink.sink {
            Sink::Command | Sink::RunAgain => origin.source.doubt() != Doubt::Trusted,
            // An unguarded tool is reported for itself.
            Sink::Destructive { .. } => {
                origin.source.doubt() == Doubt::Certain && self.is_guarded(sink, workflow)
            }
            _ => origin.source.doubt() == Doubt::Certain,
        };
        if reported {
            self.report(|cx| {
                in_callee::outside(cx, given.span, &file.slug, sink, origin, &further)
            });
        }
    }

    /// Whether the tool of a sink is only reached after a person's yes, here or in the called workflow.
    fn is_guarded(&self, sink: &InputSink, workflow: &Name) -> bool {
        if self.guard.approved {
            return true;
        }
        let found = self.calls.of(self.env.cx.file, &workflow.text);
        found.is_none_or(|(_, summary)| {
            let inside = |e: &Unguarded| e.place.file == sink.place.file;
            !summary.unguarded.iter().any(inside)
        })
    }

    /// The called workflow has asked a person.
    fn approved_in(&mut self, summary: &Summary, given: &[Given]) {
        let mut shown = std::collections::BTreeSet::<Key>::new();
        for (input, path) in &summary.shown {
            if let Some(given) = given.get(*input as usize) {
                let label = given.label.at(path).flat();
                shown.extend(
                    label
                        .origins()
                        .iter()
                        .map(|o| (o.place.clone(), o.path.clone())),
                );
            }
        }
        self.guard.approve(&shown);
    }

    /// The label of what the called workflow returns.
    fn yields(
        &mut self,
        workflow: &Name,
        file: &File,
        summary: &Summary,
        given: &[Given],
    ) -> Label {
        let back = self.env.place(workflow.span);
        let there = file.source.name.as_str();
        let text = || format!("`{}` returns it here", file.slug);
        let returned = summary.returns.replaced(&|origin| match origin.source {
            Source::Input(input) if *origin.place.file == *there => {
                let given = given.get(input as usize)?;
                let label = given.label.at(&origin.path).at_most(origin.form);
                Some(label.after(&origin.trail))
            }
            _ => None,
        });
        let made_there = returned.via(&back, &text);
        // What the call brings in is new each time.
        for origin in made_there.flat().origins() {
            if *origin.place.file == *there {
                self.guard.renew(&origin.place);
            }
        }
        made_there
    }
}

impl Sink {
    /// What is said at the sink's place.
    fn remark(&self) -> String {
        match self {
            Self::Command => "it becomes part of a shell command here".to_owned(),
            Self::RunAgain => "a shell command runs it here".to_owned(),
            Self::Destructive { tool } => format!("it decides what `{tool}` does here"),
            Self::Steer { tool } => format!("it steers an agent that holds `{tool}`"),
            Self::Host => "it says which host the request goes to here".to_owned(),
            Self::Exposed(what) => format!("it gets into {what} here"),
        }
    }
}
