//! The walk that follows values from where they come in to where they go.
//!
//! Each step is walked once a round, in the order of running, with the labels of that moment; branches start from the
//! same labels and are joined. What goes round a loop is known in the next round.

use std::collections::{BTreeMap, HashMap};

use wfc_syntax::ast::{Block, Catch, Join, LoopHead, OnError, Step, StepId, StepKind};
use wfc_syntax::diagnostic::Diagnostic;
use wfc_syntax::expr::BinaryOp;
use wfc_syntax::expr::{ExprId, ExprKind, Part};

use super::label::{Label, Outside};
use super::labels::Env;
use super::{
    outside_text_in_command, secret_exposed, secret_in_command, steered_agent,
    unchecked_text_in_command,
};
use crate::analysis::BindingId;
use crate::analysis::catalogue::Found;
use crate::rules::RuleContext;
use crate::rules::flow::Ends;
use crate::rules::places::roots;

/// Rounds at most: labels that still change then are not followed further.
const MAX_ROUNDS: usize = 4;

/// What a block changed.
type Changes = BTreeMap<BindingId, Label>;

struct Walk<'a> {
    env: Env<'a>,
    ends: Ends<'a>,
    /// Bindings with what they held before, in the order of their changes.
    log: Vec<(BindingId, Option<Label>)>,
    /// What the body of each loop leaves to its next iteration.
    back: BTreeMap<StepId, Changes>,
    /// Whether a loop leaves more than in the round before.
    grown: bool,
    approved: &'a std::collections::BTreeSet<StepId>,
    out: Vec<Diagnostic>,
}

/// Reports what reaches a place that does not take it.
pub fn run(cx: &RuleContext<'_>, out: &mut Vec<Diagnostic>) {
    let approved = super::approvals::approved(cx);
    let mut back = BTreeMap::new();
    for round in 1.. {
        let env = Env {
            cx,
            bindings: HashMap::new(),
            outputs: vec![Label::default(); cx.ast.steps.len()],
            locals: HashMap::new(),
            webhook: false,
            validated: super::validated::Validated::default(),
        };
        let mut walk = Walk {
            env,
            ends: Ends::new(cx.ast),
            log: Vec::new(),
            back,
            grown: false,
            approved: &approved,
            out: Vec::new(),
        };
        walk.env.inputs();
        for root in roots(cx.ast) {
            walk.block(root);
        }
        if let Some(value) = cx.ast.workflow.return_value {
            walk.exposed(value, "the workflow's result");
        }
        if !walk.grown || round >= MAX_ROUNDS {
            out.append(&mut walk.out);
            return;
        }
        back = walk.back;
    }
}

impl<'a> Walk<'a> {
    fn set(&mut self, binding: BindingId, label: Label) {
        let old = self.env.bindings.insert(binding, label);
        self.log.push((binding, old));
    }

    /// What changed since `mark`, taken back.
    fn take(&mut self, mark: usize) -> Changes {
        let mut changes = Changes::new();
        while self.log.len() > mark {
            let Some((binding, old)) = self.log.pop() else {
                break;
            };
            let now = match old {
                Some(old) => self.env.bindings.insert(binding, old),
                None => self.env.bindings.remove(&binding),
            };
            changes
                .entry(binding)
                .or_insert_with(|| now.unwrap_or_default());
        }
        changes
    }

    /// One of the paths was taken; or none, unless they are `all` that there are.
    fn merge(&mut self, paths: &[Changes], all: bool) {
        let mut changed: Vec<BindingId> = paths.iter().flat_map(|p| p.keys().copied()).collect();
        changed.sort_unstable();
        changed.dedup();
        for binding in changed {
            let before = self.env.bindings.get(&binding).cloned().unwrap_or_default();
            let mut label = if all { None } else { Some(before.clone()) };
            for path in paths {
                let here = path.get(&binding).unwrap_or(&before);
                label = Some(label.map_or_else(|| here.clone(), |l| l.join(here)));
            }
            self.set(binding, label.unwrap_or(before));
        }
    }

    /// Walks a block; gives the label of what its last step yields.
    fn block(&mut self, block: &'a Block) -> Label {
        let known = self.env.validated.mark();
        let mut last = Label::default();
        for id in &block.steps {
            last = self.step(*id);
            // What does not pass a guard does not come here.
            if let StepKind::Conditional {
                condition,
                then,
                otherwise: None,
            } = &self.env.cx.ast.step(*id).kind
                && self.ends.block(then)
            {
                self.env.assume(*condition, false);
            }
        }
        self.env.validated.back_to(known);
        last
    }

