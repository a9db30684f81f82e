//! Expressions that are to be written in another place: what they are written as, and what may be said of them there.

use wfc_compiler::analysis::{BindingId, BindingKind, Callee, Ref};
use wfc_syntax::ast::{Block, LoopHead, OnError, Step, StepId, StepKind};
use wfc_syntax::expr::{BinaryOp, ExprId, ExprKind, UnaryOp};
use wfc_syntax::print_expr::expr_text;
use wfc_syntax::shape::Shape;
use wfc_syntax::span::Span;
use wfc_syntax::tree::{NodeId, NodeKind, Scalar, Spelling, Tree};
use wfc_value::ty::{Literal, Type};

use super::Cx;
use crate::holds::{self, Holds};

/// How an expression is written.
pub(super) enum Written<'a> {
    /// As the whole text of a scalar in value position: with templates in it, or a constant.
    Leaf(NodeId, &'a Scalar),
    /// In the characters of a scalar: an expression's field, or between braces.
    InScalar(NodeId, &'a Scalar),
    /// As an expression of the text form.
    Plain,
    /// As a mapping or list of values.
    Nested,
}

/// What goes up from an expression: the one around each.
pub(super) struct Parents(Vec<Option<ExprId>>);

impl Parents {
    pub(super) fn of(&self, id: ExprId) -> Option<ExprId> {
        self.0.get(id.index()).copied().flatten()
    }
}

impl<'a> Cx<'a> {
    pub(super) fn expr_ids(&self) -> impl Iterator<Item = ExprId> + use<> {
        (0..u32::try_from(self.file.ast().exprs.len()).unwrap_or(u32::MAX)).map(ExprId)
    }

    pub(super) fn parents(&self) -> Parents {
        let exprs = &self.file.ast().exprs;
        let mut all = vec![None; exprs.len()];
        for id in self.expr_ids() {
            exprs.children(id, |child| {
                if let Some(slot) = all.get_mut(child.index()) {
                    *slot = Some(id);
                }
            });
        }
        Parents(all)
    }

    /// The scalars around a place, or at it; keys are none.
    fn scalar_around(&self, span: Span) -> Option<(NodeId, &'a Scalar)> {
        let tree: &'a Tree = self.file.tree();
        let ids = (0..u32::try_from(tree.len()).unwrap_or(u32::MAX)).map(NodeId);
        let around = ids.filter_map(|id| match tree.kind(id) {
            NodeKind::Scalar(scalar) if tree.span(id).contains(span) => Some((id, scalar)),
            _ => None,
        });
        around.min_by_key(|(id, _)| (tree.span(*id).len(), *id))
    }

    /// How an expression is written; nothing for what stands in no place of its own, such as a key.
    pub(super) fn written(&self, id: ExprId) -> Option<Written<'a>> {
        let (tree, exprs) = (self.file.tree(), &self.file.ast().exprs);
        let span = exprs.span(id);
        if let Some((node, scalar)) = self.scalar_around(span) {
            let value = self.holds_of(node) == Some(Holds::Shape(Shape::Value));
            let whole = tree.span(node) == span && is_leaf(exprs.kind(id));
            return Some(match whole && value {
                true => Written::Leaf(node, scalar),
                false => Written::InScalar(node, scalar),
            });
        }
        let mut nested = false;
        let mut plain = false;
        for node in (0..u32::try_from(tree.len()).unwrap_or(u32::MAX)).map(NodeId) {
            match tree.kind(node) {
                NodeKind::Expr(_) => plain |= tree.span(node).contains(span),
                NodeKind::Map(_) | NodeKind::Seq(_) => nested |= tree.span(node) == span,
                _ => {}
            }
        }
        match (nested, plain) {
            (true, _) => Some(Written::Nested),
            (_, true) => Some(Written::Plain),
            _ => None,
        }
    }

    /// What a node holds by the table of shapes.
    pub(super) fn holds_of(&self, node: NodeId) -> Option<Holds> {
        let mut found = None;
        holds::each(self.file.tree(), &mut |frame| {
            if frame.node == node {
                found = Some(frame.holds);
            }
        });
        found
    }

    /// An expression as CEL: as it is written, where one line says it, else as it is printed. Nothing where CEL cannot say
    /// it, or a comment would be lost.
    pub(super) fn as_cel(&self, id: ExprId, written: &Written<'_>) -> Option<String> {
        let exprs = &self.file.ast().exprs;
        let span = exprs.span(id);
        if self.has_comment(span) || !self.is_cel(id) {
            return None;
        }
        let source = match written {
            Written::Plain => Some(self.file.slice(span)),
            Written::InScalar(_, scalar) => decoded(scalar, span),
            Written::Leaf(..) | Written::Nested => None,
        };
        let kept = source.filter(|text| !text.contains(['\n', '\r']));
        // Comments inside of a string are none of the tree's.
        if kept.is_none() && source.is_some_and(|text| text.contains("//")) {
            return None;
        }
        Some(kept.map_or_else(|| expr_text(exprs, id), str::to_owned))
    }

    /// Whether CEL can write it: no template and no length of time in it.
    fn is_cel(&self, id: ExprId) -> bool {
        let exprs = &self.file.ast().exprs;
        let mut open = vec![id];
        while let Some(id) = open.pop() {
            if matches!(
                exprs.kind(id),
                ExprKind::Template(_) | ExprKind::Duration(_) | ExprKind::Error
            ) {
                return false;
            }
            exprs.children(id, |child| open.push(child));
        }
        true
    }

    pub(super) fn has_comment(&self, span: Span) -> bool {
        let mut comments = self.file.tree().comments.iter();
        comments.any(|c| c.span.overlaps(span) && !c.span.is_empty())
    }

    /// All expressions in an expression, itself included.
    pub(super) fn parts(&self, id: ExprId) -> Vec<ExprId> {
        let exprs = &self.file.ast().exprs;
        let (mut out, mut open) = (Vec::new(), vec![id]);
        while let Some(id) = open.pop() {
            out.push(id);
            exprs.children(id, |child| open.push(child));
        }
        out
    }

    /// Whether it gives the same whenever it is asked between two steps: it reads no clock, and no variable that is
    /// assigned again, and no step's state.
    pub(super) fn is_steady(&self, id: ExprId) -> bool {
        let analysis = self.file.analysis();
        self.parts(id).into_iter().all(|part| {
            !self.reads_clock(part)
                && match analysis.refs.get(&part) {
                    Some(Ref::Binding(binding)) => self.is_set_once(*binding),
                    Some(Ref::StepStatus(_) | Ref::StepError(_) | Ref::Step(_)) => false,
                    _ => true,
                }
        })
    }

    fn reads_clock(&self, part: ExprId) -> bool {
        let kind = self.file.ast().exprs.kind(part);
        matches!(kind, ExprKind::Call { name, .. } if &*name.text == "now")
    }

    /// Whether a name gets its value in one place.
    pub(super) fn is_set_once(&self, binding: BindingId) -> bool {
        let analysis = self.file.analysis();
        let Some(known) = analysis.bindings.get(binding.0 as usize) else {
            return false;
        };
        let sets = analysis.set_targets.values().filter(|b| **b == binding);
        let outputs = analysis.output_binding.iter().flatten();
        let outputs = outputs.filter(|b| **b == binding).count();
        let wanted = |sets: usize| match known.kind {
            BindingKind::Set(_) => sets == 1 && outputs == 0,
            BindingKind::Output(_) => sets == 0 && outputs <= 1,
            _ => sets == 0 && outputs == 0,
        };
        known.writes.is_empty() && wanted(sets.count())
    }

    /// Whether carrying it out cannot fail, as far as that can be seen at once.
    pub(super) fn never_fails(&self, id: ExprId) -> bool {
        self.parts(id).into_iter().all(|part| self.is_total(part))
    }

    fn is_total(&self, id: ExprId) -> bool {
        let (exprs, analysis) = (&self.file.ast().exprs, self.file.analysis());
        let ty = |id: ExprId| analysis.types.get(id.index());
        match exprs.kind(id) {
            ExprKind::Select { of, .. } => {
                analysis.refs.get(&id).is_some() || matches!(ty(*of), Some(Type::Record(_)))
            }
            ExprKind::Index { .. } => analysis.refs.get(&id).is_some(),
            ExprKind::Unary { op, .. } => {
                *op == UnaryOp::Not || matches!(ty(id), Some(Type::Double))
            }
            ExprKind::Binary { op, .. } => match op {
                BinaryOp::Add => {
                    matches!(ty(id), Some(Type::String | Type::List(_) | Type::Double))
                }
                BinaryOp::Sub | BinaryOp::Mul | BinaryOp::Div => {
                    matches!(ty(id), Some(Type::Double))
                }
                BinaryOp::Mod => false,
                _ => true,
            },
            ExprKind::Call { name, .. } => {
                matches!(
                    &*name.text,
                    "size" | "startsWith" | "endsWith" | "contains" | "has" | "now"
                )
            }
            // A key that is there twice, an optional that is none.
            ExprKind::Map(entries) => {
                let plain = |e: &wfc_syntax::expr::Entry| {
                    matches!(exprs.kind(e.key), ExprKind::String(_)) && !e.optional
                };
                entries.iter().all(plain)
            }
            ExprKind::Error => false,
            _ => true,
        }
    }

    /// Whether a step carries an expression out first of all, once, and whatever the values are, with nothing that would
    /// take its failing: then doing so right before the step is the same.
    pub(super) fn comes_first(&self, id: ExprId, step: &Step, parents: &Parents) -> bool {
        let exprs = &self.file.ast().exprs;
        let inside = |around: ExprId| exprs.span(around).contains(exprs.span(id));
        let in_when = step.when.is_some_and(inside);
        if (step.when.is_some() && !in_when) || step.on_error.is_some() || step.retry.is_some() {
            return false;
        }
        let mut at = id;
        while let Some(parent) = parents.of(at) {
            let always = match exprs.kind(parent) {
                ExprKind::Binary { op, .. } => !matches!(op, BinaryOp::And | BinaryOp::Or),
                ExprKind::Ternary { cond, .. } => *cond == at,
                ExprKind::Call { target, .. } => {
                    let macros = self.file.analysis().callees.get(&parent);
                    !matches!(macros, Some(Callee::Macro(_))) || *target == Some(at)
                }
                _ => true,
            };
            if !always {
                return false;
            }
            at = parent;
        }
        true
    }

    /// Whether a step asks an expression again and again, or after what its own body did.
    pub(super) fn is_asked_later(&self, id: ExprId, step: &Step) -> bool {
        let exprs = &self.file.ast().exprs;
        let inside = |around: &ExprId| exprs.span(*around).contains(exprs.span(id));
        match &step.kind {
            StepKind::Loop { head, collect, .. } => {
                let head = match head {
                    LoopHead::While(e) | LoopHead::Until(e) => Some(e),
                    LoopHead::Over { .. } | LoopHead::Times => None,
                };
                head.is_some_and(inside) || collect.as_ref().is_some_and(inside)
            }
            // The later ones see what the earlier ones assign.
            StepKind::Set { values, .. } => values.iter().skip(1).any(|v| inside(&v.value)),
            _ => false,
        }
    }

    /// The innermost step around an expression.
    pub(super) fn step_of(&self, id: ExprId) -> Option<StepId> {
        let ast = self.file.ast();
        let span = ast.exprs.span(id);
        let around = ast.step_ids().filter(|s| ast.step(*s).span.contains(span));
        around.min_by_key(|s| (ast.step(*s).span.len(), std::cmp::Reverse(*s)))
    }

    /// The steps that stand in a list with a step, it among them; nothing where each of them is a branch.
    pub(super) fn siblings(&self, step: StepId) -> Option<&'a [StepId]> {
        let ast = self.file.ast();
        let mut found = None;
        let mut look = |block: &'a Block| {
            if block.steps.contains(&step) {
                found = Some(block.steps.as_slice());
            }
        };
        let workflow = &ast.workflow;
        look(&workflow.steps);
        workflow.on_failure.iter().for_each(&mut look);
        workflow.finally.iter().for_each(&mut look);
        for around in &ast.steps {
            blocks(around, &mut look);
        }
        found
    }

    /// Whether something names a step by its place, which a step more or less would change.
    pub(super) fn names_by_place(&self) -> bool {
        let (ast, analysis) = (self.file.ast(), self.file.analysis());
        self.expr_ids().any(|id| match analysis.refs.get(&id) {
            Some(
                Ref::StepOutput(step)
                | Ref::StepStatus(step)
                | Ref::StepError(step)
                | Ref::Step(step),
            ) => ast.step(*step).id.is_none() && ast.step(*step).output.is_none(),
            _ => false,
        })
    }

    /// Whether a node of YAML is read in several places: what is changed in one is changed in all.
    pub(super) fn is_repeated(&self, id: ExprId) -> bool {
        if self.file.spelling != Spelling::Yaml {
            return false;
        }
        let exprs = &self.file.ast().exprs;
        let same = |other: &ExprId| {
            let alike = std::mem::discriminant(exprs.kind(*other))
                == std::mem::discriminant(exprs.kind(id));
            *other != id && alike && exprs.span(*other) == exprs.span(id)
        };
        self.expr_ids().any(|other| same(&other))
    }
}

