//! Steps that do something outside: agents, messages, tools, commands, other workflows, people, waits.

use wfc_program::tools::SERVER;
use wfc_syntax::ast::{OnDeny, Parse, Step, StepId, StepKind, Wait};
use wfc_syntax::code::Severity;
use wfc_syntax::expr::{ExprId, Name};
use wfc_syntax::type_expr::TypeId;
use wfc_value::ty::{Type, union};

use super::Walker;
use crate::analysis::builtin;
use crate::analysis::callee::is_path;
use crate::analysis::catalogue::{Found, Tool, split};
use crate::analysis::expr::Purpose;
use crate::analysis::records;
use crate::analysis::tables::Signature;
use crate::rules::types::{
    argument_mismatch, input_mismatch, mismatch, missing_argument, unknown_argument, unknown_tool,
    unknown_workflow, untyped_tool,
};

/// The tool that runs a shell command, in the older form.
const BASH_TOOL: &str = "bash";

impl Walker<'_> {
    pub(super) fn effect(&mut self, step: &Step, id: StepId) -> Type {
        match &step.kind {
            StepKind::Agent { .. } => self.agent(step),
            StepKind::AgentMessage { .. } => self.agent_message(step),
            StepKind::Tool { tool, arguments } => self.tool(step, tool, *arguments),
            StepKind::Bash { .. } => self.bash(step),
            StepKind::Subworkflow {
                workflow,
                inputs,
                wait,
            } => {
                let waits = wait.is_none_or(|w| w.value);
                self.subworkflow(step, id, workflow, *inputs, waits)
            }
            StepKind::Approval {
                prompt,
                items,
                on_deny,
                ..
            } => {
                self.text_field(*prompt, "prompt");
                if let Some(items) = items {
                    self.c.expr(*items);
                }
                let goes_on = on_deny.is_some_and(|d| d.value == OnDeny::Continue);
                records::approval(if goes_on {
                    &["approve", "deny"]
                } else {
                    &["approve"]
                })
            }
            StepKind::Wait {
                wait,
                continue_on_timeout,
            } => {
                let ty = self.wait(wait);
                if continue_on_timeout.is_some_and(|c| c.value) {
                    ty.or_null()
                } else {
                    ty
                }
            }
            _ => Type::Error,
        }
    }

    fn agent(&mut self, step: &Step) -> Type {
        let StepKind::Agent {
            goal,
            context,
            model,
            tools,
            returns,
            ..
        } = &step.kind
        else {
            return Type::Error;
        };
        self.text_field(*goal, "goal");
        if let Some(context) = context {
            self.c.expr(*context);
        }
        if let Some(model) = model {
            let purpose = Purpose::step_field("model");
            self.c.expect(*model, &Type::String, &purpose);
        }
        for tool in tools {
            self.agent_tool(tool);
        }
        returns.map_or(Type::String, |ty| self.read_type(ty))
    }

    fn agent_message(&mut self, step: &Step) -> Type {
        let StepKind::AgentMessage {
            content,
            await_response,
            await_timeout,
            returns,
            ..
        } = &step.kind
        else {
            return Type::Error;
        };
        self.text_field(*content, "content");
        self.duration(*await_timeout, "await_timeout_ms");
        let ty = returns.map_or(Type::String, |ty| self.read_type(ty));
        if await_response.is_some_and(|a| a.value) {
            ty
        } else {
            Type::Null
        }
    }

    fn wait(&mut self, wait: &Wait) -> Type {
        match wait {
            Wait::For(length) => {
                self.duration(Some(*length), "for");
                Type::Null
            }
            Wait::Until(time) => {
                let purpose = Purpose::step_field("until");
                self.c.expect(*time, &Type::Timestamp, &purpose);
                Type::Null
            }
            Wait::Event { key, returns, .. } => {
                if let Some(key) = key {
                    let purpose = Purpose::step_field("key");
                    self.c.expect(*key, &scalar(), &purpose);
                }
                self.returns_or_any(*returns)
            }
        }
    }

    fn returns_or_any(&mut self, returns: Option<TypeId>) -> Type {
        returns.map_or(Type::Any, |ty| self.read_type(ty))
    }

    fn bash(&mut self, step: &Step) -> Type {
        let StepKind::Bash {
            command,
            cwd,
            env,
            stdin,
            parse,
            returns,
            ..
        } = &step.kind
        else {
            return Type::Error;
        };
        self.text_field(*command, "command");
        if let Some(cwd) = cwd {
            let purpose = Purpose::step_field("cwd");
            self.c.expect(*cwd, &Type::String, &purpose);
        }
        if let Some(env) = env {
            let purpose = Purpose::step_field("env");
            self.c
                .expect(*env, &Type::map(Type::String, scalar().or_null()), &purpose);
        }
        if let Some(stdin) = stdin {
            self.text_field(*stdin, "stdin");
        }
        if let Some(ty) = returns {
            return self.read_type(*ty);
        }
        match parse.map(|p| p.value) {
            None => records::bash(),
            Some(Parse::Text) => Type::String,
            Some(Parse::Lines) => Type::list(Type::String),
            Some(Parse::Json) => Type::Any,
        }
    }

    /// A tool that an agent may use: it must be one of the catalogue's, where there is one.
    fn agent_tool(&mut self, name: &Name) {
        let (_, tool) = split(&name.text);
        if tool == "*" {
            return;
        }
        if let Found::NoTool(catalogue) = self.c.tables.catalogues.find(&name.text) {
            let report = unknown_tool::report(name, catalogue);
            self.c.report(report);
        }
    }

    fn tool(&mut self, step: &Step, name: &Name, arguments: Option<ExprId>) -> Type {
        if &*name.text == BASH_TOOL {
            return self.bash_tool(arguments);
        }
        if &*name.text == SERVER {
            self.c.report(unknown_tool::built_in(name));
            self.any_arguments(arguments);
            return Type::Error;
        }
        match self.c.tables.catalogues.find(&name.text) {
            Found::Tool(tool) => {
                let tool = tool.clone();
                self.tool_faults(name, &tool);
                self.arguments(step, name, &tool, arguments);
                builtin::output(&name.text, tool.output, self.c.exprs, arguments)
            }
            Found::NoTool(catalogue) => {
                let report = unknown_tool::report(name, catalogue);
                self.c.report(report);
                self.any_arguments(arguments);
                Type::Error
            }
            Found::NoCatalogue => {
                let broken = {
                    let (server, _) = split(&name.text);
                    self.c
                        .tables
                        .catalogues
                        .servers
                        .iter()
                        .any(|c| c.server == server)
                };
                if !broken {
                    self.c.report(untyped_tool::report(name));
                }
                self.any_arguments(arguments);
                Type::Any
            }
        }
    }

    fn bash_tool(&mut self, arguments: Option<ExprId>) -> Type {
        self.any_arguments(arguments);
        records::bash()
    }

    fn any_arguments(&mut self, arguments: Option<ExprId>) {
        if let Some(arguments) = arguments {
            self.c.expr(arguments);
        }
    }

    fn arguments(&mut self, step: &Step, name: &Name, tool: &Tool, arguments: Option<ExprId>) {
        let purpose = Purpose::parts(
            format!("the arguments of `{}`", name.text),
            "argument ",
            format!(" of `{}`", name.text),
            [
                &argument_mismatch::CODE,
                &missing_argument::CODE,
                &unknown_argument::CODE,
            ],
        );
        match arguments {
            Some(id) => {
                let found = self.c.out.len();
                self.c.expect(id, &tool.input, &purpose);
                self.hold_arguments(name, tool, id, found);
            }
            None => self.nothing_given(step, &tool.input, &purpose),
        }
    }

    /// Reports the fields that a construct needs when no mapping is there at all.
    fn nothing_given(&mut self, step: &Step, wanted: &Type, purpose: &Purpose) {
        let Type::Record(record) = self.c.resolve(wanted) else {
            return;
        };
        let missing: Vec<_> = record.fields.iter().filter(|f| !f.optional).collect();
        if !missing.is_empty() {
            let report = mismatch::missing(purpose, step.head, &missing, true);
            self.c.report(report);
        }
    }

    fn subworkflow(
        &mut self,
        step: &Step,
        id: StepId,
        name: &Name,
        inputs: Option<ExprId>,
        waits: bool,
    ) -> Type {
        let Some(source) = self.host.source(self.file, &name.text) else {
            self.any_arguments(inputs);
            let slugs = self.host.world.slugs();
            let report = unknown_workflow::report(name, &slugs, is_path(&name.text));
            let unknown = if report.severity == Severity::Error {
                Type::Error
            } else {
                Type::Any
            };
            self.c.report(report);
            return if waits { unknown } else { Type::String };
        };
        let signature = self.host.signature(&source, &mut self.c.tables.type_table);
        self.callee_inputs(step, name, &signature, inputs);
        let output = signature.output.clone().unwrap_or(Type::Any);
        self.c.tables.callees_of_steps.insert(id, signature);
        if waits { output } else { Type::String }
    }

    fn callee_inputs(
        &mut self,
        step: &Step,
        name: &Name,
        signature: &Signature,
        inputs: Option<ExprId>,
    ) {
        use wfc_value::ty::Field;
        let fields = signature.inputs.iter().map(|input| Field {
            name: input.name.as_str().into(),
            ty: input.ty.clone(),
            optional: !input.required,
        });
        let wanted = Type::record(fields.collect());
        let purpose = Purpose::parts(
            format!("the inputs of `{}`", name.text),
            "input ",
            format!(" of `{}`", name.text),
            [&input_mismatch::CODE; 3],
        );
        match inputs {
            Some(id) => {
                self.c.expect(id, &wanted, &purpose);
            }
            None => self.nothing_given(step, &wanted, &purpose),
        }
    }
}

/// What goes where a plain text is wanted, rendered.
pub(super) fn scalar() -> Type {
    use Type::{Bool, Double, Duration, Int, String, Timestamp, Uint};
    union([String, Int, Uint, Double, Bool, Duration, Timestamp])
}