    /// Walks one of several paths that start here; what it changed is taken back. A path that does not
    /// go on afterwards changes nothing.
    fn path(
        &mut self,
        block: &'a Block,
        condition: Option<(ExprId, bool)>,
    ) -> (Option<Changes>, Label) {
        let mark = self.log.len();
        let known = self.env.validated.mark();
        if let Some((condition, holds)) = condition {
            self.env.assume(condition, holds);
        }
        let label = self.block(block);
        self.env.validated.back_to(known);
        let changes = self.take(mark);
        ((!self.ends.block(block)).then_some(changes), label)
    }

    fn step(&mut self, id: StepId) -> Label {
        let step = self.env.cx.ast.step(id);
        let mark = self.log.len();
        let known = self.env.validated.mark();
        if let Some(when) = step.when {
            self.env.assume(when, true);
        }
        let mut label = self.kind(id, step);
        if let Some(OnError::Steps(handler)) = &step.on_error {
            let ran = self.take(mark);
            let (handled, other) = self.path(handler, None);
            label = label.join(&other);
            let paths: Vec<Changes> = std::iter::once(ran).chain(handled).collect();
            self.merge(&paths, true);
        }
        self.put_output(id, &label);
        if let Some(block) = &step.compensate {
            self.path(block, None);
        }
        self.env.validated.back_to(known);
        if step.when.is_some() {
            let changes = self.take(mark);
            self.merge(&[changes], false);
        }
        label
    }

    fn put_output(&mut self, id: StepId, label: &Label) {
        if let Some(slot) = self.env.outputs.get_mut(id.0 as usize) {
            *slot = label.clone();
        }
        if let Some(binding) = self
            .env
            .cx
            .analysis
            .output_binding
            .get(id.0 as usize)
            .copied()
            .flatten()
        {
            self.set(binding, label.clone());
        }
    }

    fn kind(&mut self, id: StepId, step: &'a Step) -> Label {
        match &step.kind {
            StepKind::Agent {
                goal,
                context,
                tools,
                ..
            } => {
                self.exposed(*goal, "an agent's goal");
                if let Some(context) = context {
                    self.exposed(*context, "an agent's context");
                }
                if !self.approved.contains(&id) {
                    let mut steering = self.env.label(*goal).flat();
                    if let Some(context) = context {
                        steering = steering.join(&self.env.label(*context).flat());
                    }
                    let found = steered_agent::look(self.env.cx, step, tools, &steering);
                    self.out.extend(found);
                }
                Label::outside(Outside::Agent, step.head)
            }
            StepKind::AgentMessage { content, .. } => {
                self.exposed(*content, "a message");
                Label::default()
            }
            StepKind::Tool { tool, .. } => self.tool(&tool.text, step),
            StepKind::Bash { command, .. } => {
                self.command(step, *command);
                Label::outside(Outside::Command, step.head)
            }
            StepKind::Approval { prompt, items, .. } => {
                self.exposed(*prompt, "an approval's prompt");
                if let Some(items) = items {
                    self.exposed(*items, "what an approval shows");
                }
                Label::default()
            }
            StepKind::Set { values, .. } => {
                for (place, assign) in (0_u32..).zip(values) {
                    let label = self.env.label(assign.value);
                    if let Some(target) = self.env.cx.analysis.set_targets.get(&(id, place)) {
                        self.set(*target, label);
                    }
                }
                Label::default()
            }
            StepKind::Return(Some(value)) => {
                self.exposed(*value, "the workflow's result");
                Label::default()
            }
            StepKind::Fail {
                message: Some(message),
                ..
            } => {
                self.exposed(*message, "an error's message");
                Label::default()
            }
            _ => self.composite(id, step),
        }
    }

    fn tool(&self, tool: &str, step: &Step) -> Label {
        let source = match self.env.cx.analysis.catalogues.find(tool) {
            Found::Tool(found) => match found.hints.open_world {
                Some(true) => Outside::OpenTool,
                Some(false) => return Label::default(),
                None => Outside::Tool,
            },
            _ => Outside::Tool,
        };
        Label::outside(source, step.head)
    }