/// The blocks of a step.
fn blocks<'a>(step: &'a Step, look: &mut impl FnMut(&'a Block)) {
    if let Some(OnError::Steps(block)) = &step.on_error {
        look(block);
    }
    step.compensate.iter().for_each(&mut *look);
    match &step.kind {
        StepKind::Conditional {
            then, otherwise, ..
        } => {
            look(then);
            otherwise.iter().for_each(look);
        }
        StepKind::Switch { cases, default, .. } => {
            cases.iter().for_each(|case| look(&case.body));
            default.iter().for_each(look);
        }
        StepKind::Loop { body, .. } => look(body),
        StepKind::Parallel {
            branches,
            from_steps: false,
            ..
        } => branches.iter().for_each(|branch| look(&branch.body)),
        StepKind::Try {
            body,
            catch,
            finally,
        } => {
            look(body);
            catch.iter().for_each(|catch| look(&catch.body));
            finally.iter().for_each(look);
        }
        _ => {}
    }
}

/// Whether a scalar in value position can be this by itself.
fn is_leaf(kind: &ExprKind) -> bool {
    matches!(
        kind,
        ExprKind::String(_)
            | ExprKind::Template(_)
            | ExprKind::Null
            | ExprKind::Bool(_)
            | ExprKind::Int(_)
            | ExprKind::Uint(_)
            | ExprKind::Double(_)
    )
}

