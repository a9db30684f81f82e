//! Names in scope, and which step or binding they mean.

use crate::hash::{HashMap, HashSet};

use foldhash::fast::FixedState;
use smallvec::SmallVec;
use wfc_syntax::ast::{Ast, Block, LoopHead, StepId, StepKind};
use wfc_syntax::parse_expr::RESERVED;
use wfc_syntax::span::Span;
use wfc_value::Str;
use wfc_value::ty::Type;

use super::blocks::{BlockRole, each_block};
use super::flow::Cell;
use super::tables::{BindingId, LocalId};

/// Words that stand for more than a value: read by selection.
pub const NAMESPACES: &[&str] = &[
    "inputs",
    "steps",
    "secrets",
    "env",
    "trigger",
    "execution",
    "workflow",
];

/// Whether CEL keeps this word for itself, so that it cannot be a plain name.
#[must_use]
pub fn is_reserved(text: &str) -> bool {
    matches!(text, "in" | "true" | "false" | "null") || RESERVED.contains(&text)
}

/// Whether `text` can be a plain name.
#[must_use]
pub fn is_name(text: &str) -> bool {
    let mut chars = text.chars();
    chars
        .next()
        .is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && chars.all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// A scope of names: the workflow (0), or the body of a loop.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct ScopeId(pub(crate) u32);

/// What a plain name means.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Target {
    Binding(BindingId),
    /// The output of a step whose output variable has another name.
    Output(StepId),
}

/// What the walk knows of a binding beside its table entry.
#[derive(Clone, Debug)]
pub(crate) struct Slot {
    pub(crate) cell: Cell,
    /// Whether `set` and `outputVariable` assign it.
    pub(crate) assignable: bool,
    pub(crate) declared: Option<Type>,
    /// All assignments' types so far.
    pub(crate) joined: Type,
    /// Whether an undeclared type was read before the walk had seen all assignments.
    pub(crate) read: bool,
    /// Whether `joined` changed after that.
    pub(crate) stale: bool,
}

