//! The kinds that ask the world for something: `agent`, `agent_message`, `tool`, `bash`, `subworkflow`.

use wfc_syntax::ast::{Parse, StepId, StepKind, Word};
use wfc_syntax::expr::{ExprId, ExprKind, Name};
use wfc_syntax::type_expr::{TypeExprKind, TypeId};
use wfc_value::schema::says_more;
use wfc_value::ty::Field;
use wfc_value::{Type, Value};

use super::Lowerer;
use super::nodes::Origin;
use crate::analysis::{shown, written};
use crate::ir::{EffectKind, Ex, ExId, NodeId, NodeKind, SlotId};

/// The name of the older form's tool that runs a command.
const OLDER_BASH: &str = "bash";

/// The fields of an effect's argument map.
type Args = Vec<(Box<str>, ExId)>;

impl Lowerer<'_> {
    pub(super) fn effect_step(&mut self, id: StepId, into: Option<SlotId>, at: Origin) -> NodeId {
        let (kind, args, decode) = match &self.ast.step(id).kind {
            StepKind::Agent { .. } => self.agent(id),
            StepKind::AgentMessage { .. } => self.message(id),
            StepKind::Bash { .. } => self.bash(id),
            StepKind::Subworkflow {
                workflow,
                inputs,
                wait,
            } => {
                let wait = wait.is_none_or(|w| w.value);
                let args = vec![
                    ("workflow".into(), self.constant(&*workflow.text)),
                    ("inputs".into(), self.mapping(*inputs)),
                    ("wait".into(), self.constant(wait)),
                ];
                let decode = if wait {
                    self.known_output(id)
                } else {
                    Some(Type::String)
                };
                (EffectKind::Call, args, decode)
            }
            StepKind::Tool { tool, arguments } if &*tool.text == OLDER_BASH => {
                self.older_bash(*arguments)
            }
            StepKind::Tool { tool, arguments } => {
                let args = vec![
                    ("tool".into(), self.constant(&*tool.text)),
                    ("arguments".into(), self.mapping(*arguments)),
                ];
                (EffectKind::Tool, args, self.known_output(id))
            }
            _ => return self.nothing(at),
        };
        let args = self.core.ex(Ex::Record(args));
        let held = decode.as_ref().and_then(|_| self.bounds(id));
        self.node(
            NodeKind::Effect {
                kind,
                args,
                decode,
                held,
                into,
            },
            at,
        )
    }

    fn agent(&mut self, id: StepId) -> (EffectKind, Args, Option<Type>) {
        let StepKind::Agent {
            goal,
            context,
            model,
            agent,
            tools,
            returns,
        } = &self.ast.step(id).kind
        else {
            return (EffectKind::Agent, Vec::new(), None);
        };
        let mut args: Args = vec![("goal".into(), self.text(*goal))];
        args.extend(context.map(|e| ("context".into(), self.source(e))));
        args.extend(model.map(|e| ("model".into(), self.text(e))));
        args.extend(
            agent
                .as_ref()
                .map(|a| ("agent".into(), self.constant(&*a.text))),
        );
        args.push(("tools".into(), self.texts(tools)));
        let decode = self.returns(*returns, &mut args).unwrap_or(Type::String);
        (EffectKind::Agent, args, Some(decode))
    }

    fn message(&mut self, id: StepId) -> (EffectKind, Args, Option<Type>) {
        let StepKind::AgentMessage {
            content,
            interrupt,
            await_response,
            returns,
            ..
        } = &self.ast.step(id).kind
        else {
            return (EffectKind::Message, Vec::new(), None);
        };
        let waits = await_response.is_some_and(|w| w.value);
        let mut args: Args = vec![
            ("content".into(), self.text(*content)),
            (
                "interrupt".into(),
                self.constant(interrupt.is_some_and(|i| i.value)),
            ),
            ("await_response".into(), self.constant(waits)),
        ];
        let decode = self.returns(*returns, &mut args);
        (
            EffectKind::Message,
            args,
            waits.then(|| decode.unwrap_or(Type::String)),
        )
    }

    fn bash(&mut self, id: StepId) -> (EffectKind, Args, Option<Type>) {
        let StepKind::Bash {
            command,
            cwd,
            env,
            stdin,
            check,
            parse,
            returns,
        } = &self.ast.step(id).kind
        else {
            return (EffectKind::Bash, Vec::new(), None);
        };
        let mut args: Args = vec![("command".into(), self.text(*command))];
        args.extend(cwd.map(|e| ("cwd".into(), self.text(e))));
        args.extend(env.map(|e| ("env".into(), self.texts_of(e))));
        args.extend(stdin.map(|e| ("stdin".into(), self.text(e))));
        args.extend(parse.map(|p| ("parse".into(), self.constant(p.value.word()))));
        args.push(("check".into(), self.constant(check.is_none_or(|c| c.value))));
        let declared = returns.map(|ty| self.declared(ty));
        let decode = declared.or_else(|| match parse.map(|p| p.value) {
            None => Some(command_output()),
            Some(Parse::Text) => Some(Type::String),
            Some(Parse::Lines) => Some(Type::list(Type::String)),
            Some(Parse::Json) => None,
        });
        (EffectKind::Bash, args, decode)
    }

    /// `tool: bash` of the older form: `arguments.command` is run.
    fn older_bash(&mut self, arguments: Option<ExprId>) -> (EffectKind, Args, Option<Type>) {
        let mut args: Args = Vec::new();
        match arguments.map(|e| (e, self.ast.exprs.kind(e))) {
            Some((_, ExprKind::Map(entries))) => {
                for entry in entries {
                    if let ExprKind::String(name) = self.ast.exprs.kind(entry.key)
                        && matches!(&**name, "command" | "cwd")
                    {
                        args.push((name.clone(), self.text(entry.value)));
                    }
                }
            }
            Some((whole, _)) => {
                let whole = self.source(whole);
                args.push(("command".into(), self.field(whole, "command")));
            }
            None => {}
        }
        args.push(("check".into(), self.constant(true)));
        (EffectKind::Bash, args, Some(command_output()))
    }

    pub(super) fn is_older_bash(&self, kind: &StepKind) -> bool {
        matches!(kind, StepKind::Tool { tool, .. } if &*tool.text == OLDER_BASH)
    }

    /// The type of a tool's output by its catalogue, or of a callee's by its signature; nothing when it is not known.
    fn known_output(&self, id: StepId) -> Option<Type> {
        let ty = self.analysis.outputs.get(id.0 as usize)?;
        (!ty.is_unknown()).then(|| ty.clone())
    }

    /// What the JSON Schemas of a step's result say beyond its type.
    fn bounds(&self, id: StepId) -> Option<Value> {
        let catalogues = &self.analysis.catalogues;
        written::of_step(self.ast, catalogues, self.ast.step(id)).filter(says_more)
    }

    /// What the JSON Schemas in a type that is written say beyond it.
    pub(super) fn bounds_of(&self, ty: TypeId) -> Option<Value> {
        written::of_type(self.ast, ty).filter(says_more)
    }

    /// Adds the JSON Schema of `returns` to the arguments; gives the type to read the answer as.
    fn returns(&mut self, returns: Option<TypeId>, args: &mut Args) -> Option<Type> {
        let id = returns?;
        let ty = self.declared(id);
        let schema = match &self.ast.types.get(id).kind {
            TypeExprKind::Schema(schema) => self.source(*schema),
            _ => {
                let declared = |part| self.declared(part);
                let table = &self.analysis.type_table;
                let schema = shown::schema(self.ast, id, table, &declared);
                self.core.ex(Ex::Const(schema))
            }
        };
        args.push(("returns".into(), schema));
        Some(ty)
    }

    /// A mapping that may be absent.
    fn mapping(&mut self, value: Option<ExprId>) -> ExId {
        match value {
            Some(value) => self.source(value),
            None => self.core.ex(Ex::Record(Vec::new())),
        }
    }

    /// A list of constant texts.
    pub(super) fn texts(&mut self, names: &[Name]) -> ExId {
        let items = names.iter().map(|n| Value::string(&*n.text)).collect();
        self.core
            .ex(Ex::Const(Value::list(items).unwrap_or_default()))
    }

    /// A mapping whose values become texts.
    fn texts_of(&mut self, mapping: ExprId) -> ExId {
        let ExprKind::Map(entries) = self.ast.exprs.kind(mapping) else {
            return self.typed(mapping, &Type::map(Type::String, Type::String));
        };
        let mut fields: Args = Vec::with_capacity(entries.len());
        for entry in entries {
            let ExprKind::String(name) = self.ast.exprs.kind(entry.key) else {
                return self.typed(mapping, &Type::map(Type::String, Type::String));
            };
            fields.push((name.clone(), self.text(entry.value)));
        }
        self.core.ex(Ex::Record(fields))
    }
}

/// What a command yields when nothing is parsed.
fn command_output() -> Type {
    Type::record(vec![
        Field::required("stdout", Type::String),
        Field::required("stderr", Type::String),
        Field::required("exit_code", Type::Int),
    ])
}