/// The characters of a scalar's text that stand at a place of the source.
pub(super) fn decoded(scalar: &Scalar, span: Span) -> Option<&str> {
    let mut start = None;
    for (at, c) in scalar.text.char_indices() {
        let end = at + c.len_utf8();
        let place = scalar.map.span(at, end);
        if start.is_none() && place.start == span.start {
            start = Some(at);
        }
        if let Some(start) = start
            && place.end == span.end
        {
            return scalar.text.get(start..end);
        }
    }
    None
}

/// Whether values of a type are texts.
pub(super) fn is_text(ty: &Type) -> bool {
    match ty {
        Type::String | Type::Literal(Literal::String(_)) => true,
        Type::Union(members) => members.iter().all(is_text),
        _ => false,
    }
}

/// Whether an expression has to stand in parentheses as an operand.
pub(super) fn needs_parentheses(kind: &ExprKind, around: &ExprKind, target: bool) -> bool {
    let operand = matches!(
        around,
        ExprKind::Binary { .. } | ExprKind::Unary { .. } | ExprKind::Ternary { .. }
    );
    let negative = match kind {
        ExprKind::Int(n) => *n < 0,
        ExprKind::Double(n) => *n < 0.0,
        _ => false,
    };
    let joined = matches!(
        kind,
        ExprKind::Binary { .. } | ExprKind::Ternary { .. } | ExprKind::Unary { .. }
    );
    let number = matches!(
        kind,
        ExprKind::Int(_) | ExprKind::Uint(_) | ExprKind::Double(_)
    );
    (operand && (joined || negative)) || (target && (joined || number))
}