/// Where steps are and what is declared where, found before the walk.
#[derive(Debug, Default)]
pub(crate) struct Places<'a> {
    /// Scope in which each step stands, by step.
    pub(crate) scope_of: Vec<ScopeId>,
    /// The scope of a loop's body, by loop.
    pub(crate) body_scope: HashMap<StepId, ScopeId>,
    /// Steps by scope and id.
    steps: HashMap<(ScopeId, &'a str), StepId>,
    /// Steps by id, wherever they stand.
    pub(crate) anywhere: HashMap<&'a str, StepId>,
    /// The first place that declares a name, by scope.
    later: HashMap<(ScopeId, &'a str), Span>,
    /// Variables of loops by name, each with the place of one that declares it.
    pub(crate) loop_variables: HashMap<&'a str, Span>,
    /// Names that a step's nested steps assign, for composites.
    pub(crate) assigned: HashMap<StepId, Vec<&'a str>>,
    /// Names that other steps than the one of that id assign, by scope.
    variables: HashSet<(ScopeId, &'a str)>,
}

impl<'a> Places<'a> {
    pub(crate) fn of(ast: &'a Ast) -> Self {
        // About as many as have names.
        let named = ast.steps.len() / 2;
        let hasher = FixedState::default;
        let mut places = Self {
            scope_of: vec![ScopeId(0); ast.steps.len()],
            steps: HashMap::with_capacity_and_hasher(named, hasher()),
            anywhere: HashMap::with_capacity_and_hasher(named, hasher()),
            later: HashMap::with_capacity_and_hasher(named, hasher()),
            ..Self::default()
        };
        let mut next = 1;
        let roots = [
            Some(&ast.workflow.steps),
            ast.workflow.on_failure.as_ref(),
            ast.workflow.finally.as_ref(),
        ];
        for block in roots.into_iter().flatten() {
            places.block(ast, block, ScopeId(0), &mut next);
        }
        places
    }

    /// Visits a block; gives the names that its steps assign. Nesting is capped by the parsers.
    fn block(
        &mut self,
        ast: &'a Ast,
        block: &'a Block,
        scope: ScopeId,
        next: &mut u32,
    ) -> Vec<&'a str> {
        let mut assigned = Vec::new();
        for id in &block.steps {
            assigned.extend(self.step(ast, *id, scope, next));
        }
        assigned
    }

    fn step(&mut self, ast: &'a Ast, id: StepId, scope: ScopeId, next: &mut u32) -> Vec<&'a str> {
        let step = ast.step(id);
        if let Some(place) = self.scope_of.get_mut(id.0 as usize) {
            *place = scope;
        }
        let mut assigned = Vec::new();
        if let Some(name) = &step.id {
            let text = &*name.text;
            self.steps.entry((scope, text)).or_insert(id);
            self.anywhere.entry(text).or_insert(id);
            self.later.entry((scope, text)).or_insert(name.span);
        }
        let sets = match &step.kind {
            StepKind::Set { values, .. } => values.as_slice(),
            _ => &[],
        };
        for name in step.output.iter().chain(sets.iter().map(|a| &a.name)) {
            let text = &*name.text;
            self.later.entry((scope, text)).or_insert(name.span);
            self.variables.insert((scope, text));
            assigned.push(text);
        }
        let mut inside = Vec::new();
        each_block(step, |role, block| {
            let scope = match role {
                BlockRole::LoopBody => {
                    let body = ScopeId(*next);
                    *next += 1;
                    self.body_scope.insert(id, body);
                    body
                }
                _ => scope,
            };
            inside.extend(self.block(ast, block, scope, next));
        });
        if let StepKind::Loop {
            head: LoopHead::Over { item, index, .. },
            ..
        } = &step.kind
        {
            for name in std::iter::once(item).chain(index) {
                let text = &*name.text;
                self.loop_variables.entry(text).or_insert(name.span);
                inside.push(text);
            }
        }
        inside.sort();
        inside.dedup();
        if !inside.is_empty() {
            assigned.extend(inside.iter().copied());
            self.assigned.insert(id, inside);
        }
        assigned
    }
}

impl Places<'_> {
    /// Whether a step's id is the name of a variable too, which other steps of its scope assign: the step's output goes
    /// to that variable then.
    pub(crate) fn is_variable(&self, id: StepId, name: &str) -> bool {
        let scope = self.scope_of.get(id.0 as usize).copied();
        scope.is_some_and(|scope| self.variables.contains(&(scope, name)))
    }
}

/// A fork that the walk is in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fork {
    /// Bindings from here on were made inside.
    pub(crate) first: u32,
    pub(crate) span: Span,
    /// Written with `steps`, in the older form.
    pub(crate) older: bool,
}

/// Names in scope.
#[derive(Debug)]
pub(crate) struct Names<'a> {
    pub(crate) places: Places<'a>,
    pub(crate) slots: Vec<Slot>,
    stacks: HashMap<Str, SmallVec<[Target; 2]>>,
    /// Names that each open scope declared.
    frames: Vec<(ScopeId, Vec<Str>)>,
    /// Comprehension variables in scope, innermost last.
    pub(crate) locals: Vec<(Str, LocalId)>,
    pub(crate) forks: Vec<Fork>,
}

impl<'a> Names<'a> {
    pub(crate) fn new(places: Places<'a>, steps: usize) -> Self {
        Self {
            places,
            slots: Vec::with_capacity(steps),
            stacks: HashMap::with_capacity_and_hasher(steps / 2, FixedState::default()),
            frames: vec![(ScopeId(0), Vec::new())],
            locals: Vec::new(),
            forks: Vec::new(),
        }
    }

    pub(crate) fn open(&mut self, scope: ScopeId) {
        self.frames.push((scope, Vec::new()));
    }

