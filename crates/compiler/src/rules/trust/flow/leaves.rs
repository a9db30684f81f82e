//! Steps without blocks: what they take, and the labels of what they yield.

use wfc_syntax::ast::{Step, StepId, StepKind, VarDecl, Wait};
use wfc_syntax::expr::ExprId;

use super::Walk;
use crate::rules::trust::hints::of_call;
use crate::rules::trust::label::{Label, Source};

impl<'a> Walk<'a> {
    /// A variable's first value.
    pub(super) fn variable(&mut self, (place, variable): (u32, &VarDecl)) {
        use crate::analysis::BindingKind;
        let Some(value) = variable.value else { return };
        let label = self.env.label(value);
        if label.is_clean() {
            return;
        }
        let mut bindings = (0_u32..).zip(&self.env.cx.analysis.bindings);
        let found = bindings.find(|(_, b)| b.kind == BindingKind::Variable(place));
        if let Some((at, _)) = found {
            self.set(crate::analysis::BindingId(at), label);
        }
    }

    pub(super) fn kind(&mut self, id: StepId, step: &'a Step) -> Label {
        match &step.kind {
            StepKind::Agent {
                goal,
                context,
                model,
                tools,
                ..
            } => {
                self.exposed(*goal, "an agent's goal");
                if let Some(context) = context {
                    self.exposed(*context, "an agent's context");
                }
                if let Some(model) = model {
                    self.exposed(*model, "an agent's model");
                }
                self.agent(step, (*goal, *context), tools);
                self.fails(step, Source::Failure);
                self.source(step, Source::Agent)
            }
            StepKind::AgentMessage {
                content,
                await_response,
                ..
            } => {
                self.exposed(*content, "a message");
                if await_response.is_some_and(|a| a.value) {
                    self.source(step, Source::Reply)
                } else {
                    Label::default()
                }
            }
            StepKind::Tool { tool, arguments } => self.tool(id, step, tool, *arguments),
            StepKind::Bash {
                command,
                env,
                stdin,
                ..
            } => {
                self.command(step, *command);
                self.run_again(*command, *env, *stdin);
                self.fails(step, Source::Command);
                self.source(step, Source::Command)
            }
            StepKind::Approval {
                prompt,
                items,
                on_deny,
                ..
            } => self.approval(id, (*prompt, *items), *on_deny),
            StepKind::Wait {
                wait: Wait::Event { key, .. },
                ..
            } => {
                if let Some(key) = key {
                    self.exposed(*key, "an event's key");
                }
                self.source(step, Source::Event)
            }
            StepKind::Subworkflow {
                workflow,
                inputs,
                wait,
            } => self.call(step, workflow, *inputs, wait.is_none_or(|w| w.value)),
            StepKind::Set { values, .. } => {
                for (place, assign) in (0_u32..).zip(values) {
                    let name = &assign.name;
                    let label = self
                        .env
                        .label(assign.value)
                        .via(&self.env.place(name.span), &|| {
                            format!("`{}` takes it", name.text)
                        });
                    if let Some(target) = self.env.cx.analysis.set_targets.get(&(id, place)) {
                        self.set(*target, label);
                    }
                }
                Label::default()
            }
            StepKind::Return(value) => {
                if let Some(value) = value {
                    self.returned(*value);
                }
                self.run_ends();
                self.guard.end();
                Label::default()
            }
            StepKind::Fail { message, .. } => {
                self.fail(*message);
                Label::default()
            }
            StepKind::Break | StepKind::Continue => {
                self.jump(matches!(step.kind, StepKind::Break));
                Label::default()
            }
            _ => self.composite(id, step),
        }
    }

    fn fail(&mut self, message: Option<ExprId>) {
        if let Some(message) = message {
            self.exposed(message, "an error's message");
        }
        if let Some(message) = message.filter(|_| self.hears_failures()) {
            let label = self.env.label(message).flat();
            self.failures = self
                .failures
                .join(&Label::record([("message".into(), label)]));
        }
        self.guard.end();
    }

    /// The workflow's result.
    pub(super) fn returned(&mut self, value: ExprId) {
        self.exposed(value, "the workflow's result");
        let label = self.env.label(value);
        self.summary.returns = self.summary.returns.join(&label);
    }

    fn jump(&mut self, leaves: bool) {
        let here = self.guard.clone();
        let exit = self.loops.last().map(|l| self.exit(l.mark, here));
        if let (Some(around), Some(exit)) = (self.loops.last_mut(), exit) {
            if leaves {
                around.exits.push(exit);
            } else {
                around.again.push(exit);
            }
        }
        self.guard.end();
    }

    /// What a step brings in, newly.
    pub(super) fn source(&mut self, step: &Step, source: Source) -> Label {
        let place = self.env.place(step.head);
        self.guard.renew(&place);
        Label::of(source, place)
    }

    /// Whether anything reads what a step here says when it fails.
    fn hears_failures(&self) -> bool {
        self.reads_failures || !self.ever.is_empty()
    }

    /// What a step may say when it fails.
    pub(super) fn fails(&mut self, step: &Step, source: Source) {
        if !self.hears_failures() {
            return;
        }
        let said = Label::of(source, self.env.place(step.head));
        let error = [
            ("message".into(), said.field("message")),
            ("details".into(), said.field("details")),
        ];
        self.failures = self.failures.join(&Label::record(error));
    }

    fn tool(
        &mut self,
        id: StepId,
        step: &'a Step,
        tool: &'a wfc_syntax::expr::Name,
        arguments: Option<ExprId>,
    ) -> Label {
        let known = of_call(self.env.cx, &tool.text, arguments);
        self.tool_sinks(id, tool, arguments, known);
        if &*tool.text == wfc_program::tools::REQUEST {
            self.request(arguments);
        }
        match known.open_world {
            Some(true) => {
                self.fails(step, Source::OpenTool);
                self.source(step, Source::OpenTool)
            }
            Some(false) => Label::default(),
            None => {
                self.fails(step, Source::Tool);
                self.source(step, Source::Tool)
            }
        }
    }
}