    fn composite(&mut self, id: StepId, step: &'a Step) -> Label {
        match &step.kind {
            StepKind::Conditional {
                condition,
                then,
                otherwise,
            } => {
                let (a, x) = self.path(then, Some((*condition, true)));
                let (b, y) = match otherwise {
                    Some(block) => self.path(block, Some((*condition, false))),
                    None => (Some(Changes::new()), Label::default()),
                };
                let paths: Vec<Changes> = a.into_iter().chain(b).collect();
                self.merge(&paths, true);
                x.join(&y)
            }
            StepKind::Switch { cases, default, .. } => {
                let mut paths = Vec::new();
                let mut label = Label::default();
                for block in cases.iter().map(|c| &c.body).chain(default) {
                    let (changes, yields) = self.path(block, None);
                    paths.extend(changes);
                    label = label.join(&yields);
                }
                self.merge(&paths, default.is_some());
                label
            }
            StepKind::Loop {
                head,
                body,
                collect,
                ..
            } => self.loop_step(id, head, body, *collect),
            StepKind::Parallel { branches, join, .. } => {
                let mut fields = Vec::with_capacity(branches.len());
                for branch in branches {
                    fields.push((branch.name.text.clone(), self.block(&branch.body)));
                }
                let label = Label::record(fields);
                if join.is_none_or(|j| j.value == Join::All) {
                    label
                } else {
                    label.flat()
                }
            }
            StepKind::Try {
                body,
                catch,
                finally,
            } => {
                let label = self.try_step(body, catch.as_ref());
                if let Some(block) = finally {
                    self.block(block);
                }
                label
            }
            _ => Label::default(),
        }
    }

    fn loop_step(
        &mut self,
        id: StepId,
        head: &LoopHead,
        body: &'a Block,
        collect: Option<ExprId>,
    ) -> Label {
        let tables = self.env.cx.analysis;
        if let LoopHead::Over { over, .. } = head {
            let items = self.env.label(*over);
            if let Some(item) = tables.loop_item.get(&id) {
                self.set(*item, items);
            }
        }
        let before = self.back.get(&id).cloned().unwrap_or_default();
        let mark = self.log.len();
        self.merge(std::slice::from_ref(&before), false);
        self.block(body);
        let collected = collect
            .map(|value| self.env.label(value))
            .unwrap_or_default();
        let changes = self.take(mark);
        let mut left = before;
        for (binding, label) in &changes {
            let known = left.entry(*binding).or_default();
            let joined = known.join(label);
            self.grown |= joined != *known;
            *known = joined;
        }
        self.back.insert(id, left);
        self.merge(&[changes], false);
        collected
    }

    fn try_step(&mut self, body: &'a Block, catch: Option<&'a Catch>) -> Label {
        let mark = self.log.len();
        let label = self.block(body);
        let Some(catch) = catch else { return label };
        let ran = self.take(mark);
        // The handler sees what the body may have changed.
        self.merge(std::slice::from_ref(&ran), false);
        let handler = self.block(&catch.body);
        let handled = self.take(mark);
        let goes_on = !self.ends.block(&catch.body);
        let paths: Vec<Changes> = std::iter::once(ran)
            .chain(goes_on.then_some(handled))
            .collect();
        self.merge(&paths, true);
        label.join(&handler)
    }

    /// A shell command takes no text from outside, and no secret.
    fn command(&mut self, step: &Step, command: ExprId) {
        for part in parts(self.env.cx, command) {
            let label = self.env.label(part).flat();
            let cx = self.env.cx;
            let found = match (label.secret, label.outside) {
                (Some(secret), _) => secret_in_command::report(cx, step, command, part, secret),
                (None, Some(origin)) if origin.source.is_certain() => {
                    outside_text_in_command::report(cx, step, command, part, &origin)
                }
                (None, Some(origin)) => {
                    unchecked_text_in_command::report(cx, step, command, part, &origin)
                }
                (None, None) => continue,
            };
            self.out.push(found);
        }
    }

    /// What is shown to others takes no secret.
    fn exposed(&mut self, value: ExprId, what: &str) {
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
            if inner.is_empty() {
                if let Some(secret) = self.env.label(id).flat().secret {
                    self.out.push(secret_exposed::report(cx, id, secret, what));
                }
            } else {
                work.extend(inner.into_iter().filter(|e| *e != id));
            }
        }
    }
}

/// The expressions that a text is put together from.
fn parts(cx: &RuleContext<'_>, text: ExprId) -> Vec<ExprId> {
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