    pub(crate) fn close(&mut self) {
        for name in self.frames.pop().map(|f| f.1).unwrap_or_default() {
            if let Some(stack) = self.stacks.get_mut(&name) {
                stack.pop();
            }
        }
    }

    /// Declares a name in the innermost scope.
    pub(crate) fn declare(&mut self, name: &str, target: Target) {
        let name = Str::from(name);
        self.stacks.entry(name.clone()).or_default().push(target);
        if let Some((_, names)) = self.frames.last_mut() {
            names.push(name);
        }
    }

    /// Declares a name for a part of a scope; [`Names::undeclare`] ends it.
    pub(crate) fn declare_within(&mut self, name: &str, target: Target) {
        self.stacks.entry(Str::from(name)).or_default().push(target);
    }

    pub(crate) fn undeclare(&mut self, name: &str, target: Target) {
        if let Some(stack) = self.stacks.get_mut(name)
            && let Some(at) = stack.iter().rposition(|t| *t == target)
        {
            stack.remove(at);
        }
    }

    pub(crate) fn lookup(&self, name: &str) -> Option<Target> {
        self.stacks
            .get(name)
            .and_then(|stack| stack.last())
            .copied()
    }

    /// Whether the innermost scope declared the name itself.
    pub(crate) fn in_innermost(&self, name: &str) -> bool {
        self.frames
            .last()
            .is_some_and(|(_, names)| names.iter().any(|n| &**n == name))
    }

    pub(crate) fn local(&self, name: &str) -> Option<LocalId> {
        self.locals
            .iter()
            .rev()
            .find(|(n, _)| &**n == name)
            .map(|(_, id)| *id)
    }

    /// The step with this id that is seen from here.
    pub(crate) fn step(&self, id: &str) -> Option<StepId> {
        let scopes = self.frames.iter().rev();
        scopes
            .into_iter()
            .find_map(|(scope, _)| self.places.steps.get(&(*scope, id)).copied())
    }

    /// Where a name that is not in scope here is declared further on.
    pub(crate) fn later(&self, name: &str) -> Option<Span> {
        let scopes = self.frames.iter().rev();
        scopes
            .into_iter()
            .find_map(|(scope, _)| self.places.later.get(&(*scope, name)).copied())
    }

    /// All plain names in scope, in the order of their declaration.
    pub(crate) fn in_scope(&self) -> Vec<&str> {
        let mut found: Vec<(u32, &str)> = self
            .stacks
            .iter()
            .filter_map(|(name, stack)| {
                let place = match stack.last()? {
                    Target::Binding(b) => b.0,
                    Target::Output(s) => s.0,
                };
                Some((place, &**name))
            })
            .collect();
        found.sort_unstable();
        let locals = self.locals.iter().rev().map(|(name, _)| &**name);
        locals
            .chain(found.into_iter().map(|(_, name)| name))
            .collect()
    }

    /// Ids of the steps that are seen from here, in a stable order.
    pub(crate) fn steps_in_scope(&self) -> Vec<&str> {
        let open: Vec<ScopeId> = self.frames.iter().map(|(scope, _)| *scope).collect();
        let mut found: Vec<(StepId, &str)> = self
            .places
            .steps
            .iter()
            .filter(|((scope, _), _)| open.contains(scope))
            .map(|((_, name), step)| (*step, &**name))
            .collect();
        found.sort_unstable();
        found.into_iter().map(|(_, name)| name).collect()
    }

    pub(crate) fn slot(&self, id: BindingId) -> Option<&Slot> {
        self.slots.get(id.0 as usize)
    }

    pub(crate) fn slot_mut(&mut self, id: BindingId) -> Option<&mut Slot> {
        self.slots.get_mut(id.0 as usize)
    }
}

/// How a step is reached: `steps.x`, or `steps["deploy-step"]`.
#[must_use]
pub fn step_path(id: &str) -> String {
    if is_name(id) && !is_reserved(id) {
        format!("steps.{id}")
    } else {
        format!("steps[{}]", wfc_value::json::quoted(id))
    }
}
